import TracewireNative

/// What tracewire throws: formats and envelopes for what they refuse, `initialize` and `flush` in strict mode. Recording throws nothing.
///
/// `code` is stable, the same in every SDK; `message` is for people.
public struct TracewireError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Stable name of what went wrong.
  public let code: String
  /// What went wrong, and how to mend it.
  public let message: String
  /// Bytes before the first bad one, of a text that was read.
  public let offset: Int?
  /// The line, from 1, of a text that was read.
  public let line: Int?
  /// Where in a value, as a JSON pointer.
  public let path: String?

  /// - Parameters:
  ///   - code: stable name of what went wrong.
  ///   - message: what went wrong, and how to mend it.
  ///   - offset: bytes before the first bad one.
  ///   - line: the line, from 1.
  ///   - path: where in a value, as a JSON pointer.
  public init(code: String, message: String, offset: Int? = nil, line: Int? = nil, path: String? = nil) {
    self.code = code
    self.message = message
    self.offset = offset
    self.line = line
    self.path = path
  }

  /// For a person.
  public var description: String { "\(code): \(message)" }
}

/// Thrown for what cannot be written or read in a format; the same input has the same error everywhere.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Stable name of what went wrong.
  public let code: String
  /// What is wrong, and how to mend it.
  public let reason: String
  /// Bytes before the first bad one, of a text that was read.
  public let offset: Int?
  /// The line, from 1, of a text that was read.
  public let line: Int?
  /// Where in a value, as a JSON pointer; empty for all of it.
  public let path: String?

  init(code: String, reason: String, offset: Int? = nil, line: Int? = nil, path: String? = nil) {
    self.code = code
    self.reason = reason
    self.offset = offset
    self.line = line
    self.path = path
  }

  /// The place, as far as it is known, and the reason.
  public var message: String {
    var places: [String] = []
    if let line { places.append("line \(line)") }
    if let offset { places.append("byte \(offset)") }
    if let path, !path.isEmpty { places.append(path) }
    return places.isEmpty ? reason : "\(places.joined(separator: ", ")): \(reason)"
  }

  /// For a person.
  public var description: String { "\(code): \(message)" }
}

/// Codes of the native half that say nothing of a format.
private let ofTheLibrary: Set<String> = ["internal", "unavailable", "config", "io", "closed"]

/// Does what the native half can refuse.
package func refusing<Result>(_ work: () throws -> Result) throws -> Result {
  try Library.require()
  do {
    return try work()
  } catch let TracewireNative.TracewireError.Refused(code, reason, offset, line, path) {
    let (offset, line) = (offset.flatMap { Int(exactly: $0) }, line.flatMap { Int(exactly: $0) })
    if ofTheLibrary.contains(code) {
      throw TracewireError(code: code, message: reason, offset: offset, line: line, path: path)
    }
    throw FormatError(code: code, reason: reason, offset: offset, line: line, path: path)
  }
}
