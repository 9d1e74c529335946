import TracewireNative

/// The native half, and whether it is of this package's release.
enum Library {
  /// Raised together with the native half whenever the two must know of a change.
  static let contractVersion: UInt32 = 1

  /// Why nothing can be recorded; `nil` where all is well.
  static let mismatch: String? = {
    let found = TracewireNative.contractVersion()
    if found == contractVersion { return nil }
    return "the native library speaks contract \(found), this package \(contractVersion) "
      + "(library \(TracewireNative.version()), package \(tracewireVersion)): use the library of the same release"
  }()

  /// How many panics the native half stopped inside itself.
  static func internalErrors() -> Int {
    JsonReader.read(TracewireNative.internalErrors())["count"]?.int ?? 0
  }
}

/// The version of this package.
let tracewireVersion = "0.1.0"
