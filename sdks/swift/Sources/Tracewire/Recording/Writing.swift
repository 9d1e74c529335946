/// What is recorded in a value's place; called with the member's name (`input`, `attributes`, …) and its value.
public typealias Mask = @Sendable (_ field: String, _ value: Any?) throws -> Any?

/// What of the host's values reaches the disk; the same for all steps of a recorder.
struct Policy: Sendable {
  /// Members that are not recorded; `nil` where all are.
  private let leftOut: Set<String>?
  let mask: Mask?
  let problems: Problems

  init(_ capture: Capture = .all, mask: Mask?, problems: Problems) {
    (leftOut, self.mask, self.problems) = (capture.leftOut, mask, problems)
  }

  /// Whether a member of a body is recorded; its name is asked for where one is not.
  @inline(__always)
  func keeps(_ name: @autoclosure () -> String) -> Bool {
    guard let leftOut else { return true }
    return !leftOut.contains(name())
  }
}

/// Members of an event's body from what a program gives.
enum Writing {
  /// Writes `attributes`, unless there are none.
  static func attributes(_ walker: inout Walker, _ attributes: Attributes?, _ policy: Policy) {
    guard let attributes, !attributes.isEmpty, policy.keeps("attributes") else { return }
    guard let mask = policy.mask else {
      walker.member("attributes")
      attributes.walk(&walker)
      return
    }
    // A map whatever happens: where the mask fails there are none.
    guard case .some(let masked) = masked("attributes", attributes.dictionary, mask, policy) else { return }
    walker.member("attributes")
    walker.value(masked)
  }

  /// Writes a member that the host's mask may want to see first, if it is recorded at all.
  static func content(_ walker: inout Walker, _ name: StaticString, _ value: Any?, _ policy: Policy) {
    guard policy.keeps(name.description) else { return }
    walker.member(name)
    content(&walker, value, policy) { name.description }
  }

  /// The same for a name that the host gave.
  static func content(_ walker: inout Walker, named name: String, _ value: Any?, _ policy: Policy) {
    guard policy.keeps(name) else { return }
    walker.member(name)
    content(&walker, value, policy) { name }
  }

  /// Writes the value of a member; its name is asked for where there is a mask.
  @inline(__always)
  private static func content(_ walker: inout Walker, _ value: Any?, _ policy: Policy, _ name: () -> String) {
    guard let mask = policy.mask else { return walker.value(value) }
    if case .some(let masked) = masked(name(), value, mask, policy) {
      walker.value(masked)
    } else {
      walker.redacted("mask_failed")
    }
  }

  private static func masked(_ name: String, _ value: Any?, _ mask: Mask, _ policy: Policy) -> Any?? {
    do {
      return .some(try mask(name, value))
    } catch {
      policy.problems.note("mask_failed", "mask: \(message(of: error)); \(name) is left out")
      return .none
    }
  }

  /// Writes a member that is a text, if it is there.
  static func text(_ walker: inout Walker, _ name: StaticString, _ text: String?) {
    guard let text else { return }
    walker.member(name)
    walker.text(text)
  }

  /// Writes a member of any value, if it is there.
  static func value(_ walker: inout Walker, _ name: StaticString, _ value: Any?) {
    guard let value else { return }
    walker.member(name)
    walker.value(value)
  }
}

extension Attributes {
  /// For a mask: what a program's own code expects of attributes.
  var dictionary: [String: Any] {
    Dictionary(entries.map { ($0.key, $0.value as Any) }, uniquingKeysWith: { $1 })
  }
}
