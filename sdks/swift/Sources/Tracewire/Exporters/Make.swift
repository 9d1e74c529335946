import Foundation

/// Makes exporters from a configuration: exporters, and what files and the environment name.
enum Exporters {
  private static let names = ["console", "csv", "file", "http", "json", "jsonl", "toon"]

  /// The exporters with the names of their sinks. What cannot be made is a problem and left out.
  static func made(_ settings: Settings, _ problems: Problems) -> [(sink: String, exporter: any Exporter)] {
    var exporters = settings.values.exporters ?? []
    for setting in settings.exporterNames {
      let type = setting.text ?? setting["type"]?.text ?? ""
      if let exporter = made(type.lowercased(), setting) {
        exporters.append(exporter)
      } else if names.contains(type.lowercased()) {
        problems.note("configuration", "exporters: \(type): url is not one of http or https")
      } else {
        problems.note("configuration", "exporters: not an exporter: \(type); there are \(names.joined(separator: ", "))")
      }
    }
    var sinks: [(sink: String, exporter: any Exporter)] = []
    for exporter in exporters {
      // Two that share a cursor would each get half. The number depends on the order only, so it is the same next time.
      var (sink, number) = (exporter.name, 2)
      while sinks.contains(where: { $0.sink == sink }) { (sink, number) = ("\(exporter.name)#\(number)", number + 1) }
      sinks.append((sink, exporter))
    }
    return sinks
  }

  private static func made(_ type: String, _ options: Value) -> (any Exporter)? {
    let name = options["name"]?.text
    let delimiter = options["delimiter"]?.text.flatMap(Delimiter.init)
    let flatten = options["flatten"]?.bool ?? false
    switch type {
    case "console": return ConsoleExporter(name: name ?? "console")
    case "csv":
      return CSVExporter(
        options["target"]?.text ?? "tracewire.csv", delimiter: delimiter ?? .comma, isFormulaSafe: options["formula_safe"]?.bool ?? false,
        name: name)
    case "file", "jsonl":
      return JSONLinesExporter(
        options["path"]?.text ?? "tracewire.jsonl", maxBytes: options["max_bytes"]?.int, keep: options["keep"]?.int ?? 4,
        fsync: options["fsync"]?.bool ?? false, name: name)
    case "json":
      return JSONExporter(options["target"]?.text ?? "tracewire-json", indent: options["indent"]?.int, flatten: flatten, name: name)
    case "toon":
      return TOONExporter(options["target"]?.text ?? "tracewire-toon", delimiter: delimiter, flatten: flatten, name: name)
    case "http":
      guard let url = options["url"]?.text.flatMap(URL.init(string:)) else { return nil }
      var headers: [String: String] = [:]
      for entry in options["headers"]?.members ?? .init() { headers[entry.key] = entry.value.text }
      return HTTPExporter(
        url, headers: headers, isCompressed: options["compress"]?.bool ?? true,
        timeout: .milliseconds(Int((options["timeout"]?.double ?? 10) * 1000)), format: options["format"] == "json" ? .json : .jsonl,
        name: name)
    default: return nil
    }
  }
}
