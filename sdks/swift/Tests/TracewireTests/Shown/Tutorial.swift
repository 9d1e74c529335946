import Foundation
import Testing
import Tracewire
import TracewireTesting

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What the tutorial shows, as it stands there. What opens the default client is compiled alone: here it is a test's.
@Suite struct Tutorial {
  func first() throws {
    func forecast(_ city: String) -> String {
      Tracewire.tool("forecast", input: city) { "\(city): dry" }
    }

    func plan(_ question: String) -> String {
      Tracewire.agent("plan", input: question) {
        Tracewire.span("think", kind: .llm, input: question) { step in
          step.usage(Usage(inputTokens: 12, outputTokens: 5))
          step.setOutput("ask")
        }
        return forecast("Ghent")
      }
    }

    try Tracewire.initialize(Configuration(service: "weather"))
    print(plan("Shall we row?"))
  }

  func forecast(_ city: String) -> String {
    Tracewire.tool("forecast", input: city) { "\(city): dry" }
  }

  func compare(_ cities: [String]) async -> [String] {
    await Tracewire.agent("compare", input: cities) {
      await withTaskGroup(of: String.self) { group in
        for city in cities { group.addTask { forecast(city) } }
        return await group.reduce(into: []) { $0.append($1) }.sorted()
      }
    }
  }

  @Test func groups() async throws {
    let recorded = try await recording { _ in
      let found = await compare(["Ghent", "Bruges"])
      #expect(found == ["Bruges: dry", "Ghent: dry"])
    }
    let spans = recorded.spans
    #expect(spans.map { $0["name"] } == ["compare", "forecast", "forecast"])
    #expect(spans.dropFirst().allSatisfy { $0["parent_id"] == spans[0]["span_id"] })
  }

  actor Diary {
    private var lines: [String] = []

    func write(_ line: String) {
      Tracewire.step("write", input: line) { lines.append(line) }
    }
  }

  func remember(_ diary: Diary) async {
    await Tracewire.agent("remember") {
      await diary.write("dry")
      let context = Tracewire.currentContext
      await Task.detached {
        await Tracewire.attach(context) { await diary.write("still dry") }
      }.value
    }
  }

  @Test func actors() async throws {
    // For the detached task, which no task-local value reaches.
    let recorded = try Recording(isDefault: true)
    await remember(Diary())
    recorded.end()
    let spans = recorded.spans
    #expect(spans.map { $0["input"] } == [nil, "dry", "still dry"])
    #expect(spans.dropFirst().allSatisfy { $0["parent_id"] == spans[0]["span_id"] })
  }

  struct Model {
    func tokens(_ prompt: String) -> AsyncStream<String> {
      AsyncStream { answer in
        for token in ["Row", " ", "now."] { answer.yield(token) }
        answer.finish()
      }
    }
  }

  func answer(_ prompt: String, _ model: Model) async -> String {
    var text = ""
    let tokens = model.tokens(prompt).traced("answer", kind: .llm, input: prompt)
    for await token in tokens { text += token }
    return text
  }

  func row(_ question: String, _ model: Model) async -> String {
    let who = SpanOptions(sessionId: "chat-7", userId: "u-1", tags: ["demo"])
    return await Tracewire.session("rower", options: who) { run in
      let found = await run.toolCall("forecast", input: "Ghent") { call in
        call.setOutput("dry")
        return "dry"
      }
      return await run.llmCall("chat", input: [question, found]) { chat in
        chat.usage(Usage(inputTokens: 30, outputTokens: 3))
        chat.cost("0.0004", currency: "EUR")
        let text = await answer(question, model)
        chat.setOutput(text)
        return text
      }
    }
  }

  @Test func runs() async throws {
    let recorded = try await recording { _ in
      let text = await row("Shall we row?", Model())
      #expect(text == "Row now.")
    }
    #expect(recorded.spans.map { $0["name"] } == ["rower", "forecast", "chat", "answer"])
    #expect(recorded.spans[3]["output"] == "Row now.")
  }

  func stock(of item: String, at server: URL) async throws -> String {
    try await Tracewire.tool("stock", input: item) {
      let url = server.appendingPathComponent(item)
      let (data, _) = try await URLSession.shared.tracedData(from: url)
      return String(decoding: data, as: UTF8.self)
    }
  }

  func byHand(_ request: inout URLRequest) {
    for (header, value) in Tracewire.inject() {
      request.setValue(value, forHTTPHeaderField: header)
    }
  }

  func served(_ headers: [String: String]) async {
    let caller = Tracewire.extract(headers)
    await Tracewire.attach(caller) { _ = await row("Shall we row?", Model()) }
  }

  @Test func processes() async throws {
    let server = try Server { _, _ in Server.Answer(body: "4") }
    let recorded = try await recording { _ in
      let found = try await stock(of: "eggs", at: server.url)
      #expect(found == "4")
      await Tracewire.span("caller") { _ in
        var request = URLRequest(url: server.url)
        byHand(&request)
        let headers = try? #require(request.allHTTPHeaderFields)
        await Task.detached { [client = Tracewire.client] in
          client.attach(client.extract(headers ?? [:])) { client.span("served") { _ in } }
        }.value
      }
    }
    server.stop()
    let spans = recorded.spans
    #expect(spans.map { $0["name"] } == ["stock", "GET", "caller", "served"])
    #expect(server.requests[0].headers["traceparent"]?.contains(spans[1]["span_id"]?.text ?? "-") == true)
    #expect(spans[3]["parent_id"] == spans[2]["span_id"])
  }

  func killed() throws {
    func taste(_ dish: String) {
      Tracewire.tool("taste", input: dish) {
        Tracewire.currentSpan?.event("spoon", ["temperature": 81])
        kill(getpid(), SIGKILL)
      }
    }

    func fry(_ dish: String) {
      Tracewire.agent("fry", input: dish) {
        Tracewire.tool("heat") { "hot" }
        taste(dish)
      }
    }

    try Tracewire.initialize(Configuration(service: "cook"))
    fry("pancakes")
  }

  func delivered(_ url: URL) async throws {
    try Tracewire.initialize(
      Configuration(service: "weather", exporters: [JSONLinesExporter("traces.jsonl")]))
    Tracewire.span("think") { _ in }
    let report = try await Tracewire.flush()
    print(report.written, report.sent, report.pending, report.dropped, report.errors)
  }

  func phones(_ url: URL, token: @Sendable @escaping () async throws -> String) throws {
    let wifi = URLSessionConfiguration.ephemeral
    wifi.allowsCellularAccess = false
    let exporter = HTTPExporter(
      url, authorize: { ["Authorization": "Bearer \(try await token())"] },
      configuration: wifi)
    try Tracewire.initialize(
      Configuration(
        service: "assistant", mode: .background, exporters: [exporter],
        quotaBytes: 64 << 20))
  }

  @Test func forecasts() throws {
    let recorded = try recording { _ in _ = forecast("Ghent") }
    #expect(recorded.spans[0]["name"] == "forecast")
    #expect(recorded.spans[0]["output"] == "Ghent: dry")
  }
}
