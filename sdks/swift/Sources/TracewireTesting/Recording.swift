import Foundation
import Tracewire
import TracewireNative

/// The clock and ids of a test, the same in every run.
public struct Script: Sendable {
  /// The first reading of the clock, in nanoseconds since 1970 UTC.
  public var startNanos: Int64
  /// The first reading of the monotonic clock, which durations are made of, in nanoseconds.
  public var startMonotonicNanos: UInt64
  /// How far both clocks go at each reading, in nanoseconds.
  public var stepNanos: UInt64
  /// Readings that come before these, in order: nanoseconds since 1970 UTC, and nanoseconds of the monotonic clock.
  public var moments: [(wallNanos: Int64, monotonicNanos: UInt64)]
  /// Ids that new traces take, in order, each 32 hex digits; when they are used up, ids count from 1.
  public var traceIds: [String]
  /// The same for steps and events, 16 hex digits.
  public var spanIds: [String]
  /// The process part of the producer's name, 16 hex digits.
  public var process: String

  /// What is left out is the same in every run.
  public init(
    startNanos: Int64 = 1_767_225_600_000_000_000, startMonotonicNanos: UInt64 = 0, stepNanos: UInt64 = 1_000_000,
    moments: [(wallNanos: Int64, monotonicNanos: UInt64)] = [], traceIds: [String] = [], spanIds: [String] = [],
    process: String = "0000000000000001"
  ) {
    self.startNanos = startNanos
    self.startMonotonicNanos = startMonotonicNanos
    self.stepNanos = stepNanos
    self.moments = moments
    self.traceIds = traceIds
    self.spanIds = spanIds
    self.process = process
  }

  var json: String {
    func pair(_ wall: Int64, _ monotonic: UInt64) -> Value { .list([.text(String(wall)), .text(String(monotonic))]) }
    return JsonWriter.text([
      "start": pair(startNanos, startMonotonicNanos), "step": .text(String(stepNanos)),
      "moments": .list(moments.map { pair($0.wallNanos, $0.monotonicNanos) }), "trace_ids": .list(traceIds.map { .text($0) }),
      "span_ids": .list(spanIds.map { .text($0) }), "process": .text(process),
    ])
  }
}

/// The specification's bounds and the sizes of journals on a disk: what a program configures elsewhere changes no test.
private let bounds = [
  "depth": 64, "nodes": 50_000, "text_bytes": 1 << 20, "record_bytes": 4 << 20, "inline_bytes": 256, "envelope_events": 256,
  "envelope_bytes": 256 << 10,
]

/// What a program records, until `end`.
public final class Recording: Sendable {
  /// What records.
  public let client: Client
  private let folder: URL
  private let isOurs: Bool
  private let state: StateBox

  /// Unchecked: all of it is touched behind its lock, or before the recording is anybody's.
  private final class StateBox: @unchecked Sendable {
    let lock = NSLock()
    var before: Client?
    var isDefault = false
    var ended: (events: Value, envelopes: [[UInt8]])?
  }

