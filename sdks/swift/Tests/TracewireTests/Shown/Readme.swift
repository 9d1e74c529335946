import Foundation
import Testing
import Tracewire
import TracewireTesting

/// What the README shows, as it stands there.
@Suite struct Readme {
  func search(_ query: String) async throws -> [String] { Tracewire.step("search") { ["Lutra lutra"] } }

  func answer(_ question: String) async throws -> String {
    try await Tracewire.span("answer", kind: .agent, input: question) { span in
      let hits = try await Tracewire.tool("search", input: question) { try await search(question) }
      span.setOutput(hits.first)
      return hits.first ?? "I do not know."
    }
  }

  @Test func steps() async throws {
    let recorded = try await recording { _ in
      let answer = try await answer("Who is that?")
      #expect(answer == "Lutra lutra")
    }
    #expect(recorded.spans.map { $0["name"] } == ["answer", "search", "search"])
  }

  struct Model {
    func ask() async throws -> String { "They use tools." }
  }

  func run(_ model: Model) async throws {
    let who = SpanOptions(sessionId: "chat-7", userId: "u-1", tags: ["demo"])
    try await Tracewire.session("researcher", options: who) { run in
      await run.agentStep("plan") { $0.setOutput(["search", "answer"]) }
      try await run.toolCall("search", input: ["query": "otters"]) { call in call.setOutput(try await search("otters")) }
      try await run.llmCall("chat", attributes: ["gen_ai.request.model": "m-1"]) { chat in
        let reply = try await model.ask()
        chat.usage(Usage(inputTokens: 1200, outputTokens: 80, cacheReadInputTokens: 1024))
        chat.cost(Cost(total: "0.0123", input: "0.0100", output: "0.0023"))
        chat.setOutput(reply)
      }
    }
  }

  @Test func runs() async throws {
    let recorded = try await recording { _ in try await run(Model()) }
    #expect(recorded.spans.map { $0["name"] } == ["researcher", "plan", "search", "search", "chat"])
  }

  func detached(_ work: @Sendable @escaping () async -> Void) {
    let context = Tracewire.currentContext
    Task.detached { await Tracewire.attach(context) { await work() } }
  }

  func configured(_ url: URL, token: @Sendable @escaping () async throws -> String) throws {
    try Tracewire.initialize(
      Configuration(
        service: "research-agent",
        mode: .background,  // .local (the default), .inline, .background
        exporters: [HTTPExporter(url, authorize: { ["Authorization": "Bearer \(try await token())"] })],
        sampling: 1,  // the share of traces that is recorded
        capture: .input,  // .all, .none, .input, .output, Capture(message: false)
        mask: { field, value in value },  // what is recorded in a value's place
        redact: ["api_key"]  // keys whose values never leave the journal
      ))
  }

  func values(_ span: Span) {
    span.setOutput(["found": 3, "names": ["Lutra lutra"], "more": nil] as Value)
  }

  @Test func searches() async throws {
    let recorded = try await recording { _ in _ = try await search("otters") }
    #expect(recorded.spans[0]["name"] == "search")
    #expect(recorded.spans[0]["output"] == ["Lutra lutra"])
  }
}
