import Foundation
import Testing
import Tracewire
import TracewireTesting

struct Refused: Error, CustomStringConvertible {
  let description = "no"
}

struct TimeoutError: Error {}

@Suite struct SpanTests {
  @Test func saysWhatWentInAndCameOut() throws {
    let recorded = try recording { _ in
      let sum = Tracewire.span("add", kind: .tool, input: [1, 2], attributes: ["unit": "apples", "none": nil]) { span in
        span.set("n", 2)
        span.set(["deep": ["a": 1.5], "flag": true])
        span.setOutput(3)
        return 3
      }
      #expect(sum == 3)
    }
    let span = recorded.spans[0]
    #expect(span["name"] == "add")
    #expect(span["kind"] == "tool")
    #expect(span["input"] == [1, 2])
    #expect(span["output"] == 3)
    #expect(span["status"] == "ok")
    #expect(span["attributes"]?["deep"] == ["a": 1.5])
    #expect(span["attributes"]?["none"] == .some(.null))
    #expect(span["duration_nanos"] == 1_000_000)
  }

  @Test func isTheParentOfWhatBeginsInside() async throws {
    let recorded = try await recording { _ in
      await Tracewire.span("outer") { outer in
        await Task.yield()
        await withTaskGroup(of: Void.self) { group in
          for index in 0..<4 {
            group.addTask { await Tracewire.span("child \(index)") { _ in await Task.yield() } }
          }
        }
        async let one: Void = Tracewire.span("async let") { _ in await Task.yield() }
        await one
        await Task { Tracewire.span("task") { _ in } }.value
        let context = outer.context
        let client = Tracewire.client
        await Task.detached { client.span("detached") { _ in } }.value
        await Task.detached { client.attach(context) { client.span("attached") { _ in } } }.value
        await Task.detached { outer.run { client.span("run") { _ in } } }.value
      }
    }
    let spans = recorded.spans
    let outer = spans[0]["span_id"]
    for span in spans.dropFirst() {
      let name = span["name"]?.text
      #expect(span["parent_id"] == (name == "detached" ? nil : outer), "\(name ?? "")")
    }
    #expect(spans.count == 11 - 1)
  }

  @Test func runsOnTheActorOfItsCaller() async throws {
    actor Counter {
      var count = 0
      func step() async {
        await Tracewire.span("count") { _ in
          count += 1
          await Task.yield()
          count += 1
        }
      }
    }
    let counter = Counter()
    let recorded = try await recording { _ in
      await Tracewire.span("outer") { _ in await counter.step() }
    }
    #expect(await counter.count == 2)
    #expect(recorded.spans[1]["parent_id"] == recorded.spans[0]["span_id"])
  }

  @Test func endsAsItsErrorSays() async throws {
    let recorded = try await recording { _ in
      #expect(throws: Refused.self) { try Tracewire.span("refused") { _ in throw Refused() } }
      #expect(throws: CancellationError.self) { try Tracewire.span("cancelled") { _ in throw CancellationError() } }
      #expect(throws: TimeoutError.self) { try Tracewire.span("late") { _ in throw TimeoutError() } }
      let task = Task {
        try await Tracewire.span("sleep") { _ in try await Task.sleep(for: .seconds(60)) }
      }
      task.cancel()
      _ = try? await task.value
    }
    let spans = recorded.spans
    #expect(spans.map { $0["status"] } == ["error", "cancelled", "timeout", "cancelled"])
    #expect(spans[0]["exception"] == ["escaped": true, "message": "no", "type": "Refused"])
    #expect(spans[1]["exception"] == nil)
    #expect(spans[2]["exception"]?["type"] == "TimeoutError")
  }

  @Test func countsWhatComesTooLate() async throws {
    let recorded = try Recording()
    let span = recorded.client.startSpan("early")
    span.end()
    span.end()
    span.set("late", 1)
    span.setOutput(2)
    span.setStatus(.error)
    span.link(traceparent: "nonsense")
    let report = try await recorded.client.flush()
    #expect(report.ownErrors == ["step_ended": 3, "invalid_link": 1])
    #expect(report.written == 2)
    recorded.end()
    #expect(recorded.spans.count == 1)
  }

