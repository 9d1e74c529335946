/// Writes each envelope as a JSON document of its own, in a folder as `<producer>-<number of the first event>.json`; one that comes twice replaces
/// itself.
public struct JSONExporter: Exporter {
  /// What it is called in journals and reports.
  public let name: String
  /// Whether it reads events with contents in their places.
  public let usesEvents: Bool
  private let writer: DocumentWriter

  /// - Parameters:
  ///   - folder: made when the first document is there.
  ///   - indent: spaces for each level, for people; by default the document is the envelope's canonical bytes, on which its digest is.
  ///   - flatten: write tables of events instead: short, and not made to be read back.
  ///   - name: what it is called in journals.
  public init(_ folder: String = "tracewire-json", indent: Int? = nil, flatten: Bool = false, name: String? = nil) {
    writer = DocumentWriter(folder: Files.absolute(folder), format: .json, options: EncodeOptions(indent: indent), flattens: flatten)
    usesEvents = flatten
    self.name = name ?? "json:\(writer.folder)"
  }

  /// Writes the documents.
  public func export(_ batch: Batch) async throws { try writer.write(batch) }
}

/// Writes each envelope as a TOON document, for language models to read; `decode` gives the envelope back, to the last byte of its digest. With
/// `flatten` a document is a table: one row for each event, which is much shorter.
public struct TOONExporter: Exporter {
  /// What it is called in journals and reports.
  public let name: String
  /// Whether it reads events with contents in their places.
  public let usesEvents: Bool
  private let writer: DocumentWriter

  /// - Parameters:
  ///   - folder: made when the first document is there.
  ///   - delimiter: what separates cells; a tab mostly takes the fewest tokens.
  ///   - flatten: write tables of events instead.
  ///   - name: what it is called in journals.
  public init(_ folder: String = "tracewire-toon", delimiter: Delimiter? = nil, flatten: Bool = false, name: String? = nil) {
    writer = DocumentWriter(folder: Files.absolute(folder), format: .toon, options: EncodeOptions(delimiter: delimiter), flattens: flatten)
    usesEvents = flatten
    self.name = name ?? "toon:\(writer.folder)"
  }

  /// Writes the documents.
  public func export(_ batch: Batch) async throws { try writer.write(batch) }
}

struct DocumentWriter: Sendable {
  let folder: String
  let format: Format
  let options: EncodeOptions
  let flattens: Bool

  func write(_ batch: Batch) throws {
    let events = flattens ? batch.events : []
    var at = 0
    for (index, document) in batch.documents.enumerated() {
      let path = "\(folder)/\(plain(batch.producer))-\(document["first_seq"]?.int ?? 0).\(format.rawValue)"
      if !flattens {
        try Files.replace(try text(of: batch.envelopes[index]), at: path)
        continue
      }
      let count = document["events"]?.list?.count ?? 0
      let rows = FlatRows.of(Array(events[at..<min(at + count, events.count)]))
      at += count
      // The one that closes a journal mostly holds nothing.
      if rows.isEmpty { continue }
      var options = self.options
      options.keepsTags = true
      try Files.replace(try Formats.encode(Value.list(rows), format, options), at: path)
    }
  }

  private func text(of envelope: [UInt8]) throws -> [UInt8] {
    if format == .json && options.indent == nil { return envelope }
    return try Formats.convert(envelope, .json, format, DecodeOptions(), options) + (format == .json ? [10] : [])
  }

  /// Producers' names are mostly plain; those that are not must not lead out of the folder.
  private func plain(_ producer: String) -> String {
    String(producer.prefix(150).map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "_" })
  }
}

/// Events as rows that all have the same columns: short as a table, made to be read and not to be read back.
enum FlatRows {
  private static let first = [
    "seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "name", "status", "duration_nanos",
  ]
  /// What people, models and tools said stays in one cell: its keys are as many as there are texts.
  private static let whole: Set<String> = ["input", "output", "data", "message", "value"]

  static func of(_ events: [Value]) -> [Value] {
    let rows = events.map(row)
    var known: [String] = []
    var seen: Set<String> = []
    for row in rows { for entry in row where seen.insert(entry.key).inserted { known.append(entry.key) } }
    let columns = first.filter { seen.contains($0) } + known.filter { !first.contains($0) }
    return rows.map { row in .map(.init(columns.map { ($0, row[$0] ?? .null) })) }
  }

  private static func row(_ event: Value) -> Value.Members {
    var row = Value.Members()
    for entry in event.members ?? .init() {
      if entry.key == "body", case .map(let body) = entry.value, !isTag(body) {
        for member in body { add(&row, member.key, member.value) }
      } else {
        add(&row, entry.key, entry.value)
      }
    }
    return row
  }

  private static func add(_ row: inout Value.Members, _ name: String, _ value: Value) {
    if case .map(let members) = value, !members.isEmpty, !whole.contains(name), !isTag(members) {
      for entry in members { add(&row, "\(name).\(entry.key)", entry.value) }
      return
    }
    var (unique, number) = (name, 2)
    while row[unique] != nil { (unique, number) = ("\(name)#\(number)", number + 1) }
    switch value {
    case .map, .list:
      let json = (try? Formats.encode(value, .json, EncodeOptions(keepsTags: true))) ?? []
      row[unique] = .text(String(decoding: json, as: UTF8.self))
    default: row[unique] = value
    }
  }

  private static func isTag(_ members: Value.Members) -> Bool {
    members.contains { $0.key.hasPrefix("$") && !$0.key.hasPrefix("$$") }
  }
}
