/// The id of a recorded event. It can be the `parent` of what the event causes.
public struct EventId: Sendable, Hashable, CustomStringConvertible {
  /// Trace and id of the event.
  public let context: SpanContext

  /// The id itself, 16 hex digits.
  public var id: String { context.spanId }
  /// The trace, 32 hex digits.
  public var traceId: String { context.traceId }
  /// For a person.
  public var description: String { id }
}

/// How severe a log line is.
public enum Level: String, Sendable, CaseIterable {
  /// Every detail.
  case trace
  /// For whoever looks for a mistake.
  case debug
  /// What goes on.
  case info
  /// What may go wrong.
  case warning
  /// What went wrong.
  case error
  /// What ends the program.
  case fatal
}

/// Who judges.
public enum FeedbackSource: String, Sendable {
  /// Who used the agent.
  case user
  /// Somebody who reviews.
  case human
  /// A language model.
  case model
  /// A program.
  case code
}

/// What feedback is about.
public enum FeedbackTarget: Sendable {
  /// A step.
  case context(SpanContext)
  /// A whole trace, 32 hex digits.
  case trace(String)
  /// The step of a `traceparent`.
  case traceparent(String)
  /// Nothing that has an id.
  case none
}

extension Client {
  /// Records at once something that happened, with a place of its own in the tree.
  ///
  /// ```swift
  /// let asked = client.event("order.asked", ["order.id": id])
  /// client.event("order.answered", parent: asked.map { .context($0.context) })
  /// ```
  ///
  /// - Parameters:
  ///   - name: what happened.
  ///   - attributes: facts about it.
  ///   - data: what was carried.
  ///   - kind: what kind of step it is about.
  ///   - parent: what it belongs to instead of the current step.
  ///   - correlationId: the application's own id of the trace, where there is no step to belong to.
  ///   - sessionId: the conversation that it belongs to.
  /// - Returns: the event's id, which can be the parent of what it causes; `nil` where nothing is recorded.
  @discardableResult
  public func event(
    _ name: String, _ attributes: Attributes? = nil, data: Any? = nil, kind: Kind? = nil, parent: Parent? = nil,
    correlationId: String? = nil, sessionId: String? = nil
  ) -> EventId? {
    let opened = self.opened
    let place = parent.map(opened.place) ?? Place.here
    let state = opened.point(.pointEvent, kind: kind?.rawValue, place: place, correlationId: correlationId) { walker in
      Writing.text(&walker, "name", name)
      Writing.attributes(&walker, attributes, opened.policy)
      Writing.text(&walker, "session_id", sessionId)
      if let data { Writing.content(&walker, "data", data, opened.policy) }
    }
    return state.map { EventId(context: SpanContext($0)) }
  }

  /// Records a log line with the current step.
  ///
  /// - Parameters:
  ///   - message: the line.
  ///   - level: how severe it is.
  ///   - attributes: facts about it.
  ///   - logger: who logs.
  ///   - parent: what it belongs to instead of the current step.
  public func log(
    _ message: String, level: Level = .info, _ attributes: Attributes? = nil, logger: String? = nil, parent: Parent? = nil
  ) {
    let opened = self.opened
    _ = opened.point(.log, place: parent.map(opened.place) ?? Place.here) { walker in
      Writing.content(&walker, "message", message, opened.policy)
      Writing.text(&walker, "level", level.rawValue)
      Writing.text(&walker, "logger", logger)
      Writing.attributes(&walker, attributes, opened.policy)
    }
  }

  /// Records a sample of a counter, a gauge or a histogram.
  ///
  /// ```swift
  /// client.metric("queue.length", 12)
  /// client.metric("http.duration", .histogram([3.5, 7], buckets: [5, 10]), unit: "ms")
  /// ```
  ///
  /// - Parameters:
  ///   - name: what is measured.
  ///   - sample: a gauge's value, or `.counter` or `.histogram`.
  ///   - unit: UCUM, such as `ms` or `{token}`.
  ///   - attributes: what the sample is about.
  ///   - parent: what it belongs to instead of the current step.
  public func metric(_ name: String, _ sample: Sample, unit: String? = nil, _ attributes: Attributes? = nil, parent: Parent? = nil) {
    let opened = self.opened
    _ = opened.point(.metric, place: parent.map(opened.place) ?? Place.here) { walker in
      Writing.text(&walker, "name", name)
      Writing.text(&walker, "unit", unit)
      Writing.attributes(&walker, attributes, opened.policy)
      sample.write(&walker)
    }
  }

