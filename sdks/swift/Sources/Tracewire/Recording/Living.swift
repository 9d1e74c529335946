#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// Recorders that the end of the process has to close. They may be gone before: nobody else knows of them then.
enum Living {
  private struct Weak {
    weak var opened: Opened?
  }

  private static let all = Locked<[Weak]>([])

  /// Asked for at the first recorder, never when the package is loaded.
  private static let atExit: Void = {
    atexit {
      // What is pending stays in the journal; the next process delivers it.
      for weak in Living.all.withLock({ $0 }) { weak.opened?.closeNow() }
    }
  }()

  static func add(_ opened: Opened) {
    _ = atExit
    all.withLock { all in
      all.removeAll { $0.opened == nil }
      all.append(Weak(opened: opened))
    }
  }
}
