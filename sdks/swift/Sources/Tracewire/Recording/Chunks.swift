import Dispatch

/// What a step yields, written many in one event and in order: the first one at once, then 64 at a time or what came in a tenth of a second.
final class Chunks: @unchecked Sendable {
  private static let mostChunks = 64
  private static let longestWaitNanos: UInt64 = 100_000_000
  private static let mostOutputBytes = 1 << 20

  private let lock = Lock()
  private let began = DispatchTime.now().uptimeNanoseconds
  private var writtenAt: UInt64
  private var first: UInt64?
  private var name = "chunk"
  private var waiting: [(any Sendable)?] = []
  /// The texts together, while there is nothing else.
  private var output: String? = ""
  private var isTimed = false
  private let write: @Sendable (_ name: String, _ chunks: [(any Sendable)?]) -> Void

  /// - Parameter write: writes one event of the step; it must not keep the step alive.
  init(write: @escaping @Sendable (_ name: String, _ chunks: [(any Sendable)?]) -> Void) {
    self.write = write
    writtenAt = began
  }

  deinit {
    lock.deallocate()
  }

  /// Takes one chunk; chunks of one name that follow each other are written together.
  func add(_ name: String, _ item: (any Sendable)?) {
    let now = DispatchTime.now().uptimeNanoseconds
    // Written behind the lock, so that two who add at once keep the order of their chunks.
    lock.withLock {
      let isFirst = first == nil
      if isFirst { first = now &- began }
      if name != self.name {
        flushed(now)
        self.name = name
      }
      waiting.append(item)
      keep(item)
      if isFirst || waiting.count >= Self.mostChunks || now &- writtenAt >= Self.longestWaitNanos {
        flushed(now)
      } else {
        later()
      }
    }
  }

  /// Writes the rest.
  ///
  /// - Returns: nanoseconds to the first chunk, and the texts together where all were texts.
  func end() -> (first: Int?, output: String?) {
    lock.withLock {
      flushed(writtenAt)
      return (first.map { Int($0) }, first == nil ? nil : output)
    }
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

  private func flushed(_ now: UInt64) {
    writtenAt = now
    guard !waiting.isEmpty else { return }
    let chunks = waiting
    waiting = []
    write(name, chunks)
  }

  /// What waits is written after a tenth of a second, even if nothing comes any more.
  private func later() {
    if isTimed { return }
    isTimed = true
    DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .nanoseconds(Int(Self.longestWaitNanos))) { [weak self] in
      guard let self else { return }
      lock.withLock {
        isTimed = false
        flushed(DispatchTime.now().uptimeNanoseconds)
      }
    }
  }
}
