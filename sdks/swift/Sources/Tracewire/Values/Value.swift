/// A value as the specification has it: what readers get, and what can be written down where Swift's literals would be too plain.
///
/// ```swift
/// span.setOutput(["found": 3, "names": ["Lutra lutra"], "cut": nil] as Value)
/// let value = try Tracewire.decode(bytes)
/// value["found"]?.int  // 3
/// ```
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  /// An integer that `Int` cannot hold or that stands beyond ±(2^53 - 1), by its decimal digits.
  case bigInt(String)
  case double(Double)
  /// A decimal number, digit by digit.
  case decimal(String)
  /// A moment, a date or a time of day in the specification's form.
  case time(String)
  case text(String)
  case bytes([UInt8])
  case list([Value])
  case map(Members)
  /// A value of the wire that Swift has none for, such as `{"$ref": "sha256:…"}` or the mark of a cut, by its members.
  case tag(Members)

  /// The members of a map or a tag, in the order in which they stand.
  public struct Members: Sendable, Hashable, RandomAccessCollection {
    /// One member.
    public struct Entry: Sendable, Hashable {
      /// The key, as the user wrote it.
      public var key: String
      /// What stands under it.
      public var value: Value

      /// A key and its value.
      public init(key: String, value: Value) {
        self.key = key
        self.value = value
      }
    }

    var entries: [Entry]

    /// - Parameter entries: keys and values, in their order.
    public init(_ entries: [(String, Value)] = []) {
      self.entries = entries.map { Entry(key: $0.0, value: $0.1) }
    }

    /// The first place.
    public var startIndex: Int { 0 }
    /// Behind the last place.
    public var endIndex: Int { entries.count }
    /// The member at a place.
    public subscript(position: Int) -> Entry { entries[position] }

    /// The member of this key, compared scalar by scalar.
    public subscript(key: String) -> Value? {
      get { entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
      set {
        let index = entries.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
        switch (index, newValue) {
        case (let index?, let value?): entries[index].value = value
        case (let index?, nil): entries.remove(at: index)
        case (nil, let value?): entries.append(Entry(key: key, value: value))
        case (nil, nil): break
        }
      }
    }

    /// Whether both have the same members, in whatever order.
    public static func == (one: Members, other: Members) -> Bool {
      if one.entries == other.entries { return true }
      guard one.count == other.count else { return false }
      let sorted = { (members: Members) in members.entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } }
      return sorted(one) == sorted(other)
    }

    /// The same for the same members, in whatever order.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(entries.reduce(0) { $0 ^ $1.hashValue })
    }

    /// The keys, in the order in which they stand.
    public var keys: [String] { entries.map(\.key) }
  }

  /// The member of a map or tag; `nil` for what is neither and for what is not there.
  public subscript(key: String) -> Value? {
    switch self {
    case .map(let members), .tag(let members): members[key]
    default: nil
    }
  }

  /// The element of a list; `nil` for what is none and beyond its end.
  public subscript(index: Int) -> Value? {
    guard case .list(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  /// The text, if it is one.
  public var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The integer, if it is one that `Int` holds.
  public var int: Int? {
    switch self {
    case .int(let int): int
    case .bigInt(let digits): Int(digits)
    default: nil
    }
  }

  /// The number, whatever its form.
  public var double: Double? {
    switch self {
    case .int(let int): Double(int)
    case .double(let double): double
    case .bigInt(let digits), .decimal(let digits): Double(digits)
    default: nil
    }
  }

  /// The boolean, if it is one.
  public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

  /// The elements, if it is a list.
  public var list: [Value]? { if case .list(let items) = self { items } else { nil } }

  /// The members, if it is a map or a tag.
  public var members: Members? {
    switch self {
    case .map(let members), .tag(let members): members
    default: nil
    }
  }

  /// Whether it is null.
  public var isNull: Bool { self == .null }

  /// A copy of any value of Swift's, as it would be recorded.
  ///
  /// - Parameter value: what is copied; changes of it later change nothing here.
  public init(_ value: Any?) {
    if let value = value as? Value {
      self = value
    } else {
      self = (try? Formats.decode(Formats.encode(value, .json, EncodeOptions(isLenient: true)), .json)) ?? .null
    }
  }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Null.
  public init(nilLiteral: ()) { self = .null }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A list.
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  /// A map, in the order in which it is written.
  public init(dictionaryLiteral elements: (String, Value)...) { self = .map(Members(elements)) }
}

extension Value: Walked {
  func walk(_ walker: inout Walker) {
    switch self {
    case .null: walker.null()
    case .bool(let bool): walker.bool(bool)
    case .int(let int): walker.int(Int64(int))
    case .bigInt(let digits): walker.digits(digits)
    case .double(let double): walker.number(double)
    case .decimal(let digits): walker.decimal(digits)
    case .time(let text): walker.time(text)
    case .text(let text): walker.text(text)
    case .bytes(let bytes): bytes.withUnsafeBytes { walker.binary($0) }
    case .list(let items): walker.list(of: items)
    case .map(let members): members.walk(&walker)
    case .tag(let members): walker.tag(members)
    }
  }
}

extension Value.Members: Walked {
  func walk(_ walker: inout Walker) {
    walker.map(of: entries) { walker, entry in
      walker.key(entry.key)
      walker.value(entry.value)
    }
  }
}
