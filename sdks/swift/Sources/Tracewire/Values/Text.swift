/// How many bytes from the beginning are whole characters within `room` bytes.
func prefix(of bytes: UnsafeBufferPointer<UInt8>, _ room: Int) -> Int {
  var end = min(bytes.count, room)
  if end == bytes.count { return end }
  while end > 0 && bytes[end] & 0xc0 == 0x80 { end -= 1 }
  return end
}

/// The longest beginning of whole characters of at most so many bytes.
func bounded(_ text: String, _ bytes: Int) -> String {
  if text.utf8.count <= bytes { return text }
  var text = text
  return text.withUTF8 { utf8 in
    String(decoding: UnsafeBufferPointer(rebasing: utf8[..<prefix(of: utf8, bytes)]), as: UTF8.self)
  }
}
