// Unchecked: what changes stands in `mutable`, which is touched behind the lock alone, and in `deinit`, when nobody else has the step.
/// A step: made by `span` or `startSpan`, ended once.
///
/// Its methods never throw, and any thread may call them. What `set` and `setOutput` are given is written when the step ends; `update` and
/// `event` write at once, so what they say survives the death of the process.
///
/// A step of `startSpan` that the program lets go of without an end is ended as `cancelled`; where the process ends before, readers show it
/// as abandoned.
public class Span: @unchecked Sendable, CustomStringConvertible {
  let opened: Opened
  /// Absent from a step of a client that is switched off.
  let state: State?
  /// What the step is called.
  public let name: String
  private let lock = Lock()
  private var mutable: Mutable

  /// What changes, behind the lock.
  fileprivate struct Mutable {
    var isEnded = false
    var status = Status.ok
    var hasOutput = false
    var output: (any Sendable)?
    var attributes: Attributes?
    var ending: Ending?
    /// What was current when it began; a run has ended when all above it have.
    var above: Place?
    /// What the guards keep for this call; 0 for nothing.
    var reservation: UInt64 = 0
  }

  /// What few steps say at their end.
  fileprivate struct Ending {
    var message: String?
    var usage: Attributes?
    var cost: Attributes?
    var links: [Attributes] = []
    var timeToFirstChunkNanos: Int?
    var error: (any Error)?
  }

  /// What a step is made of.
  struct Seed {
    let opened: Opened
    let state: State?
    let name: String
    let above: Place
  }

  init(_ seed: Seed) {
    opened = seed.opened
    state = seed.state
    name = seed.name
    mutable = Mutable(above: seed.above)
  }

  deinit {
    if !mutable.isEnded, let state, !opened.isClosed {
      opened.pens?.later(.end, state, status: Status.cancelled.rawValue) { walker in
        Writing.text(&walker, "status_message", "the step was dropped without an end")
      }
      opened.stepEnded(mutable.above)
    }
    lock.deallocate()
  }

  // MARK: Ids

  /// The ids of the step; `nil` for a client that is switched off.
  public var context: SpanContext? { state.map { SpanContext($0) } }
  /// The trace, 32 hex digits; zeros for a client that is switched off.
  public var traceId: String { state?.traceId ?? String(repeating: "0", count: 32) }
  /// The step, 16 hex digits; zeros for a client that is switched off.
  public var spanId: String { state?.spanId ?? String(repeating: "0", count: 16) }
  /// The step above, 16 hex digits; `nil` for the root of a run.
  public var parentId: String? { state?.parentId }
  /// Whether it has ended.
  public var isEnded: Bool { lock.withLock { mutable.isEnded } }
  /// The step's id, for a console.
  public var description: String { "<tracewire.Span \(spanId)>" }

  // MARK: Until the end

  /// Sets one attribute; it is recorded when the step ends.
  ///
  /// - Parameters:
  ///   - key: the attribute's name.
  ///   - value: any value.
  public func set(_ key: String, _ value: (any Sendable)?) {
    unlessEnded { $0.set(key, value) }
  }

  /// Sets several attributes; they are recorded when the step ends.
  public func set(_ attributes: Attributes) {
    unlessEnded { mutable in
      if mutable.attributes == nil {
        mutable.attributes = attributes
        return nil
      }
      return attributes.entries.compactMap { mutable.set($0.key, $0.value) }
    }
  }

  /// Says what came out; it is recorded when the step ends.
  ///
  /// - Parameter value: any value; `nil` is null. Something that cannot be shared between threads is recorded as it is now by
  ///   `setOutput(Value(value))`.
  public func setOutput(_ value: (any Sendable)?) {
    unlessEnded { mutable in
      let before = mutable.output
      mutable.hasOutput = true
      mutable.output = value
      return before
    }
  }

  /// Says how the step went where no error tells; it is recorded when the step ends.
  ///
  /// - Parameters:
  ///   - status: how.
  ///   - message: why.
  public func setStatus(_ status: Status, _ message: String? = nil) {
    unlessEnded { mutable in
      mutable.status = status
      if let message { mutable.end { $0.message = message } }
      return nil
    }
  }

