import TracewireNative

/// When mode `background` delivers: what is worth waking a phone's radio for.
public struct Batching: Sendable {
  /// The longest that something recorded waits.
  public var maxDelay: Duration
  /// So many records are delivered at once, before that.
  public var minRecords: Int

  /// When something is delivered.
  public init(maxDelay: Duration, minRecords: Int) {
    self.maxDelay = maxDelay
    self.minRecords = minRecords
  }

  /// A quarter of a second on servers and desktops; half a minute or 500 records on phones.
  public static var standard: Batching {
    #if os(iOS) || os(tvOS) || os(watchOS) || os(visionOS) || os(Android)
      Batching(maxDelay: .seconds(30), minRecords: 500)
    #else
      Batching(maxDelay: .milliseconds(250), minRecords: 1)
    #endif
  }
}

/// Who calls the exporters, and when.
///
/// | mode | |
/// |---|---|
/// | `background` | when something was recorded, by one task |
/// | `inline` | at the end of a run |
/// | `local` | at a flush only |
///
/// What could not be delivered is in the journal, and the next process delivers it.
final class Pump: Sendable {
  private let recorder: Recorder
  private let routes: [Route]
  private let mode: Mode
  private let loop: Task<Void, Never>?
  private let isScheduled = Locked(false)

  /// Drains a recorder's journal into exporters; `nil` where there are none.
  init?(
    _ recorder: Recorder, _ exporters: [(sink: String, exporter: any Exporter)], _ mode: Mode, _ batching: Batching, _ problems: Problems
  ) {
    let routes = exporters.compactMap { sink, exporter in
      do {
        return try Route(recorder, sink: sink, exporter) { problems.say($0) }
      } catch {
        problems.note("configuration", "exporters: \(sink): \(error)")
        return nil
      }
    }
    if routes.isEmpty { return nil }
    self.recorder = recorder
    self.routes = routes
    self.mode = mode
    loop = mode == .background ? Task.detached(priority: .utility) { await Pump.poll(recorder, routes, batching) } : nil
  }

  deinit {
    loop?.cancel()
  }

  private static func poll(_ recorder: Recorder, _ routes: [Route], _ batching: Batching) async {
    var (seen, since) = (-1, ContinuousClock.now)
    let tick = max(.milliseconds(50), min(batching.maxDelay / 4, .seconds(5)))
    while !Task.isCancelled {
      let written = Stats(recorder.stats()).written
      let now = ContinuousClock.now
      // What processes have left that died is sent first, whether or not something new is recorded.
      var isDue = seen < 0
      if written == seen {
        for route in routes where route.pending > 0 { isDue = isDue || now - since >= batching.maxDelay }
        if !isDue { since = now }
      } else if written - max(seen, 0) >= batching.minRecords || now - since >= batching.maxDelay {
        isDue = true
      }
      if isDue {
        (seen, since) = (written, now)
        await drain(routes, until: nil, isUrgent: false)
      }
      try? await Task.sleep(for: tick)
    }
  }

  private static func drain(_ routes: [Route], until deadline: ContinuousClock.Instant?, isUrgent: Bool) async {
    await withTaskGroup(of: Void.self) { group in
      for route in routes { group.addTask { await route.drain(until: deadline, isUrgent: isUrgent) } }
    }
  }

  /// A run has just ended: mode `inline` delivers now, beside the program.
  func runEnded() {
    guard mode == .inline,
      isScheduled.withLock({ isScheduled in
        defer { isScheduled = true }
        return !isScheduled
      })
    else { return }
    Task.detached(priority: .utility) { [routes, isScheduled] in
      isScheduled.withLock { $0 = false }
      await Pump.drain(routes, until: nil, isUrgent: false)
    }
  }

  /// What each destination lacks, without waiting for anybody.
  var pending: [String: Int] {
    Dictionary(routes.map { ($0.sink, $0.pending) }, uniquingKeysWith: max)
  }

  /// Delivers for at most so long.
  func flush(_ timeout: Duration, into report: inout FlushReport) async {
    await Pump.drain(routes, until: .now + timeout, isUrgent: true)
    await tell(&report)
  }

  /// Delivers, then lets go of the exporters.
  func close(_ timeout: Duration, into report: inout FlushReport) async {
    await Pump.drain(routes, until: .now + timeout, isUrgent: true)
    loop?.cancel()
    for route in routes { await route.close(until: .now + .seconds(1)) }
    await tell(&report)
  }

  /// What is sent is what each of them has sent.
  private func tell(_ report: inout FlushReport) async {
    var (sent, pending) = (Int.max, 0)
    for route in routes {
      let counts = await route.report
      report.exporters[route.sink] = counts
      (sent, pending) = (min(sent, counts.sent), max(pending, counts.pending))
      for (reason, count) in counts.dropped { report.dropped[reason, default: 0] += count }
      for (code, count) in counts.errors { report.errors[code, default: 0] += count }
    }
    (report.sent, report.pending) = (sent, pending)
  }
}
