import Foundation
import Tracewire
import TracewireNative

/// What a journal becomes.
public struct Sealed: Sendable {
  /// Each envelope in canonical JSON, in order.
  public let envelopes: [[UInt8]]
  /// How many events stand behind the last boundary.
  public let pending: Int
}

/// The envelopes of a journal, given by the bytes of its file.
///
/// - Throws: `FormatError`: `journal_foreign`, `journal_header` or `journal_newer` for what cannot be read as one.
public func seal(_ journal: [UInt8]) throws -> Sealed {
  let sealed = try refusing { try sealJournal(journal: Data(journal)) }
  return Sealed(envelopes: sealed.envelopes.map { Array($0) }, pending: Int(sealed.pending))
}

/// The bytes of a journal's file as they are left by whoever finds it and knows that its writer is dead. What cannot be read as a journal
/// stays as it is.
public func recover(_ journal: [UInt8]) throws -> [UInt8] {
  Array(try refusing { try recoverJournal(journal: Data(journal)) })
}

/// How many recorders this process has not let go of: for a check that nothing leaks.
public var liveRecorders: Int { Int(testingLiveRecorders()) }

/// Panics inside the native half.
///
/// - Throws: `TracewireError` `internal`, always.
public func testingPanic() throws {
  try refusing { try TracewireNative.testingPanic() }
}

/// Runs checks and settlements of guards, given as JSON with their times: the operation `guard` of the conformance kit.
///
/// - Throws: `FormatError` for what is no script.
public func checkScript(_ script: String) throws -> String {
  try refusing { try testingGuard(script: script) }
}
