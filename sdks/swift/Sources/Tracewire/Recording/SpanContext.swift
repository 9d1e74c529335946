/// Ids and flags of a step of this process or of another one: what travels from a step to those it causes.
public struct SpanContext: Sendable, Hashable, CustomStringConvertible {
  let state: State
  /// The W3C `tracestate` that came with it, if any did.
  public let traceState: String?

  init(_ state: State, traceState: String? = nil) {
    self.state = state
    self.traceState = traceState
  }

  /// Reads a W3C `traceparent`, and the `tracestate` beside it.
  ///
  /// ```swift
  /// let parent = SpanContext(traceparent: request.headers["traceparent"] ?? "")
  /// ```
  ///
  /// - Parameters:
  ///   - traceparent: such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`; `nil` comes back for what is not valid.
  ///   - traceState: what other systems say of the trace; empty is none.
  public init?(traceparent: String, traceState: String? = nil) {
    // W3C Trace Context §3.2: lower-case hex, no zeros; version 00 has four parts, a later one may have more, ff is none.
    let parts = traceparent.split(separator: "-", maxSplits: 5, omittingEmptySubsequences: false).map { Array($0.utf8) }
    guard parts.count >= 4, parts[0].count == 2, parts[3].count == 2, parts[0] != Array("ff".utf8) else { return nil }
    guard parts[0].allSatisfy({ Hex.value($0) != nil }), !(parts[0] == Array("00".utf8) && parts.count > 4) else { return nil }
    guard let high = Hex.value(parts[3][0]), let low = Hex.value(parts[3][1]) else { return nil }
    let (trace, span) = (String(decoding: parts[1], as: UTF8.self), String(decoding: parts[2], as: UTF8.self))
    guard let state = State(traceId: trace, spanId: span, flags: high << 4 | low) else { return nil }
    self.init(state, traceState: traceState.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// 32 hex digits.
  public var traceId: String { state.traceId }
  /// 16 hex digits.
  public var spanId: String { state.spanId }
  /// W3C trace flags; bit 0 says that the trace is sampled.
  public var traceFlags: UInt8 { state.flags }
  /// The W3C `traceparent` header.
  public var traceparent: String { state.traceparent }
  /// The `traceparent`.
  public var description: String { traceparent }
}
