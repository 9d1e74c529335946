#if canImport(Darwin)
  import os
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// The platform's lock. Held for a few instructions, never while code of the host runs; only the opening of the default client, which others
/// must wait for, takes longer. Whoever makes it gives it back.
///
/// Unchecked: it is a pointer that never changes, to memory that only the platform's own functions touch.
struct Lock: @unchecked Sendable {
  #if canImport(Darwin)
    private let raw: UnsafeMutablePointer<os_unfair_lock>
  #else
    private let raw: UnsafeMutablePointer<pthread_mutex_t>
  #endif

  init() {
    raw = .allocate(capacity: 1)
    #if canImport(Darwin)
      raw.initialize(to: os_unfair_lock())
    #else
      raw.initialize(to: pthread_mutex_t())
      pthread_mutex_init(raw, nil)
    #endif
  }

  @inline(__always)
  func withLock<Result>(_ work: () throws -> Result) rethrows -> Result {
    #if canImport(Darwin)
      os_unfair_lock_lock(raw)
      defer { os_unfair_lock_unlock(raw) }
    #else
      pthread_mutex_lock(raw)
      defer { pthread_mutex_unlock(raw) }
    #endif
    return try work()
  }

  func deallocate() {
    #if !canImport(Darwin)
      pthread_mutex_destroy(raw)
    #endif
    raw.deallocate()
  }
}

/// Something that one thread uses at a time.
///
/// Unchecked: `state` is touched behind the lock alone. It need not be `Sendable`, so nothing of it may be handed out and kept on both sides.
final class Locked<State>: @unchecked Sendable {
  private let lock = Lock()
  private var state: State

  init(_ state: State) {
    self.state = state
  }

  deinit {
    lock.deallocate()
  }

  @inline(__always)
  func withLock<Result>(_ work: (inout State) throws -> Result) rethrows -> Result {
    try lock.withLock { try work(&state) }
  }
}
