import Testing
import Tracewire
import TracewireTesting

@Suite struct ProtocolTests {
  @Test func aToolIsOneTrace() async throws {
    let recorded = try await recording { _ in
      let client = Tracewire.client
      try await Tracewire.mcp.callTool("search", params: ["q": "otters"], agentId: "a") { _, meta in
        // The server's side, which knows nothing of the client's task.
        try await Task.detached {
          try await client.mcp.toolExecution("search", params: ["q": "otters"], meta: meta) { span in
            span.setOutput(["Lutra"])
            try await Task.sleep(for: .milliseconds(1))
          }
        }.value
      }
    }
    let spans = recorded.spans
    #expect(spans.count == 2)
    #expect(spans[1]["parent_id"] == spans[0]["span_id"])
    #expect(spans[0]["attributes"] == ["gen_ai.agent.id": "a", "gen_ai.tool.name": "search", "mcp.method.name": "tools/call"])
  }

  @Test func messagesAreEvents() throws {
    let recorded = try recording { _ in
      Tracewire.span("outer") { _ in
        let id = Tracewire.mcp.logRequest(
          "a", method: .toolsCall, direction: "sent", requestId: "7", toolName: "search", data: ["q": 1],
          options: EventOptions(attributes: ["own": true], errorCode: "late", costAmount: "1e-2"))
        #expect(id != nil)
      }
    }
    let event = recorded.events.first { $0["type"] == "event" }
    #expect(event?["body"]?["name"] == "mcp.request")
    #expect(
      event?["body"]?["attributes"] == [
        "error.type": "late", "gen_ai.agent.id": "a", "gen_ai.tool.name": "search", "jsonrpc.request.id": "7",
        "mcp.method.name": "tools/call",
        "own": true, "tracewire.amount.value": "0.01", "tracewire.protocol.direction": "sent",
      ])
    #expect(event?["body"]?["data"] == ["error_code": "late", "q": 1])
    #expect(event?["parent_id"] == recorded.spans[0]["span_id"])
  }
}

@Suite struct McpEventTests {
  @Test func toolsAndCompletionsAreMessages() throws {
    let recorded = try recording { _ in
      Tracewire.mcp.logToolCall("a", toolName: "search", params: ["q": 1])
      Tracewire.mcp.logToolResult("a", toolName: "search", result: ["Lutra"], durationMillis: 12)
      Tracewire.mcp.logToolError("a", toolName: "search", errorMessage: "no")
      Tracewire.mcp.logSamplingResponse("a", response: "hi", model: "m-1", usage: Usage(inputTokens: 3, outputTokens: 2))
      Tracewire.mcp.logResourceAccessed("a", resourceUri: "file:///x")
    }
    let bodies = recorded.events.map { $0["body"] ?? .null }
    #expect(bodies.map { $0["name"] } == ["mcp.request", "mcp.response", "mcp.response", "mcp.response", "mcp.request"])
    #expect(bodies[0]["data"] == ["name": "search", "arguments": ["q": 1]])
    #expect(bodies[0]["attributes"]?["tracewire.protocol.direction"] == "sent")
    #expect(bodies[1]["attributes"]?["duration_ms"] == 12)
    #expect(bodies[2]["attributes"]?["error.type"] == "tool_error")
    #expect(bodies[2]["data"] == ["code": "tool_error", "message": "no"])
    #expect(bodies[3]["attributes"]?["gen_ai.usage.input_tokens"] == 3)
    #expect(bodies[3]["data"]?["token_usage"] == ["input_tokens": 3, "output_tokens": 2])
    #expect(bodies[4]["attributes"]?["mcp.method.name"] == "resources/read")
  }
}

@Suite struct EventDictionaryTests {
  @Test func namesOfOthersAreUnderstood() throws {
    let recorded = try recording { _ in
      let id = Tracewire.logEvent(
        [
          "event_type": "mcp.tool.error", "agentId": "a", "data": ["tool_name": "search"], "error": ["code": 7], "extra": 1,
          "attributes": ["own": true],
        ])
      Tracewire.logEvent(["name": "answer", "parent_id": .text(id?.id ?? ""), "trace_id": .text(id?.traceId ?? "")])
      Tracewire.logEvent([])
    }
    let events = recorded.events
    #expect(events.count == 2)
    #expect(events[0]["body"]?["name"] == "mcp.response")
    #expect(
      events[0]["body"]?["attributes"] == [
        "error.type": "7", "extra": 1, "gen_ai.agent.id": "a", "gen_ai.tool.name": "search", "mcp.method.name": "tools/call", "own": true,
      ])
    #expect(events[0]["body"]?["data"] == ["tool_name": "search", "error": ["code": 7]])
    #expect(events[1]["parent_id"] == events[0]["span_id"])
  }
}
