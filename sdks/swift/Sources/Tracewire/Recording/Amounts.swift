import Foundation

/// What a model call used. Input includes what was read from or written to a cache, output includes reasoning.
public struct Usage: Sendable {
  /// Tokens that went in, those of a cache included.
  public var inputTokens: Int?
  /// Tokens that came out, reasoning included.
  public var outputTokens: Int?
  /// Of the input, what was read from a cache.
  public var cacheReadInputTokens: Int?
  /// Of the input, what was written to a cache.
  public var cacheWriteInputTokens: Int?
  /// Of the output, what was reasoning.
  public var reasoningOutputTokens: Int?
  /// Further counts.
  public var details: [String: Int]?
  /// The provider's own usage object, as it came.
  public var raw: (any Sendable)?

  /// What was used; what is left out is not known.
  public init(
    inputTokens: Int? = nil, outputTokens: Int? = nil, cacheReadInputTokens: Int? = nil, cacheWriteInputTokens: Int? = nil,
    reasoningOutputTokens: Int? = nil, details: [String: Int]? = nil, raw: (any Sendable)? = nil
  ) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cacheReadInputTokens = cacheReadInputTokens
    self.cacheWriteInputTokens = cacheWriteInputTokens
    self.reasoningOutputTokens = reasoningOutputTokens
    self.details = details
    self.raw = raw
  }

  /// The body's `usage`; `nil` where nothing in it can be used.
  func members(_ problems: Problems) -> Attributes? {
    var members = Attributes()
    for (name, wire, count) in [
      ("inputTokens", "input_tokens", inputTokens), ("outputTokens", "output_tokens", outputTokens),
      ("cacheReadInputTokens", "cache_read_input_tokens", cacheReadInputTokens),
      ("cacheWriteInputTokens", "cache_write_input_tokens", cacheWriteInputTokens),
      ("reasoningOutputTokens", "reasoning_output_tokens", reasoningOutputTokens),
    ] {
      guard let count else { continue }
      if count >= 0 {
        members.set(wire, count)
      } else {
        problems.note("invalid_usage", "usage: \(name) is not a count: \(count)")
      }
    }
    if let details { members.set("details", details) }
    if let raw { members.set("raw", raw) }
    return members.isEmpty ? nil : members
  }
}

/// An amount of money: as text it is kept digit by digit, as a number it counts as the shortest text that stands for it.
///
/// ```swift
/// span.cost("0.0123", currency: "EUR")
/// ```
public struct Amount: Sendable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  let text: String

  /// - Parameter text: decimal digits, such as `0.0123`.
  public init(_ text: String) { self.text = text }
  /// An amount, digit by digit.
  public init(_ decimal: Decimal) { text = decimal.description }
  /// The shortest text that stands for the number.
  public init(_ double: Double) { text = "\(double)" }
  /// An amount by its digits.
  public init(stringLiteral value: String) { text = value }
  /// The shortest text that stands for the number.
  public init(floatLiteral value: Double) { text = "\(value)" }
  /// A whole amount.
  public init(integerLiteral value: Int) { text = "\(value)" }

  /// Plain decimal text, every digit kept; `nil` for what is not a finite decimal number.
  var plain: String? { decimalText(text) }
}

/// What a step cost, and who says so. A cost that is not known is left out, never zero.
public struct Cost: Sendable {
  /// The whole.
  public var total: Amount?
  /// What went in cost.
  public var input: Amount?
  /// What came out cost.
  public var output: Amount?
  /// Other parts by name, such as `cache_read_input`.
  public var details: [String: Amount]?
  /// ISO 4217.
  public var currency: String
  /// `provider` where the provider said it, a price list's name, or `user`.
  public var priceSource: String?
  /// Which version of the price list.
  public var priceVersion: String?

