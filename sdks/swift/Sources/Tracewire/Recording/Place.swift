import Foundation

/// Where new steps belong: below a step, below one of another process, in a correlation's trace, or nowhere.
enum Place: Sendable {
  case span(Span)
  case remote(SpanContext)
  case correlated(String)
  case nowhere

  /// Which one is current in this task; `nil` where nobody said anything.
  @TaskLocal static var current: Place?

  /// The step that new ones belong to, or where they belong without one.
  static var here: Place { current ?? outside }

  /// Where steps belong while none is current: the step that started this process, if one did.
  static let outside: Place = {
    let environment = ProcessInfo.processInfo.environment
    for prefix in ["", "OTEL_"] {
      let headers = ["traceparent": environment["\(prefix)TRACEPARENT"], "tracestate": environment["\(prefix)TRACESTATE"]]
      if let context = Propagation.extract(headers.compactMapValues { $0 }) { return .remote(context) }
    }
    return .nowhere
  }()

  var state: State? {
    switch self {
    case .span(let span): span.state
    case .remote(let context): context.state
    case .correlated, .nowhere: nil
    }
  }

  var traceState: String? {
    if case .remote(let context) = self { context.traceState } else { nil }
  }

  var correlationId: String? {
    if case .correlated(let id) = self { id } else { nil }
  }

  var span: Span? {
    if case .span(let span) = self { span } else { nil }
  }

  /// The ids that something caused now should have as its parent.
  var context: SpanContext? {
    switch self {
    case .span(let span): span.context
    case .remote(let context): context
    case .correlated, .nowhere: nil
    }
  }
}
