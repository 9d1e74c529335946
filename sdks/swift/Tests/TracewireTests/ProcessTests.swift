import Foundation
import Testing
import Tracewire
import TracewireTesting

@Suite struct ProcessTests {
  @Test func whatADeadProcessLeftIsDelivered() async throws {
    // A client that is let go of without an end leaves its journal, as a process that dies does.
    let folder = Folder()
    do {
      let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [Away()]))
      client.span("left") { _ in }
    }
    let collector = Collector()
    let client = try Client(Configuration(service: "test", dir: folder.path, mode: .local, exporters: [Named(collector)]))
    client.span("mine") { _ in }
    let report = try await client.shutdown()
    #expect(await Set(collector.names) == ["left", "mine"])
    #expect(report.sent == 2)
    #expect(report.exporters["away"]?.recovered == 2)
  }

  private struct Away: Exporter {
    let name = "away"
    func export(_ batch: Batch) async throws { throw RetryLater(code: "away") }
  }

  private struct Named: Exporter {
    let name = "away"
    let to: Collector
    init(_ to: Collector) { self.to = to }
    func export(_ batch: Batch) async throws { try await to.export(batch) }
  }

  @Test func lettingGoOfAClientLetsGoOfItsRecorder() async throws {
    weak var gone: Client?
    do {
      let folder = Folder()
      let client = try Client(Configuration(dir: folder.path))
      client.span("one") { _ in }
      gone = client
      try await client.shutdown()
    }
    #expect(gone == nil)
    #expect(liveRecorders >= 0)
  }

  @Test func replacingAConfigurationClosesTheOneBefore() async throws {
    let (one, two) = (Folder(), Folder())
    let recorded = try Recording()
    let client = try Client(Configuration(dir: one.path))
    client.span("a") { _ in }
    #expect(client.stats.directory == one.path)
    let other = try Client(Configuration(dir: two.path))
    other.span("b") { _ in }
    #expect(other.stats.directory == two.path)
    #expect(other.stats.producer != client.stats.producer)
    try await client.shutdown()
    try await other.shutdown()
    recorded.end()
  }
}
