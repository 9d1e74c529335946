/// What became of everything that a client recorded in this process.
public struct FlushReport: Sendable, Hashable {
  /// Records in the journal; they survive the death of the process.
  public var written = 0
  /// Of these, events that this process has sealed into envelopes (modes `inline` and `background`).
  public var sealed = 0
  /// Of these, events that every exporter's destination has.
  public var sent = 0
  /// Records that a destination lacks.
  public var pending = 0
  /// Records lost, by reason.
  public var dropped: [String: Int] = [:]
  /// Records of traces that `sampling` left out.
  public var unsampled = 0
  /// Traces whose content an exporter does not get, by the rules of `tail`.
  public var withheld = 0
  /// Mistakes and internal errors that cost no exception, by code.
  public var errors: [String: Int] = [:]
  /// The same for each exporter, by its name.
  public var exporters: [String: ExporterReport] = [:]

  init() {}

  /// What the native half reports.
  init(_ json: String) {
    let report = JsonReader.read(json)
    written = report["written"]?.int ?? 0
    sealed = report["sealed"]?.int ?? 0
    sent = report["sent"]?.int ?? 0
    pending = report["pending"]?.int ?? 0
    unsampled = report["unsampled"]?.int ?? 0
    withheld = report["withheld"]?.int ?? 0
    dropped = counts(report["dropped"])
  }
}

/// What became of one exporter's events.
public struct ExporterReport: Sendable, Hashable {
  /// Events of this process that its destination has.
  public var sent = 0
  /// Events that processes left which have died, and that this one delivered.
  public var recovered = 0
  /// Events of this process that its destination lacks.
  public var pending = 0
  /// Events that it will never take, by reason.
  public var dropped: [String: Int] = [:]
  /// Failures that cost no event, by code.
  public var errors: [String: Int] = [:]
}

/// Numbers of a recorder, without waiting for anything.
public struct Stats: Sendable, Hashable {
  /// Whose events they are; `nil` before the first.
  public var producer: String?
  /// Where the journal is; `nil` where nothing is recorded.
  public var directory: String?
  /// Who delivers.
  public var mode = Mode.local
  /// Records in the journal.
  public var written = 0
  /// Records lost, by reason.
  public var dropped: [String: Int] = [:]
  /// What all journals of the directory take.
  public var bytes = 0
  /// The most that they may take.
  public var quotaBytes = 0
  /// For each exporter, by its name, the records that its destination lacks.
  public var pending: [String: Int] = [:]
  /// Traces whose content an exporter does not get, by the rules of `tail`.
  public var withheld = 0
  /// Records of traces that `sampling` left out.
  public var unsampled = 0

  init(_ json: String?) {
    guard let json else { return }
    let stats = JsonReader.read(json)
    producer = stats["producer"]?.text
    directory = stats["directory"]?.text
    written = stats["written"]?.int ?? 0
    dropped = counts(stats["dropped"])
    mode = stats["mode"]?.text.flatMap(Mode.init) ?? .local
    bytes = stats["bytes"]?.int ?? 0
    quotaBytes = stats["quota_bytes"]?.int ?? 0
    withheld = stats["withheld"]?.int ?? 0
    unsampled = stats["unsampled"]?.int ?? 0
  }
}

private func counts(_ value: Value?) -> [String: Int] {
  Dictionary((value?.members ?? .init()).map { ($0.key, $0.value.int ?? 0) }, uniquingKeysWith: { $1 })
}
