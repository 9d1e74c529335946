import Foundation

/// A type that knows how it is written; others are asked what they are.
protocol Walked {
  func walk(_ walker: inout Walker)
}

/// The types that most values have, told apart without asking the runtime for conformances.
private enum Known {
  static let string = ObjectIdentifier(String.self)
  static let int = ObjectIdentifier(Int.self)
  static let double = ObjectIdentifier(Double.self)
  static let bool = ObjectIdentifier(Bool.self)
}

extension Walker {
  /// Writes any value, by the specification's table.
  mutating func value(_ given: Any?) {
    guard let given else { return null() }
    let type = ObjectIdentifier(Swift.type(of: given))
    if type == Known.string {
      text(given as! String)
    } else if type == Known.int {
      int(Int64(given as! Int))
    } else if type == Known.double {
      number(given as! Double)
    } else if type == Known.bool {
      bool(given as! Bool)
    } else if let walked = given as? any Walked {
      walked.walk(&self)
    } else {
      other(given)
    }
  }

  /// Writes what is of no type that is known by name.
  private mutating func other(_ given: Any) {
    if let own = given as? any TracewireRecordable {
      recordable(own)
    } else if let integer = given as? any BinaryInteger {
      self.integer(integer)
    } else if let float = given as? any BinaryFloatingPoint {
      number(Double(float))
    } else if let text = given as? any StringProtocol {
      self.text(String(text))
    } else if let raw = given as? any RawRepresentable {
      value(raw.rawValue)
    } else if let error = given as? any Error {
      self.error(error)
    } else if let collection = given as? any Collection {
      list(of: collection)
    } else {
      mirrored(given)
    }
  }

  private mutating func recordable(_ own: any TracewireRecordable) {
    // One that gives itself again, or something that holds it, would go on for ever.
    let identity = type(of: own) is AnyClass ? ObjectIdentifier(own as AnyObject) : nil
    if asked.count >= limits.depth || (identity != nil && asked.contains(identity)) { return cycle() }
    asked.append(identity)
    value(own.tracewireValue)
    asked.removeLast()
  }

  /// Writes an error as its type and message.
  mutating func error(_ error: any Error) {
    guard beginMap() else { return }
    key("type")
    text(typeName(of: error))
    key("message")
    text(message(of: error))
    endMap()
  }

  mutating func list<Items: Collection>(of items: Items) {
    guard beginList() else { return }
    var written = 0
    for item in items {
      if !hasBudget { break }
      value(item)
      written += 1
    }
    endList(missing: hasBudget ? 0 : max(0, items.count - written))
  }

  /// Writes a map, each entry as `write` does, as far as there is room.
  @inline(__always)
  mutating func map<Entries: Collection>(of entries: Entries, _ write: (inout Walker, Entries.Element) -> Void) {
    guard beginMap() else { return }
    var written = 0
    for entry in entries {
      if !hasBudget { break }
      write(&self, entry)
      written += 1
    }
    endMap(missing: entries.count - written)
  }

  /// Writes the entry of a map, whatever its key is.
  mutating func entry(_ key: Any?, _ item: Any?) {
    if let text = key as? String {
      self.key(text)
    } else if beginKey() {
      value(key)
      endKey()
    }
    value(item)
  }

  /// Writes structs, tuples and enums by their members; classes have their name alone unless they say that they are data.
  private mutating func mirrored(_ given: Any) {
    let mirror = Mirror(reflecting: given)
    switch mirror.displayStyle {
    case .struct:
      members(of: mirror, nil)
    case .tuple:
      if mirror.children.contains(where: { $0.label.map { !$0.hasPrefix(".") } ?? false }) {
        members(of: mirror, nil)
      } else {
        list(of: mirror.children.map { $0.value })
      }
    case .enum:
      guard mirror.children.first != nil else { return text(String(describing: given)) }
      members(of: mirror, nil)
    case .dictionary:
      // A type that shows itself as one by a mirror of its own.
      guard beginMap() else { return }
      for child in mirror.children {
        let pair = Array(Mirror(reflecting: child.value).children)
        if pair.count == 2 { entry(pair[0].value, pair[1].value) }
      }
      endMap()
    case .class where given is any Encodable:
      members(of: mirror, given as AnyObject)
    default:
      unserializable(typeName(of: given))
    }
  }

