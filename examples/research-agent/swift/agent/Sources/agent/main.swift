// A research agent: it searches a library over HTTP, reads, calculates, has a sub-agent check its source, and answers.
//
// The same agent as agent.py, calling the same tools of a server that is written in Python. Run it, then look at what it did:
//
//     swift run agent "How much does a sea otter eat in a day?"
//     tracewire trace --last
//
// There is no network and no key: `Model` stands in for a language model. Everything else is as in a real agent.

import Foundation
import Tracewire

struct Message: Encodable, Sendable {
  let role: String
  let content: String
}

struct Facts: Encodable, Sendable {
  let page: String
  let share: String
  let least: Double
  let most: Double
}

/// Answers as a language model would: a plan at once, prose word by word, and what it cost in tokens.
struct Model {
  static let chat: Attributes = ["gen_ai.operation.name": "chat", "gen_ai.request.model": "scripted-1"]

  func plan(_ messages: [Message]) -> [String] {
    Tracewire.llm("plan", input: messages, attributes: Self.chat) {
      let topics = words(messages.last?.content ?? "").filter { $0.count > 2 }
      Tracewire.currentSpan?.usage(Usage(inputTokens: tokens(messages), outputTokens: topics.count))
      return ["search: \(topics.joined(separator: " "))", "read the best page", "calculate", "check the source", "answer"]
    }
  }

  func answer(_ messages: [Message], _ facts: Facts) async throws -> String {
    let prose =
      "A sea otter eats about \(facts.share) % of its weight each day: between \(number(facts.least)) and \(number(facts.most)) kg. [\(facts.page)]"
    let said = prose.split(separator: " ")
    let input: Value = ["messages": Value(messages), "facts": Value(facts)]
    return try await Tracewire.stream("answer", kind: .llm, input: input, attributes: Self.chat) { stream in
      var answer = ""
      for word in said {
        try await Task.sleep(for: .milliseconds(5))  // A model thinks between two words.
        stream.chunk("\(word) ")
        answer += "\(word) "
      }
      stream.usage(Usage(inputTokens: tokens(messages), outputTokens: said.count, cacheReadInputTokens: 12))
      return answer.trimmingCharacters(in: .whitespaces)
    }
  }

  private func tokens(_ messages: [Message]) -> Int {
    messages.reduce(0) { $0 + $1.content.split(separator: " ").count }
  }

  private func words(_ text: String) -> [String] {
    text.lowercased().split { !("a"..."z").contains($0) }.map(String.init)
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }
}

/// Plans, searches, reads, calculates, checks and answers. Each function that is a step says so.
struct Researcher: Sendable {
  let library: Library

  func research(_ question: String) async throws -> String {
    try await Tracewire.agent("research", input: question) {
      let messages = [
        Message(role: "system", content: "Answer from the library, and name your source."), Message(role: "user", content: question),
      ]
      let model = Model()
      _ = model.plan(messages)

      let found = try await library.call("search", ["query": .text(question)]).list?.compactMap { $0["page"]?.text } ?? []
      let pages = try await read(all: found)
      guard let page = found.first, let text = pages.first,
        let weights = text.firstMatch(of: /between (\d+) and (\d+) kg/),
        let share = text.firstMatch(of: /[^.]*about (\d+) % of its body weight/)
      else { return "The library does not say." }

      let (lighter, heavier) = ("\(weights.1) * \(share.1) / 100", "\(weights.2) * \(share.1) / 100")
      async let least = calculate(lighter)
      async let most = calculate(heavier)
      let facts = try await Facts(page: page, share: String(share.1), least: least, most: most)
      let quote = share.0.trimmingCharacters(in: .whitespacesAndNewlines)
      guard try await checkFacts(page, quote) else { return "The source does not hold." }
      return try await model.answer(messages, facts)
    }
  }

  /// Reads pages side by side: each in a task of its own, and all of them steps of this run.
  private func read(all pages: [String]) async throws -> [String] {
    try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for (index, page) in pages.enumerated() { group.addTask { (index, try await read(page)) } }
      var texts = Array(repeating: "", count: pages.count)
      for try await (index, text) in group { texts[index] = text }
      return texts
    }
  }

  /// Fetches a page, and once more after a rate limit.
  private func read(_ page: String) async throws -> String {
    try await Tracewire.step("read", input: page) {
      for attempt in 1... {
        do {
          return try await library.call("fetch_page", ["page": .text(page)]).text ?? ""
        } catch let error as ToolError where error.description.contains("429") && attempt < 3 {
          Tracewire.currentSpan?.event("retry", ["tracewire.retry.attempt": attempt, "error.type": "rate_limit"])
          try await Task.sleep(for: .milliseconds(50))
        }
      }
      return ""
    }
  }

  private func calculate(_ expression: String) async throws -> Double {
    try await library.call("calculate", ["expression": .text(expression)]).double ?? 0
  }

  /// A sub-agent: is the quote really there?
  private func checkFacts(_ page: String, _ quote: String) async throws -> Bool {
    let input = ["page": page, "quote": quote]
    return try await Tracewire.agent("fact checker", input: input) {
      try await Tracewire.span("compare", input: input) { compare in
        if ProcessInfo.processInfo.environment["RESEARCH_AGENT_PAUSE"] != nil {
          // For the demonstration: say that the agent is in the middle of a step, and wait to be killed there.
          FileHandle.standardOutput.write(Data("READY\n".utf8))
          try await Task.sleep(for: .seconds(3600))
        }
        let isThere = try await library.call("check_citation", ["page": .text(page), "quote": .text(quote)]).bool ?? false
        compare.setOutput(isThere)
        return isThere
      }
    }
  }
}

try Tracewire.initialize(Configuration(service: "research-agent"))
let question = CommandLine.arguments.dropFirst().joined(separator: " ")
let environment = ProcessInfo.processInfo.environment
let server =
  environment["RESEARCH_AGENT_SERVER"].map { URL(fileURLWithPath: $0) }
  ?? URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../../http_server.py").standardized
let library = try Library(server: server, python: environment["PYTHON"] ?? "python3")
let answer = try await Researcher(library: library).research(question.isEmpty ? "How much does a sea otter eat in a day?" : question)
library.close()
print(answer)
try await Tracewire.shutdown()
