import Foundation

/// Where journals live on systems whose programs have no working directory of their own.
enum Folders {
  /// A folder of the app's own, kept out of backups, and readable after the first unlock, so that a step of a background task is recorded, too;
  /// `nil` where journals live in the nearest `.tracewire`.
  static func standard() -> String? {
    #if os(iOS) || os(tvOS) || os(watchOS) || os(visionOS)
      let manager = FileManager.default
      // tvOS lets programs write caches alone.
      #if os(tvOS)
        let base = manager.urls(for: .cachesDirectory, in: .userDomainMask).first
      #else
        let base = manager.urls(for: .applicationSupportDirectory, in: .userDomainMask).first
      #endif
      guard var folder = base?.appendingPathComponent("tracewire", isDirectory: true) else { return nil }
      let protection: [FileAttributeKey: Any] = [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication]
      try? manager.createDirectory(at: folder, withIntermediateDirectories: true, attributes: protection)
      var values = URLResourceValues()
      values.isExcludedFromBackup = true
      try? folder.setResourceValues(values)
      return folder.path
    #else
      return nil
    #endif
  }
}
