/// Context across processes: W3C Trace Context in headers, in MCP's `_meta`, and in the environment of children.
enum Propagation {
  /// The `tracestate` that came with a trace, by trace id: passed on by every step of the trace. Bounded: the oldest goes.
  private static let traceStates = Locked<(byTrace: [String: String], order: [String])>(([:], []))
  private static let mostTraceStates = 4096
  private static let mostStateBytes = 4096

  /// The current step's headers; none without a step.
  static func headers() -> [String: String] {
    guard let context = Place.here.context else { return [:] }
    var headers = ["traceparent": context.traceparent]
    headers["tracestate"] = context.traceState ?? traceStates.withLock { $0.byTrace.isEmpty ? nil : $0.byTrace[context.traceId] }
    return headers
  }

  /// Reads `traceparent` and `tracestate`, whatever the case of their names.
  static func extract(_ headers: [String: String]) -> SpanContext? {
    guard let header = value(of: "traceparent", in: headers) else { return nil }
    guard let context = SpanContext(traceparent: trimmed(header)) else { return nil }
    guard let given = value(of: "tracestate", in: headers) else { return context }
    let state = trimmed(given)
    guard !state.isEmpty, state.utf8.count <= mostStateBytes, state.utf8.allSatisfy({ $0 >= 0x20 && $0 <= 0x7e }) else { return context }
    keep(state, of: context.traceId)
    return SpanContext(context.state, traceState: state)
  }

  private static func value(of name: String, in headers: [String: String]) -> String? {
    headers[name] ?? headers.first { $0.key.utf8.count == name.utf8.count && $0.key.lowercased() == name }?.value
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  private static func keep(_ state: String, of traceId: String) {
    traceStates.withLock { states in
      if states.byTrace.updateValue(state, forKey: traceId) == nil { states.order.append(traceId) }
      if states.order.count > mostTraceStates { states.byTrace[states.order.removeFirst()] = nil }
    }
  }
}
