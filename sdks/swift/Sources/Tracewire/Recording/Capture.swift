/// Which fields of records are written at all: the names that a mask is called with. All others are structure, and stay: names, kinds,
/// status, errors, usage, cost.
///
/// ```swift
/// Configuration(capture: Capture(message: false))
/// ```
public struct Capture: Sendable, Hashable {
  /// What goes into steps.
  public var input: Bool
  /// What comes out of them.
  public var output: Bool
  /// What streams yield, one by one.
  public var chunks: Bool
  /// What events carry.
  public var data: Bool
  /// Facts about steps and events, such as the name of a model.
  public var attributes: Bool
  /// The lines of logs.
  public var message: Bool

  /// What is left out of the call is recorded.
  public init(
    input: Bool = true, output: Bool = true, chunks: Bool = true, data: Bool = true, attributes: Bool = true, message: Bool = true
  ) {
    (self.input, self.output, self.chunks, self.data) = (input, output, chunks, data)
    (self.attributes, self.message) = (attributes, message)
  }

  /// Everything.
  public static let all = Capture()
  /// Neither inputs nor outputs, chunks and data.
  public static let none = all.withoutContent
  /// Of inputs and outputs, inputs alone.
  public static let input = Capture(output: false, chunks: false, data: false)
  /// Of inputs and outputs, outputs alone.
  public static let output = Capture(input: false)

  /// The names of what is not recorded; `nil` where everything is.
  var leftOut: Set<String>? {
    let fields = [
      ("input", input), ("output", output), ("chunks", chunks), ("data", data), ("attributes", attributes), ("message", message),
    ]
    let leftOut = Set(fields.filter { !$0.1 }.map(\.0))
    return leftOut.isEmpty ? nil : leftOut
  }

  /// Neither inputs nor outputs; what is left out besides stays so.
  var withoutContent: Capture {
    var rest = self
    (rest.input, rest.output, rest.chunks, rest.data) = (false, false, false, false)
    return rest
  }

  /// What the environment or a file says.
  init?(of setting: Value?) {
    switch setting {
    case .bool(let isOn): self = isOn ? .all : .none
    case .text("input"): self = .input
    case .text("output"): self = .output
    case .map(let fields):
      func keeps(_ name: String) -> Bool { fields[name]?.bool ?? true }
      self.init(
        input: keeps("input"), output: keeps("output"), chunks: keeps("chunks"), data: keeps("data"),
        attributes: keeps("attributes"), message: keeps("message"))
    default: return nil
    }
  }
}
