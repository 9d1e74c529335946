import Foundation
import Testing
import Tracewire
import TracewireTesting

@Suite struct RunTests {
  @Test func aSessionIsARun() async throws {
    let recorded = try await recording { _ in
      let found = await Tracewire.session("researcher", options: SpanOptions(sessionId: "chat-7", userId: "u1")) { run in
        #expect(run.agentId == "researcher")
        let client = Tracewire.client
        await Task.detached {
          _ = client
          await run.toolCall("search", input: "otters") { $0.setOutput(["Lutra"]) }
        }.value
        return await run.llmCall("chat") { _ in 42 }
      }
      #expect(found == 42)
    }
    let spans = recorded.spans
    #expect(spans.map { $0["kind"] } == ["agent", "tool", "llm"])
    #expect(spans[0]["name"] == "researcher")
    #expect(spans[0]["session_id"] == "chat-7")
    #expect(spans[0]["attributes"] == ["gen_ai.agent.id": "researcher"])
    #expect(spans[1]["parent_id"] == spans[0]["span_id"])
    #expect(spans[1]["attributes"] == ["gen_ai.tool.name": "search"])
    #expect(spans[2]["parent_id"] == spans[0]["span_id"])
  }

  @Test func shorthandsRecordWhatComesOut() async throws {
    let recorded = try await recording { _ in
      let hits = await Tracewire.tool("search", input: "otters") {
        await Task.yield()
        return ["Lutra lutra"]
      }
      #expect(hits == ["Lutra lutra"])
      Tracewire.agent("plan") {}
      #expect(Tracewire.llm("chat", input: "hi") { "hello" } == "hello")
    }
    let spans = recorded.spans
    #expect(spans.map { $0["kind"] } == ["tool", "agent", "llm"])
    #expect(spans[0]["output"] == ["Lutra lutra"])
    #expect(spans[1]["output"] == nil)
    #expect(spans[2]["output"] == "hello")
  }

  @Test func chunksKeepTheirOrder() async throws {
    let recorded = try await recording { _ in
      await Tracewire.stream("answer", kind: .llm) { stream in
        for index in 0..<200 { stream.chunk("\(index) ") }
      }
    }
    let span = recorded.spans[0]
    let events = span["events"]?.list ?? []
    // On a busy machine a tenth of a second passes between some of them, never between most.
    #expect(events.count < 100)
    #expect(events[0]["chunks"] == ["0 "])
    let chunks = events.flatMap { $0["chunks"]?.list ?? [] }.compactMap(\.text)
    #expect(chunks == (0..<200).map { "\($0) " })
    #expect(span["output"]?.text == (0..<200).map { "\($0) " }.joined())
    #expect((span["time_to_first_chunk_nanos"]?.int ?? -1) >= 0)
  }

  @Test func eventsOfAStreamKeepTheirNames() throws {
    let recorded = try recording { _ in
      let stream = Tracewire.stream("mixed")
      stream.event("chunk", ["text": "a"])
      stream.event("chunk", ["text": "b"])
      stream.event("tool", ["name": "t"])
      stream.chunk(nil)
      stream.end()
    }
    let events = recorded.spans[0]["events"]?.list ?? []
    #expect(events.compactMap { $0["name"]?.text } == ["chunk", "chunk", "tool", "chunk"])
    #expect(recorded.spans[0]["output"] == nil)
  }

  @Test func whatAValueDoesMayBeACallOfItsStep() throws {
    final class Talkative: TracewireRecordable, @unchecked Sendable {
      let stream: Tracewire.Stream
      init(_ stream: Tracewire.Stream) { self.stream = stream }
      deinit { stream.set("gone", true) }
      var tracewireValue: Any? {
        stream.chunk("inner")
        stream.set("read", true)
        return Tracewire.span("inner") { _ in "talk" }
      }
    }
    let recorded = try recording { _ in
      let stream = Tracewire.stream("outer")
      stream.chunk(Talkative(stream))
      stream.set("x", Talkative(stream))
      stream.set("x", 1)
      stream.setOutput(Talkative(stream))
      stream.setOutput("out")
      stream.end()
    }
    let span = recorded.spans[0]
    #expect(span["attributes"] == ["gone": true, "read": true, "x": 1])
    #expect(span["output"] == "out")
    #expect(span["events"]?.list?.flatMap { $0["chunks"]?.list ?? [] } == ["talk", "inner"])
    #expect(recorded.spans.count == 2)
  }

