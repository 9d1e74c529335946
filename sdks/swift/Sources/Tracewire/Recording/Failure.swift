import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What an error says about the step that it leaves. Whatever was thrown is only read, and goes on as it was.
enum Failure {
  private static let cancelled: Set<String> = ["CancellationError", "CancelledError", "CanceledError", "AbortError"]
  private static let timeout: Set<String> = ["TimeoutError", "TimedOutError", "TimeOutError", "DeadlineExceededError"]

  /// `timeout` and `cancelled` for errors that say so by their type or their code; `error` for all others.
  static func status(of error: any Error) -> Status {
    if error is CancellationError { return .cancelled }
    if let error = error as? URLError {
      if error.code == .cancelled { return .cancelled }
      return error.code == .timedOut ? .timeout : .error
    }
    if let error = error as? POSIXError {
      if error.code == .ECANCELED { return .cancelled }
      return error.code == .ETIMEDOUT ? .timeout : .error
    }
    if let error = error as? CocoaError, error.code == .userCancelled { return .cancelled }
    let name = typeName(of: error)
    if cancelled.contains(name) { return .cancelled }
    return timeout.contains(name) ? .timeout : .error
  }

  /// Writes the member `exception` of an event. Swift's errors have no stack.
  static func write(_ walker: inout Walker, _ error: any Error, hasEscaped: Bool) {
    walker.member("exception")
    guard walker.beginMap() else { return }
    walker.key("type")
    walker.text(typeName(of: error))
    walker.key("message")
    walker.text(message(of: error))
    walker.key("escaped")
    walker.bool(hasEscaped)
    walker.endMap()
  }
}
