import Foundation

/// Prints steps as they begin and end, indented by their depth, to standard error: for a person at a terminal.
///
/// ```text
/// agent answer …
///   tool search 12 ms
///   llm chat 830 ms 120+30 tokens
///     ! RateLimitError: slow down
/// agent answer 1.20 s
/// ```
public final class ConsoleExporter: Exporter {
  /// What it is called in journals and reports.
  public let name: String
  /// Whether what processes left that have died is passed by.
  public var onlyThisProcess: Bool { true }
  private let write: @Sendable (String) -> Void
  private let known = Locked<(depths: [String: Int], names: [String: (kind: String, name: String)])>(([:], [:]))
  private static let mostOpen = 10_000

  /// - Parameters:
  ///   - name: what it is called in journals.
  ///   - write: takes each text; standard error by default.
  public init(name: String = "console", write: (@Sendable (String) -> Void)? = nil) {
    self.name = name
    self.write = write ?? { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
  }

  /// Prints what the batch tells.
  public func export(_ batch: Batch) async throws {
    let events = batch.events
    var ended: [String: Value] = [:]
    for event in events where event["type"] == "span.end" { ended[event["span_id"]?.text ?? ""] = event }
    let lines = known.withLock { known in events.flatMap { Self.lines($0, ended, &known.depths, &known.names) } }
    if !lines.isEmpty { write(lines.map { "\($0)\n" }.joined()) }
  }

  private static func lines(
    _ event: Value, _ ended: [String: Value], _ depths: inout [String: Int], _ names: inout [String: (kind: String, name: String)]
  ) -> [String] {
    let (id, type, body) = (event["span_id"]?.text ?? "", event["type"]?.text ?? "", event["body"] ?? .null)
    let above = depths[event["parent_id"]?.text ?? ""].map { $0 + 1 } ?? 0
    switch type {
    case "span.start":
      if depths.count >= mostOpen {
        depths.removeAll()
        names.removeAll()
      }
      depths[id] = above
      let step = (kind: event["kind"]?.text ?? "step", name: body["name"]?.text ?? "?")
      // One that is over by now takes one line.
      if let last = ended[id] { return end(last, last["body"] ?? .null, step, above) }
      names[id] = step
      return [indented(above, "\(clean(step.kind)) \(clean(step.name)) …")]
    case "span.end":
      guard let step = names.removeValue(forKey: id) else { return [] }
      return end(event, body, step, depths[id] ?? 0)
    case "span.event", "event", "log", "loss":
      let depth = depths[id].map { $0 + 1 } ?? above
      let text = told(type, body)
      return text.isEmpty ? [] : [indented(depth, text)]
    default: return []
    }
  }

  private static func end(_ event: Value, _ body: Value, _ step: (kind: String, name: String), _ depth: Int) -> [String] {
    var words = [clean(step.kind), clean(step.name)]
    if let nanos = event["duration_nanos"]?.int { words.append(duration(nanos)) }
    if let usage = body["usage"], usage["input_tokens"] != nil || usage["output_tokens"] != nil {
      words.append("\(usage["input_tokens"]?.int ?? 0)+\(usage["output_tokens"]?.int ?? 0) tokens")
    }
    let status = event["status"]?.text ?? ""
    guard ["error", "timeout", "cancelled"].contains(status) else { return [indented(depth, words.joined(separator: " "))] }
    words.append(status)
    let line = indented(depth, words.joined(separator: " "))
    if let exception = body["exception"] { return [line, indented(depth + 1, clean(text(of: exception)))] }
    if let message = body["status_message"]?.text { return [line, indented(depth + 1, clean("! \(message)"))] }
    return [line]
  }

  private static func told(_ type: String, _ body: Value) -> String {
    if type == "log" { return clean("\(body["level"]?.text ?? "info"): \(body["message"]?.text ?? "")") }
    if type == "loss" { return clean("! \(body["count"]?.int ?? 0) records were dropped: \(body["reason"]?.text ?? "unknown")") }
    if body["chunks"] != nil { return "" }  // A stream would push everything else away.
    return clean(body["exception"].map(text) ?? "· \(body["name"]?.text ?? "event")")
  }

  private static func text(of exception: Value) -> String {
    "! \(exception["type"]?.text ?? "exception"): \(exception["message"]?.text ?? "")"
  }

  private static func indented(_ depth: Int, _ text: String) -> String {
    String(repeating: "  ", count: depth) + text
  }

  /// One short line, without anything that a terminal would obey.
  private static func clean(_ text: String) -> String {
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    let short = words.count <= 200 ? words : "\(words.prefix(199))…"
    return String(
      String.UnicodeScalarView(
        short.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .privateUse, .surrogate: "\u{fffd}"
          default: scalar
          }
        }))
  }

  private static func duration(_ nanos: Int) -> String {
    if nanos < 1_000_000 { return "\(nanos / 1000) µs" }
    if nanos < 1_000_000_000 { return "\(nanos / 1_000_000) ms" }
    if nanos < 60_000_000_000 {
      let hundredths = nanos / 10_000_000
      return "\(hundredths / 100).\(padded(hundredths % 100, 2)) s"
    }
    return "\(nanos / 60_000_000_000) min \(nanos / 1_000_000_000 % 60) s"
  }
}
