/// Who delivers, and when.
public enum Mode: String, Sendable {
  /// Writes the journal only, the default.
  case local
  /// Also seals and delivers when a run ends, the default where there are exporters.
  case inline
  /// Delivers continuously.
  case background
}

/// When rules of redaction are applied.
public enum RedactAt: String, Sendable {
  /// When the journal is sealed: nobody waits, and the file holds the values until it goes.
  case seal
  /// Before a record is written: what is found never reaches a disk, and the caller waits.
  case record
}

/// What can be configured. Each but `mask`, `batching`, `onNotice` and `limits` can also stand in the environment (`TRACEWIRE_SERVICE`,
/// `TRACEWIRE_MODE`, …) or in the nearest `tracewire.toml` or `tracewire.yaml` from the working directory upward; what is said here wins
/// over the environment, and that over a file.
///
/// ```swift
/// try Tracewire.initialize(Configuration(service: "research-agent", mode: .background, exporters: [HTTPExporter(url)]))
/// ```
public struct Configuration: Sendable {
  /// The name of the program, `service.name` of its resource; else `OTEL_SERVICE_NAME` or the program's name.
  public var service: String?
  /// Where journals live; else the nearest `.tracewire` from the working directory upward; on phones the app's own folder, kept out
  /// of backups and protected until the first unlock.
  public var dir: String?
  /// Who delivers, and when; `inline` by default where there are exporters.
  public var mode: Mode?
  /// Where traces go besides the local journal.
  public var exporters: [any Exporter]?
  /// When mode `background` delivers.
  public var batching: Batching?
  /// The share of traces that is recorded, from 0 to 1, decided by the trace id.
  public var sampling: Sampling?
  /// Which fields are recorded; all by default. What is left out never reaches the journal.
  public var capture: Capture?
  /// Called with a field's name and its value before anything is written; what it returns is recorded instead.
  public var mask: Mask?
  /// Limits that calls made by `Client.guarded`, and by `span` with work that may throw, are checked against before they begin.
  public var guards: Guards?
  /// Throw `TracewireError` for wrong use: from `initialize`, and from the next `flush` or `shutdown` for what went wrong before it.
  public var strict: Bool?
  /// What never leaves the journal: keys (`"password"`), detectors (`"@email"`, `"@secrets"`, `"@all"`), patterns (`"/ORD-[0-9]{8}/"`), and
  /// what is allowed (`"!support@example.com"`), each with what becomes of it (`"@email -> hash"`).
  public var redact: [String]?
  /// When that is removed.
  public var redactAt: RedactAt?
  /// The key of hashes that stand for what was removed.
  public var redactKey: String?
  /// Whether images, sound and films are told by their bytes, in what the journal becomes, and carried once; true unless something else is said.
  public var media: Bool?
  /// Further attributes of the program.
  public var resource: Attributes?
  /// The conversation that runs belong to, where they do not say so themselves.
  public var sessionId: String?
  /// The deployment, such as `production`.
  public var environment: String?
  /// The version of the program.
  public var release: String?
  /// Record nothing at all.
  public var disabled: Bool?
  /// The most that all journals of the directory may take, in bytes; what exceeds it is dropped and counted.
  public var quotaBytes: Int?
  /// What goes where `quotaBytes` is reached; the new record by default. What goes is counted.
  public var whenFull: WhenFull?
  /// How long a call may wait for room where `whenFull` is `block`, in seconds; 0.1 by default.
  public var blockBound: Double?
  /// Of which traces exporters get inputs and outputs; of all by default. The journal and the local store have everything.
  public var tail: Tail?
  /// The size at which a journal file is closed and the next begun, in bytes.
  public var fileBytes: Int?
  /// Force each record to the disk, which protects against loss of power, not only against the death of the process.
  public var fsync: Bool?
  /// Whether journals wait for the local store to take them; by default not on phones, where nobody reads them there.
  public var store: Bool?
  /// Bounds of records and envelopes, by the names of the specification (`depth`, `nodes`, `text_bytes`, …).
  public var limits: [String: Int]?
  /// Hears each notice once, such as a directory that cannot be written. By default they go to the system's log on Apple's platforms and
  /// nowhere else; nothing is ever printed.
  public var onNotice: (@Sendable (String) -> Void)?

  /// What is left out stands in the environment or in a file, or is the default.
  public init(
    service: String? = nil, dir: String? = nil, mode: Mode? = nil, exporters: [any Exporter]? = nil, batching: Batching? = nil,
    sampling: Sampling? = nil,
    capture: Capture? = nil, mask: Mask? = nil, strict: Bool? = nil, redact: [String]? = nil,
    redactAt: RedactAt? = nil, redactKey: String? = nil, media: Bool? = nil, resource: Attributes? = nil,
    sessionId: String? = nil, environment: String? = nil, release: String? = nil, disabled: Bool? = nil, quotaBytes: Int? = nil,
    fileBytes: Int? = nil, fsync: Bool? = nil, store: Bool? = nil, limits: [String: Int]? = nil,
    guards: Guards? = nil, whenFull: WhenFull? = nil, blockBound: Double? = nil, tail: Tail? = nil,
    onNotice: (@Sendable (String) -> Void)? = nil
  ) {
    self.service = service
    self.dir = dir
    self.mode = mode
    self.exporters = exporters
    self.batching = batching
    self.sampling = sampling
    self.capture = capture
    self.mask = mask
    self.strict = strict
    self.redact = redact
    self.redactAt = redactAt
    self.redactKey = redactKey
    self.media = media
    self.resource = resource
    self.sessionId = sessionId
    self.environment = environment
    self.release = release
    self.disabled = disabled
    self.quotaBytes = quotaBytes
    self.whenFull = whenFull
    self.blockBound = blockBound
    self.tail = tail
    self.fileBytes = fileBytes
    self.fsync = fsync
    self.store = store
    self.limits = limits
    self.guards = guards
    self.onNotice = onNotice
  }
}
