/// Appends events to a table, one row for each: RFC 4180, with contents in their places. A missing member is an empty cell, and `decode` gives the
/// rows back. An event that came twice has the same `producer` and `seq`.
public struct CSVExporter: Exporter {
  /// TW-CSV-005.
  private static let columns = [
    "producer", "seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "status", "duration_nanos", "nonce", "body", "other",
  ]

  /// What it is called in journals and reports.
  public let name: String
  private let path: String
  private let delimiter: Delimiter
  private let isFormulaSafe: Bool

  /// - Parameters:
  ///   - path: the file, made when the first event is there.
  ///   - delimiter: what separates cells.
  ///   - isFormulaSafe: put a `'` before texts that a spreadsheet would take for a formula. Lossy: no reader takes it away.
  ///   - name: what it is called in journals.
  public init(_ path: String = "tracewire.csv", delimiter: Delimiter = .comma, isFormulaSafe: Bool = false, name: String? = nil) {
    self.path = Files.absolute(path)
    self.delimiter = delimiter
    self.isFormulaSafe = isFormulaSafe
    self.name = name ?? "csv:\(self.path)"
  }

  /// Appends the rows; when it returns, they are with the system.
  public func export(_ batch: Batch) async throws {
    let separator = [Delimiter.comma: ",", .tab: "\t", .pipe: "|"][delimiter] ?? ","
    let header = Files.size(path) == 0 ? Self.columns.joined(separator: separator) + "\r\n" : ""
    try Files.append(Array(header.utf8) + rows(batch), to: path)
  }

  /// Each batch has all columns in one order, whatever its events have: a row before them says so, under names that keep their order when they
  /// are sorted, and is cut off again.
  private func rows(_ batch: Batch) throws -> [UInt8] {
    let all = Value.map(.init(Self.columns.indices.map { (Self.letter($0), 0) }))
    let rows = batch.events.map { row(batch.producer, $0) }
    let options = EncodeOptions(delimiter: delimiter, isFormulaSafe: isFormulaSafe, keepsTags: true)
    let table = try Formats.encode(Value.list([all] + rows), .csv, options)
    var lines = 0
    for index in table.indices where table[index] == 10 {
      lines += 1
      if lines == 2 { return Array(table[(index + 1)...]) }
    }
    return []
  }

  private static func letter(_ index: Int) -> String { String(UnicodeScalar(UInt8(97 + index))) }

  /// An event's members by column; what no column names is in `other`.
  private func row(_ producer: String, _ event: Value) -> Value {
    var row = Value.Members([(Self.letter(0), .text(producer))])
    var other = Value.Members()
    for entry in event.members ?? .init() {
      if let index = Self.columns.firstIndex(of: entry.key), index > 0, entry.key != "other" {
        row[Self.letter(index)] = entry.value
      } else {
        other[entry.key] = entry.value
      }
    }
    if !other.isEmpty { row[Self.letter(Self.columns.count - 1)] = .map(other) }
    return .map(row)
  }
}
