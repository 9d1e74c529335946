/// The share of traces that is recorded, from 0 to 1, decided by the trace id; and other shares for traces whose root is of some kind.
///
/// ```swift
/// Configuration(sampling: 0.1)
/// Configuration(sampling: Sampling(0.1, kinds: ["http": 0.01]))
/// ```
public struct Sampling: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The share of traces.
  public var rate: Double
  /// Shares of traces by the kind of their root.
  public var kinds: [String: Double]

  public init(_ rate: Double = 1, kinds: [String: Double] = [:]) {
    (self.rate, self.kinds) = (rate, kinds)
  }

  public init(floatLiteral rate: Double) {
    self.init(rate, kinds: [:])
  }

  public init(integerLiteral rate: Int) {
    self.init(Double(rate), kinds: [:])
  }

  /// Of what a file or the environment says.
  init?(of value: Value?) {
    if let rate = value?.double {
      self.init(rate, kinds: [:])
      return
    }
    guard let members = value?.members else { return nil }
    let table = Value.map(members)
    self.init(table["rate"]?.double ?? 1, kinds: [:])
    for entry in table["kinds"]?.members ?? Value.Members() { kinds[entry.key] = entry.value.double }
  }

  /// Whether every share is one.
  var isUsable: Bool {
    kinds.keys.allSatisfy { !$0.isEmpty } && ([rate] + kinds.values).allSatisfy { (0...1).contains($0) }
  }

  /// As the native recorder takes it.
  var value: Value {
    if kinds.isEmpty { return .double(rate) }
    let shares = Value.Members(kinds.sorted { $0.key < $1.key }.map { ($0.key, .double($0.value)) })
    return .map(Value.Members([("rate", .double(rate)), ("kinds", .map(shares))]))
  }
}
