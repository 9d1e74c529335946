/// Bounds of one record (requirements TW-LIM of the specification); what they are stands in every journal's header.
struct Limits: Sendable {
  /// Deepest nesting of lists and maps inside one value.
  var depth = 64
  /// Most values (scalars, lists, maps, keys) inside one record.
  var nodes = 50_000
  /// Longest text or byte string, in bytes of UTF-8; what is longer is cut.
  var textBytes = 1 << 20
  /// Largest record, in bytes of CBOR; values beyond it are cut.
  var recordBytes = 4 << 20

  /// The bounds of a walker, from limits by their names on the wire; what is not named is the specification's.
  init(_ given: [String: Int] = [:]) {
    depth = given["depth"] ?? depth
    nodes = given["nodes"] ?? nodes
    textBytes = given["text_bytes"] ?? textBytes
    recordBytes = given["record_bytes"] ?? recordBytes
  }
}