  /// Says that the step failed where nothing is thrown out of it.
  ///
  /// - Parameter error: what went wrong. Its type tells whether it was a timeout or a cancellation.
  public func setError(_ error: any Error) {
    let status = Failure.status(of: error)
    unlessEnded { mutable in
      let before = mutable.ending?.error
      mutable.end { $0.error = error }
      mutable.status = status
      return before
    }
  }

  /// Says that the step failed, by a word for `error.type`.
  ///
  /// - Parameters:
  ///   - type: such as `rate_limited`.
  ///   - message: why.
  public func setError(_ type: String, _ message: String? = nil) {
    unlessEnded { mutable in
      mutable.status = .error
      if let message { mutable.end { $0.message = message } }
      return mutable.set("error.type", type)
    }
  }

  /// Says what a model call used; it is recorded when the step ends. Of two calls the later one holds for what both say.
  public func usage(_ usage: Usage) {
    let found = usage.members(opened.problems)
    unlessEnded { mutable in
      if let found { mutable.end { $0.usage = ($0.usage ?? Attributes()).merging(found) } }
      return nil
    }
  }

  /// Says what the step cost; it is recorded when the step ends.
  ///
  /// ```swift
  /// span.cost("0.0123", currency: "EUR")
  /// ```
  ///
  /// - Parameters:
  ///   - total: the whole amount.
  ///   - currency: ISO 4217.
  public func cost(_ total: Amount, currency: String = "USD") {
    cost(Cost(total: total, currency: currency))
  }

  /// Says what the step cost, by its parts; it is recorded when the step ends.
  public func cost(_ cost: Cost) {
    let found = cost.members(opened.problems)
    unlessEnded { mutable in
      if let found { mutable.end { $0.cost = ($0.cost ?? Attributes()).merging(found) } }
      return nil
    }
  }

  // MARK: At once

  /// Says at once that another step is related to this one without being its parent or child.
  ///
  /// - Parameters:
  ///   - other: the other step's ids.
  ///   - attributes: what the relation is.
  public func link(_ other: SpanContext, attributes: Attributes? = nil) {
    link(Link(other, attributes: attributes))
  }

  /// Says at once that another step is related to this one; see `link(_:attributes:)`.
  public func link(_ other: Span, attributes: Attributes? = nil) {
    guard let context = other.context else { return }
    link(Link(context, attributes: attributes))
  }

  /// Says at once that the step of a `traceparent` is related to this one. What is not valid is counted (`invalid_link`).
  public func link(traceparent: String, attributes: Attributes? = nil) {
    guard let context = SpanContext(traceparent: traceparent) else {
      opened.problems.note("invalid_link", "not a step, a context or a traceparent: \(shown(traceparent))")
      return
    }
    link(Link(context, attributes: attributes))
  }

  /// Says at once that another step is related to this one.
  public func link(_ link: Link) {
    let links: [Attributes]? = lock.withLock {
      if mutable.isEnded { return nil }
      // A later list of links replaces an earlier one, so each holds all.
      mutable.end { $0.links.append(link.members) }
      return mutable.ending?.links
    }
    guard let links else { return late() }
    if let state { opened.pens?.later(.update, state) { Writing.value(&$0, "links", links) } }
  }

  /// Records at once what must be visible before the step ends. Attributes merge key by key; lists replace.
  public func update(_ update: SpanUpdate) {
    if let state { opened.pens?.later(.update, state) { update.write(&$0, opened.policy) } }
  }

  /// Records at once something that happens inside the step.
  ///
  /// - Parameters:
  ///   - name: what happens.
  ///   - attributes: facts about it.
  ///   - data: what was carried.
  public func event(_ name: String, _ attributes: Attributes? = nil, data: Any? = nil) {
    happen(name, attributes, data: data, chunks: nil)
  }

  func happen(_ name: String, _ attributes: Attributes?, data: Any?, chunks: Any?) {
    guard let state else { return }
    let policy = opened.policy
    opened.pens?.later(.spanEvent, state) { walker in
      Writing.text(&walker, "name", name)
      Writing.attributes(&walker, attributes, policy)
      if let data { Writing.content(&walker, "data", data, policy) }
      if let chunks { Writing.content(&walker, "chunks", chunks, policy) }
    }
  }

