/// What stands where in a record's buffer: `core/recorder/src/host.rs`.
enum Layout {
  static let stateBytes = 56
  static let flags = 32
  static let present = 33
  static let kindLength = 72
  static let correlationLength = 76
  static let traceStateLength = 80
  static let fixedBytes = 88
}

/// What is recorded.
enum Operation: UInt32 {
  case start = 0
  case update = 1
  case spanEvent = 2
  case end = 3
  case pointEvent = 4
  case log = 5
  case metric = 6
  case feedback = 7
  /// Asks the guards whether a call may begin.
  case check = 8
  /// Tells the guards what a call used.
  case settle = 9
}

/// What a step or place has of its own: ids, flags, and when it began. Given back with each later record.
struct State: Sendable, Hashable {
  private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)

  init() {}

  @inline(__always)
  init(from buffer: UnsafeRawPointer) {
    words = buffer.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64).self)
  }

  @inline(__always)
  func write(to buffer: UnsafeMutableRawPointer) {
    buffer.storeBytes(of: words, as: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64).self)
  }

  /// The state of a step of these ids; `nil` for what are none.
  init?(traceId: String, spanId: String, flags: UInt8) {
    guard let trace = Hex.bytes(traceId, 16), let span = Hex.bytes(spanId, 8) else { return nil }
    withUnsafeMutableBytes(of: &words) { bytes in
      bytes.copyBytes(from: trace)
      UnsafeMutableRawBufferPointer(rebasing: bytes[16...]).copyBytes(from: span)
      bytes[Layout.flags] = flags
      bytes[Layout.present] = 1
    }
  }

  private func hex(_ range: Range<Int>) -> String {
    withUnsafeBytes(of: words) { Hex.text($0[range]) }
  }

  /// What a check leaves: what is reserved, and the number of its verdict.
  var reservation: UInt64 { words.0 }
  var verdict: UInt32 { UInt32(truncatingIfNeeded: words.1) }

  init(reservation: UInt64) { words.0 = reservation }

  var traceId: String { hex(0..<16) }
  var spanId: String { hex(16..<24) }
  var parentId: String? { words.3 == 0 ? nil : hex(24..<32) }
  var flags: UInt8 { withUnsafeBytes(of: words) { $0[Layout.flags] } }
  var traceparent: String { "00-\(traceId)-\(spanId)-\(hex(Layout.flags..<Layout.flags + 1))" }

  static func == (one: State, other: State) -> Bool {
    one.words.0 == other.words.0 && one.words.1 == other.words.1 && one.words.2 == other.words.2 && one.flags == other.flags
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.2)
  }
}

/// Lower-case hex digits.
enum Hex {
  static func text<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> String {
    var digits: [UInt8] = []
    for byte in bytes {
      digits.append(digit(byte >> 4))
      digits.append(digit(byte & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? value + 48 : value + 87
  }

  /// So many bytes of lower-case digits that are not all zeros; `nil` for anything else.
  static func bytes(_ text: String, _ count: Int) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count == count * 2 else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<count {
      guard let high = value(digits[index * 2]), let low = value(digits[index * 2 + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes.contains { $0 != 0 } ? bytes : nil
  }

  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 97...102: digit - 87
    default: nil
    }
  }

  static func random(_ count: Int) -> String {
    text((0..<count).map { _ in UInt8.random(in: 0...255) })
  }
}