  @Test func aSequenceIsAStep() async throws {
    let recorded = try await recording { _ in
      await Tracewire.span("outer") { _ in
        let numbers = AsyncStream<Int> { continuation in
          for number in 1...3 { continuation.yield(number) }
          continuation.finish()
        }
        var sum = 0
        let traced = numbers.map { number in
          Tracewire.span("upstream \(number)") { _ in number }
        }.traced("numbers")
        for await number in traced {
          Tracewire.span("consumer \(number)") { _ in }
          sum += number
        }
        #expect(sum == 6)
      }
    }
    let spans = recorded.spans
    let (outer, stream) = (spans[0], spans.first { $0["name"] == "numbers" })
    for span in spans where span["name"]?.text?.hasPrefix("upstream") == true {
      #expect(span["parent_id"] == stream?["span_id"])
    }
    for span in spans where span["name"]?.text?.hasPrefix("consumer") == true {
      #expect(span["parent_id"] == outer["span_id"])
    }
    #expect(stream?["status"] == "ok")
    #expect(stream?["events"]?.list?.flatMap { $0["chunks"]?.list ?? [] } == [1, 2, 3])
  }

  @Test func aSequenceEndsWithItsReader() async throws {
    let recorded = try await recording { _ in
      let failing = AsyncThrowingStream<String, any Error> { continuation in
        continuation.yield("a")
        continuation.finish(throwing: Refused())
      }
      await #expect(throws: Refused.self) { for try await _ in failing.traced("fails") {} }
      let endless = AsyncStream<Int> { $0.yield(1) }
      for await _ in endless.traced("left") { break }
    }
    #expect(recorded.spans.map { $0["status"] } == ["error", "cancelled"])
    #expect(recorded.spans[0]["exception"]?["type"] == "Refused")
  }

  @Test func pointsHaveTheirPlaces() async throws {
    let recorded = try await recording { _ in
      Tracewire.span("outer") { span in
        let asked = Tracewire.event("asked", ["order.id": 17], data: ["q": "why"], kind: .task)
        #expect(asked?.traceId == span.traceId)
        Tracewire.event("answered", parent: asked.map { .context($0.context) })
        Tracewire.log("slow", level: .warning, ["ms": 12], logger: "db")
        Tracewire.metric("queue", 12)
        Tracewire.metric("tokens", .counter(5), unit: "{token}")
        Tracewire.metric("duration", .histogram([1, 5, 9], buckets: [5, 8]), unit: "ms")
        let id = Tracewire.feedback(0.5, name: "helpful", comment: "fine")
        Tracewire.feedback(true, target: .trace(span.traceId), supersedes: id)
      }
      let report = try await Tracewire.flush()
      #expect(report.ownErrors.isEmpty)
    }
    let points = recorded.events.filter { $0["type"]?.text?.hasPrefix("span") == false }
    #expect(points.map { $0["type"] } == ["event", "event", "log", "metric", "metric", "metric", "feedback", "feedback"])
    #expect(points[0]["body"] == ["attributes": ["order.id": 17], "data": ["q": "why"], "name": "asked"])
    #expect(points[0]["kind"] == "task")
    #expect(points[1]["parent_id"] == points[0]["span_id"])
    #expect(points[2]["body"] == ["attributes": ["ms": 12], "level": "warning", "logger": "db", "message": "slow"])
    #expect(points[3]["body"] == ["instrument": "gauge", "name": "queue", "value": 12])
    #expect(points[4]["body"]?["temporality"] == "delta")
    #expect(points[5]["body"]?["histogram"] == ["bounds": [5, 8], "count": 3, "counts": [2, 0, 1], "max": 9, "min": 1, "sum": 15])
    #expect(points[6]["body"]?["target"]?["span_id"] == recorded.spans[0]["span_id"])
    #expect(points[7]["body"]?["target"] == ["trace_id": recorded.spans[0]["trace_id"] ?? nil])
  }
}
