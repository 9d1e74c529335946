import Foundation

/// Files that exporters write: folders are made when the first bytes are there.
enum Files {
  static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).path
  }

  static func size(_ path: String) -> Int {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
  }

  private static func makeFolder(of path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
  }

  static func append(_ bytes: [UInt8], to path: String, fsync: Bool = false) throws {
    try makeFolder(of: path)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // One write, so that several processes may append to one file.
    try file.write(contentsOf: Data(bytes))
    if fsync { try file.synchronize() }
    try file.close()
  }

  static func replace(_ bytes: [UInt8], at path: String) throws {
    try makeFolder(of: path)
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  static func move(_ from: String, to: String) {
    guard FileManager.default.fileExists(atPath: from) else { return }
    try? FileManager.default.removeItem(atPath: to)
    try? FileManager.default.moveItem(atPath: from, toPath: to)
  }
}

/// Appends envelopes to a file of JSON Lines, one envelope a line.
///
/// With a limit, a file that would grow beyond it is moved to `<path>.1`, that one to `<path>.2`, and so on. Several processes may write to one
/// file without a limit.
///
/// ```swift
/// JSONLinesExporter("traces.jsonl", maxBytes: 50_000_000, keep: 4)
/// ```
public struct JSONLinesExporter: Exporter {
  /// What it is called in journals and reports.
  public let name: String
  /// Whether it reads events with contents in their places.
  public var usesEvents: Bool { false }
  private let path: String
  private let maxBytes: Int?
  private let keep: Int
  private let fsync: Bool

  /// - Parameters:
  ///   - path: the file, made when the first envelope is there.
  ///   - maxBytes: the size that a file does not exceed, unless a single envelope does.
  ///   - keep: how many files to keep besides the current one; the oldest is removed.
  ///   - fsync: have each batch on the disk before it counts as delivered.
  ///   - name: what it is called in journals.
  public init(_ path: String = "tracewire.jsonl", maxBytes: Int? = nil, keep: Int = 4, fsync: Bool = false, name: String? = nil) {
    self.path = Files.absolute(path)
    self.maxBytes = maxBytes.flatMap { $0 > 0 ? $0 : nil }
    self.keep = max(0, keep)
    self.fsync = fsync
    self.name = name ?? "jsonl:\(self.path)"
  }

  /// Appends the envelopes; when it returns, they are with the system.
  public func export(_ batch: Batch) async throws {
    guard let maxBytes else { return try append(batch.envelopes[...]) }
    var (from, size) = (0, Files.size(path))
    for (index, envelope) in batch.envelopes.enumerated() {
      if size > 0 && size + envelope.count + 1 > maxBytes {
        try append(batch.envelopes[from..<index])
        rotate()
        (from, size) = (index, 0)
      }
      size += envelope.count + 1
    }
    try append(batch.envelopes[from...])
  }

  private func append(_ envelopes: ArraySlice<[UInt8]>) throws {
    if envelopes.isEmpty { return }
    try Files.append(Batch.joined(envelopes, separator: [10], end: [10]), to: path, fsync: fsync)
  }

  private func rotate() {
    if keep == 0 { try? FileManager.default.removeItem(atPath: path) }
    for number in stride(from: keep, to: 0, by: -1) {
      Files.move(number == 1 ? path : "\(path).\(number - 1)", to: "\(path).\(number)")
    }
  }
}
