import Testing
import Tracewire
import TracewireTesting

@Test func encodes() throws {
  #expect(String(decoding: try Tracewire.encode(["a": 1.5]), as: UTF8.self) == "{\"a\":1.5}")
}

@Test func recordsAndReadsBack() async throws {
  let recorded = try await recording { _ in
    await Tracewire.span("outer", kind: .agent, input: ["q": "otters"]) { span in
      span.set("n", 1)
      Tracewire.span("inner", kind: .tool, attributes: ["x": 1.5, "t": "é"]) { inner in
        inner.setOutput(["Lutra lutra"])
      }
    }
  }
  #expect(recorded.spans.count == 2)
  let (outer, inner) = (recorded.spans[0], recorded.spans[1])
  #expect(outer["name"] == "outer")
  #expect(outer["kind"] == "agent")
  #expect(outer["input"] == ["q": "otters"])
  #expect(outer["attributes"] == ["n": 1])
  #expect(inner["parent_id"] == outer["span_id"])
  #expect(inner["output"] == ["Lutra lutra"])
  #expect(inner["status"] == "ok")
  #expect(recorded.envelopes.count == 1)
}
