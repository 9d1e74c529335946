/// A sample of a metric. A number alone is a gauge's.
public struct Sample: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// What a sample says of time.
  public enum Temporality: String, Sendable {
    /// What came since the last sample.
    case delta
    /// What came since the beginning.
    case cumulative
  }

  private let instrument: String
  private let temporality: Temporality?
  private let value: Double?
  private let histogram: Attributes?

  private init(_ instrument: String, _ temporality: Temporality?, _ value: Double?, _ histogram: Attributes?) {
    self.instrument = instrument
    self.temporality = temporality
    self.value = value
    self.histogram = histogram
  }

  /// A gauge's value.
  public init(integerLiteral value: Int) { self.init("gauge", nil, Double(value), nil) }
  /// A gauge's value.
  public init(floatLiteral value: Double) { self.init("gauge", nil, value, nil) }

  /// What something is now.
  public static func gauge(_ value: Double) -> Sample { Sample("gauge", nil, value, nil) }

  /// What has been counted.
  public static func counter(_ value: Double, _ temporality: Temporality = .delta) -> Sample {
    Sample("counter", temporality, value, nil)
  }

  /// Measured values.
  ///
  /// - Parameters:
  ///   - samples: each value.
  ///   - buckets: upper bounds of the buckets but the last; a bound belongs to its bucket.
  ///   - temporality: what they say of time.
  public static func histogram(_ samples: [Double], buckets: [Double]? = nil, _ temporality: Temporality = .delta) -> Sample {
    var members: Attributes = ["count": samples.count, "sum": samples.reduce(0, +)]
    if let least = samples.min(), let most = samples.max() {
      members.set("min", least)
      members.set("max", most)
    }
    if let buckets {
      let bounds = Set(buckets).sorted()
      var counts = Array(repeating: 0, count: bounds.count + 1)
      for sample in samples { counts[bounds.firstIndex { sample <= $0 } ?? bounds.count] += 1 }
      members.set("bounds", bounds)
      members.set("counts", counts)
    }
    return Sample("histogram", temporality, nil, members)
  }

  /// Values that were counted elsewhere, by the specification's members: `count`, `sum`, `min`, `max`, `bounds`, `counts`.
  public static func histogram(counted members: Attributes, _ temporality: Temporality = .delta) -> Sample {
    Sample("histogram", temporality, nil, members)
  }

  func write(_ walker: inout Walker) {
    Writing.text(&walker, "instrument", instrument)
    Writing.text(&walker, "temporality", temporality?.rawValue)
    Writing.value(&walker, "value", value)
    Writing.value(&walker, "histogram", histogram)
  }
}
