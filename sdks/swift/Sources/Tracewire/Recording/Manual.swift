/// Members of an event by the names of the specification, in their order; `nil` is null.
public struct Body: ExpressibleByDictionaryLiteral {
  let members: [(key: String, value: Any?)]

  /// Names and values, in their order.
  public init(dictionaryLiteral elements: (String, Any?)...) {
    members = elements.map { (key: $0.0, value: $0.1) }
  }

  /// - Parameter members: names and values, in their order.
  public init(_ members: [(key: String, value: Any?)] = []) {
    self.members = members
  }

  /// The correlation id where it is a text; anything else is a member like any other.
  fileprivate var correlationId: String? {
    members.first { $0.key == "correlation_id" }?.value as? String
  }

  /// Writes every member as it was given; values of content pass the host's mask.
  fileprivate func write(_ walker: inout Walker, _ policy: Policy, hasCorrelation: Bool) {
    for (name, value) in members {
      if hasCorrelation && name == "correlation_id" { continue }
      switch name {
      case "input", "output", "data", "chunks", "attributes", "message":
        Writing.content(&walker, named: name, value, policy)
      default:
        walker.member(name)
        walker.value(value)
      }
    }
  }
}

/// A step that was started by hand. It ends once, by `end`; it can be the parent of others by its `context`.
public final class ManualStep: Sendable {
  private let opened: Opened
  private let state: State?
  private let isEnded = Locked(false)

  fileprivate init(_ opened: Opened, _ state: State?) {
    self.opened = opened
    self.state = state
  }

  /// The ids of the step; `nil` where recording is switched off.
  public var context: SpanContext? { state.map { SpanContext($0) } }

  /// Records a `span.update`.
  public func update(_ body: Body) {
    if let state { opened.pens?.later(.update, state) { body.write(&$0, opened.policy, hasCorrelation: false) } }
  }

  /// Records a `span.event`.
  public func event(_ body: Body) {
    if let state { opened.pens?.later(.spanEvent, state) { body.write(&$0, opened.policy, hasCorrelation: false) } }
  }

  /// Records the `span.end` with this status.
  ///
  /// - Returns: whether it was the first end: later ones record nothing.
  @discardableResult
  public func end(_ status: Status = .ok, _ body: Body = Body()) -> Bool {
    guard let state,
      isEnded.withLock({ isEnded in
        defer { isEnded = true }
        return !isEnded
      })
    else { return false }
    opened.pens?.later(.end, state, status: status.rawValue) { body.write(&$0, opened.policy, hasCorrelation: false) }
    return true
  }
}

/// Records by hand: `client.manual`, for adapters of other tools, which know parents, kinds and every member themselves.
///
/// What a value becomes is the table of the specification, section 1. The client's `mask`, `capture`, `redact` and `sampling` apply. Where
/// there is no parent, a text as `correlation_id` decides the trace.
public struct Manual: Sendable {
  private let client: Client

  init(_ client: Client) {
    self.client = client
  }

  /// Records a `span.start`.
  ///
  /// - Parameters:
  ///   - kind: from the registry of span kinds.
  ///   - body: its members.
  ///   - parent: the step above; `nil` begins a trace.
  public func start(_ kind: Kind, _ body: Body = Body(), parent: SpanContext? = nil) -> ManualStep {
    let opened = client.opened
    guard let pens = opened.pens else {
      opened.lose()
      return ManualStep(opened, nil)
    }
    let correlationId = body.correlationId
    let state = pens.start(
      kind: kind.rawValue, place: parent?.state, correlationId: correlationId, traceState: parent?.traceState
    ) { body.write(&$0, opened.policy, hasCorrelation: correlationId != nil) }
    return ManualStep(opened, state)
  }

  /// Records an `event`; gives its context, which can be the parent of others.
  @discardableResult
  public func event(_ body: Body, kind: Kind? = nil, parent: SpanContext? = nil) -> SpanContext? {
    point(.pointEvent, body, kind, parent).map { SpanContext($0) }
  }

  /// Records a `log`, with the step that it belongs to.
  public func log(_ body: Body, parent: SpanContext? = nil) {
    _ = point(.log, body, nil, parent)
  }

  /// Records a `metric`, with the step that it belongs to.
  public func metric(_ body: Body, parent: SpanContext? = nil) {
    _ = point(.metric, body, nil, parent)
  }

  /// Records `feedback`, with the step that it belongs to.
  public func feedback(_ body: Body, parent: SpanContext? = nil) {
    _ = point(.feedback, body, nil, parent)
  }

  private func point(_ operation: Operation, _ body: Body, _ kind: Kind?, _ parent: SpanContext?) -> State? {
    let opened = client.opened
    let correlationId = body.correlationId
    return opened.point(
      operation, kind: kind?.rawValue, place: parent.map(Place.remote) ?? .nowhere, correlationId: correlationId
    ) { body.write(&$0, opened.policy, hasCorrelation: correlationId != nil) }
  }
}
