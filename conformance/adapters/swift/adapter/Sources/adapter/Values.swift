import Foundation
import Tracewire

/// Whether the case has a bound of values: which members of a set are kept is its order's, and Swift's sets have none.
nonisolated(unsafe) var isCut = false

/// The Swift value of a notation.
func host(_ value: Value) throws -> Any? {
  switch value {
  case .null: return nil
  case .bool(let bool): return bool
  case .int(let int): return int
  case .text(let text): return text
  case .list(let items): return try items.map(host)
  default: break
  }
  guard let entry = value.members?.first else { return value }
  return try made(entry.key, entry.value, entry.value.text ?? "")
}

private func made(_ notation: String, _ given: Value, _ text: String) throws -> Any? {
  switch notation {
  case "bytes": return Data(base64Encoded: text)
  case "int": return Int(text) ?? Value.bigInt(text) as Any
  case "double": return Double(bitPattern: UInt64(text, radix: 16) ?? 0)
  case "float": return Float(bitPattern: UInt32(text, radix: 16) ?? 0)
  case "utf16": return String(decoding: units(text), as: UTF16.self)
  case "decimal":
    guard let decimal = Decimal(string: text), decimal.description == text else { throw Absent(what: "decimal number \(text)") }
    return decimal
  case "moment": return try moment(text)
  case "foreign" where text == "Widget": return Widget()
  case "nest":
    let inner = try host(given[2] ?? .null)
    return (0..<(given[1]?.int ?? 0)).reduce(inner) { it, _ in given[0] == "list" ? [it] : ["k": it] }
  case "cycle": return Loop(isList: text == "list")
  case "set":
    let members = try (given.list ?? []).map(hashable)
    guard Set(members).count == members.count else { throw Absent(what: "set with two members that are equal") }
    guard !isCut || members.count < 2 else { throw Absent(what: "set with an order, in which it could be cut") }
    return Set(members)
  case "map":
    return Pairs(
      try (given.list ?? []).map { (key: try $0[0]?.text ?? Kept(host($0[0] ?? .null)), value: Kept(try host($0[1] ?? .null))) })
  default:
    let names = ["date": "date of its own", "local": "moment without a zone", "time": "time of day", "utf8": "text of bytes"]
    throw Absent(what: names[notation] ?? notation)
  }
}

/// A member of a set.
private func hashable(_ value: Value) throws -> AnyHashable {
  if let items = value.list { return AnyHashable(try items.map(hashable)) }
  if let pairs = value["map"]?.list {
    let entries = try pairs.map { (try hashable($0[0] ?? .null), try hashable($0[1] ?? .null)) }
    return AnyHashable(Dictionary(entries, uniquingKeysWith: { $1 }))
  }
  guard let made = try host(value) else { return AnyHashable(Int?.none) }
  guard let hashable = made as? AnyHashable else { throw Absent(what: "set of such members") }
  return hashable
}

/// A value that contains itself.
final class Loop: TracewireRecordable {
  let isList: Bool
  init(isList: Bool) { self.isList = isList }
  var tracewireValue: Any? { isList ? [self] : ["k": self] }
}

/// A value that one thread alone knows.
struct Kept: @unchecked Sendable, TracewireRecordable {
  let tracewireValue: Any?
  init(_ value: Any?) { tracewireValue = value }
}

private func units(_ digits: String) -> [UInt16] {
  let digits = Array(digits)
  return stride(from: 0, to: digits.count, by: 4).map { UInt16(String(digits[$0..<$0 + 4]), radix: 16) ?? 0 }
}

private func moment(_ text: String) throws -> Date {
  let parts = text.split(separator: ".", maxSplits: 1)
  var (fraction, zone) = ("", "")
  if parts.count > 1 {
    fraction = String(parts[1].prefix { $0.isNumber })
    zone = String(parts[1].dropFirst(fraction.count))
  }
  guard !fraction.dropFirst(3).contains(where: { $0 != "0" }) else { throw Absent(what: "time finer than a millisecond") }
  guard let whole = ISO8601DateFormatter().date(from: parts[0] + zone) else { throw Absent(what: "moment \(text)") }
  return whole.addingTimeInterval((Double("0.\(fraction)") ?? 0))
}
