import Foundation
import TracewireNative

/// What somebody's emitter has wrong.
public struct Validation: Sendable, CustomStringConvertible {
  /// What a rule looks at.
  public enum Level: String, Sendable {
    /// The form of events.
    case schema
    /// Also what members and events mean together.
    case semantic
    /// Also the exact bytes.
    case canonical
  }

  /// How bad a finding is.
  public enum Severity: String, Sendable, Comparable {
    /// Good to know.
    case note
    /// Likely a mistake.
    case warning
    /// Against the specification.
    case error

    /// Whether one is less bad.
    public static func < (one: Severity, other: Severity) -> Bool { one.weight < other.weight }

    private var weight: Int { [.note: 0, .warning: 1, .error: 2][self] ?? 0 }
  }

  /// One thing that is wrong, where, and how to mend it.
  public struct Finding: Sendable, Hashable {
    /// Stable, `TW` and four digits; the specification has a page for each.
    public let code: String
    /// The same in words, such as `time-digits`.
    public let name: String
    /// How bad it is.
    public let severity: Severity
    /// What of the specification it stands on, such as `TW-TIME-001`.
    public let requirement: String?
    /// Where in the document, as a JSON pointer; empty for all of it.
    public let pointer: String
    /// The line, from 1, where known.
    public let line: Int?
    /// The column in characters, from 1, where known.
    public let column: Int?
    /// What is wrong here, in one sentence.
    public let message: String
    /// How to mend it, in one sentence.
    public let fix: String?
  }

  /// What was found, in the order of the input; the first 10,000 of it.
  public let findings: [Finding]
  /// In how much it was looked for, and how much was found: `documents`, `envelopes`, `events`, `spans`, `errors`, `warnings`, `notes`.
  public let summary: [String: Int]

  /// Whether no error was found.
  public var isValid: Bool { summary["errors"] ?? 0 == 0 }

  /// The codes of what was found, each once, sorted.
  public var codes: [String] { Set(findings.map(\.code)).sorted() }

  /// Throws for the first finding of this severity, or a worse one.
  ///
  /// - Throws: `FormatError` with the finding's code, line, and its pointer as path.
  public func check(_ severity: Severity = .error) throws {
    let found = findings.filter { $0.severity >= severity }
    guard let first = found.first else { return }
    let more = found.count > 1 ? " (and \(found.count - 1) more)" : ""
    let reason = [first.message, first.fix].compactMap { $0 }.joined(separator: "; ") + more
    throw FormatError(code: first.code, reason: reason, line: first.line, path: first.pointer)
  }

  /// One line for each finding, and the totals.
  public var description: String {
    func some(_ name: String, _ what: String) -> String {
      let count = summary[name] ?? 0
      return "\(count) \(what)\(count == 1 ? "" : "s")"
    }
    let lines = findings.map { found in
      let place = [found.line.map { "line \($0)" }, found.pointer.isEmpty ? nil : found.pointer].compactMap { $0 }.joined(separator: " ")
      return
        "\(found.severity.rawValue) \(found.code) \(place)\(place.isEmpty ? "" : ": ")\(found.message)\(found.fix.map { "; \($0)" } ?? "")"
    }
    let totals = [some("errors", "error"), some("warnings", "warning"), some("notes", "note")].joined(separator: ", ")
    return (lines + ["\(totals) in \(some("events", "event"))"]).joined(separator: "\n")
  }

  init(_ json: String) {
    let report = JsonReader.read(json)
    findings = (report["findings"]?.list ?? []).prefix(10_000).map { found in
      Finding(
        code: found["code"]?.text ?? "", name: found["name"]?.text ?? "",
        severity: found["severity"]?.text.flatMap(Severity.init) ?? .error, requirement: found["requirement"]?.text,
        pointer: found["pointer"]?.text ?? "", line: found["line"]?.int, column: found["column"]?.int,
        message: found["message"]?.text ?? "", fix: found["fix"]?.text)
    }
    summary = (report["summary"]?.members ?? .init()).reduce(into: [:]) { $0[$1.key] = $1.value.int }
  }
}

extension Tracewire {
  /// Says what is wrong with events or envelopes that some emitter wrote, where, and how to mend it.
  ///
  /// ```swift
  /// let report = try Tracewire.validate(Array(#"{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}"#.utf8))
  /// report.codes  // ["TW0107"]
  /// ```
  ///
  /// - Parameters:
  ///   - bytes: of a text in UTF-8, or of `proto`.
  ///   - level: what is looked at.
  ///   - format: by default JSON or JSON Lines, told apart by the input.
  ///   - delimiter: what separates the cells of CSV.
  /// - Throws: `TracewireError` for a failure of the library. What is wrong with the input is a finding instead.
  public static func validate(
    _ bytes: [UInt8], level: Validation.Level = .semantic, format: Format? = nil, delimiter: Delimiter? = nil
  ) throws -> Validation {
    var options: Value.Members = .init([("level", .text(level.rawValue))])
    if let format { options["format"] = .text(format.rawValue) }
    if let delimiter { options["delimiter"] = .text(delimiter.rawValue) }
    return Validation(try refusing { try TracewireNative.validate(bytes: Data(bytes), options: JsonWriter.text(.map(options))) })
  }
}
