import Foundation
import TracewireNative

/// A format of the wire.
///
/// | format | takes | is |
/// |---|---|---|
/// | `json` | any value | canonical (RFC 8785): equal values have equal bytes |
/// | `jsonl` | the items of a list, one in each line | each line canonical JSON |
/// | `toon` | any value | TOON 4.4, for language models to read |
/// | `csv` | a list of maps | RFC 4180; missing, null, `""` and `"1"` stay apart |
/// | `proto` | any value | protobuf, `tracewire.v1`: envelopes and events have typed fields |
public enum Format: String, Sendable, CaseIterable {
  /// Canonical JSON.
  case json
  /// JSON Lines.
  case jsonl
  /// TOON 4.4.
  case toon
  /// A table, RFC 4180.
  case csv
  /// Protobuf, `tracewire.v1`.
  case proto
}

/// What stands between the cells of TOON and CSV.
public enum Delimiter: String, Sendable {
  /// `,`
  case comma
  /// A tab.
  case tab
  /// `|`
  case pipe
}

/// Makes lists of maps uniform before they are written, for they are short as tables. It changes the value, and nothing restores it.
public enum Uniform: String, Sendable {
  /// Of a list with maps of several shapes a map of lists.
  case group
  /// Gives each map all keys, null where there was none.
  case fill
}

/// How a value is written.
public struct EncodeOptions: Sendable {
  /// What separates the cells of TOON and CSV; comma by default.
  public var delimiter: Delimiter?
  /// Spaces for each level, of TOON (2 by default) and JSON (by default one line without any): 1 to 64.
  public var indent: Int?
  /// Puts a `'` before texts of CSV that a spreadsheet would take for a formula. Lossy: no reader takes it away.
  public var isFormulaSafe: Bool
  /// Whether lists of maps are made uniform first.
  public var uniform: Uniform?
  /// Writes a mark in the place of what has no form, as a recording does, instead of throwing.
  public var isLenient: Bool
  /// Takes the value for one in the wire's form, where a map with a key that begins with `$` is a tag.
  public var keepsTags: Bool

  /// How a value is written; what is left out is the default.
  public init(
    delimiter: Delimiter? = nil, indent: Int? = nil, isFormulaSafe: Bool = false, uniform: Uniform? = nil, isLenient: Bool = false,
    keepsTags: Bool = false
  ) {
    self.delimiter = delimiter
    self.indent = indent
    self.isFormulaSafe = isFormulaSafe
    self.uniform = uniform
    self.isLenient = isLenient
    self.keepsTags = keepsTags
  }
}

/// How a value is read.
public struct DecodeOptions: Sendable {
  /// Mends what a writer of TOON gets wrong most: counts, repeated keys (the last value wins), odd indentation, blank lines.
  public var isLenient: Bool
  /// What separates the cells of CSV; TOON says it itself.
  public var delimiter: Delimiter?
  /// Spaces for each level of TOON; 2 by default.
  public var indent: Int?
  /// Leaves the value in the wire's form, where a map with a key that begins with `$` is a tag.
  public var keepsTags: Bool

  /// How a value is read; what is left out is the default.
  public init(isLenient: Bool = false, delimiter: Delimiter? = nil, indent: Int? = nil, keepsTags: Bool = false) {
    self.isLenient = isLenient
    self.delimiter = delimiter
    self.indent = indent
    self.keepsTags = keepsTags
  }
}

enum Formats {
  /// Deepest nesting that is taken, what every reader reads; and most parts.
  private static let wholeLimits: Limits = {
    var limits = Limits()
    limits.depth = 128
    limits.nodes = 1 << 26
    limits.textBytes = .max
    limits.recordBytes = .max
    return limits
  }()

  static func encode(_ value: Any?, _ format: Format, _ options: EncodeOptions) throws -> [UInt8] {
    let given = native(format, options.delimiter, options.indent, options.isFormulaSafe, options.uniform, isLenient: false)
    var walker = Walker(limits: wholeLimits, capacity: 4096)
    walker.isWhole = true
    defer { walker.out.deallocate() }
    walker.begin(at: 0)
    walker.value(value)
    if let problem = walker.problem, !options.isLenient { throw problem }
    let cbor = Data(bytes: walker.out.base, count: walker.out.at)
    return Array(
      try refusing { try TracewireNative.encode(cbor: cbor, format: format.rawValue, options: given, keepTags: options.keepsTags) })
  }

  static func decode(_ bytes: [UInt8], _ format: Format, _ options: DecodeOptions = DecodeOptions()) throws -> Value {
    let delimiter = format == .toon ? nil : options.delimiter
    let given = native(format, delimiter, options.indent, false, nil, isLenient: options.isLenient)
    let json = try refusing { try TracewireNative.decode(bytes: Data(bytes), format: format.rawValue, options: given) }
    return JsonReader.read(Array(json), meansTags: !options.keepsTags)
  }

  static func convert(_ bytes: [UInt8], _ from: Format, _ to: Format, _ reading: DecodeOptions, _ writing: EncodeOptions) throws -> [UInt8]
  {
    let source = native(from, from == .toon ? nil : reading.delimiter, reading.indent, false, nil, isLenient: reading.isLenient)
    let target = native(to, writing.delimiter, writing.indent, writing.isFormulaSafe, writing.uniform, isLenient: false)
    return Array(
      try refusing {
        try TracewireNative.convert(
          bytes: Data(bytes), from: from.rawValue, fromOptions: source, to: to.rawValue, toOptions: target)
      })
  }

  /// Options as the native half takes them, as JSON; an empty text where there are none.
  private static func native(
    _ format: Format, _ delimiter: Delimiter?, _ indent: Int?, _ isFormulaSafe: Bool, _ uniform: Uniform?, isLenient: Bool
  ) -> String {
    var options = Value.Members()
    if let delimiter, format == .toon || format == .csv { options["delimiter"] = .text(delimiter.rawValue) }
    if let indent { options["indent"] = .int(indent) }
    if isFormulaSafe { options["formula_safe"] = true }
    if let uniform { options["uniform"] = .text(uniform.rawValue) }
    if isLenient { options["lenient"] = true }
    return options.isEmpty ? "" : JsonWriter.text(.map(options))
  }
}
