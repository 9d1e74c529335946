// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "tracewire-bench",
  platforms: [.macOS(.v13)],
  dependencies: [.package(path: "..")],
  targets: [
    .executableTarget(
      name: "tracewire-bench",
      dependencies: [
        .product(name: "Tracewire", package: "swift"), .product(name: "TracewireTesting", package: "swift"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
