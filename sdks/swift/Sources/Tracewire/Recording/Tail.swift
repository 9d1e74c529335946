/// What goes where the quota of the journals is reached.
public enum WhenFull: String, Sendable {
  /// The new record.
  case dropNewest = "drop_newest"
  /// The oldest journals that nobody writes.
  case dropOldest = "drop_oldest"
  /// The new record, after a wait for room.
  case block
}

/// Of which traces exporters get inputs and outputs: those that one of these rules keeps. Of every other they get the steps, with times,
/// usage and cost.
public struct Tail: Sendable, Hashable {
  /// Traces in which a step failed, timed out or was abandoned.
  public var errors: Bool
  /// Traces with a step that took longer, in seconds.
  public var slowerThan: Double?
  /// Traces that cost more, by the costs that were recorded: `"0.10"`.
  public var costsOver: String?
  /// A share of all traces, by their ids.
  public var share: Double
  /// How long a trace may stay undecided, in seconds, ten minutes by default; then it is not kept.
  public var decideAfter: Double?

  public init(
    errors: Bool = true, slowerThan: Double? = nil, costsOver: String? = nil, share: Double = 0, decideAfter: Double? = nil
  ) {
    self.errors = errors
    self.slowerThan = slowerThan
    self.costsOver = costsOver
    self.share = share
    self.decideAfter = decideAfter
  }

  /// Whether every rule can be meant.
  var isUsable: Bool {
    let times = [slowerThan, decideAfter].compactMap { $0 }
    let isAmount = costsOver.map { (0..<1e18).contains(Double($0) ?? -1) } ?? true
    return (0...1).contains(share) && times.allSatisfy { $0 >= 0 && $0 < 1e9 } && isAmount
  }

  /// As the native recorder reads it.
  var value: Value {
    var rules = Value.Members()
    rules["errors"] = .bool(errors)
    rules["slower_than"] = slowerThan.map(Value.double)
    rules["costs_over"] = costsOver.map(Value.text)
    rules["share"] = .double(share)
    rules["decide_after"] = decideAfter.map(Value.double)
    return .map(rules)
  }
}