  @Test func throwsFromFlushInStrictMode() async throws {
    let recorded = try Recording(Script(), Configuration(strict: true))
    let span = recorded.client.startSpan("early")
    span.end()
    span.set("late", 1)
    do {
      try await recorded.client.flush()
      Issue.record("nothing was thrown")
    } catch let error as TracewireError {
      #expect(error.code == "step_ended")
    }
    try await recorded.client.flush()
    recorded.end()
  }

  @Test func endsWhatIsForgotten() throws {
    let recorded = try recording { _ in _ = Tracewire.startSpan("forgotten") }
    #expect(recorded.spans[0]["status"] == "cancelled")
    #expect(recorded.spans[0]["status_message"] == "the step was dropped without an end")
  }

  @Test func recordsAtOnceWhatMustBeSeen() throws {
    let recorded = try recording { recorded in
      let span = Tracewire.startSpan("llm", kind: .llm)
      span.update(SpanUpdate(attributes: ["a": 1], usage: Usage(inputTokens: 7)))
      span.event("retry", ["attempt": 2], data: ["why": "slow"])
      span.recordException(Refused())
      let other = Tracewire.startSpan("other")
      span.link(other, attributes: ["why": "cause"])
      #expect(recorded.spans[0]["attributes"] == ["a": 1])
      #expect(recorded.spans[0]["usage"]?["input_tokens"] == 7)
      #expect(recorded.spans[0]["events"]?.list?.count == 2)
      #expect(recorded.spans[0]["links"]?[0]?["span_id"]?.text == other.spanId)
      #expect(recorded.spans[0]["status"] == nil)
      span.usage(Usage(outputTokens: 3))
      span.cost("0.0123", currency: "eur")
      span.setError("rate_limited", "slow down")
      span.end()
      other.end()
    }
    let span = recorded.spans[0]
    #expect(span["usage"] == ["input_tokens": 7, "output_tokens": 3])
    #expect(span["cost"] == ["currency": "EUR", "price_source": "user", "total": "0.0123"])
    #expect(span["status"] == "error")
    #expect(span["status_message"] == "slow down")
    #expect(span["attributes"]?["error.type"] == "rate_limited")
  }

  @Test func travelsAcrossProcesses() throws {
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    let recorded = try recording { _ in
      let context = try #require(Tracewire.extract(["Traceparent": header, "TRACESTATE": "a=b"]))
      Tracewire.attach(context) {
        Tracewire.span("served") { span in
          #expect(span.traceId == "0af7651916cd43dd8448eb211c80319c")
          let headers = Tracewire.inject()
          #expect(headers == ["traceparent": "00-\(span.traceId)-\(span.spanId)-01", "tracestate": "a=b"])
          #expect(Tracewire.injectEnvironment(["A": "1"])["TRACEPARENT"] == headers["traceparent"])
        }
      }
      #expect(Tracewire.inject().isEmpty)
    }
    #expect(recorded.spans[0]["parent_id"] == "b7ad6b7169203331")
    #expect(SpanContext(traceparent: "00-\(String(repeating: "0", count: 32))-b7ad6b7169203331-01") == nil)
    #expect(SpanContext(traceparent: header + "-extra") == nil)
    #expect(SpanContext(traceparent: "cc" + header.dropFirst(2) + "-extra") != nil)
  }

  @Test func sharesATraceByCorrelation() throws {
    let recorded = try recording { _ in
      Tracewire.trace("order-17") { Tracewire.span("one") { _ in } }
      Tracewire.span("two", options: SpanOptions(correlationId: "order-17")) { _ in }
      Tracewire.trace("order-17") { Tracewire.event("three") }
    }
    let traces = Set(recorded.events.map { $0["trace_id"]?.text })
    #expect(traces.count == 1)
  }

  @Test func recordsFromManyThreads() async throws {
    let recorded = try Recording()
    let client = recorded.client
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for index in 0..<50 { client.span("\(task)", input: String(repeating: "x", count: index * 100)) { _ in } }
        }
      }
    }
    recorded.end()
    #expect(recorded.spans.count == 400)
    #expect(Set(recorded.spans.map { $0["span_id"]?.text }).count == 400)
  }
}
