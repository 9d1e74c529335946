import Dispatch

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

  private static let longestExit = Duration.seconds(2)
  private static let all = Locked<[Weak]>([])

  /// Asked for at the first recorder, never when the package is loaded.
  private static let atExit: Void = {
    atexit {
      let living = Living.all.withLock { $0.compactMap(\.opened) }
      for opened in living where opened.delivery == nil { opened.closeNow() }
      let delivering = living.filter { $0.delivery != nil && !$0.isClosed }
      if delivering.isEmpty { return }
      // Bounded: what could not be delivered is in the journal, and the next process delivers it.
      let done = DispatchSemaphore(value: 0)
      Task.detached(priority: .high) {
        for opened in delivering { _ = await opened.close(timeout: Living.longestExit) }
        done.signal()
      }
      if done.wait(timeout: .now() + 3) == .timedOut { delivering.forEach { $0.closeNow() } }
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
