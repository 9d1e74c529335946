import Foundation
import TracewireNative

/// Envelopes by their bytes: what they prove, and how something is taken out of them without breaking a digest.
///
/// ```swift
/// let found = try Envelopes.verify(lines)
/// if !found.isSound { print(found) }
/// let without = try Envelopes.erase(envelope, contents: ["sha256:…"])
/// ```
public enum Envelopes {
  /// Something in envelopes that contradicts.
  public struct Contradiction: Sendable, Hashable {
    /// `digest`, `sequence`, `chain`, `fork`, `content` or `closed`.
    public let code: String
    /// Whose envelope it is.
    public let producer: String
    /// The number of that envelope's first event.
    public let firstSeq: Int
    /// What is wrong, in one sentence.
    public let message: String
  }

  /// What envelopes prove together.
  public struct Verification: Sendable, CustomStringConvertible {
    /// Whether nothing contradicts. What is missing, erased or withheld is no contradiction.
    public let isSound: Bool
    /// Whether, besides, nothing is missing and every producer's end is known.
    public let isComplete: Bool
    /// What contradicts, in order of producer and place.
    public let findings: [Contradiction]
    /// What is known of each producer, by its name.
    public let producers: Value.Members

    /// The codes of what contradicts, sorted, each once.
    public var codes: [String] { Set(findings.map(\.code)).sorted() }

    /// For a person.
    public var description: String {
      let state = isComplete ? "complete" : isSound ? "sound" : "not sound"
      return ([state] + findings.map { "\($0.code): \($0.producer) from \($0.firstSeq): \($0.message)" }).joined(separator: "\n")
    }
  }

  /// Says what envelopes prove, each given in JSON: in any order, the same ones also repeatedly.
  ///
  /// - Throws: `FormatError` for the first that is no envelope.
  public static func verify(_ envelopes: [[UInt8]]) throws -> Verification {
    let report = JsonReader.read(try refusing { try TracewireNative.verify(given: envelopes.map { Data($0) }) })
    let findings = (report["findings"]?.list ?? []).map { found in
      Contradiction(
        code: found["code"]?.text ?? "", producer: found["producer"]?.text ?? "", firstSeq: found["first_seq"]?.int ?? 0,
        message: found["message"]?.text ?? "")
    }
    return Verification(
      isSound: report["sound"]?.bool ?? false, isComplete: report["complete"]?.bool ?? false, findings: findings,
      producers: report["producers"]?.members ?? .init())
  }

  /// Erases something for ever; gives the envelope without it, in canonical JSON. Every digest stays.
  ///
  /// - Parameters:
  ///   - envelope: in JSON.
  ///   - contents: contents by their hashes, wherever the envelope holds them.
  ///   - bodies: events whose bodies go, by their `seq`.
  /// - Throws: `FormatError` for what is no envelope, or no hash.
  public static func erase(_ envelope: [UInt8], contents: [String] = [], bodies: [Int] = []) throws -> [UInt8] {
    try remove(envelope, contents, bodies, [], erases: true)
  }

  /// Keeps something out of this copy; gives the envelope without it, in canonical JSON. Every digest stays.
  ///
  /// - Parameters:
  ///   - envelope: in JSON.
  ///   - contents: contents by their hashes, wherever the envelope holds them.
  ///   - bodies: events whose bodies go, by their `seq`.
  ///   - events: events that go whole, by their `seq`.
  /// - Throws: `FormatError` for what is no envelope, or no hash.
  public static func withhold(
    _ envelope: [UInt8], contents: [String] = [], bodies: [Int] = [], events: [Int] = []
  ) throws -> [UInt8] {
    try remove(envelope, contents, bodies, events, erases: false)
  }

  private static func remove(
    _ envelope: [UInt8], _ contents: [String], _ bodies: [Int], _ events: [Int], erases: Bool
  ) throws -> [UInt8] {
    let selection = JsonWriter.text([
      "contents": .list(contents.map { .text($0) }), "bodies": .list(bodies.map { .int($0) }), "events": .list(events.map { .int($0) }),
      "erases": .bool(erases),
    ])
    return Array(try refusing { try TracewireNative.remove(envelope: Data(envelope), selection: selection) })
  }
}
