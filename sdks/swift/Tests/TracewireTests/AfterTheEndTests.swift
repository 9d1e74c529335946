import Foundation
import Testing
import Tracewire
import TracewireTesting

/// Every public object, used after its end: nothing fails, and what is lost is counted.
@Suite struct AfterTheEndTests {
  @Test func aClient() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path))
    try await client.shutdown(timeout: longest)
    client.span("one") { span in  // Two records, as every step is.
      span.set("a", 1)
      #expect(span.context != nil)
    }
    let open = client.startSpan("two")
    open.update(SpanUpdate(attributes: ["a": 1]))
    open.event("happens")
    open.recordException(Refused())
    open.end()
    _ = await client.session("three") { run in run.spanId }
    client.stream("four").end()
    client.event("five")
    client.log("six")
    client.metric("seven", 1)
    client.feedback(1)
    client.logEvent(["event_type": "eight"])
    client.mcp.logToolCall("a", toolName: "nine")
    let manual = client.manual.start(.tool, ["name": "ten"])
    manual.update([:])
    manual.event(["name": "x"])
    #expect(manual.end())
    #expect(!manual.end())
    client.mark()
    client.close()
    #expect(client.inject().isEmpty)
    let report = try await client.flush(timeout: longest)
    #expect(report.written == 0)
    #expect(report.dropped == ["closed": 2 + 5 + 2 + 2 + 6 + 4])
    #expect(try await client.shutdown(timeout: longest) == report)
    #expect(client.stats.dropped == report.dropped)
  }

  @Test func aStep() async throws {
    let recorded = try Recording()
    let span = recorded.client.startSpan("one")
    span.end()
    span.end(Refused())
    span.set("a", 1)
    span.set(["a": 1])
    span.setOutput(1)
    span.setStatus(.error, "late")
    span.setError(Refused())
    span.setError("late")
    span.usage(Usage(inputTokens: 1))
    span.cost("1")
    span.link(span)
    #expect(span.isEnded)
    #expect(span.run { recorded.client.currentSpan?.spanId } == span.spanId)
    let report = try await recorded.client.flush(timeout: longest)
    #expect(report.ownErrors == ["step_ended": 9])
    recorded.end()
    #expect(recorded.spans[0]["status"] == "ok")
    #expect(recorded.events.count == 2)
  }

  @Test func aRun() async throws {
    let recorded = try Recording()
    let run = recorded.client.startSession("agent", options: SpanOptions(sessionId: "chat-7"))
    run.end()
    await run.toolCall("late") { _ in }
    #expect(run.agentId == "agent")
    #expect(run.sessionId == "chat-7")
    recorded.end()
    // A step may begin below one that has ended: another process does so, too.
    #expect(recorded.spans[1]["parent_id"] == recorded.spans[0]["span_id"])
  }

  @Test func aStream() async throws {
    let recorded = try Recording()
    let stream = recorded.client.stream("one")
    stream.chunk("a")
    stream.end()
    stream.chunk("b")
    stream.event("chunk", ["text": "c"])
    let report = try await recorded.client.flush(timeout: longest)
    #expect(report.ownErrors == ["step_ended": 2])
    recorded.end()
    #expect(recorded.spans[0]["output"] == "a")
    #expect(recorded.spans[0]["events"]?.list?.count == 1)
  }

  @Test func aRecording() async throws {
    let recorded = try Recording()
    recorded.client.span("one") { _ in }
    recorded.end()
    recorded.end()
    recorded.client.span("two") { _ in }
    #expect(recorded.spans.map { $0["name"] } == ["one"])
    #expect(!recorded.envelopes.isEmpty)
    let report = try await recorded.client.flush(timeout: longest)
    #expect(report.dropped == ["closed": 2])
  }
}