  /// What it cost; what is left out is not known.
  public init(
    total: Amount? = nil, input: Amount? = nil, output: Amount? = nil, details: [String: Amount]? = nil, currency: String = "USD",
    priceSource: String? = "user", priceVersion: String? = nil
  ) {
    self.total = total
    self.input = input
    self.output = output
    self.details = details
    self.currency = currency
    self.priceSource = priceSource
    self.priceVersion = priceVersion
  }

  /// The body's `cost`; `nil` when no amount in it can be used.
  func members(_ problems: Problems) -> Attributes? {
    var cost = Attributes()
    for (name, amount) in [("total", total), ("input", input), ("output", output)] { add(name, amount, to: &cost, problems) }
    var parts = Attributes()
    for (name, amount) in (details ?? [:]).sorted(by: { $0.key < $1.key }) { add(name, amount, to: &parts, problems) }
    if !parts.isEmpty { cost.set("details", parts) }
    if cost.isEmpty { return nil }
    if currency.utf8.count == 3, currency.utf8.allSatisfy({ ($0 | 32) >= 97 && ($0 | 32) <= 122 }) {
      cost.set("currency", currency.uppercased())
    } else {
      problems.note("invalid_cost", "cost: a currency has three letters (ISO 4217), not \(shown(currency))")
    }
    if let priceSource { cost.set("price_source", priceSource) }
    if let priceVersion { cost.set("price_version", priceVersion) }
    return cost
  }

  private func add(_ name: String, _ amount: Amount?, to cost: inout Attributes, _ problems: Problems) {
    guard let amount else { return }
    if let text = amount.plain {
      cost.set(name, text)
    } else {
      problems.note("invalid_cost", "cost: \(name) is not a decimal amount: \(shown(amount.text))")
    }
  }
}

/// An amount as plain decimal text, every digit kept: `1e-7` is `0.0000001`. `nil` for what is not a finite decimal number.
func decimalText(_ given: String) -> String? {
  let mostDigits = 60
  var rest = Array(given.utf8)[...]
  func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
  while let first = rest.first, isSpace(first) { rest.removeFirst() }
  while let last = rest.last, isSpace(last) { rest.removeLast() }
  var isNegative = false
  if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
    isNegative = sign == UInt8(ascii: "-")
    rest.removeFirst()
  }
  func digits() -> [UInt8] {
    let found = rest.prefix { $0 >= 48 && $0 <= 57 }
    rest.removeFirst(found.count)
    return Array(found)
  }
  let whole = digits()
  var fraction: [UInt8] = []
  if rest.first == UInt8(ascii: ".") {
    rest.removeFirst()
    fraction = digits()
  }
  var exponent = 0
  if let e = rest.first, e == UInt8(ascii: "e") || e == UInt8(ascii: "E") {
    rest.removeFirst()
    let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest.removeFirst() }
    let number = digits()
    guard !number.isEmpty, number.count <= 9, let value = Int(String(decoding: number, as: UTF8.self)) else { return nil }
    exponent = sign * value
  }
  let all = whole + fraction
  guard rest.isEmpty, !all.isEmpty else { return nil }
  let first = all.firstIndex { $0 != 48 }
  guard all.count - (first ?? all.count - 1) <= mostDigits else { return nil }
  // Where the point stands, counted from the left of the digits as they were given.
  let point = whole.count + exponent
  let magnitude = first.map { point - $0 - 1 } ?? 0
  guard abs(magnitude) <= mostDigits, abs(point) <= 2 * mostDigits else { return nil }
  let before: [UInt8]
  if point <= 0 {
    before = [48]
  } else {
    let padded = Array(all.prefix(point)) + Array(repeating: 48, count: max(0, point - all.count))
    let stripped = padded.drop { $0 == 48 }
    before = stripped.isEmpty ? [48] : Array(stripped)
  }
  let after = point >= 0 ? Array(all.dropFirst(point)) : Array(repeating: 48, count: -point) + all
  let text = String(decoding: before, as: UTF8.self) + (after.isEmpty ? "" : "." + String(decoding: after, as: UTF8.self))
  return isNegative ? "-\(text)" : text
}
