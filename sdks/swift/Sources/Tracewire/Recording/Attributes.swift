/// Facts under their names, in their order; OpenTelemetry's names where it has one.
///
/// ```swift
/// let attributes: Attributes = ["gen_ai.request.model": model, "gen_ai.request.temperature": 0.2]
/// ```
public struct Attributes: Sendable, ExpressibleByDictionaryLiteral {
  var entries: [(key: String, value: (any Sendable)?)]

  /// None.
  public init() {
    entries = []
  }

  /// Names and values, in their order.
  public init(dictionaryLiteral elements: (String, (any Sendable)?)...) {
    entries = []
    entries.reserveCapacity(elements.count)
    for (key, value) in elements { set(key, value) }
  }

  /// - Parameter entries: names and values, in their order; of two of one name the later one holds.
  public init<Entries: Sequence>(_ entries: Entries) where Entries.Element == (String, (any Sendable)?) {
    self.entries = []
    for (key, value) in entries { set(key, value) }
  }

  /// - Parameter dictionary: values of any types, copied as they would be recorded.
  public init(_ dictionary: [String: Any]) {
    entries = []
    for (key, value) in dictionary { entries.append((key: key, value: copied(value))) }
  }

  /// The attribute of this name.
  public subscript(key: String) -> (any Sendable)? {
    get { entries.first { $0.key == key }?.value }
    set { set(key, newValue) }
  }

  /// Whether there are none.
  public var isEmpty: Bool { entries.isEmpty }

  /// Sets one; gives the value of before, so that whoever holds a lock lets go of it elsewhere.
  @discardableResult
  mutating func set(_ key: String, _ value: (any Sendable)?) -> (any Sendable)? {
    for index in entries.indices where entries[index].key == key {
      let before = entries[index].value
      entries[index].value = value
      return before
    }
    entries.append((key: key, value: value))
    return nil
  }

  /// Sets all of others.
  mutating func merge(_ others: Attributes) {
    for (key, value) in others.entries { set(key, value) }
  }

  /// These, with those that a program gave.
  func merging(_ others: Attributes) -> Attributes {
    var merged = self
    merged.merge(others)
    return merged
  }
}

extension Attributes? {
  /// Those of a step that executes a tool; what a program says itself holds.
  static func ofTool(_ name: String, _ others: Attributes?) -> Attributes? {
    Attributes(dictionaryLiteral: ("gen_ai.tool.name", name)).merging(others ?? [:])
  }
}

extension Attributes: Walked {
  func walk(_ walker: inout Walker) {
    walker.map(of: entries) { walker, entry in
      walker.key(entry.key)
      walker.value(entry.value)
    }
  }
}

/// A copy of a value that may be no one else's, as it would be recorded. Not in `Attributes`, whose literals have a type `Value` of their own.
private func copied(_ value: Any) -> Value { Value(value) }
