import Testing
import Tracewire
import TracewireTesting

@Suite struct GuardTests {
  @Test func stopsACallBeforeItBegins() throws {
    var made: [String] = []
    var stop: GuardStop?
    let recorded = try recording(Script(), Configuration(guards: Guards(budget: Budget(steps: 2), warnAt: 1))) { _ in
      Tracewire.span("run", kind: .agent, options: SpanOptions(sessionId: "chat-7")) { _ in
        do {
          for query in ["one", "two", "three"] {
            try Tracewire.client.guarded("search", kind: .tool) { _ in made.append(query) }
          }
        } catch {
          stop = error as? GuardStop
        }
      }
    }
    #expect(made == ["one", "two"])
    #expect(stop?.code == "budget_exceeded")
    #expect(
      stop?.verdict.message
        == "step budget of session \"chat-7\" would be exceeded: tool \"search\" asks 1, 2 used, 0 reserved, limit 2")
    #expect(recorded.spans.map { $0["name"] } == ["run", "search", "search"])
    let told = recorded.events.filter { $0["type"] == "event" }
    #expect(told.map { $0["body"]?["attributes"]?["tracewire.guard.decision"] } == ["warn", "stop"])
  }

  @Test func givesBackWhatWasNotUsed() throws {
    let rates = ["house-*": Rate(input: "1000000", output: "1000000", cachedInput: "500000")]
    let attributes: Attributes = ["gen_ai.request.model": "house-1", "gen_ai.request.max_tokens": 3]
    _ = try recording(Script(), Configuration(guards: Guards(budget: Budget(money: "6"), warnAt: 1, rates: rates))) { recorded in
      let client = recorded.client
      try client.span("run", options: SpanOptions(sessionId: "chat-7")) { _ in
        try client.guarded("chat", kind: .llm, input: "12", attributes: attributes) { span in
          #expect(throws: GuardStop.self) {
            try client.startGuarded("chat", kind: .llm, input: "12", attributes: attributes)
          }
          span.usage(Usage(inputTokens: 2, outputTokens: 0, cacheReadInputTokens: 1))
        }
      }
      #expect(client.guardStatus(sessionId: "chat-7")?.money.used == "1.5")
      #expect(client.guardStatus(sessionId: "chat-7")?.money.reserved == "0")
    }
  }

  @Test func checksSpansWhoseWorkMayThrow() async throws {
    let guards = Guards(budget: Budget(steps: 3), warnAt: 1)
    func made(_ what: String) throws -> String { what }
    let recorded = try await recording(Script(), Configuration(guards: guards)) { recorded in
      let client = recorded.client
      try await client.span("run", options: SpanOptions(sessionId: "chat-7")) { run in
        #expect(try client.span("one", kind: .tool) { _ in try made("one") } == "one")
        let two = try await run.span("two", kind: .tool) { _ in
          await Task.yield()
          return try made("two")
        }
        #expect(two == "two")
        // What is thrown is known, and it is not what a guard would throw: nothing is checked.
        try client.span("three", kind: .tool) { _ throws(FormatError) in }
        // What cannot throw is not checked, and not counted.
        #expect(client.span("four", kind: .tool) { _ in "four" } == "four")
        try Tracewire.span("five", kind: .step) { _ in _ = try made("five") }
        #expect(client.guardStatus(sessionId: "chat-7")?.steps.used == "2")
        try client.span("six", kind: .tool) { _ throws(GuardStop) in }
        #expect(throws: GuardStop.self) { try client.span("seven", kind: .tool) { _ in _ = try made("seven") } }
        await #expect(throws: GuardStop.self) {
          try await run.span("eight", kind: .tool) { _ in
            await Task.yield()
            _ = try made("eight")
          }
        }
      }
    }
    #expect(recorded.spans.map { $0["name"] } == ["run", "one", "two", "three", "four", "five", "six"])
    #expect(recorded.spans.allSatisfy { $0["status"] == "ok" })
  }

  @Test func refusesLimitsThatCannotBeMeant() {
    for (guards, reason) in [
      (Guards(budget: Budget(money: "five")), "budget.money: dollars above 0"),
      (Guards(loops: Loops(repeats: 1)), "loops.repeats: a whole number from 2"),
    ] {
      do {
        _ = try Client(Configuration(guards: guards))
        Issue.record("it was not refused")
      } catch {
        let refused = error as? TracewireError
        #expect(refused?.code == "configuration")
        #expect(refused?.message.hasPrefix("guards (argument): \(reason)") == true)
      }
    }
  }
}
