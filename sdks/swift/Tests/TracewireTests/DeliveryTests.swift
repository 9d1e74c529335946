import Foundation
import Testing
import Tracewire
import TracewireTesting

/// What stands between a journal and where it goes.
@Suite(.timeLimit(.minutes(1))) struct DeliveryTests {
  /// Records a step and flushes until a code is there, each time for a short while: on a busy machine that may be over before anything began.
  private func errors(_ exporter: any Exporter, until code: String, in folder: Folder = Folder()) async throws -> FlushReport {
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [exporter]))
    client.span("one") { _ in }
    var report: FlushReport
    repeat { report = try await client.flush(timeout: .milliseconds(200)) } while report.errors[code] == nil
    try await client.shutdown(timeout: .zero)
    return report
  }

  @Test func aServerThatDoesNotAnswer() async throws {
    // Listens, and never says a word.
    let gate = DispatchSemaphore(value: 0)
    let server = try Server { _, _ in
      gate.wait()
      return Server.Answer()
    }
    let report = try await errors(HTTPExporter(server.url, timeout: .milliseconds(50)), until: "http_timeout")
    #expect(report.pending == 2)
    for _ in 0..<1000 { gate.signal() }
    server.stop()
  }

  @Test func anAnswerThatBreaksOff() async throws {
    let server = try Server { number, _ in Server.Answer(body: "yes", breaksOff: number == 0) }
    let report = try await errors(HTTPExporter(server.url, timeout: longest), until: "connection")
    #expect(report.errors["connection"] == 1)
    server.stop()
  }

  @Test func aServerThatLeadsElsewhere() async throws {
    let circle = try Server { _, _ in Server.Answer(status: 308, headers: ["Location": "/again"]) }
    let report = try await errors(HTTPExporter(circle.url, timeout: longest), until: "http_redirect")
    #expect(report.pending == 2)
    #expect(circle.requests.count >= 6)
    circle.stop()
    let file = try Server { _, _ in Server.Answer(status: 307, headers: ["Location": "file:///etc/passwd"]) }
    #expect(try await errors(HTTPExporter(file.url, timeout: longest), until: "http_redirect").pending == 2)
    file.stop()
  }

  @Test func aKeyIsNotTakenToAnotherHost() async throws {
    let other = try Server()
    let first = try Server { _, _ in Server.Answer(status: 307, headers: ["Location": other.url.absoluteString]) }
    let folder = Folder()
    let exporter = HTTPExporter(first.url, authorize: { ["Authorization": "Bearer k"] }, timeout: longest)
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [exporter]))
    client.span("one") { _ in }
    #expect(try await client.shutdown(timeout: longest).sent == 2)
    #expect(first.requests.first?.headers["authorization"] == "Bearer k")
    #expect(try #require(other.requests.first).headers["authorization"] == nil)
    first.stop()
    other.stop()
  }

  @Test func anAddressThatIsNone() async throws {
    let folder = Folder()
    let exporter = HTTPExporter(try #require(URL(string: "ftp://127.0.0.1/x")))
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [exporter]))
    client.span("one") { _ in }
    #expect(try await client.shutdown(timeout: longest).dropped == ["http_url": 2])
  }

  @Test func whatIsTooMuchIsHalved() async throws {
    let server = try Server { _, request in
      Server.Answer(status: request.body.filter { $0 == 10 }.count > 1 ? 413 : 200)
    }
    let folder = Folder()
    let exporter = HTTPExporter(server.url, isCompressed: false, timeout: longest)
    let limits = ["envelope_events": 2]
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [exporter], limits: limits))
    for index in 0..<4 { client.span("\(index)") { _ in } }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.sent == 8)
    #expect(report.dropped.isEmpty)
    #expect(server.requests.count > 2)
    server.stop()
  }

  @Test func aWaitOfLessThanASecondIsOne() async throws {
    let begin = ContinuousClock.now
    let folder = Folder()
    let collector = Collector([RetryLater(code: "soon", after: .milliseconds(300))])
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [collector]))
    client.span("one") { _ in }
    #expect(try await client.flush(timeout: longest).sent == 2)
    // Never earlier, however slow the machine is.
    #expect(ContinuousClock.now - begin >= .milliseconds(300))
    try await client.shutdown(timeout: longest)
  }

  @Test func aFolderThatGoesWhileItIsDelivered() async throws {
    struct Destroyer: Exporter {
      let name = "destroyer"
      let folder: Folder
      func export(_ batch: Batch) async throws {
        try FileManager.default.removeItem(atPath: folder.path)
        try Data().write(to: URL(fileURLWithPath: folder.path))
      }
    }
    let folder = Folder()
    let client = try Client(
      Configuration(service: "test", dir: folder.path, mode: .local, exporters: [Destroyer(folder: folder)]))
    client.span("one") { _ in }
    // What was delivered cannot be noted, and what comes next cannot be read.
    let report = try await client.flush(timeout: longest)
    #expect(report.ownErrors == ["acknowledgement_lost": 1, "journals_unreadable": 1])
    #expect(report.written == 2)
    #expect(report.sent == 2)
    try await client.shutdown(timeout: longest)
  }
}
