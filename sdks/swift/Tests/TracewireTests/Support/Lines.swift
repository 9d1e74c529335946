import Foundation

/// What was said, line by line, by whichever thread.
///
/// Unchecked: `said` is touched behind the lock alone.
final class Lines: @unchecked Sendable {
  private let lock = NSLock()
  private var said: [String] = []

  var all: [String] { lock.withLock { said } }

  func add(_ text: String) {
    lock.withLock { said += text.split(separator: "\n").map(String.init) }
  }
}
