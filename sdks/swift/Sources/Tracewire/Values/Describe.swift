import Foundation

/// What a type is called, without its module.
func typeName(of value: Any) -> String {
  String(describing: type(of: value))
}

/// What an error says: its own description, not the sentence that Foundation makes of a type's name.
func message(of error: any Error) -> String {
  if let localized = error as? any LocalizedError, let description = localized.errorDescription { return description }
  if type(of: error) is AnyClass || error is any CustomNSError { return error.localizedDescription }
  return String(describing: error)
}

/// A value for a message. No more of it than fits into one line.
func shown(_ value: Any?) -> String {
  guard let value else { return "nil" }
  switch value {
  case let text as String: return short("\"\(text)\"")
  case is Bool, is Int, is Double: return short("\(value)")
  default: return "a \(short(typeName(of: value)))"
  }
}

private func short(_ text: String) -> String {
  text.count <= 80 ? text : "\(text.prefix(80))…"
}
