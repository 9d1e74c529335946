/// Delivers what was recorded to somewhere.
public protocol Exporter: Sendable {
  /// What it is called in journals and reports; of two of one name the later one gets a number.
  var name: String { get }
}

/// Who delivers for a recorder.
protocol Delivery: Sendable {
  func runEnded()
}
