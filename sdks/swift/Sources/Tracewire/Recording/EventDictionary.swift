import TracewireNative

extension Client {
  /// Records an event given as one map, by the names that other tools have for it: `event_type`, `agent_id`, `data`, `error`, `parent_id`, …, also in
  /// camelCase. Short names such as `mcp.tool.called` become the registry's events. Other members are kept: plain values as attributes, the rest in
  /// the event's data.
  ///
  /// ```swift
  /// client.logEvent(["event_type": "mcp.tool.called", "agent_id": "a", "data": ["tool_name": "search"]])
  /// ```
  ///
  /// - Parameter event: what happened; what is no map is counted (`invalid_event`).
  /// - Returns: the event's id, for the `parent_id` of others.
  @discardableResult
  public func logEvent(_ event: Value) -> EventId? {
    guard case .map(let members) = event else {
      problem("invalid_event", "an event is an object with attributes in an object, not \(shown(event))")
      return nil
    }
    var dictionary = EventDictionary(self, members)
    return dictionary.record()
  }
}

extension Tracewire {
  /// Records an event given as one map; see `Client.logEvent`.
  @discardableResult
  public static func logEvent(_ event: Value) -> EventId? { client.logEvent(event) }
}

/// An event that is given as one map, while it is taken apart.
private struct EventDictionary {
  private static let camel = [
    "agentId": "agent_id", "correlationId": "correlation_id", "eventType": "event_type", "parentId": "parent_id",
    "parentSpanId": "parent_span_id", "sessionId": "session_id", "spanId": "span_id", "traceId": "trace_id", "userId": "user_id",
  ]
  /// Members of data that are attributes.
  private static let ofData = [
    ("tool_name", "toolName", "gen_ai.tool.name"), ("task_id", "taskId", "a2a.task.id"),
    ("payment_id", "paymentId", "tracewire.ap2.payment.id"),
  ]

  private let client: Client
  private var rest = Value.Members()

  init(_ client: Client, _ members: Value.Members) {
    self.client = client
    for entry in members where !entry.value.isNull { rest[Self.camel[entry.key] ?? entry.key] = entry.value }
  }

  mutating func record() -> EventId? {
    let given = take("attributes")?.members ?? .init()
    let parent = takeParent()
    var name: String?
    for key in ["event_type", "name", "type"] where name == nil && rest[key]?.text != nil { name = take(key)?.text }
    if name == nil {
      client.problem("invalid_event", "an event has no event_type; it is recorded as 'event'")
      name = "event"
    }
    let (correlationId, sessionId, kind) = (takeText("correlation_id"), takeText("session_id"), takeText("kind"))
    var data = take("data")
    var facts = takeFacts(data)
    if let alias = eventAliases[name ?? ""] {
      name = alias.event
      for (key, value) in alias.sets.sorted(by: { $0.key < $1.key }) where facts[key] == nil { facts.set(key, value) }
      if alias.fails && facts["error.type"] == nil { facts.set("error.type", "_OTHER") }
    }
    for entry in given { facts.set(entry.key, entry.value) }
    for entry in rest {
      if isPlain(entry.value) {
        if facts[entry.key] == nil { facts.set(entry.key, entry.value) }
      } else if data == nil {
        data = .map(.init([(entry.key, entry.value)]))
      } else if case .map(var members)? = data, members[entry.key] == nil {
        members[entry.key] = entry.value
        data = .map(members)
      } else if facts[entry.key] == nil {
        facts.set(entry.key, entry.value)
      }
    }
    return client.event(
      name ?? "event", facts, data: data, kind: kind.map { Kind(rawValue: $0) }, parent: parent, correlationId: correlationId,
      sessionId: sessionId)
  }

  private func isPlain(_ value: Value) -> Bool {
    switch value {
    case .list, .map, .tag, .bytes: false
    default: true
    }
  }

  private mutating func take(_ key: String) -> Value? {
    defer { rest[key] = nil }
    return rest[key]
  }

  private mutating func takeText(_ key: String) -> String? {
    take(key)?.text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The attributes that members are, taken out of them.
  private mutating func takeFacts(_ data: Value?) -> Attributes {
    var facts = Attributes()
    for (key, attribute) in [("agent_id", "gen_ai.agent.id"), ("user_id", "user.id")] {
      if let text = takeText(key) { facts.set(attribute, text) }
    }
    switch rest["error"]?["code"] {
    case .text(let code)?: facts.set("error.type", code)
    case .int(let code)?: facts.set("error.type", String(code))
    default: break
    }
    for (snake, camel, attribute) in Self.ofData {
      if let text = (data?[snake] ?? data?[camel])?.text { facts.set(attribute, text) }
    }
    return facts
  }

  /// What the map says that the event belongs to; ids that say nothing valid stay in it.
  private mutating func takeParent() -> Parent? {
    for key in ["parent_id", "parent_span_id", "span_id"] {
      guard let spanId = rest[key]?.text, let traceId = rest["trace_id"]?.text ?? traceIdHere else { continue }
      guard let state = State(traceId: traceId, spanId: spanId, flags: 1) else { continue }
      rest[key] = nil
      rest["trace_id"] = nil
      return .context(SpanContext(state))
    }
    return nil
  }

  /// The trace that an id without one belongs to: the current one, or that of the correlation id.
  private var traceIdHere: String? {
    if let here = Place.here.context { return here.traceId }
    guard let id = Place.here.correlationId ?? rest["correlation_id"]?.text, !id.isEmpty, Library.mismatch == nil else { return nil }
    return Hex.text(TracewireNative.traceIdOf(correlationId: id))
  }
}
