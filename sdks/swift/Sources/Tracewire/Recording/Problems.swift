#if canImport(os)
  import os
#endif

/// What goes wrong in recording: counted by a code, said once for each code, thrown in strict mode alone.
package final class Problems: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var isStrict = false
    /// What strict mode has to throw at the next call that can.
    var owed: TracewireError?
    var notify: (@Sendable (String) -> Void)?
  }

  private let state = Locked(State())

  func configure(isStrict: Bool, notify: (@Sendable (String) -> Void)?) {
    state.withLock {
      $0.isStrict = isStrict
      if !isStrict { $0.owed = nil }
      $0.notify = notify
    }
  }

  /// Counts something, and says it the first time.
  func note(_ code: String, _ message: String, count: Int = 1) {
    let (isFirst, notify) = state.withLock { state in
      let before = state.counts[code]
      state.counts[code] = (before ?? 0) + count
      if state.isStrict && state.owed == nil { state.owed = TracewireError(code: code, message: message) }
      return (before == nil, state.notify)
    }
    if isFirst { say(message, to: notify) }
  }

  /// Says a sentence that is no mistake of the program.
  func say(_ sentence: String) {
    say(sentence, to: state.withLock { $0.notify })
  }

  private func say(_ sentence: String, to notify: (@Sendable (String) -> Void)?) {
    if let notify {
      notify("tracewire: \(sentence)")
      return
    }
    #if canImport(os)
      Logger(subsystem: "dev.tracewire", category: "recording").warning("tracewire: \(sentence, privacy: .public)")
    #endif
  }

  /// Throws what strict mode owes.
  package func settle() throws {
    let owed = state.withLock { state in
      defer { state.owed = nil }
      return state.owed
    }
    if let owed { throw owed }
  }

  var isStrict: Bool { state.withLock { $0.isStrict } }

  /// Forgets that a code was said: it is another configuration.
  func renew(_ code: String) -> Int {
    state.withLock { $0.counts.removeValue(forKey: code) ?? 0 }
  }

  /// By code, for a report.
  package var report: [String: Int] { state.withLock { $0.counts } }
}