  /// Records what somebody thinks of a trace, a step or a session.
  ///
  /// - Parameters:
  ///   - value: the judgement: a number, a boolean or a label.
  ///   - target: what it is about; the current step by default.
  ///   - sessionId: a session that it is about.
  ///   - name: what is judged, such as `helpful`.
  ///   - source: who judges.
  ///   - comment: in words.
  ///   - supersedes: the id of the feedback that this one replaces.
  ///   - feedbackId: an id of one's own.
  /// - Returns: the feedback's id, for the `supersedes` of a later one.
  @discardableResult
  public func feedback(
    _ value: (any Sendable)? = nil, target: FeedbackTarget? = nil, sessionId: String? = nil, name: String? = nil,
    source: FeedbackSource = .user, comment: String? = nil, supersedes: String? = nil, feedbackId: String? = nil
  ) -> String {
    let id = feedbackId ?? Hex.random(8)
    if value == nil && comment == nil { problem("invalid_feedback", "feedback needs a value, a score or a comment") }
    let opened = self.opened
    let about = ids(of: target, sessionId)
    _ = opened.point(.feedback, place: Place.here) { walker in
      Writing.text(&walker, "feedback_id", id)
      Writing.text(&walker, "name", name)
      Writing.value(&walker, "value", value)
      Writing.text(&walker, "source", source.rawValue)
      if !about.isEmpty { Writing.value(&walker, "target", about) }
      Writing.text(&walker, "supersedes", supersedes)
      Writing.text(&walker, "comment", comment)
    }
    return id
  }

  private func ids(of target: FeedbackTarget?, _ sessionId: String?) -> Attributes {
    var ids = Attributes()
    func take(_ context: SpanContext) {
      ids.set("trace_id", context.traceId)
      ids.set("span_id", context.spanId)
    }
    switch target {
    case nil: if sessionId == nil, let here = Place.here.context { take(here) }
    case .context(let context): take(context)
    case .trace(let traceId): ids.set("trace_id", traceId)
    case .traceparent(let header):
      if let context = SpanContext(traceparent: header) {
        take(context)
      } else {
        problem("invalid_target", "not a step, a context, a traceparent or a trace id: \(shown(header))")
      }
    case .some(.none): break
    }
    if let sessionId { ids.set("session_id", sessionId) }
    return ids
  }
}

extension Tracewire {
  /// Records at once something that happened; see `Client.event`.
  @discardableResult
  public static func event(
    _ name: String, _ attributes: Attributes? = nil, data: Any? = nil, kind: Kind? = nil, parent: Parent? = nil,
    correlationId: String? = nil, sessionId: String? = nil
  ) -> EventId? {
    client.event(
      name, attributes, data: data, kind: kind, parent: parent, correlationId: correlationId, sessionId: sessionId)
  }

  /// Records a log line with the current step; see `Client.log`.
  public static func log(
    _ message: String, level: Level = .info, _ attributes: Attributes? = nil, logger: String? = nil, parent: Parent? = nil
  ) {
    client.log(message, level: level, attributes, logger: logger, parent: parent)
  }

  /// Records a sample of a counter, a gauge or a histogram; see `Client.metric`.
  public static func metric(
    _ name: String, _ sample: Sample, unit: String? = nil, _ attributes: Attributes? = nil, parent: Parent? = nil
  ) {
    client.metric(name, sample, unit: unit, attributes, parent: parent)
  }

  /// Records what somebody thinks of a trace, a step or a session; see `Client.feedback`.
  @discardableResult
  public static func feedback(
    _ value: (any Sendable)? = nil, target: FeedbackTarget? = nil, sessionId: String? = nil, name: String? = nil,
    source: FeedbackSource = .user, comment: String? = nil, supersedes: String? = nil, feedbackId: String? = nil
  ) -> String {
    client.feedback(
      value, target: target, sessionId: sessionId, name: name, source: source, comment: comment, supersedes: supersedes,
      feedbackId: feedbackId)
  }
}
