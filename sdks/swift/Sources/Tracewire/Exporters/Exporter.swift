/// Where envelopes go. `export` is called with one batch at a time. It may be slow and it may throw: what waits for it waits in the journal, on
/// disk, and not in memory. The same batch may come twice: an envelope's `digest` is its identity.
///
/// ```swift
/// struct Queue: Exporter {
///   let name = "queue"
///   func export(_ batch: Batch) async throws { try await send(batch.jsonLines) }
/// }
/// ```
public protocol Exporter: Sendable {
  /// Names the destination in journals and in what a flush reports. It must be the same in every run of the program: what a process that died
  /// has left is delivered by the next one under this name.
  var name: String { get }

  /// Whether `export` reads `batch.events`. An exporter that says `false` saves memory: contents stand once in the envelopes.
  var usesEvents: Bool { get }

  /// Whether what processes left that have died is passed by.
  var onlyThisProcess: Bool { get }

  /// Delivers a batch. To return means that it has been delivered.
  ///
  /// - Throws: `RetryLater` or anything else, to have the batch again later; `Undeliverable` to drop it and count it.
  func export(_ batch: Batch) async throws

  /// Lets go of what is held. Called once, after the last batch.
  func close() async
}

extension Exporter {
  /// True: contents stand in their places.
  public var usesEvents: Bool { true }
  /// False: what others left is delivered, too.
  public var onlyThisProcess: Bool { false }
  /// Nothing is held.
  public func close() async {}
}

/// Sealed envelopes of one producer, in order.
public struct Batch: Sendable {
  /// Whose events they are.
  public let producer: String
  /// Each envelope's canonical JSON.
  public let envelopes: [[UInt8]]
  /// How many events they hold.
  public let count: Int
  let eventsJson: [UInt8]

  /// All events in the specification's JSON form, with contents in their places instead of references. Empty for an exporter that said that it
  /// does not use them.
  public var events: [Value] {
    (JsonReader.read(eventsJson, meansTags: false).list ?? []).compactMap { $0["event"] }
  }

  /// All envelopes as values, in the wire's form.
  public var documents: [Value] { envelopes.map { JsonReader.read($0, meansTags: false) } }

  /// One envelope a line.
  public var jsonLines: [UInt8] { Self.joined(envelopes[...], separator: [10], end: [10]) }

  static func joined(_ envelopes: ArraySlice<[UInt8]>, begin: [UInt8] = [], separator: [UInt8], end: [UInt8]) -> [UInt8] {
    var bytes = begin
    bytes.reserveCapacity(envelopes.reduce(2) { $0 + $1.count + 1 })
    for (index, envelope) in envelopes.enumerated() {
      if index > 0 { bytes += separator }
      bytes += envelope
    }
    return bytes + (envelopes.isEmpty && begin.isEmpty ? [] : end)
  }
}

/// Thrown by `export` for a batch that this destination will never take: it is dropped, and counted by its reason.
public struct Undeliverable: Error, Sendable {
  /// A short code, such as `http_400`; a flush's `dropped` counts by it.
  public let reason: String
  /// What is said the first time.
  public let message: String
  /// How many of the batch's events it is about, where it is not about all; the others were delivered.
  public let events: Int?

  /// An error of this reason.
  public init(reason: String, message: String? = nil, events: Int? = nil) {
    self.reason = reason
    self.message = message ?? reason
    self.events = events
  }
}

/// Thrown by `export` to have the same batch again later. Any other error means the same.
public struct RetryLater: Error, Sendable {
  /// A short code, such as `http_503`; a flush's `errors` counts by it.
  public let code: String
  /// What is said the first time.
  public let message: String
  /// How long the destination asked to be left alone; otherwise waits grow from half a second to a minute.
  public let after: Duration?

  /// An error of this code.
  public init(code: String, message: String? = nil, after: Duration? = nil) {
    self.code = code
    self.message = message ?? code
    self.after = after
  }
}
