/// Writes one value of the host after the other as CBOR, within a budget: the same as `cbor::Walker` of the recorder.
///
/// No method fails, and the result is one well-formed item for each call outside of a list or map. What comes when the budget is used up
/// is counted by the list or map that is open, which says at its end how much it misses; where none is, or where a key stands already, a
/// mark takes the value's place (TW-LIM-004).
struct Walker {
  var out: Output
  let limits: Limits
  private let byteLimit: Int
  private var textLimit: Int
  private var nodesLeft: Int
  private var open: [Frame] = []
  /// Where the last key ended: a value is owed while nothing follows it.
  private var keyEnd = -1
  /// Whether the value that comes next belongs to an entry that was left out.
  private var skipsValue = false
  /// Keys that are no text and stand open.
  private var keyDepth = 0
  /// Values of the host's own forms that are being written; `nil` for those that are no objects.
  var asked: [ObjectIdentifier?] = []
  /// Whether a value is written whole for a format, where what has no form is a mistake; a recording marks it.
  var isWhole = false
  /// The first mistake of a whole value.
  private(set) var problem: FormatError?
  /// Tags of the wire that are open around what is written: inside of them all keys stand as they are written.
  private var tags = 0

  private struct Frame {
    var identity: ObjectIdentifier?
    var isMap: Bool
    var isTag = false
    var missing: Int
  }

  /// Longest magnitude of an integer that is written exactly, in bytes (about 2,500 digits).
  private static let bigIntBytes = 1024
  /// Longest name of a type without a form, and longest description of its value, in bytes.
  private static let typeNameBytes = 4096
  private static let descriptionBytes = 512

  init(limits: Limits, capacity: Int) {
    out = Output(capacity: capacity)
    self.limits = limits
    byteLimit = limits.recordBytes
    textLimit = limits.textBytes
    nodesLeft = limits.nodes
    open.reserveCapacity(8)
  }

  /// Begins a record: what is written stands from `offset` on, with the whole budget.
  mutating func begin(at offset: Int) {
    out.at = offset
    nodesLeft = limits.nodes
    textLimit = limits.textBytes
    if !open.isEmpty { open.removeAll(keepingCapacity: true) }
    keyEnd = -1
    skipsValue = false
    keyDepth = 0
    if !asked.isEmpty { asked.removeAll(keepingCapacity: true) }
  }

  // MARK: Members and scalars

  /// Writes the name of a member of the event itself, outside of the budget. One value follows.
  @inline(__always)
  mutating func member(_ name: StaticString) {
    out.text(name)
  }

  mutating func member(_ name: String) {
    out.text(name)
  }

  mutating func null() {
    if take() { out.byte(Cbor.null) }
  }

  mutating func bool(_ value: Bool) {
    if take() { out.byte(value ? Cbor.true : Cbor.false) }
  }

  mutating func int(_ value: Int64) {
    guard take() else { return }
    if value >= 0 {
      out.head(Cbor.uint, UInt64(value))
    } else {
      out.head(Cbor.negative, UInt64(-1 - value))
    }
  }

  mutating func uint(_ value: UInt64) {
    if take() { out.head(Cbor.uint, value) }
  }

  /// Writes a number: integral ones within ±(2^53 - 1) as integers, all others as doubles.
  mutating func number(_ value: Double) {
    if value.magnitude <= 0x1f_ffff_ffff_ffff, let whole = Int64(exactly: value) {
      int(whole)
    } else if take() {
      out.double(value)
    }
  }

  /// Writes an integer of any size; beyond 1,024 bytes only its size is kept.
  mutating func integer<Number: BinaryInteger>(_ value: Number) {
    if let small = Int64(exactly: value) { return int(small) }
    if let small = UInt64(exactly: value) { return uint(small) }
    let isNegative = value < 0
    // CBOR has -1 - n: the magnitude less one.
    let magnitude = isNegative ? value.magnitude - 1 : value.magnitude
    var digits: [UInt8] = []
    for word in magnitude.words {
      for shift in stride(from: 0, to: UInt.bitWidth, by: 8) { digits.append(UInt8(truncatingIfNeeded: word >> UInt(shift))) }
    }
    while digits.last == 0 { digits.removeLast() }
    if digits.count > Self.bigIntBytes { return unserializable("int", "\(digits.count) bytes") }
    if digits.count <= 8 {
      guard take() else { return }
      out.head(isNegative ? Cbor.negative : Cbor.uint, digits.reversed().reduce(0) { $0 << 8 | UInt64($1) })
      return
    }
    guard take() else { return }
    out.head(Cbor.tag, isNegative ? 3 : 2)
    out.head(Cbor.bytes, UInt64(digits.count))
    for digit in digits.reversed() { out.byte(digit) }
  }

