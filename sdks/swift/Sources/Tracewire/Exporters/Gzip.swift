import Foundation

/// RFC 1952, by what the platform has: Foundation on Apple's platforms, the system's zlib elsewhere.
enum Gzip {
  /// The packed bytes; `nil` where nothing here can pack.
  static func packed(_ bytes: [UInt8]) -> [UInt8]? {
    guard let deflated = deflated(bytes) else { return nil }
    let sum = crc(bytes)
    let size = UInt32(truncatingIfNeeded: bytes.count)
    var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    packed += deflated
    for number in [sum, size] {
      for shift in stride(from: UInt32(0), to: 32, by: 8) { packed.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    return packed
  }

  #if canImport(Darwin)
    private static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
      (try? (Data(bytes) as NSData).compressed(using: .zlib)).map { Array($0 as Data) }
    }
  #else
    private typealias Compress = @convention(c) (
      UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt>, UnsafePointer<UInt8>, UInt, Int32
    ) -> Int32

    /// No header is needed for one function whose form never changed.
    private static let compress: Compress? = {
      guard let library = dlopen("libz.so.1", RTLD_NOW) ?? dlopen("libz.so", RTLD_NOW) else { return nil }
      return dlsym(library, "compress2").map { unsafeBitCast($0, to: Compress.self) }
    }()

    private static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
      guard let compress else { return nil }
      var length = UInt(bytes.count + bytes.count / 1000 + 64)
      var target = [UInt8](repeating: 0, count: Int(length))
      let result = target.withUnsafeMutableBufferPointer { target in
        bytes.withUnsafeBufferPointer { source -> Int32 in
          guard let to = target.baseAddress, let from = source.baseAddress else { return -1 }
          return compress(to, &length, from, UInt(bytes.count), 6)
        }
      }
      // Without zlib's own two bytes before and four behind.
      return result == 0 && length > 6 ? Array(target[2..<Int(length) - 4]) : nil
    }
  #endif

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in table[Int((sum ^ UInt32(byte)) & 255)] ^ (sum >> 8) }
  }
}
