import CTracewire
import TracewireNative

/// Writes records: the only one that touches the memory which the native half reads, and the only caller of its one hot function.
///
/// Each record has a buffer of its own out of a pool, for as long as it is written, so any number of threads record at once, and code of the
/// host that is called for a value may record, too.
final class Pens: Sendable {
  /// What a buffer begins with, and what is kept of it for the next record, in bytes.
  private static let firstBytes = 16 << 10
  private static let keptBytes = 256 << 10
  private static let mostPens = 32

  private static let notices: UInt32 = 8
  /// A bit of what a check gives: the guards have a verdict.
  static let verdict: UInt32 = 1

  /// A buffer and what writes into it.
  private final class Pen {
    var walker: Walker

    init(_ limits: Limits) {
      walker = Walker(limits: limits, capacity: Pens.firstBytes)
    }

    deinit {
      walker.out.deallocate()
    }
  }

  private let recorder: Recorder
  private let desk: UInt64
  private let limits: Limits
  private let notify: @Sendable ([String]) -> Void
  private let free: Locked<[Pen]>

  init(_ recorder: Recorder, _ limits: Limits, notify: @escaping @Sendable ([String]) -> Void) {
    self.recorder = recorder
    self.limits = limits
    self.notify = notify
    desk = recorder.desk()
    free = Locked([])
  }

  /// Begins a step; gives its own state.
  func start(
    kind: String, place: State?, correlationId: String?, traceState: String?, _ write: (inout Walker) -> Void
  ) -> State {
    record(.start, place, kind, correlationId, traceState, write).0
  }

  /// Asks the guards whether a call may begin, by what its start would be; gives what the check leaves.
  func check(
    kind: String, place: State?, correlationId: String?, _ write: (inout Walker) -> Void
  ) -> (State, UInt32) {
    record(.check, place, kind, correlationId, nil, write)
  }

  /// Writes an update, an event or the end of a step.
  func later(_ operation: Operation, _ state: State, status: String? = nil, _ write: (inout Walker) -> Void) {
    _ = record(operation, state, status, nil, nil, write)
  }

  /// Records what is no step; gives the state of a point event, of the others what they belong to.
  func point(
    _ operation: Operation, kind: String?, place: State?, correlationId: String?, _ write: (inout Walker) -> Void
  ) -> State {
    record(operation, place, kind, correlationId, nil, write).0
  }

  private func record(
    _ operation: Operation, _ place: State?, _ kind: String?, _ correlationId: String?, _ traceState: String?,
    _ write: (inout Walker) -> Void
  ) -> (State, UInt32) {
    let pen = free.withLock { $0.popLast() } ?? Pen(limits)
    let (state, result) = put(&pen.walker, operation, place, kind, correlationId, traceState, write)
    let length = pen.walker.out.at
    if pen.walker.out.capacity > Self.keptBytes && length <= Self.firstBytes { pen.walker.out.shrink(to: Self.firstBytes) }
    free.withLock { if $0.count < Self.mostPens { $0.append(pen) } }
    if result & Self.notices != 0 {
      // Another thread may have taken them already.
      let sentences = recorder.takeNotices()
      if !sentences.isEmpty { notify(sentences) }
    }
    return (state, result)
  }

  @inline(__always)
  private func put(
    _ walker: inout Walker, _ operation: Operation, _ place: State?, _ kind: String?, _ correlationId: String?, _ traceState: String?,
    _ write: (inout Walker) -> Void
  ) -> (State, UInt32) {
    walker.begin(at: 0)
    walker.out.reserve(Layout.fixedBytes)
    (place ?? State()).write(to: walker.out.base)
    let rest = walker.out.base + Layout.stateBytes
    rest.storeBytes(of: (0, 0), as: (UInt64, UInt64).self)
    walker.out.at = Layout.fixedBytes
    let kindLength = put(&walker, kind)
    let correlationLength = put(&walker, correlationId)
    let traceStateLength = put(&walker, traceState)
    walker.out.base.storeBytes(of: kindLength, toByteOffset: Layout.kindLength, as: Int32.self)
    walker.out.base.storeBytes(of: correlationLength, toByteOffset: Layout.correlationLength, as: Int32.self)
    walker.out.base.storeBytes(of: traceStateLength, toByteOffset: Layout.traceStateLength, as: Int32.self)
    walker.out.base.storeBytes(of: 0, toByteOffset: Layout.traceStateLength + 4, as: Int32.self)
    write(&walker)
    let buffer = walker.out.base.assumingMemoryBound(to: UInt8.self)
    let result = tracewire_record(desk, operation.rawValue, buffer, walker.out.capacity, walker.out.at)
    return (State(from: walker.out.base), result)
  }

  /// Writes one of the texts of the fixed part; gives its length, -1 for none.
  private func put(_ walker: inout Walker, _ text: String?) -> Int32 {
    guard var text else { return -1 }
    return text.withUTF8 {
      walker.out.raw(UnsafeRawBufferPointer($0))
      return Int32($0.count)
    }
  }
}
