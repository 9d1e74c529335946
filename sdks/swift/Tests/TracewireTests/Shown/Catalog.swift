import Foundation
import Tracewire

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What the pages of the documentation show, as it stands there.
private struct Catalog {
  struct Reply {
    let inputTokens = 12
    let outputTokens = 5
    let text = "They use tools."
  }

  struct Model {
    func ask(_ question: String, _ hits: [String]) async throws -> Reply { Reply() }

    func tokens(_ prompt: String) -> AsyncStream<String> { AsyncStream { $0.finish() } }
  }

  struct Account {
    func token() async throws -> String { "" }
  }

  let model = Model()
  let queue = DispatchQueue(label: "queue")

  func search(_ question: String) async throws -> [String] { [] }
  func work() async {}
  func parse() {}
  func show(_ token: String) {}

  func first(_ question: String) async throws -> String {
    let answer = try await Tracewire.session("researcher") { run in
      let hits = try await run.toolCall("search", input: question) { span in
        let hits = try await search(question)
        span.setOutput(hits)
        return hits
      }
      return try await run.llmCall("chat", input: hits) { span in
        let reply = try await model.ask(question, hits)
        span.usage(Usage(inputTokens: reply.inputTokens, outputTokens: reply.outputTokens))
        span.setOutput(reply.text)
        return reply.text
      }
    }
    return answer
  }

  func concurrency(_ prompt: String) async throws {
    let context = Tracewire.currentContext
    Task.detached {
      await Tracewire.attach(context) { await work() }
    }

    let step = Tracewire.startSpan("download")
    queue.async {
      step.run { parse() }
      step.end()
    }

    for try await token in model.tokens(prompt).traced("answer", kind: .llm, input: prompt) {
      show(token)
    }
  }

  func phones(_ url: URL, _ session: Account) throws {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.allowsCellularAccess = false
    let exporter = HTTPExporter(url, authorize: { ["Authorization": "Bearer \(try await session.token())"] }, configuration: configuration)
    try Tracewire.initialize(Configuration(service: "assistant", mode: .background, exporters: [exporter]))
  }
}
