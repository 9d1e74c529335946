extension Client {
  /// Tools of MCP as steps, and messages of the Model Context Protocol as events.
  public var mcp: Mcp { Mcp(client: self) }
}

extension Tracewire {
  /// Tools of MCP as steps, and messages of the Model Context Protocol as events.
  public static var mcp: Mcp { Mcp(client: nil) }
}

/// For MCP servers and clients: tools as steps, one trace across both processes, and messages as events.
///
/// Context crosses in the `_meta` of each request, as MCP's own convention has it (SEP-414): `meta()` on the client's side, `toolExecution(meta:)`
/// on the server's.
public struct Mcp: Sendable {
  let client: Client?

  private var recorder: Client { client ?? Tracewire.client }

  /// Messages as events.
  public var events: McpEvents { McpEvents(client: client) }

  /// What stands in the `_meta` of a request that the current step sends: `traceparent`, and `tracestate` where there is one.
  public func meta() -> [String: String] { recorder.inject() }

  /// Records a tool call as an event, for one that is no step; see `callTool` for one that is.
  @discardableResult
  public func logToolCall(
    _ agentId: String? = nil, toolName: String, params: Any? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    events.logRequest(agentId, method: .toolsCall, direction: "sent", toolName: toolName, data: params, options: options)
  }

  /// Runs a server's tool as a step of kind `tool`, below the step that called it in another process.
  ///
  /// ```swift
  /// try await Tracewire.mcp.toolExecution("search", params: arguments, meta: request.meta) { span in
  ///   try await search(arguments)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: the tool.
  ///   - params: its arguments.
  ///   - meta: the request's `_meta`.
  ///   - agentId: whose tool it is: `gen_ai.agent.id`.
  ///   - attributes: further facts.
  ///   - isolation: the caller's actor, where the work runs.
  ///   - work: is given the step.
  @discardableResult
  public func toolExecution<Result>(
    _ name: String, params: Any? = nil, meta: [String: String] = [:], agentId: String? = nil, attributes: Attributes? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async rethrows -> Result {
    let client = recorder
    var options = SpanOptions()
    if let context = client.extract(meta) { options.parent = .context(context) }
    return try await client.opened.begin(name, .tool, params, facts(name, agentId, attributes), options, make: Span.init).running(work)
  }

  /// Runs a client's call of a tool as a step of kind `tool`; the work is given the `_meta` that the request has to carry.
  @discardableResult
  public func callTool<Result>(
    _ name: String, params: Any? = nil, agentId: String? = nil, attributes: Attributes? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (_ span: Span, _ meta: [String: String]) async throws -> Result
  ) async rethrows -> Result {
    let client = recorder
    return try await client.opened.begin(name, .tool, params, facts(name, agentId, attributes), nil, make: Span.init).running { span in
      try await work(span, client.inject())
    }
  }

  private func facts(_ name: String, _ agentId: String?, _ attributes: Attributes?) -> Attributes {
    var facts: Attributes = ["gen_ai.tool.name": name, "mcp.method.name": McpMethod.toolsCall.rawValue]
    if let agentId { facts.set("gen_ai.agent.id", agentId) }
    if let attributes { facts.merge(attributes) }
    return facts
  }
}
