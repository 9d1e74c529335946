import Foundation

#if canImport(Glibc)
  import Glibc
#endif

#if canImport(Glibc)
  private let noSignal = Int32(MSG_NOSIGNAL)
#else
  private let noSignal: Int32 = 0
#endif

/// A server on the loopback interface that answers each request as it is told.
///
/// Unchecked: what was seen is touched behind the lock alone; nothing else changes.
final class Server: @unchecked Sendable {
  struct Request: Sendable {
    let line: String
    let headers: [String: String]
    let body: [UInt8]
  }

  struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body = ""
    /// Ends the connection before all of the body was sent.
    var breaksOff = false
  }

  let port: Int
  private let socket: Int32
  private let lock = NSLock()
  private var seen: [Request] = []
  private let answer: @Sendable (Int, Request) -> Answer

  var url: URL { URL(string: "http://127.0.0.1:\(port)/v1/envelopes")! }
  var requests: [Request] { lock.withLock { seen } }

  /// - Parameter answer: is given the number of the request, from 0, and the request.
  init(_ answer: @escaping @Sendable (Int, Request) -> Answer = { _, _ in Answer() }) throws {
    self.answer = answer
    #if canImport(Glibc)
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = self.socket
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, address, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0, let self else {
          close(socket)
          return
        }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  func stop() {
    // Whoever accepts closes it: its number may be another server's at once.
    shutdown(socket, Int32(SHUT_RDWR))
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var buffer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      while let request = Self.take(&buffer) {
        let number = lock.withLock {
          seen.append(request)
          return seen.count - 1
        }
        let answer = self.answer(number, request)
        var text = "HTTP/1.1 \(answer.status) X\r\nContent-Length: \(answer.body.utf8.count + (answer.breaksOff ? 1 : 0))\r\n"
        for (name, value) in answer.headers { text += "\(name): \(value)\r\n" }
        let bytes = Array((text + "\r\n" + answer.body).utf8)
        _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, noSignal) }
        if answer.breaksOff { return }
      }
      let count = recv(connection, &chunk, chunk.count, 0)
      if count <= 0 { return }
      buffer += chunk[..<count]
    }
  }

  private static func take(_ buffer: inout [UInt8]) -> Request? {
    let end = Array("\r\n\r\n".utf8)
    guard buffer.count >= 4, let at = (0...(buffer.count - 4)).first(where: { Array(buffer[$0..<$0 + 4]) == end }) else { return nil }
    let lines = String(decoding: buffer[..<at], as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let length = Int(headers["content-length"] ?? "") ?? 0
    guard buffer.count >= at + 4 + length else { return nil }
    let body = Array(buffer[(at + 4)..<(at + 4 + length)])
    buffer.removeFirst(at + 4 + length)
    return Request(line: lines[0], headers: headers, body: body)
  }
}
