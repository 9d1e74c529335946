import Foundation
import Testing
import Tracewire
import TracewireTesting

@Suite struct ConfigurationTests {
  @Test func saysOnceWhatCannotBeUsed() async throws {
    let (folder, notices) = (Folder(), Lines())
    let client = try Client(
      Configuration(service: "", dir: folder.path, sampling: 2, quotaBytes: -1, onNotice: { notices.add($0) }))
    client.span("one") { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.ownErrors == ["configuration": 3])
    #expect(report.written == 2)
    #expect(notices.all.count == 1, "\(notices.all)")
    #expect(notices.all.first?.contains("sampling = 2.0 (argument): a number from 0 to 1 is expected, such as sampling: 0.1") == true)
  }

  @Test func strictModeThrows() throws {
    let folder = Folder()
    #expect(throws: TracewireError.self) { try Client(Configuration(dir: folder.path, sampling: 2, strict: true)) }
  }

  @Test func captureAndMask() throws {
    let none = try recording(Script(), Configuration(capture: Capture.none)) { _ in
      Tracewire.span("s", input: "in") { $0.setOutput("out") }
    }
    #expect(none.spans[0]["input"] == nil)
    #expect(none.spans[0]["output"] == nil)
    let mask: Mask = { field, value in
      if field == "output" { throw Refused() }
      return field == "input" ? "***" : value
    }
    let masked = try recording(Script(), Configuration(mask: mask)) { _ in
      Tracewire.span("s", input: "in", attributes: ["a": 1]) { $0.setOutput("out") }
    }
    #expect(masked.spans[0]["input"] == "***")
    #expect(masked.spans[0]["output"] == ["$redacted": "mask_failed"])
    #expect(masked.spans[0]["attributes"] == ["a": 1])
  }

  @Test func fieldsAreSwitchedOff() throws {
    let seen = Lines()
    let mask: Mask = { field, value in
      seen.add(field)
      return value
    }
    let capture = Capture(output: false, attributes: false, message: false)
    let recorded = try recording(Script(), Configuration(capture: capture, mask: mask)) { _ in
      Tracewire.span("s", input: "in", attributes: ["a": 1]) { span in
        span.event("found", ["b": 2], data: "crabs")
        span.usage(Usage(inputTokens: 3))
        Tracewire.log("a line", ["c": 3])
        span.setOutput("out")
      }
    }
    let bodies = recorded.events.map { Set(($0["body"]?.members ?? .init()).map(\.key)) }
    #expect(bodies == [["name", "input"], ["name", "data"], ["level"], ["usage"]], "\(bodies)")
    #expect(Set(seen.all) == ["input", "data"])
    #expect(Capture.input == Capture(output: false, chunks: false, data: false))
    #expect(Capture.output == Capture(input: false))
    #expect(Capture.none == Capture(input: false, output: false, chunks: false, data: false))
  }

  @Test func redactsAndSamples() async throws {
    let recorded = try recording(Script(), Configuration(redact: ["password"])) { _ in
      Tracewire.span("s", input: ["password": "x", "user": "y"]) { _ in }
    }
    let envelopes = recorded.envelopes.map { String(decoding: $0, as: UTF8.self) }.joined()
    #expect(!envelopes.contains(#""password":"x""#))
    #expect(envelopes.contains(#""user":"y""#))
    let left = try Recording(Script(), Configuration(sampling: 0))
    left.client.span("s") { _ in }
    let report = try await left.client.flush(timeout: longest)
    #expect(report.written == 0)
    #expect(report.unsampled > 0)
    left.end()
  }

  @Test func rootsSayWhoTheyAreFor() throws {
    let recorded = try recording(Script(), Configuration(sessionId: "chat-7", environment: "test", release: "1.2")) { _ in
      Tracewire.span("root") { _ in Tracewire.span("inner") { _ in } }
      Tracewire.span("own", options: SpanOptions(sessionId: "chat-8", tags: ["a"])) { _ in }
    }
    #expect(recorded.spans[0]["session_id"] == "chat-7")
    #expect(recorded.spans[0]["environment"] == "test")
    #expect(recorded.spans[0]["release"] == "1.2")
    #expect(recorded.spans[1]["session_id"] == nil)
    #expect(recorded.spans[2]["session_id"] == "chat-8")
    #expect(recorded.spans[2]["tags"] == ["a"])
  }

  @Test func switchedOffCostsNothing() async throws {
    let client = try Client(Configuration(disabled: true))
    let result = client.span("one") { span in
      #expect(span.context == nil)
      #expect(span.traceId == String(repeating: "0", count: 32))
      return 1
    }
    #expect(result == 1)
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 0)
    #expect(report.dropped.isEmpty)
  }

  @Test func afterTheEndIsCounted() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path))
    client.span("one") { _ in }
    try await client.shutdown(timeout: longest)
    client.span("two") { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 2)
    #expect(report.dropped == ["closed": 2], "\(report)")
  }

  @Test func aFolderThatCannotBeIsCounted() async throws {
    let (folder, notices) = (Folder(), Lines())
    // A file in the folder's place: a folder that only may not be written to, root could write to all the same.
    try Data().write(to: URL(fileURLWithPath: "\(folder.path)/file"))
    let client = try Client(Configuration(dir: "\(folder.path)/file/below", onNotice: { notices.add($0) }))
    client.span("one") { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 0)
    #expect(report.dropped == ["unwritable": 2])
    #expect(report.ownErrors.isEmpty)
    #expect(notices.all.count == 1)
    #expect(notices.all.first?.hasPrefix("tracewire: tracewire cannot record to \(folder.path)/file/below/") == true, "\(notices.all)")
  }

  @Test func aLibraryOfAnotherReleaseIsNamed() {
    #expect(Library.compared(contract: 1, version: "0.1.0") == nil)
    #expect(
      Library.compared(contract: 2, version: "0.2.0")
        == "the native library is 0.2.0 and speaks contract 2, this package is 0.1.0 and speaks 1: use the library of the same release")
  }

  @Test func aFolderMayVanish() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path))
    client.span("one") { _ in }
    try FileManager.default.removeItem(atPath: folder.path)
    client.span("two") { _ in }
    let report = try await client.shutdown(timeout: longest)
    // Whether the first two were found to be gone as well depends on when the recorder looks.
    #expect(report.written + (report.dropped["vanished"] ?? 0) == 4)
    #expect(report.dropped["vanished"] ?? 0 >= 2)
  }
}
