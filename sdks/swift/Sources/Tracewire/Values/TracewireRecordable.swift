/// What says itself how it is recorded.
///
/// Structs, enums and `Encodable` classes are recorded by their members as they are. Conform a type to give it another form: a class that
/// would otherwise be no more than its name, or a struct of which a part is secret.
///
/// ```swift
/// struct Account: TracewireRecordable {
///   let id: String
///   let token: String
///   var tracewireValue: Any? { ["id": id] }
/// }
/// ```
public protocol TracewireRecordable {
  /// What is recorded in its place; `nil` is null. Called whenever a value is recorded, on the thread that records.
  var tracewireValue: Any? { get }
}

/// A map whose keys may be no texts, in an order of its own; Swift's dictionaries have none.
///
/// ```swift
/// span.setOutput(Pairs([(1, "one"), ("1", "text")]))
/// ```
public struct Pairs: Sendable {
  let entries: [(key: (any Sendable)?, value: (any Sendable)?)]

  /// - Parameter entries: each key and its value, in their order.
  public init(_ entries: [(key: (any Sendable)?, value: (any Sendable)?)]) {
    self.entries = entries
  }
}
