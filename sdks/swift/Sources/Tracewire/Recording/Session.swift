// Unchecked, as its class above is; all that it adds never changes.
/// A run of an agent: made by `session`, flushed when it is left. It is a step.
///
/// Its steps find it from anywhere: below the current step if that is part of the run, else directly below the run.
public final class Session: Span, @unchecked Sendable {
  /// Which agent it is.
  public var agentId: String? { details.withLock { $0.agentId } }
  /// The conversation that the run belongs to.
  public var sessionId: String? { details.withLock { $0.sessionId } }
  /// Who the run is for.
  public var userId: String? { details.withLock { $0.userId } }
  private let details = Locked<(agentId: String?, sessionId: String?, userId: String?)>((nil, nil, nil))

  func tell(_ agentId: String?, _ options: SpanOptions?) {
    details.withLock { $0 = (agentId, options?.sessionId, options?.userId) }
  }

  /// For a person: the conversation or agent, and the run's id.
  public override var description: String { "<tracewire.Session \(sessionId ?? agentId ?? "") \(spanId)>" }

  /// A step of the agent itself, such as a plan: kind `step`.
  @discardableResult
  public func agentStep<Result>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .step, input, attributes, options, above: inside, make: Span.init).running(work)
  }

  /// A step that executes a tool: kind `tool`.
  @discardableResult
  public func toolCall<Result>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .tool, input, .ofTool(name, attributes), options, above: inside, make: Span.init).running(work)
  }

  /// A step that asks a model: kind `llm`.
  @discardableResult
  public func llmCall<Result>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .llm, input, attributes, options, above: inside, make: Span.init).running(work)
  }

  /// A step that yields chunks; see `Client.stream`. It ends by `end`.
  public func stream(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Stream {
    opened.begin(name, .stream, input, attributes, options, above: inside, make: Stream.init)
  }

  /// The place of a step of this run: elsewhere there is no current step, or one of another run.
  private var inside: Place {
    switch Place.here {
    case .span(let span): span.traceId == traceId ? .span(span) : .span(self)
    // Somebody attached a context on purpose.
    case .remote(let context): .remote(context)
    case .correlated, .nowhere: .span(self)
    }
  }
}

extension Client {
  /// Runs work as a run of an agent: a step of kind `agent`, a root or below the current step. It is current inside, ends when the work
  /// returns or throws, and what was recorded is delivered then.
  ///
  /// ```swift
  /// try await client.session("researcher", options: SpanOptions(sessionId: "chat-7")) { run in
  ///   try await run.toolCall("search", input: query) { _ in try await search(query) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - agentId: which agent it is: `gen_ai.agent.id`.
  ///   - name: what the run is called; the agent's id by default.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: who it is for, and in which conversation.
  ///   - flushTimeout: the longest that the flush at the end may take.
  ///   - isolation: the caller's actor, where the work runs.
  ///   - work: is given the run.
  @discardableResult
  public func session<Result>(
    _ agentId: String? = nil, name: String? = nil, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    flushTimeout: Duration = .seconds(5), isolation: isolated (any Actor)? = #isolation, _ work: (Session) async throws -> Result
  ) async rethrows -> Result {
    let run = startSession(agentId, name: name, input: input, attributes: attributes, options: options)
    do {
      let result = try await run.running(work)
      _ = await openedAlready?.flush(timeout: flushTimeout)
      return result
    } catch {
      _ = await openedAlready?.flush(timeout: flushTimeout)
      throw error
    }
  }

  /// Begins a run of an agent without making it current; see `session`. It ends by `end`.
  public func startSession(
    _ agentId: String? = nil, name: String? = nil, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Session {
    var facts = Attributes()
    if let agentId { facts.set("gen_ai.agent.id", agentId) }
    if let attributes { facts.merge(attributes) }
    let run = opened.begin(name ?? agentId ?? "session", .agent, input, facts, options, make: Session.init)
    run.tell(agentId, options)
    return run
  }
}

extension Tracewire {
  /// Runs work as a run of an agent; see `Client.session`.
  @discardableResult
  public static func session<Result>(
    _ agentId: String? = nil, name: String? = nil, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    flushTimeout: Duration = .seconds(5), isolation: isolated (any Actor)? = #isolation, _ work: (Session) async throws -> Result
  ) async rethrows -> Result {
    try await client.session(
      agentId, name: name, input: input, attributes: attributes, options: options, flushTimeout: flushTimeout, work)
  }

  /// Begins a run of an agent without making it current; see `Client.startSession`.
  public static func startSession(
    _ agentId: String? = nil, name: String? = nil, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Session {
    client.startSession(agentId, name: name, input: input, attributes: attributes, options: options)
  }
}
