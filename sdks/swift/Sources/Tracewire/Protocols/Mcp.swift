extension Client {
  /// Tools of MCP as steps, and messages of the Model Context Protocol as events.
  public var mcp: McpEvents { McpEvents(client: self) }
}

extension Tracewire {
  /// Tools of MCP as steps, and messages of the Model Context Protocol as events.
  public static var mcp: McpEvents { McpEvents(client: nil) }
}

// For MCP servers and clients: tools as steps, one trace across both processes; messages as events are in the generated part. Context crosses in
// the `_meta` of each request, as MCP's own convention has it (SEP-414).
extension McpEvents {
  private var recorder: Client { client ?? Tracewire.client }

  /// What stands in the `_meta` of a request that the current step sends: `traceparent`, and `tracestate` where there is one.
  public func meta() -> [String: String] { recorder.inject() }

  /// Records a tool call as an event, an `mcp.request` to `tools/call`, for one that is no step; see `callTool` for one that is.
  ///
  /// - Parameters:
  ///   - agentId: whose call it is: `gen_ai.agent.id`.
  ///   - toolName: the tool.
  ///   - params: its arguments.
  ///   - options: what every event can say.
  @discardableResult
  public func logToolCall(
    _ agentId: String? = nil, toolName: String, params: Any? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    let data = present([("name", toolName), ("arguments", params)])
    return logRequest(agentId, method: .toolsCall, toolName: toolName, data: data, options: options)
  }

  /// Records what a tool gave: an `mcp.response` to `tools/call`.
  ///
  /// - Parameters:
  ///   - agentId: whose call it was: `gen_ai.agent.id`.
  ///   - toolName: the tool.
  ///   - result: what it gave.
  ///   - durationMillis: how long it took.
  ///   - options: what every event can say.
  @discardableResult
  public func logToolResult(
    _ agentId: String? = nil, toolName: String, result: Any? = nil, durationMillis: Double? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    logResponse(agentId, method: .toolsCall, toolName: toolName, data: result, options: options.with("duration_ms", durationMillis))
  }

  /// Records that a tool failed: an `mcp.response` with `error.type`.
  ///
  /// - Parameters:
  ///   - agentId: whose call it was: `gen_ai.agent.id`.
  ///   - toolName: the tool.
  ///   - errorCode: what went wrong, as a short code.
  ///   - errorMessage: the same in words.
  ///   - durationMillis: how long it took.
  ///   - options: what every event can say.
  @discardableResult
  public func logToolError(
    _ agentId: String? = nil, toolName: String, errorCode: String = "tool_error", errorMessage: String? = nil,
    durationMillis: Double? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    logResponse(
      agentId, method: .toolsCall, toolName: toolName, errorType: errorCode,
      data: present([("code", errorCode), ("message", errorMessage)]), options: options.with("duration_ms", durationMillis))
  }

  /// Records that a server asks for a completion: `sampling/createMessage`.
  ///
  /// - Parameters:
  ///   - agentId: whose event it is: `gen_ai.agent.id`.
  ///   - prompt: what is asked.
  ///   - model: the model that is wanted: `gen_ai.request.model`.
  ///   - options: what every event can say.
  @discardableResult
  public func logSamplingRequest(
    _ agentId: String? = nil, prompt: Any? = nil, model: String? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    let data = present([("prompt", prompt), ("model", model)])
    return logRequest(
      agentId, method: .samplingCreateMessage, data: data, options: options.with("gen_ai.request.model", model))
  }

  /// Records a completion that a server asked for.
  ///
  /// - Parameters:
  ///   - agentId: whose event it is: `gen_ai.agent.id`.
  ///   - response: what came.
  ///   - model: the model that answered: `gen_ai.response.model`.
  ///   - usage: what it used.
  ///   - options: what every event can say.
  @discardableResult
  public func logSamplingResponse(
    _ agentId: String? = nil, response: Any? = nil, model: String? = nil, usage: Usage? = nil, options: EventOptions = EventOptions()
  ) -> EventId? {
    let counts = usage.map { present([("input_tokens", $0.inputTokens), ("output_tokens", $0.outputTokens)]) }
    let facts = options.with("gen_ai.response.model", model).with("gen_ai.usage.input_tokens", usage?.inputTokens)
      .with("gen_ai.usage.output_tokens", usage?.outputTokens)
    return logResponse(
      agentId, method: .samplingCreateMessage, data: present([("response", response), ("model", model), ("token_usage", counts)]),
      options: facts)
  }

  /// Records an access to a resource, a `resources/…` request.
  ///
  /// - Parameters:
  ///   - agentId: whose access it is: `gen_ai.agent.id`.
  ///   - resourceUri: the resource.
  ///   - accessType: the last part of the method, such as `read` or `subscribe`.
  ///   - options: what every event can say.
  @discardableResult
  public func logResourceAccessed(
    _ agentId: String? = nil, resourceUri: String, accessType: String = "read", options: EventOptions = EventOptions()
  ) -> EventId? {
    logRequest(agentId, method: McpMethod(rawValue: "resources/\(accessType)"), resourceUri: resourceUri, options: options)
  }

  /// The members that are there, in their order.
  private func present(_ members: [(String, Any?)]) -> Value {
    .map(.init(members.compactMap { name, value in value.map { (name, Value($0)) } }))
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

extension EventOptions {
  /// With one more attribute, if it is there; what the program says itself holds.
  fileprivate func with(_ name: String, _ value: (any Sendable)?) -> EventOptions {
    guard let value, attributes?[name] == nil else { return self }
    var options = self
    options.attributes = Attributes([(name, value)]).merging(attributes ?? Attributes())
    return options
  }
}