  /// Writes a text, cut between characters when it is too long.
  @inline(__always)
  mutating func text(_ value: String) {
    var value = value
    value.withUTF8 { text(utf8: $0) }
  }

  mutating func text(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard take() else { return }
    let room = self.room
    if bytes.count <= room {
      out.head(Cbor.text, UInt64(bytes.count))
      out.raw(UnsafeRawBufferPointer(bytes))
      return
    }
    let kept = prefix(of: bytes, room)
    out.head(Cbor.tag, Cbor.tagCut)
    out.head(Cbor.list, 2)
    out.head(Cbor.text, UInt64(kept))
    out.raw(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<kept]))
    out.head(Cbor.uint, UInt64(bytes.count - kept))
  }

  /// Writes a byte string, cut when it is too long.
  mutating func binary(_ bytes: UnsafeRawBufferPointer) {
    guard take() else { return }
    let room = self.room
    if bytes.count <= room {
      out.head(Cbor.bytes, UInt64(bytes.count))
      out.raw(bytes)
      return
    }
    out.head(Cbor.tag, Cbor.tagCut)
    out.head(Cbor.list, 2)
    out.head(Cbor.bytes, UInt64(room))
    out.raw(UnsafeRawBufferPointer(rebasing: bytes[..<room]))
    out.head(Cbor.uint, UInt64(bytes.count - room))
  }

  /// Writes a moment as `$time`, in the specification's text form.
  mutating func time(_ text: String) {
    tagged("$time", text)
  }

  /// Writes a decimal number, with its digits as the host prints them.
  mutating func decimal(_ text: String) {
    tagged("$decimal", text)
  }

  /// Writes the mark of a value that has no form, with a bounded description.
  mutating func unserializable(_ typeName: String, _ description: String? = nil) {
    if isWhole { complain("value_unserializable", "\(typeName) has no form: conform it to TracewireRecordable") }
    tagged("$unserializable", bounded(typeName, Self.typeNameBytes), description.map { bounded($0, Self.descriptionBytes) })
  }

  /// Writes the mark of a value that a rule of this name took away (TW-POL-001).
  mutating func redacted(_ rule: String) {
    tagged("$redacted", rule)
  }

  private mutating func tagged(_ tag: StaticString, _ value: String, _ description: String? = nil) {
    guard take() else { return }
    if value.utf8.count > byteLimit - out.at { return markMissing() }
    out.head(Cbor.tag, Cbor.tagWire)
    out.head(Cbor.map, description == nil ? 1 : 2)
    out.text(tag)
    out.text(value)
    if let description {
      out.text("text")
      out.text(description)
    }
  }

  /// Writes an integer by its decimal digits.
  mutating func digits(_ digits: String) {
    if let small = Int64(digits) { return int(small) }
    if let small = UInt64(digits) { return uint(small) }
    tagged("$int", digits)
  }

  // MARK: Lists, maps and keys

  /// Opens a list. False: it is left out, or a mark stands in its place (cycle, depth), and `endList` must not be called.
  mutating func beginList(_ identity: AnyObject? = nil) -> Bool {
    opens(identity.map(ObjectIdentifier.init), isMap: false, tag: 0)
  }

  /// Opens a set; readers see its members sorted by their canonical bytes. It ends by `endList`.
  mutating func beginSet(_ identity: AnyObject? = nil) -> Bool {
    opens(identity.map(ObjectIdentifier.init), isMap: false, tag: Cbor.tagSet)
  }

  /// Opens a map; then `key`, or what stands between `beginKey` and `endKey`, and a value in turn.
  mutating func beginMap(_ identity: AnyObject? = nil) -> Bool {
    opens(identity.map(ObjectIdentifier.init), isMap: true, tag: 0)
  }

  /// Writes the mark of a value that contains itself.
  mutating func cycle() {
    if take() { markCycle() }
  }

  private mutating func markCycle() {
    if isWhole { complain("value_cycle", "a value contains itself") }
    out.head(Cbor.tag, Cbor.tagWire)
    out.head(Cbor.map, 1)
    out.text("$unserializable")
    out.text("cycle")
  }

  /// Writes a value of the wire's own: whole it is the tag; in a record its members are the user's like any other's.
  mutating func tag(_ members: Value.Members) {
    guard isWhole else { return members.walk(&self) }
    guard opens(nil, isMap: true, tag: Cbor.tagWire) else { return }
    open[open.count - 1].isTag = true
    tags += 1
    for entry in members.entries {
      key(entry.key)
      value(entry.value)
    }
    tags -= 1
    endMap()
  }

  private mutating func complain(_ code: String, _ reason: String) {
    if problem == nil { problem = FormatError(code: code, reason: reason) }
  }

  private mutating func opens(_ identity: ObjectIdentifier?, isMap: Bool, tag: UInt64) -> Bool {
    guard take() else { return false }
    if let identity, open.contains(where: { $0.identity == identity }) {
      markCycle()
      return false
    }
    if open.count >= limits.depth {
      if isWhole { complain("value_too_deep", "values are nested more than \(limits.depth) levels deep") }
      out.head(Cbor.tag, Cbor.tagWire)
      out.head(Cbor.map, 2)
      out.text("$cut")
      out.byte(Cbor.null)
      out.text("missing_depth")
      out.head(Cbor.uint, 1)
      return false
    }
    if tag != 0 { out.head(Cbor.tag, tag) }
    open.append(Frame(identity: identity, isMap: isMap, missing: 0))
    out.byte(isMap ? Cbor.openMap : Cbor.openList)
    return true
  }

  /// Writes a text key of the open map: whole, for half a key is another one. Where it has no room, its entry is counted as missing, and
  /// the value that follows is passed over.
  @inline(__always)
  mutating func key(_ key: String) {
    var key = key
    if tags > 0 && key.utf8.first == UInt8(ascii: "$") && open.last?.isTag == false { key = "$" + key }
    key.withUTF8 { bytes in
      let room = byteLimit - out.at
      if nodesLeft > 0 && room > 0 && bytes.count <= room {
        nodesLeft -= 1
        out.head(Cbor.text, UInt64(bytes.count))
        out.raw(UnsafeRawBufferPointer(bytes))
        keyEnd = out.at
      } else {
        leaveEntryOut()
      }
    }
  }

  /// Begins a key that is no text: one value and `endKey` follow. Nothing in it is cut for its length.
  ///
  /// False: its entry has no room. Neither the key's value nor `endKey` follows, but the entry's value does, and is passed over.
  mutating func beginKey() -> Bool {
    guard hasBudget else {
      leaveEntryOut()
      return false
    }
    keyDepth += 1
    textLimit = .max
    return true
  }

  mutating func endKey() {
    keyDepth -= 1
    if keyDepth == 0 { textLimit = limits.textBytes }
    keyEnd = out.at
  }

  /// Closes the open list or set; `missing` is how many items the host did not give.
  mutating func endList(missing: Int = 0) {
    let sum = close(missing)
    if sum > 0 {
      out.head(Cbor.tag, Cbor.tagCut)
      out.head(Cbor.uint, UInt64(sum))
    }
    out.byte(Cbor.break)
  }

  /// Closes the open map; `missing` is how many entries the host did not give.
  mutating func endMap(missing: Int = 0) {
    let sum = close(missing)
    if sum > 0 {
      out.byte(Cbor.undefined)
      out.head(Cbor.uint, UInt64(sum))
    }
    out.byte(Cbor.break)
  }

  private mutating func close(_ missing: Int) -> Int {
    let frame = open.removeLast()
    let (sum, isTooMuch) = frame.missing.addingReportingOverflow(missing)
    return isTooMuch ? 0x1f_ffff_ffff_ffff : min(sum, 0x1f_ffff_ffff_ffff)
  }

  // MARK: The budget

  /// Whether another value still fits; a host stops iterating when it does not.
  var hasBudget: Bool { nodesLeft > 0 && out.at < byteLimit }

  /// Takes one node from the budget, or does what is to be done with a value that has no room.
  @inline(__always)
  private mutating func take() -> Bool {
    if nodesLeft > 0 && out.at < byteLimit {
      nodesLeft -= 1
      return true
    }
    leaveOut()
    return false
  }

  /// A value for which nothing is left: the open list or map counts it.
  @inline(never)
  private mutating func leaveOut() {
    if skipsValue {
      skipsValue = false
    } else if !open.isEmpty && keyEnd != out.at {
      open[open.count - 1].missing += 1
      skipsValue = open[open.count - 1].isMap
    } else {
      markMissing()
    }
  }

  /// A key for which nothing is left: its entry is counted, and nothing smaller comes in behind it either.
  @inline(never)
  private mutating func leaveEntryOut() {
    nodesLeft = 0
    if !open.isEmpty { open[open.count - 1].missing += 1 }
    skipsValue = true
  }

  private mutating func markMissing() {
    out.head(Cbor.tag, Cbor.tagCut)
    out.byte(Cbor.null)
  }

  private var room: Int { max(0, min(textLimit, byteLimit - out.at)) }
}
