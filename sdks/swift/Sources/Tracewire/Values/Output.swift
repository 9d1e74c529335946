#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// Major types and single bytes of CBOR (RFC 8949), and the tags of a journal.
enum Cbor {
  static let uint: UInt8 = 0 << 5
  static let negative: UInt8 = 1 << 5
  static let bytes: UInt8 = 2 << 5
  static let text: UInt8 = 3 << 5
  static let list: UInt8 = 4 << 5
  static let map: UInt8 = 5 << 5
  static let tag: UInt8 = 6 << 5
  static let `false`: UInt8 = 0xf4
  static let `true`: UInt8 = 0xf5
  static let null: UInt8 = 0xf6
  static let undefined: UInt8 = 0xf7
  static let double: UInt8 = 0xfb
  static let openList: UInt8 = 0x9f
  static let openMap: UInt8 = 0xbf
  static let `break`: UInt8 = 0xff
  /// A value that is in wire form already: a map whose `$` keys are tags.
  static let tagWire: UInt64 = 0x7457
  /// What was cut: what was kept, or how many items are missing.
  static let tagCut: UInt64 = 0x7458
  static let tagSet: UInt64 = 258
}

/// Writes items of CBOR with the shortest heads into memory outside of Swift's heap, without any bound: `Walker` keeps those.
struct Output {
  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// Index behind the last byte.
  var at = 0

  init(capacity: Int) {
    base = .allocate(byteCount: capacity, alignment: 8)
    self.capacity = capacity
  }

  func deallocate() {
    base.deallocate()
  }

  /// Gives the memory of a large record back.
  mutating func shrink(to bytes: Int) {
    base.deallocate()
    base = .allocate(byteCount: bytes, alignment: 8)
    capacity = bytes
  }

  /// Makes room for so many more bytes.
  @inline(__always)
  mutating func reserve(_ bytes: Int) {
    if at + bytes > capacity { grow(bytes) }
  }

  @inline(never)
  private mutating func grow(_ bytes: Int) {
    let wanted = max(at + bytes, capacity * 2)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 8)
    larger.copyMemory(from: base, byteCount: at)
    base.deallocate()
    base = larger
    capacity = wanted
  }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    reserve(1)
    base.storeBytes(of: value, toByteOffset: at, as: UInt8.self)
    at += 1
  }

  @inline(__always)
  mutating func head(_ major: UInt8, _ argument: UInt64) {
    reserve(9)
    if argument < 24 {
      put(major | UInt8(truncatingIfNeeded: argument))
    } else if argument < 0x100 {
      put(major | 24)
      put(UInt8(truncatingIfNeeded: argument))
    } else if argument < 0x1_0000 {
      put(major | 25)
      put(UInt16(truncatingIfNeeded: argument).bigEndian)
    } else if argument < 0x1_0000_0000 {
      put(major | 26)
      put(UInt32(truncatingIfNeeded: argument).bigEndian)
    } else {
      put(major | 27)
      put(argument.bigEndian)
    }
  }

  /// Writes a number where room was made.
  @inline(__always)
  private mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    base.storeBytes(of: number, toByteOffset: at, as: Number.self)
    at += MemoryLayout<Number>.size
  }

  mutating func double(_ value: Double) {
    reserve(9)
    put(Cbor.double)
    put(value.bitPattern.bigEndian)
  }

  /// Writes bytes as they are.
  @inline(__always)
  mutating func raw(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    if let from = bytes.baseAddress {
      memcpy(base + at, from, bytes.count)
      at += bytes.count
    }
  }

  /// Writes a text with its head.
  @inline(__always)
  mutating func text(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      head(Cbor.text, UInt64(bytes.count))
      raw(UnsafeRawBufferPointer(bytes))
    }
  }

  @inline(__always)
  mutating func text(_ text: StaticString) {
    head(Cbor.text, UInt64(text.utf8CodeUnitCount))
    raw(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
