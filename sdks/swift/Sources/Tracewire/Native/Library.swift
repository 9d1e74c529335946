import CTracewire
import TracewireNative

/// The native half, and whether it is of this package's release.
package enum Library {
  /// Raised together with the native half whenever the two must know of a change.
  static let contractVersion: UInt32 = 1

  /// Why nothing can be recorded; `nil` where all is well. Asked before anything of the generated binding is: that one ends the program.
  static let mismatch: String? = compared(contract: tracewire_contract_version(), version: String(cString: tracewire_library_version()))

  /// What is wrong with a library of this contract and release.
  package static func compared(contract: UInt32, version: String) -> String? {
    if contract == contractVersion && version == tracewireVersion { return nil }
    return "the native library is \(version) and speaks contract \(contract), this package is \(tracewireVersion) and speaks "
      + "\(contractVersion): use the library of the same release"
  }

  /// Throws what is wrong with the library, if anything is.
  static func require() throws {
    if let mismatch { throw TracewireError(code: "library", message: mismatch) }
  }

  /// How many panics the native half stopped inside itself.
  static func internalErrors() -> Int {
    JsonReader.read(TracewireNative.internalErrors())["count"]?.int ?? 0
  }
}

/// The version of this package.
let tracewireVersion = "0.1.0"