  private mutating func members(of mirror: Mirror, _ identity: AnyObject?) {
    guard beginMap(identity) else { return }
    var missing = 0
    var next: Mirror? = mirror
    while let here = next {
      for child in here.children {
        guard let label = child.label else { continue }
        if hasBudget {
          // What stands behind a property wrapper or `lazy` has the property's name.
          key(
            label.hasPrefix("$__lazy_storage_$_")
              ? String(label.dropFirst(18)) : label.hasPrefix("_") && isWrapper(child.value) ? String(label.dropFirst()) : label)
          value(child.value)
        } else {
          missing += 1
        }
      }
      next = here.superclassMirror
    }
    endMap(missing: missing)
  }

  private func isWrapper(_ value: Any) -> Bool {
    Mirror(reflecting: value).children.contains { $0.label == "wrappedValue" || $0.label == "_wrappedValue" }
  }
}

extension Optional: Walked {
  func walk(_ walker: inout Walker) {
    if let self { walker.value(self) } else { walker.null() }
  }
}

extension AnyHashable: Walked {
  func walk(_ walker: inout Walker) { walker.value(base) }
}

extension Array: Walked {
  func walk(_ walker: inout Walker) {
    if Element.self == UInt8.self {
      withUnsafeBytes { walker.binary($0) }
    } else {
      walker.list(of: self)
    }
  }
}

extension ArraySlice: Walked {
  func walk(_ walker: inout Walker) { Array(self).walk(&walker) }
}

extension ContiguousArray: Walked {
  func walk(_ walker: inout Walker) { Array(self).walk(&walker) }
}

extension Set: Walked {
  func walk(_ walker: inout Walker) {
    guard walker.beginSet() else { return }
    var written = 0
    for item in self {
      if !walker.hasBudget { break }
      walker.value(item)
      written += 1
    }
    walker.endList(missing: count - written)
  }
}

extension Dictionary: Walked {
  func walk(_ walker: inout Walker) {
    walker.map(of: self) { $0.entry($1.key, $1.value) }
  }
}

extension KeyValuePairs: Walked {
  func walk(_ walker: inout Walker) {
    walker.map(of: self) { $0.entry($1.key, $1.value) }
  }
}

extension Pairs: Walked {
  func walk(_ walker: inout Walker) {
    walker.map(of: entries) { $0.entry($1.key, $1.value) }
  }
}

extension Substring: Walked {
  func walk(_ walker: inout Walker) { walker.text(String(self)) }
}

extension Character: Walked {
  func walk(_ walker: inout Walker) { walker.text(String(self)) }
}

extension Unicode.Scalar: Walked {
  func walk(_ walker: inout Walker) { walker.text(String(self)) }
}

extension StaticString: Walked {
  func walk(_ walker: inout Walker) { walker.text(description) }
}

extension Float: Walked {
  func walk(_ walker: inout Walker) { walker.number(Double(self)) }
}

extension Int64: Walked {
  func walk(_ walker: inout Walker) { walker.int(self) }
}

extension Int32: Walked {
  func walk(_ walker: inout Walker) { walker.int(Int64(self)) }
}

extension UInt64: Walked {
  func walk(_ walker: inout Walker) { walker.uint(self) }
}

extension UInt: Walked {
  func walk(_ walker: inout Walker) { walker.uint(UInt64(self)) }
}

extension Duration: Walked {
  func walk(_ walker: inout Walker) {
    walker.number(inSeconds)
  }
}

extension Duration {
  /// With all its digits that a `Double` can hold.
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

extension ObjectIdentifier: Walked {
  func walk(_ walker: inout Walker) { walker.unserializable("ObjectIdentifier") }
}
