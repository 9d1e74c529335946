import Tracewire

/// Steps from events.
enum Spans {
  static func of(_ events: [Value]) -> [Value] {
    var spans: [Value.Members] = []
    var places: [String: Int] = [:]
    for event in events {
      let id = event["span_id"]?.text ?? ""
      let body = event["body"]?.members ?? .init()
      let type = event["type"]?.text ?? ""
      if type == "span.start" {
        places[id] = spans.count
        spans.append(started(event, body))
        continue
      }
      guard let place = places[id] else { continue }
      switch type {
      case "span.event":
        spans[place]["events"] = .list((spans[place]["events"]?.list ?? []) + [.map(body)])
      case "span.update", "span.end":
        merge(body, into: &spans[place])
        for name in ["status", "duration_nanos"] {
          if let value = event[name] { spans[place][name] = value }
        }
      default: break
      }
    }
    return spans.map { .map($0) }
  }

  private static func started(_ event: Value, _ body: Value.Members) -> Value.Members {
    var span = Value.Members()
    for name in ["trace_id", "span_id", "parent_id", "kind"] {
      if let value = event[name] { span[name] = value }
    }
    for entry in body { span[entry.key] = entry.value }
    span["events"] = .list([])
    return span
  }

  private static let mergedByKey: Set<String> = ["attributes", "usage", "cost"]

  /// Merges as readers do: attributes, usage and cost key by key, anything else replaces.
  private static func merge(_ body: Value.Members, into span: inout Value.Members) {
    for entry in body {
      if mergedByKey.contains(entry.key), case .map(var known)? = span[entry.key], case .map(let more) = entry.value {
        for member in more { known[member.key] = member.value }
        span[entry.key] = .map(known)
      } else {
        span[entry.key] = entry.value
      }
    }
  }
}
