import Foundation
import Testing
import Tracewire
import TracewireTesting

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct FormatTests {
  @Test func writesAndReads() throws {
    let rows: Value = [["id": 1, "name": "plan"], ["id": 2, "name": "act"]]
    #expect(text(try Tracewire.encode(rows, format: .toon)) == "[2]{id,name}:\n  1,plan\n  2,act")
    #expect(text(try Tracewire.encode(rows, format: .csv)) == "id,name\r\n1,plan\r\n2,act\r\n")
    #expect(text(try Tracewire.encode(rows, format: .jsonl)).split(separator: "\n").count == 2)
    #expect(text(try Tracewire.encode(["a": [1]], options: EncodeOptions(indent: 2))) == "{\n  \"a\": [\n    1\n  ]\n}")
    for format in Format.allCases {
      let bytes = try Tracewire.encode(rows, format: format)
      #expect(try Tracewire.decode(bytes, format: format) == rows, "\(format)")
    }
  }

  @Test func tagsAreWhatTheyStandFor() throws {
    let value = try Tracewire.decode(
      #"{"b":{"$bytes":"AAEC"},"d":{"$decimal":"1.50"},"f":{"$float":"-Infinity"},"i":{"$int":"9007199254740993"},"r":{"$ref":"sha256:00"},"$$x":1}"#
    )
    #expect(value["b"] == .bytes([0, 1, 2]))
    #expect(value["d"] == .decimal("1.50"))
    #expect(value["f"] == .double(-.infinity))
    #expect(value["i"] == .bigInt("9007199254740993"))
    #expect(value["i"]?.int == 9_007_199_254_740_993)
    #expect(value["r"] == .tag(.init([("$ref", "sha256:00")])))
    #expect(value["$x"] == 1)
    let json = text(try Tracewire.encode(value))
    #expect(try Tracewire.decode(json) == value, "\(json)")
    #expect(json.contains(#""r":{"$ref":"sha256:00"}"#))
    #expect(try Tracewire.decode(json, options: DecodeOptions(keepsTags: true))["b"] == ["$bytes": "AAEC"])
  }

  @Test func saysWhatIsWrong() throws {
    do {
      _ = try Tracewire.decode("{\"a\":1,}")
      Issue.record("nothing was thrown")
    } catch let error as FormatError {
      #expect(error.code == "json_syntax")
      #expect(error.offset == 7)
      #expect(error.line == 1)
      #expect(error.message.hasPrefix("line 1, byte 7: "))
    }
  }

  @Test func convertsWithoutValues() throws {
    let json = try Tracewire.convert(Array("id,name\r\n1,plan\r\n".utf8), from: .csv, to: .json)
    #expect(text(json) == #"[{"id":1,"name":"plan"}]"#)
  }

  @Test func envelopesProveAndForget() throws {
    let recorded = try recording { _ in Tracewire.span("s", input: String(repeating: "x", count: 500)) { _ in } }
    let envelope = recorded.envelopes[0]
    #expect(try Envelopes.verify(recorded.envelopes).isComplete)
    let content = try #require(Tracewire.decode(envelope)["content"]?.members?.keys.first)
    let erased = try Envelopes.erase(envelope, contents: [content])
    #expect(text(erased).contains("$erased"))
    #expect(try Envelopes.verify([erased]).isSound)
    let withheld = try Envelopes.withhold(envelope, events: [1])
    #expect(try Envelopes.verify([withheld]).isSound)
    let forged = text(envelope).replacingOccurrences(of: "\"name\":\"s\"", with: "\"name\":\"t\"")
    #expect(try Envelopes.verify([Array(forged.utf8)]).codes == ["digest"])
    #expect(throws: FormatError.self) { try Envelopes.verify([[1, 2, 3]]) }
  }

  @Test func panicsStopAtTheBoundary() {
    do {
      try testingPanic()
      Issue.record("nothing was thrown")
    } catch let error as TracewireError {
      #expect(error.code == "internal")
    } catch {
      Issue.record(error)
    }
  }
}

@Suite struct ValidationTests {
  @Test func saysWhatAnEmitterHasWrong() throws {
    let report = try Tracewire.validate(Array(#"{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}"#.utf8))
    #expect(report.codes.contains("TW0107"), "\(report)")
    let recorded = try recording { _ in Tracewire.span("s") { _ in } }
    let sound = try Tracewire.validate(recorded.envelopes[0], level: .canonical)
    #expect(sound.isValid, "\(sound)")
    try sound.check()
  }
}
