import Foundation
import Testing
import Tracewire
import TracewireTesting

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite struct HTTPStepTests {
  @Test func aRequestIsAStep() async throws {
    let server = try Server { number, _ in Server.Answer(status: number == 0 ? 200 : 404, body: "hello") }
    let recorded = try await recording { _ in
      try await Tracewire.span("outer") { _ in
        var request = URLRequest(url: URL(string: "http://u:p@127.0.0.1:\(server.port)/a?key=secret")!)
        request.httpMethod = "PUT"
        let (data, _) = try await URLSession.shared.tracedData(for: request)
        #expect(String(decoding: data, as: UTF8.self) == "hello")
        _ = try await URLSession.shared.tracedData(from: server.url)
      }
    }
    server.stop()
    let spans = recorded.spans
    #expect(spans.map { $0["kind"] } == ["step", "http", "http"])
    #expect(spans[1]["name"] == "PUT")
    #expect(spans[1]["attributes"]?["url.full"]?.text == "http://127.0.0.1:\(server.port)/a")
    #expect(spans[1]["attributes"]?["http.response.status_code"] == 200)
    #expect(spans[1]["attributes"]?["server.port"] == .int(server.port))
    #expect(spans[1]["parent_id"] == spans[0]["span_id"])
    #expect(spans[2]["status"] == "error")
    #expect(spans[2]["attributes"]?["error.type"] == "404")
    let (traceId, spanId) = (spans[1]["trace_id"]?.text ?? "", spans[1]["span_id"]?.text ?? "")
    #expect(server.requests.first?.headers["traceparent"] == "00-\(traceId)-\(spanId)-01")
  }

  @Test func nobodyThereIsAnError() async throws {
    let server = try Server()
    server.stop()
    let recorded = try await recording { _ in
      await #expect(throws: (any Error).self) { try await URLSession.shared.tracedData(from: server.url) }
    }
    #expect(recorded.spans[0]["status"] == "error")
    #expect(recorded.spans[0]["exception"]?["type"]?.text?.isEmpty == false)
  }
}
