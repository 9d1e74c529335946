import Foundation
import Testing
import Tracewire
import TracewireTesting

@Suite struct ProcessTests {
  /// Runs the program beside these tests in a folder, by a shell's line; gives what it printed.
  ///
  /// On a thread of its own: who waits for a process on one of Swift's own, of which there are as many as cores, keeps other tests from going on.
  private func run(_ line: String, in folder: Folder) async throws -> Ended {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Swift.Result { try self.wait(for: line, in: folder) }) }
    }
  }

  private struct Ended: Sendable {
    let said: String
    let reason: Process.TerminationReason
  }

  private func wait(for line: String, in folder: Folder) throws -> Ended {
    #if canImport(Darwin)
      let products = Bundle(for: Here.self).bundleURL.deletingLastPathComponent()
    #else
      let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    #endif
    let subject = products.appendingPathComponent("TracewireSubject")
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line.replacingOccurrences(of: "SUBJECT", with: "exec '\(subject.path)'")]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = pipe
    try process.run()
    let said = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Ended(said: String(decoding: said, as: UTF8.self), reason: process.terminationReason)
  }

  private final class Here {}

  @Test func whatWasRecordedSurvivesAKill() async throws {
    let folder = Folder()
    #expect(try await run("SUBJECT dies", in: folder).reason == .uncaughtSignal)
    let left = URL(fileURLWithPath: "\(folder.path)/.tracewire")
    let files = try #require(FileManager.default.enumerator(at: left, includingPropertiesForKeys: nil))
    let journal = try #require(files.compactMap { $0 as? URL }.first { $0.pathExtension == "twj" })
    let sealed = try seal(recover([UInt8](Data(contentsOf: journal))))
    let events = try sealed.envelopes.flatMap { try Tracewire.decode($0, format: .json)["events"]?.list ?? [] }
    #expect(events.map { $0["type"] } == ["span.start", "span.update"])
    #expect(events.first?["body"]?["input"] == "question")
  }

  @Test func aDiskWithoutRoomCostsRecordsThatAreCounted() async throws {
    let done = try await run("ulimit -f 300; SUBJECT fills", in: Folder())
    #expect(done.said == "1000 2000 [\"file_size_limit\"] true\n")
    #expect(done.reason == .exit)
  }

  @Test func whatTheEnvironmentHasWrongIsThrownByTheFirstFlush() async throws {
    let folder = Folder()
    let strict = "TRACEWIRE_STRICT=1 TRACEWIRE_SAMPLING=7 SUBJECT strict"
    #expect(try await run(strict, in: folder).said == "configuration\n2\n")
    #expect(try await run("TRACEWIRE_SAMPLING=7 SUBJECT strict", in: folder).said == "nothing\n2\n")
    let exporters = "TRACEWIRE_STRICT=1 TRACEWIRE_EXPORTERS=pigeon SUBJECT strict"
    #expect(try await run(exporters, in: folder).said == "configuration\n2\n")
  }

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
    let report = try await client.shutdown(timeout: longest)
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
      try await client.shutdown(timeout: longest)
    }
    // Whether the native half's goes with it is what LeakTests count: other tests' recorders live beside this one.
    #expect(gone == nil)
  }

  @Test func replacingAConfigurationClosesTheOneBefore() async throws {
    let (one, two) = (Folder(), Folder())
    let client = try Client(Configuration(dir: one.path))
    let open = client.startSpan("a")
    #expect(client.stats.directory == one.path)
    let producer = client.stats.producer
    try client.configure(Configuration(dir: two.path))
    client.span("b") { _ in }
    #expect(client.stats.directory == two.path)
    #expect(client.stats.producer != producer)
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 2)
    open.end()
  }
}
