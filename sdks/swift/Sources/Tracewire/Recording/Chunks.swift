import Dispatch

/// What a step yields, written many in one event and in order: the first one at once, then 64 at a time or what came in a tenth of a second.
///
/// Unchecked: all that changes is touched behind the lock alone.
final class Chunks: @unchecked Sendable {
  private static let mostChunks = 64
  private static let longestWaitNanos: UInt64 = 100_000_000
  private static let mostOutputBytes = 1 << 20

  private let lock = Lock()
  private let began = DispatchTime.now().uptimeNanoseconds
  private var gatheredAt: UInt64
  private var first: UInt64?
  private var name = "chunk"
  private var waiting: [(any Sendable)?] = []
  /// The texts together, while there is nothing else.
  private var output: String? = ""
  /// Events that are to be written, in order.
  private var ready: [(name: String, chunks: [(any Sendable)?])] = []
  private var isWriting = false
  private var isTimed = false
  private let write: @Sendable (_ name: String, _ chunks: [(any Sendable)?]) -> Void

  /// - Parameter write: writes one event of the step; it must not keep the step alive.
  init(write: @escaping @Sendable (_ name: String, _ chunks: [(any Sendable)?]) -> Void) {
    self.write = write
    gatheredAt = began
  }

  deinit {
    lock.deallocate()
  }

  /// Takes one chunk; chunks of one name that follow each other are written together.
  func add(_ name: String, _ item: (any Sendable)?) {
    let now = DispatchTime.now().uptimeNanoseconds
    lock.withLock {
      let isFirst = first == nil
      if isFirst { first = now &- began }
      if name != self.name {
        gather(now)
        self.name = name
      }
      waiting.append(item)
      keep(item)
      if isFirst || waiting.count >= Self.mostChunks || now &- gatheredAt >= Self.longestWaitNanos {
        gather(now)
      } else {
        later()
      }
    }
    flush()
  }

  /// Writes the rest.
  ///
  /// - Returns: nanoseconds to the first chunk, and the texts together where all were texts.
  func end() -> (first: Int?, output: String?) {
    let end = lock.withLock { () -> (first: Int?, output: String?) in
      gather(gatheredAt)
      return (first.map { Int($0) }, first == nil ? nil : output)
    }
    flush()
    return end
  }

  private func keep(_ item: (any Sendable)?) {
    guard let text = item as? String, var all = output, all.utf8.count + text.utf8.count <= Self.mostOutputBytes else {
      output = nil
      return
    }
    output = nil  // So that it is appended to, not copied.
    all += text
    output = all
  }

  /// What waits becomes one event.
  private func gather(_ now: UInt64) {
    gatheredAt = now
    guard !waiting.isEmpty else { return }
    ready.append((name, waiting))
    waiting = []
  }

  /// Writes what is ready, in order and one at a time: who comes meanwhile leaves it to whoever writes. Not behind the lock, for a value's own
  /// form is code of the program, which may add a chunk.
  private func flush() {
    while let next = lock.withLock({ () -> (name: String, chunks: [(any Sendable)?])? in
      if isWriting || ready.isEmpty { return nil }
      isWriting = true
      return ready.removeFirst()
    }) {
      write(next.name, next.chunks)
      lock.withLock { isWriting = false }
    }
  }

  /// What waits is written after a tenth of a second, even if nothing comes any more.
  private func later() {
    if isTimed { return }
    isTimed = true
    DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .nanoseconds(Int(Self.longestWaitNanos))) { [weak self] in
      guard let self else { return }
      lock.withLock {
        isTimed = false
        gather(DispatchTime.now().uptimeNanoseconds)
      }
      flush()
    }
  }
}
