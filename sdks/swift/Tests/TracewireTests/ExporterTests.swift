import Foundation
import Testing
import Tracewire
import TracewireTesting

/// Takes batches, and fails as often as it is told.
actor Collector: Exporter {
  nonisolated let name = "collector"
  private var failures: [any Error]
  private(set) var batches: [Batch] = []
  private(set) var isClosed = false
  private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  init(_ failures: [any Error] = []) {
    self.failures = failures
  }

  func export(_ batch: Batch) async throws {
    if !failures.isEmpty { throw failures.removeFirst() }
    batches.append(batch)
    let count = names.count
    for waiter in waiting where waiter.count <= count { waiter.continuation.resume() }
    waiting.removeAll { $0.count <= count }
  }

  /// Comes back when so many steps have begun in what was delivered.
  func waits(for count: Int) async {
    if names.count >= count { return }
    await withCheckedContinuation { waiting.append((count, $0)) }
  }

  func close() async { isClosed = true }

  var names: [String] { batches.flatMap(\.events).compactMap { $0["body"]?["name"]?.text } }
}

@Suite(.timeLimit(.minutes(1))) struct ExporterTests {
  private func client(_ exporter: any Exporter, _ mode: Mode? = nil, _ folder: Folder) throws -> Client {
    try Client(
      Configuration(
        service: "test", dir: folder.path, mode: mode, exporters: [exporter], batching: Batching(maxDelay: .milliseconds(50), minRecords: 1)
      ))
  }

  @Test func deliversAtAFlush() async throws {
    let (folder, collector) = (Folder(), Collector())
    let client = try client(collector, .local, folder)
    client.span("one", input: String(repeating: "x", count: 500)) { _ in }
    #expect(await collector.batches.isEmpty)
    let report = try await client.flush(timeout: longest)
    #expect(report.sent == 2)
    #expect(report.pending == 0)
    #expect(report.exporters["collector"]?.sent == 2)
    #expect(await collector.names == ["one"])
    #expect(await collector.batches[0].events[0]["body"]?["input"]?.text?.count == 500)
    try await client.shutdown(timeout: longest)
    #expect(await collector.isClosed)
  }

  @Test func deliversWhenARunEnds() async throws {
    let (folder, collector) = (Folder(), Collector())
    let client = try client(collector, nil, folder)
    client.span("run") { _ in client.span("inner") { _ in } }
    await collector.waits(for: 2)
    #expect(await collector.names == ["run", "inner"])
    try await client.shutdown(timeout: longest)
  }

  @Test func deliversInTheBackground() async throws {
    let (folder, collector) = (Folder(), Collector())
    let client = try client(collector, .background, folder)
    let span = client.startSpan("open")
    await collector.waits(for: 1)
    #expect(await collector.names == ["open"])
    span.end()
    try await client.shutdown(timeout: longest)
  }

  @Test func triesAgain() async throws {
    let folder = Folder()
    let collector = Collector([RetryLater(code: "http_503", after: .milliseconds(10)), Refused()])
    let client = try client(collector, .local, folder)
    client.span("one") { _ in }
    let report = try await client.flush(timeout: longest)
    #expect(report.ownErrors == ["http_503": 1, "export_failed": 1])
    #expect(await collector.names == ["one"])
    #expect(report.pending == 0)
    try await client.shutdown(timeout: longest)
  }

  @Test func countsWhatIsNeverTaken() async throws {
    let (folder, collector) = (Folder(), Collector([Undeliverable(reason: "http_400")]))
    let client = try client(collector, .local, folder)
    client.span("one") { _ in }
    let report = try await client.flush(timeout: longest)
    #expect(report.dropped == ["http_400": 2])
    #expect(report.pending == 0)
    try await client.shutdown(timeout: longest)
  }

  @Test func aFlushIsBounded() async throws {
    struct Stuck: Exporter {
      let name = "stuck"
      func export(_ batch: Batch) async throws { try await Task.sleep(for: .seconds(3600)) }
    }
    let folder = Folder()
    let client = try client(Stuck(), .local, folder)
    client.span("one") { _ in }
    // On a busy machine the time may be over before the exporter has begun: then nothing is said of it.
    var report: FlushReport
    repeat { report = try await client.flush(timeout: .milliseconds(200)) } while report.ownErrors.isEmpty
    #expect(report.pending == 2)
    #expect(report.ownErrors == ["export_timeout": 1])
    try await client.shutdown(timeout: .zero)
  }

  @Test func writesFiles() async throws {
    let (folder, out) = (Folder(), Folder())
    let client = try Client(
      Configuration(
        service: "test", dir: folder.path, mode: .local,
        exporters: [
          JSONLinesExporter("\(out.path)/all.jsonl"), JSONExporter("\(out.path)/json", indent: 2),
          TOONExporter("\(out.path)/toon", flatten: true),
          CSVExporter("\(out.path)/events.csv"),
        ]))
    client.span("one", kind: .tool, input: ["a", "b"]) { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.ownErrors.isEmpty, "\(report)")
    #expect(report.sent == 2)
    let lines = out.text("all.jsonl").split(separator: "\n").map { Array($0.utf8) }
    #expect(try Envelopes.verify(lines).isComplete)
    let json = try FileManager.default.contentsOfDirectory(atPath: "\(out.path)/json")
    #expect(json.count == lines.count)
    #expect(out.text("json/\(json.sorted()[0])").contains("\n  \"digest\""))
    let toon = try FileManager.default.contentsOfDirectory(atPath: "\(out.path)/toon")
    #expect(out.text("toon/\(toon[0])").contains("span.start"))
    let csv = out.text("events.csv").components(separatedBy: "\r\n")
    #expect(csv[0] == "producer,seq,type,time,trace_id,span_id,parent_id,kind,status,duration_nanos,nonce,body,other")
    #expect(csv.count == 4)
    #expect(try Tracewire.decode(out.text("events.csv"), format: .csv).list?.count == 2)
  }

  @Test func rotatesFiles() async throws {
    let (folder, out) = (Folder(), Folder())
    let client = try client(JSONLinesExporter("\(out.path)/all.jsonl", maxBytes: 1000, keep: 2), .local, folder)
    for index in 0..<5 {
      client.span("\(index)", input: String(repeating: "x", count: 300)) { _ in }
      try await client.flush(timeout: longest)
    }
    try await client.shutdown(timeout: longest)
    #expect(out.names == ["all.jsonl", "all.jsonl.1", "all.jsonl.2"])
  }

  @Test func printsATree() async throws {
    // By an injected clock: each reading is a millisecond later.
    let text = Lines()
    let recorded = try Recording(Script(), Configuration(mode: .local, exporters: [ConsoleExporter { text.add($0) }]))
    let client = recorded.client
    client.span("answer", kind: .agent) { _ in
      try? client.span("search", kind: .tool) { _ in throw Refused() }
      client.log("slow\u{1b}[2J", level: .warning)
      client.span("chat", kind: .llm) { $0.usage(Usage(inputTokens: 120, outputTokens: 30)) }
    }
    let open = client.startSpan("open")
    let first = try await client.flush(timeout: longest)
    #expect(first.pending == 0)
    open.end()
    try await client.shutdown(timeout: longest)
    recorded.end()
    #expect(
      text.all == [
        "agent answer 6 ms", "  tool search 1 ms error", "    ! Refused: no", "  warning: slow\u{fffd}[2J", "  llm chat 1 ms 120+30 tokens",
        "step open …", "step open 1 ms",
      ])
  }

  @Test func sendsByHttp() async throws {
    let folder = Folder()
    let server = try Server()
    let url = URL(string: "http://u:p@127.0.0.1:\(server.port)/v1/envelopes?key=1")!
    let exporter = HTTPExporter(url, headers: ["X-A": "b"], timeout: longest)
    #expect(exporter.name == "http:http://127.0.0.1:\(server.port)/v1/envelopes")
    let client = try client(exporter, .local, folder)
    client.span("one", input: String(repeating: "x", count: 2000)) { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.sent == 2, "\(report)")
    let request = try #require(server.requests.first)
    #expect(request.line == "POST /v1/envelopes?key=1 HTTP/1.1")
    #expect(request.headers["x-a"] == "b")
    #expect(request.headers["authorization"] == "Basic dTpw")
    #expect(request.headers["content-type"] == "application/x-ndjson")
    #expect(request.headers["content-encoding"] == "gzip")
    #expect(request.body.prefix(2) == [0x1f, 0x8b])
    #expect(request.body.count < 2000)
    server.stop()
  }

  @Test func keepsToWhatAServerSays() async throws {
    let folder = Folder()
    let server = try Server { number, request in
      switch number {
      case 0: Server.Answer(status: 503, headers: ["Retry-After": "0"])
      case 1: Server.Answer(status: 307, headers: ["Location": "/elsewhere"])
      default: Server.Answer()
      }
    }
    let client = try client(HTTPExporter(server.url, isCompressed: false, timeout: longest), .local, folder)
    client.span("one") { _ in }
    let report = try await client.flush(timeout: longest)
    #expect(report.ownErrors == ["http_503": 1])
    #expect(report.sent == 2)
    #expect(server.requests.map(\.line).last == "POST /elsewhere HTTP/1.1")
    let last = try #require(server.requests.last)
    #expect(try Envelopes.verify([Array(last.body.dropLast())]).isSound)
    try await client.shutdown(timeout: longest)
    server.stop()
  }

  @Test func dropsWhatAServerRefuses() async throws {
    let folder = Folder()
    let server = try Server { _, _ in Server.Answer(status: 400, body: "no\nsuch thing") }
    let client = try client(HTTPExporter(server.url, timeout: longest), .local, folder)
    client.span("one") { _ in }
    let report = try await client.flush(timeout: longest)
    #expect(report.dropped == ["http_400": 2])
    try await client.shutdown(timeout: .zero)
    server.stop()
  }

  @Test func waitsForWhoeverIsAway() async throws {
    let folder = Folder()
    let server = try Server()
    server.stop()
    let client = try client(HTTPExporter(server.url, timeout: longest), .local, folder)
    client.span("one") { _ in }
    var report: FlushReport
    repeat { report = try await client.flush(timeout: .milliseconds(200)) } while report.errors["connection"] == nil
    #expect(report.pending == 2)
    try await client.shutdown(timeout: .zero)
  }
}
