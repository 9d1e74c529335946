import TracewireNative

/// One exporter's way: batches from its shipper, what it says about each, and what is counted.
///
/// What an exporter does is never trusted: it may throw anything and never return. Who waits for it waits for a bounded time, and a batch stays
/// with the journal until the exporter has said what became of it.
actor Route {
  /// So much is sealed at once.
  private static let mostBatchBytes: UInt64 = 256 << 10
  private static let firstWait = 0.5
  private static let longestWait = 60.0
  private static let longestServerWait = 3600.0

  nonisolated let sink: String
  private let recorder: Recorder
  private let exporter: any Exporter
  private let shipper: Shipper
  private let say: @Sendable (String) -> Void
  private var counts = ExporterReport()
  private var said: Set<String> = []
  /// Records of this process that nobody has to deliver any more.
  private let settled = Locked(0)
  private var failures = 0
  private var notBefore = ContinuousClock.now
  private var isServerWait = false
  /// Ends when the batch that is on its way has been dealt with.
  private var busy: Task<Bool, Never>?
  private var isClosed = false

  init(_ recorder: Recorder, sink: String, _ exporter: any Exporter, say: @escaping @Sendable (String) -> Void) throws {
    self.sink = sink
    self.recorder = recorder
    self.exporter = exporter
    self.say = say
    shipper = try recorder.shipper(sink: sink, events: exporter.usesEvents)
  }

  /// Delivers until all is delivered, the deadline has passed, or the exporter fails.
  ///
  /// - Parameters:
  ///   - deadline: `nil` where nobody waits.
  ///   - isUrgent: whether somebody asked for it: a failure is then tried again until the deadline.
  func drain(until deadline: ContinuousClock.Instant?, isUrgent: Bool) async {
    if isUrgent && !isServerWait { notBefore = .now }
    while !isClosed {
      let now = ContinuousClock.now
      if let deadline, deadline <= now { return }
      if notBefore > now {
        guard isUrgent, let deadline, notBefore < deadline else { return }
        try? await Task.sleep(until: notBefore, clock: .continuous)
        if Task.isCancelled { return }
        continue
      }
      // Two that drain at once take turns: one batch is on its way at a time.
      let isOwnTurn = busy == nil
      let step = busy ?? begin()
      guard let hasMore = await value(of: step, until: deadline) else {
        note("export_timeout", "export takes longer than the flush may wait; it is not interrupted")
        return
      }
      if !hasMore && isOwnTurn { return }
    }
  }

  private func begin() -> Task<Bool, Never> {
    // What an exporter does belongs to no step of the program.
    let step = Task.detached(priority: .utility) { [self] in
      let hasMore = await self.step()
      await self.ended()
      return hasMore
    }
    busy = step
    return step
  }

  private func ended() { busy = nil }

  /// Hands one batch over; `false` when there is none.
  private func step() async -> Bool {
    let found: TracewireNative.Batch?
    do {
      found = try shipper.nextBatch(maxBytes: Self.mostBatchBytes)
    } catch {
      note("journals_unreadable", "\(error)")
      return false
    }
    guard let found else { return false }
    if !found.isOwn && exporter.onlyThisProcess {
      acknowledge(found.id)
      return true
    }
    let batch = Batch(
      producer: found.producer, envelopes: found.envelopes.map { Array($0) }, count: Int(found.events), eventsJson: Array(found.eventsJson))
    do {
      try await exporter.export(batch)
      acknowledge(found.id)
      count(sent: batch.count, isOwn: found.isOwn)
    } catch let refused as Undeliverable {
      drop(found, refused)
    } catch {
      failed(found, error)
    }
    return true
  }

  private func drop(_ batch: TracewireNative.Batch, _ refused: Undeliverable) {
    acknowledge(batch.id)
    let lost = min(refused.events ?? Int(batch.events), Int(batch.events))
    counts.dropped[refused.reason, default: 0] += lost
    if batch.isOwn { settled.withLock { $0 += lost } }
    count(sent: Int(batch.events) - lost, isOwn: batch.isOwn)
    sayOnce(refused.reason, "\(lost) events were dropped: \(refused.message)")
  }

  private func acknowledge(_ id: UInt64) {
    do {
      try shipper.batchResult(id: id, delivered: true)
    } catch {
      // It is delivered all the same; after a restart it comes again.
      note("acknowledgement_lost", "\(error)")
    }
  }

  private func count(sent: Int, isOwn: Bool) {
    if isOwn { settled.withLock { $0 += sent } }
    if isOwn { counts.sent += sent } else { counts.recovered += sent }
    failures = 0
    notBefore = .now
    isServerWait = false
  }

  private func failed(_ batch: TracewireNative.Batch, _ error: any Error) {
    try? shipper.batchResult(id: batch.id, delivered: false)
    let later = error as? RetryLater
    isServerWait = later?.after != nil
    // The first wait is the shortest; jitter keeps many processes from coming back at once.
    let grown = min(Self.longestWait, Self.firstWait * Double(1 << min(failures, 16))) * Double.random(in: 0.5...1)
    let seconds = later?.after?.inSeconds ?? grown
    failures += 1
    notBefore = .now + .seconds(min(max(seconds, 0), Self.longestServerWait))
    note(later?.code ?? "export_failed", later?.message ?? "\(typeName(of: error)): \(message(of: error))")
  }

  /// Counts something that cost no event.
  private func note(_ code: String, _ message: String) {
    counts.errors[code, default: 0] += 1
    sayOnce(code, message)
  }

  private func sayOnce(_ code: String, _ message: String) {
    if said.insert(code).inserted { say("exporter \(sink): \(message.prefix(500))") }
  }

  /// Lets go of the exporter, and of the files that the shipper has open.
  func close(until deadline: ContinuousClock.Instant) async {
    isClosed = true
    if let busy { _ = await value(of: busy, until: deadline) }
    let exporter = self.exporter
    _ = await value(
      of: Task.detached {
        await exporter.close(); return true
      }, until: deadline)
    if busy == nil { shipper.release() }
  }

  /// How many records of this process the destination lacks.
  nonisolated var pending: Int {
    max(0, Stats(recorder.stats()).written - settled.withLock { $0 })
  }

  var report: ExporterReport {
    var report = counts
    report.pending = pending
    return report
  }
}

/// What a task gives, or `nil` when it takes longer; the task goes on.
private func value(of task: Task<Bool, Never>, until deadline: ContinuousClock.Instant?) async -> Bool? {
  guard let deadline else { return await task.value }
  return await withCheckedContinuation { continuation in
    let once = Locked<CheckedContinuation<Bool?, Never>?>(continuation)
    func resume(_ value: Bool?) {
      once.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }?.resume(returning: value)
    }
    let late = Task.detached {
      try? await Task.sleep(until: deadline, clock: .continuous)
      if !Task.isCancelled { resume(nil) }
    }
    Task.detached {
      let value = await task.value
      late.cancel()
      resume(value)
    }
  }
}
