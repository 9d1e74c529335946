import Foundation
import Testing
import Tracewire
import TracewireTesting

/// What recording may take, what is left out, and the numbers that say so.
@Suite(.timeLimit(.minutes(1))) struct BoundsTests {
  private static let quota = 262_144
  private static let steps = 1500

  private func full(_ whenFull: WhenFull, _ folder: Folder) throws -> Client {
    let client = try Client(
      Configuration(dir: folder.path, quotaBytes: Self.quota, whenFull: whenFull, blockBound: 0.001, onNotice: { _ in }))
    for _ in 0..<Self.steps { client.span("step", input: String(repeating: "x", count: 200)) { _ in } }
    return client
  }

  @Test func theOldestJournalsGiveWay() async throws {
    let folder = Folder()
    let client = try full(.dropOldest, folder)
    let report = try await client.flush(timeout: longest)
    let stats = client.stats
    try await client.shutdown(timeout: longest)
    #expect(Array(report.dropped.keys) == ["evicted"])
    #expect(report.written + (report.dropped["evicted"] ?? 0) == 2 * Self.steps)
    #expect(stats.quotaBytes == Self.quota)
    #expect((1...Self.quota).contains(stats.bytes))
    #expect(stats.written == report.written)
    #expect(stats.dropped == report.dropped)
  }

  @Test func aCallWaitsForRoomAndNotForEver() async throws {
    let folder = Folder()
    let client = try full(.block, folder)
    let report = try await client.shutdown(timeout: longest)
    #expect(Array(report.dropped.keys) == ["quota"])
    #expect(report.written + (report.dropped["quota"] ?? 0) == 2 * Self.steps)
  }

  @Test func theKindOfTheRootHasAShareOfItsOwn() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path, sampling: Sampling(1, kinds: ["http": 0])))
    client.span("fetch", kind: "http") { _ in client.span("ask", kind: "llm") { _ in } }
    client.span("answer", kind: "agent") { _ in client.span("fetch", kind: "http") { _ in } }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 4)
    #expect(report.unsampled == 4)
  }

  @Test func exportersGetEveryStepAndTheContentOfTheKept() async throws {
    let (folder, collector) = (Folder(), Collector())
    let client = try Client(
      Configuration(dir: folder.path, mode: .local, exporters: [collector], tail: Tail(errors: true, slowerThan: 3600)))
    client.span("fine", input: "hidden") { _ in }
    #expect(throws: Refused.self) { try client.span("broken", input: "shown") { _ in throw Refused() } }
    #expect(client.stats.pending == ["collector": 4])
    let report = try await client.flush(timeout: longest)
    #expect((report.sent, report.pending, report.withheld) == (4, 0, 1))
    #expect(client.stats.pending == ["collector": 0])
    #expect(client.stats.withheld == 1)
    let inputs = await collector.batches.flatMap(\.events).compactMap { $0["body"]?["input"] }
    #expect(inputs.count == 2)
    #expect(inputs.first?["$withheld"] != nil)
    #expect(inputs.last == "shown")
    try await client.shutdown(timeout: longest)
  }

  @Test func rulesThatCannotBeMeantAreSaid() throws {
    for tail in [Tail(share: 2), Tail(slowerThan: -1), Tail(costsOver: "much"), Tail(costsOver: "-1")] {
      let folder = Folder()
      #expect(throws: TracewireError.self) { try Client(Configuration(dir: folder.path, strict: true, tail: tail)) }
    }
  }
}