  /// Records with injected clock and ids, by a client of its own. `recording` makes it the default one.
  ///
  /// - Parameters:
  ///   - script: the clock and ids.
  ///   - configuration: as for `Tracewire.initialize`; its resource is exactly what it says, `{"service.name": "test"}` by default.
  ///   - isDefault: whether it takes the default client's place, in the whole process, until `end`.
  /// - Throws: `FormatError` for an option that cannot be used.
  public init(_ script: Script = Script(), _ configuration: Configuration = Configuration(), isDefault: Bool = false) throws {
    isOurs = configuration.dir == nil
    folder = URL(fileURLWithPath: configuration.dir ?? "\(NSTemporaryDirectory())/tracewire-\(UUID().uuidString)")
    if isOurs { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    var own = configuration
    own.dir = folder.path
    own.limits = bounds.merging(configuration.limits ?? [:]) { $1 }
    own.fileBytes = own.fileBytes ?? 32 << 20
    own.quotaBytes = own.quotaBytes ?? 1 << 30
    own.store = own.store ?? true
    let resource = wireForm(configuration.resource ?? ["service.name": "test"]) ?? .null
    let json = script.json
    let failure = FailureBox()
    client = Client { given in
      if let error = failure.error { throw error }  // It is tried again with the defaults, and these are no test's.
      do {
        var options = JsonReader.read(given).members ?? .init()
        options["resource"] = resource
        return try testingRecorder(given: JsonWriter.text(.map(options)), script: json)
      } catch {
        failure.error = error
        throw error
      }
    }
    state = StateBox()
    client.open(with: own)
    if let error = failure.error {
      if isOurs { try? FileManager.default.removeItem(at: folder) }
      try refusing { throw error }
    }
    if isDefault {
      state.isDefault = true
      state.before = Tracewire.use(client)
    }
  }

  /// Unchecked: the opener alone writes it, while `init` waits for that.
  private final class FailureBox: @unchecked Sendable {
    var error: (any Error)?
  }

  deinit {
    end()
  }

  /// All events in the order of their times, each in the specification's JSON form; contents are inline.
  public var events: [Value] {
    if let ended = state.lock.withLock({ state.ended }) { return ended.events.list ?? [] }
    return read().list ?? []
  }

  /// All steps in the order of their beginnings, each one map: what its start, updates and end say. `status` is absent from a step that has
  /// not ended; `events` lists what happened inside it.
  public var spans: [Value] { Spans.of(events) }

  /// All envelopes, each in canonical JSON: behind the end whole, before it what a flush or a limit has ended.
  public var envelopes: [[UInt8]] {
    if let ended = state.lock.withLock({ state.ended }) { return ended.envelopes }
    return sealed()
  }

  /// Ends the recording: the client of before is the default one again, and what was recorded stays readable.
  public func end() {
    if state.lock.withLock({ state.ended != nil }) { return }
    client.closeNow()
    let (events, envelopes) = (read(), sealed())
    state.lock.withLock {
      if state.isDefault { _ = Tracewire.use(state.before) }
      state.isDefault = false
      state.ended = (events, envelopes)
    }
    if isOurs { try? FileManager.default.removeItem(at: folder) }
  }

  private func read() -> Value {
    JsonReader.read((try? testingRead(directory: folder.path)) ?? "[]")
  }

  private func sealed() -> [[UInt8]] {
    ((try? testingSealDirectory(directory: folder.path))?.envelopes ?? []).map { Array($0) }
  }
}

/// Runs work with a clock and ids that are the same in every run, and gives what it records, as values and as bytes.
///
/// Inside, and in child tasks, the default client is the recording's; tests that run at the same time do not meet. A detached task is
/// outside: give it `recorded.client`.
///
/// ```swift
/// @Test func searches() async throws {
///   let recorded = try await recording { _ in try await search("otters") }
///   #expect(recorded.spans[0]["name"] == "search")
///   #expect(recorded.spans[0]["output"] == ["Lutra lutra"])
/// }
/// ```
///
/// - Parameters:
///   - script: the clock and ids.
///   - configuration: as for `Tracewire.initialize`.
///   - work: what records; it is given the recording.
/// - Returns: the recording, ended and readable.
@discardableResult
public func recording(
  _ script: Script = Script(), _ configuration: Configuration = Configuration(), isolation: isolated (any Actor)? = #isolation,
  _ work: (Recording) async throws -> Void
) async throws -> Recording {
  let recorded = try Recording(script, configuration)
  defer { recorded.end() }
  try await Tracewire.$here.withValue(recorded.client, operation: { try await work(recorded) }, isolation: isolation)
  return recorded
}

/// The same for work that is not asynchronous.
@discardableResult
public func recording(
  _ script: Script = Script(), _ configuration: Configuration = Configuration(), _ work: (Recording) throws -> Void
) throws -> Recording {
  let recorded = try Recording(script, configuration)
  defer { recorded.end() }
  try Tracewire.$here.withValue(recorded.client) { try work(recorded) }
  return recorded
}
