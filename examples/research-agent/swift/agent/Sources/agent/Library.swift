import Foundation
import Tracewire

/// What a tool said when it failed.
struct ToolError: Error, CustomStringConvertible {
  let description: String
}

/// A client of an MCP server over standard input and output: as much of the protocol as calling tools takes.
actor Library {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var lastId = 0
  private var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]

  /// Starts the server. It gets this environment, and so records into the same directory and the same trace.
  init(server: URL, python: String) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, server.path]
    process.environment = Tracewire.injectEnvironment(ProcessInfo.processInfo.environment)
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// Agrees on the protocol.
  func connect() async throws {
    let handle = output.fileHandleForReading
    // A thread of its own: reading a pipe blocks.
    Thread.detachNewThread { [self] in
      var rest = Data()
      while case let chunk = handle.availableData, !chunk.isEmpty {
        rest += chunk
        while let end = rest.firstIndex(of: 10) {
          let line = Array(rest[rest.startIndex..<end])
          rest = Data(rest[(end + 1)...])
          Task { await self.received(line) }
        }
      }
      Task { await self.ended() }
    }
    let about: Value = ["name": "research-agent", "version": "1.0.0"]
    _ = try await request("initialize", ["protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": about])
    try send(["jsonrpc": "2.0", "method": "notifications/initialized"])
  }

  /// Calls a tool: a step of this trace, and the server's own step below it.
  func call(_ name: String, _ arguments: Value) async throws -> Value {
    try await Tracewire.mcp.callTool(name, params: arguments) { span, meta in
      let meta = Value.map(.init(meta.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) }))
      let result = try await request("tools/call", ["name": .text(name), "arguments": arguments, "_meta": meta])
      if result["isError"] == true { throw ToolError(description: result["content"]?[0]?["text"]?.text ?? "the tool failed") }
      let found = result["structuredContent"]?["result"] ?? .null
      span.setOutput(found)
      return found
    }
  }

  /// Lets the server end.
  func close() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private func request(_ method: String, _ params: Value) async throws -> Value {
    lastId += 1
    let id = lastId
    try send(["jsonrpc": "2.0", "id": .int(id), "method": .text(method), "params": params])
    let answer = try await withCheckedThrowingContinuation { waiting[id] = $0 }
    if let error = answer["error"] { throw ToolError(description: error["message"]?.text ?? "the request failed") }
    return answer["result"] ?? .null
  }

  private func send(_ message: Value) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(try Tracewire.encode(message) + [10]))
  }

  private func received(_ line: [UInt8]) {
    guard let message = try? Tracewire.decode(line), let id = message["id"]?.int else { return }
    waiting.removeValue(forKey: id)?.resume(returning: message)
  }

  private func ended() {
    for continuation in waiting.values { continuation.resume(throwing: ToolError(description: "the server has ended")) }
    waiting.removeAll()
  }
}