  /// Records at once an error that the step deals with itself; its status does not change.
  public func recordException(_ error: any Error, _ attributes: Attributes? = nil) {
    guard let state else { return }
    opened.pens?.later(.spanEvent, state) { walker in
      Writing.text(&walker, "name", "exception")
      Writing.attributes(&walker, attributes, opened.policy)
      Failure.write(&walker, error, hasEscaped: false)
    }
  }

  // MARK: The end

  /// Ends the step. Once: later ends change nothing.
  public func end() {
    finish()
  }

  /// Ends the step as what it failed with says.
  ///
  /// - Parameter error: what was thrown.
  public func end(_ error: any Error) {
    fail(error)
  }

  func fail(_ error: any Error) {
    let status = Failure.status(of: error)
    lock.withLock {
      if mutable.isEnded { return }
      mutable.status = status
      // Whoever stops a step knows why.
      if status != .cancelled { mutable.end { $0.error = error } }
    }
    finish()
  }

  /// Ends the step; streams write what has come before.
  func finish() {
    let (isFirst, said) = lock.withLock { () -> (Bool, Mutable) in
      if mutable.isEnded { return (false, mutable) }
      let said = mutable
      // Whoever keeps the step, keeps no more than it.
      mutable = Mutable(isEnded: true)
      return (true, said)
    }
    guard isFirst else { return }
    if let state {
      let policy = opened.policy
      opened.pens?.later(.end, state, status: said.status.rawValue) { walker in
        if said.hasOutput { Writing.content(&walker, "output", said.output, policy) }
        if let attributes = said.attributes { Writing.attributes(&walker, attributes, policy) }
        if let ending = said.ending { Self.write(ending, &walker) }
      }
      if said.reservation != 0 {
        let showing = Policy(mask: nil, problems: opened.problems)
        opened.pens?.later(.settle, State(reservation: said.reservation), status: said.status.rawValue) { walker in
          if said.hasOutput { Writing.content(&walker, "output", said.output, showing) }
          if let ending = said.ending { Self.write(ending, &walker) }
        }
      }
    }
    if opened.delivery != nil { opened.stepEnded(said.above) }
  }

  private static func write(_ ending: Ending, _ walker: inout Walker) {
    Writing.text(&walker, "status_message", ending.message)
    Writing.value(&walker, "usage", ending.usage)
    Writing.value(&walker, "cost", ending.cost)
    Writing.value(&walker, "time_to_first_chunk_nanos", ending.timeToFirstChunkNanos)
    if let error = ending.error { Failure.write(&walker, error, hasEscaped: true) }
  }

  /// Keeps what the guards reserved for it.
  func reserve(_ reservation: UInt64) {
    lock.withLock { mutable.reservation = reservation }
  }

  /// Says what came out unless the program did.
  func offerOutput(_ value: (any Sendable)?) {
    lock.withLock {
      if mutable.isEnded || mutable.hasOutput { return }
      mutable.hasOutput = true
      mutable.output = value
    }
  }

  /// When the first chunk came, in nanoseconds from the beginning.
  func offerTimeToFirstChunk(_ nanos: Int) {
    lock.withLock {
      if !mutable.isEnded { mutable.end { $0.timeToFirstChunkNanos = $0.timeToFirstChunkNanos ?? nanos } }
    }
  }

  /// A step that has ended and the one that was above it, for whoever looks for the end of a run.
  var endedAbove: (isEnded: Bool, above: Place?) { lock.withLock { (mutable.isEnded, mutable.above) } }

  // MARK: Changing

  @inline(__always)
  private func unlessEnded(_ change: (inout Mutable) -> (any Sendable)?) {
    // What a value of before does when it is let go of is the program's, and may be a call of this step.
    let (isLate, before) = lock.withLock { () -> (Bool, (any Sendable)?) in
      if mutable.isEnded { return (true, nil) }
      return (false, change(&mutable))
    }
    withExtendedLifetime(before) {}
    if isLate { late() }
  }

  func late() {
    opened.problems.note("step_ended", "something was set on a step that had ended, and is lost")
  }
}

extension Span.Mutable {
  /// Sets an attribute; gives the value of before.
  fileprivate mutating func set(_ key: String, _ value: (any Sendable)?) -> (any Sendable)? {
    if attributes == nil { attributes = Attributes() }
    return attributes!.set(key, value)
  }

  fileprivate mutating func end(_ change: (inout Span.Ending) -> Void) {
    if ending == nil { ending = Span.Ending() }
    change(&ending!)
  }
}
