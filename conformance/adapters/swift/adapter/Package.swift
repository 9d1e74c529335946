// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "adapter",
  platforms: [.macOS(.v13)],
  // SwiftPM names a package by its folder, so this one is in none that is called "swift", too.
  dependencies: [.package(path: "../../../../sdks/swift")],
  targets: [
    .executableTarget(
      name: "adapter",
      dependencies: [
        .product(name: "Tracewire", package: "swift"), .product(name: "TracewireTesting", package: "swift"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
