// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "research-agent",
  platforms: [.macOS(.v13)],
  // SwiftPM names a package by its folder, so this one is in none that is called "swift", too.
  dependencies: [.package(path: "../../../../sdks/swift")],
  targets: [
    .executableTarget(name: "agent", dependencies: [.product(name: "Tracewire", package: "swift")])
  ],
  swiftLanguageModes: [.v6]
)
