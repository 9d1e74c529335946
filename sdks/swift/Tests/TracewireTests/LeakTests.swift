import Tracewire
import TracewireTesting
import XCTest

/// Runs by itself, before the other tests: what is counted here is the process's.
final class LeakTests: XCTestCase {
  func testEveryRecorderIsLetGoOf() async throws {
    XCTAssertEqual(liveRecorders, 0)
    for index in 0..<5 {
      let folder = Folder()
      let client = try Client(Configuration(dir: folder.path, mode: index % 2 == 0 ? .background : .inline, exporters: [Collector()]))
      await client.span("one") { span in
        await Task.yield()
        span.setOutput(index)
      }
      client.stream("two").chunk("left open")
      try await client.shutdown(timeout: longest)
      let recorded = try recording { _ in Tracewire.span("three") { _ in } }
      XCTAssertEqual(recorded.spans.count, 1)
    }
    // A task that was delivering may hold one for a moment longer.
    let deadline = ContinuousClock.now + longest
    while liveRecorders > 0, ContinuousClock.now < deadline { await Task.yield() }
    XCTAssertEqual(liveRecorders, 0)
  }
}
