import Foundation
import Tracewire

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What a tool said when it failed.
struct ToolError: Error, CustomStringConvertible {
  let description: String
}

/// The agent's tools over HTTP, from a server that is a process of its own.
final class Library: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let address: URL

  /// Starts the server; the first line that it prints is its address. It gets this environment, and so records into the same directory.
  init(server: URL, python: String) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, server.path]
    process.environment = Tracewire.injectEnvironment(ProcessInfo.processInfo.environment)
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var said = Data()
    while !said.contains(10), case let chunk = output.fileHandleForReading.availableData, !chunk.isEmpty { said += chunk }
    let line = String(decoding: said.prefix { $0 != 10 }, as: UTF8.self)
    guard !line.isEmpty, let address = URL(string: line) else { throw ToolError(description: "the server has ended") }
    self.address = address
  }

  /// Calls a tool: a step of this trace. The headers name it, so the server's own step is below it.
  func call(_ name: String, _ arguments: Value) async throws -> Value {
    try await Tracewire.span(name, kind: .tool, input: arguments) { span in
      var request = URLRequest(url: address.appendingPathComponent("tools/\(name)"))
      request.httpMethod = "POST"
      request.httpBody = Data(try Tracewire.encode(arguments))
      for (header, value) in Tracewire.inject() { request.setValue(value, forHTTPHeaderField: header) }
      let (body, _) = try await URLSession.shared.data(for: request)
      let answer = try Tracewire.decode(Array(body))
      if let error = answer["error"]?.text { throw ToolError(description: error) }
      let found = answer["result"] ?? .null
      span.setOutput(found)
      return found
    }
  }

  /// Lets the server end: it does when its standard input does.
  func close() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
