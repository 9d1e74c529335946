/// Reads JSON that the native half wrote: well-formed, so that what is not is no more than `null`. Numbers keep all their digits.
package struct JsonReader {
  private let bytes: [UInt8]
  private var at = 0
  /// Whether tags of the wire become what they stand for.
  private let meansTags: Bool

  package static func read(_ text: String) -> Value {
    read(Array(text.utf8), meansTags: false)
  }

  package static func read(_ bytes: [UInt8], meansTags: Bool) -> Value {
    var reader = JsonReader(bytes: bytes, meansTags: meansTags)
    return reader.value()
  }

  private init(bytes: [UInt8], meansTags: Bool) {
    self.bytes = bytes
    self.meansTags = meansTags
  }

  private mutating func next() -> UInt8 {
    while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
    return at < bytes.count ? bytes[at] : 0
  }

  private mutating func value() -> Value {
    switch next() {
    case UInt8(ascii: "{"): return object()
    case UInt8(ascii: "["): return array()
    case UInt8(ascii: "\""): return .text(text())
    case UInt8(ascii: "t"):
      at += 4
      return .bool(true)
    case UInt8(ascii: "f"):
      at += 5
      return .bool(false)
    case UInt8(ascii: "n"), 0:
      at += 4
      return .null
    default: return number()
    }
  }

  private mutating func array() -> Value {
    at += 1
    var items: [Value] = []
    while true {
      switch next() {
      case UInt8(ascii: "]"), 0:
        at += 1
        return .list(items)
      case UInt8(ascii: ","): at += 1
      default: items.append(value())
      }
    }
  }

  private mutating func object() -> Value {
    at += 1
    var members: [Value.Members.Entry] = []
    while true {
      switch next() {
      case UInt8(ascii: "}"), 0:
        at += 1
        return meansTags ? meaning(of: members) : .map(Value.Members(entries: members))
      case UInt8(ascii: ","): at += 1
      case UInt8(ascii: "\""):
        let key = text()
        if next() == UInt8(ascii: ":") { at += 1 }
        members.append(.init(key: key, value: value()))
      default: at += 1
      }
    }
  }

  private mutating func number() -> Value {
    let from = at
    scan: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        at += 1
      default: break scan
      }
    }
    if from == at {
      at += 1
      return .null
    }
    let digits = String(decoding: bytes[from..<at], as: UTF8.self)
    if let int = Int(digits) { return .int(int) }
    let double = Double(digits) ?? 0
    if let int = Int(exactly: double), abs(int) <= 0x1f_ffff_ffff_ffff { return .int(int) }
    return .double(double)
  }

  private mutating func text() -> String {
    at += 1
    let from = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
    if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
      defer { at += 1 }
      return String(decoding: bytes[from..<at], as: UTF8.self)
    }
    var units = Array(String(decoding: bytes[from..<min(at, bytes.count)], as: UTF8.self).utf16)
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
        escape(into: &units)
      } else {
        let begin = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
        units.append(contentsOf: String(decoding: bytes[begin..<at], as: UTF8.self).utf16)
      }
    }
    at += 1
    return String(decoding: units, as: UTF16.self)
  }

  private mutating func escape(into units: inout [UInt16]) {
    let letter = bytes[at + 1]
    at += 2
    switch letter {
    case UInt8(ascii: "n"): units.append(10)
    case UInt8(ascii: "t"): units.append(9)
    case UInt8(ascii: "r"): units.append(13)
    case UInt8(ascii: "b"): units.append(8)
    case UInt8(ascii: "f"): units.append(12)
    case UInt8(ascii: "u") where at + 4 <= bytes.count:
      units.append(UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16) ?? 0xfffd)
      at += 4
    default: units.append(UInt16(letter))
    }
  }

  /// A map with the user's keys as the user wrote them, or what a tag stands for.
  private func meaning(of members: [Value.Members.Entry]) -> Value {
    let dollar = UInt8(ascii: "$")
    let hasTag = members.contains { $0.key.utf8.first == dollar && $0.key.utf8.dropFirst().first != dollar }
    if !hasTag {
      return .map(
        Value.Members(
          entries: members.map { entry in
            entry.key.utf8.starts(with: [dollar, dollar]) ? .init(key: String(entry.key.dropFirst()), value: entry.value) : entry
          }))
    }
    guard members.count == 1, case .text(let text) = members[0].value else { return .tag(Value.Members(entries: members)) }
    switch members[0].key {
    case "$int" where isInteger(text): return .bigInt(text)
    case "$float" where text == "NaN": return .double(.nan)
    case "$float" where text == "Infinity": return .double(.infinity)
    case "$float" where text == "-Infinity": return .double(-.infinity)
    case "$decimal": return .decimal(text)
    case "$time": return .time(text)
    case "$bytes": if let bytes = Base64.decode(text), Base64.encode(bytes) == text { return .bytes(bytes) }
    default: break
    }
    return .tag(Value.Members(entries: members))
  }

  private func isInteger(_ text: String) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    guard let first = digits.first, first != UInt8(ascii: "0") else { return false }
    guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return false }
    return Int(text).map { abs($0) > 0x1f_ffff_ffff_ffff } ?? true
  }
}

extension Value.Members {
  init(entries: [Entry]) { self.entries = entries }
}

/// Writes JSON for the native half: options and scripts.
package enum JsonWriter {
  package static func text(_ value: Value) -> String {
    var text = ""
    write(value, into: &text)
    return text
  }

  private static func write(_ value: Value, into text: inout String) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .int(let int): text += String(int)
    case .double(let double): text += double.isFinite ? "\(double)" : "null"
    case .bigInt(let digits), .decimal(let digits), .time(let digits): quote(digits, into: &text)
    case .text(let content): quote(content, into: &text)
    case .bytes(let bytes): quote(Base64.encode(bytes), into: &text)
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        write(item, into: &text)
      }
      text += "]"
    case .map(let members), .tag(let members):
      text += "{"
      for (index, entry) in members.entries.enumerated() {
        if index > 0 { text += "," }
        quote(entry.key, into: &text)
        text += ":"
        write(entry.value, into: &text)
      }
      text += "}"
    }
  }

  private static func quote(_ content: String, into text: inout String) {
    text += "\""
    for scalar in content.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{0}"..<" ": text += "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// Base64 with padding (RFC 4648 §4).
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      let group = Int(bytes[index]) << 16 | (left > 1 ? Int(bytes[index + 1]) << 8 : 0) | (left > 2 ? Int(bytes[index + 2]) : 0)
      text.append(letters[group >> 18])
      text.append(letters[group >> 12 & 63])
      text.append(left > 1 ? letters[group >> 6 & 63] : UInt8(ascii: "="))
      text.append(left > 2 ? letters[group & 63] : UInt8(ascii: "="))
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (group, bits) = (0, 0)
    for letter in text.utf8 {
      if letter == UInt8(ascii: "=") { continue }
      guard let value = value(of: letter) else { return nil }
      (group, bits) = (group << 6 | value, bits + 6)
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> bits))
        group &= (1 << bits) - 1
      }
    }
    return bytes
  }

  private static func value(of letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(letter) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(letter) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(letter) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
