import Foundation
import TracewireNative

/// A configuration with what the environment and files say. What cannot be used is named once, with its source and a remedy; recording goes
/// on with what comes after it.
struct Settings: Sendable {
  private(set) var values: Configuration
  /// Exporters that a file or the environment names.
  private(set) var exporterNames: [Value] = []
  /// Attributes of the program that a file or the environment says.
  private(set) var resourceFromFile: Value.Members?
  /// Rules of tail sampling that a file or the environment says, and how long a call may wait for room.
  private var tailFromFile: Value?
  private var boundFromFile: Value?
  /// What is wrong with guards. Without the limits that somebody asked for, a program must not go on unnoticed.
  private(set) var refused: String?
  /// Sentences about what could not be used.
  private(set) var problems: [String] = []

  init(_ given: Configuration) {
    values = given
    let wrong = check(given)
    let sources = load(given)
    if let guards = values.guards {
      do {
        try refusing { try TracewireNative.checkGuards(given: JsonWriter.text(.map(guards.limits))) }
      } catch {
        let reason = (error as? FormatError)?.reason ?? "\(error)"
        values.guards = nil
        refused = "guards (argument): \(reason)"
        problems.append("guards (argument): \(reason); nothing is guarded")
      }
    }
    for (key, wire, sentence) in wrong { problems.append("\(sentence); \(instead(of: key, wire, sources))") }
  }

  /// What is used for a setting that cannot be.
  private func instead(of key: String, _ wire: String, _ sources: Value?) -> String {
    let values: [String: Any?] = [
      "dir": values.dir, "environment": values.environment, "fileBytes": values.fileBytes, "quotaBytes": values.quotaBytes,
      "release": values.release, "sampling": values.sampling?.rate, "service": values.service, "sessionId": values.sessionId,
    ]
    guard let value = values[key] ?? nil else { return "the default is used" }
    return "\(shown(value)) of \(sources?[wire]?.text ?? "the environment") is used"
  }

  /// Takes out what cannot be used.
  ///
  /// - Returns: its key here and in files, and what is wrong with it.
  private mutating func check(_ given: Configuration) -> [(key: String, wire: String, sentence: String)] {
    var found: [(key: String, wire: String, sentence: String)] = []
    func note(_ key: String, _ wire: String, _ value: Any?, _ expected: String, _ example: String) {
      found.append((key, wire, "\(key) = \(shown(value)) (argument): \(expected) is expected, such as \(key): \(example)"))
    }
    if let sampling = given.sampling, !sampling.isUsable {
      note("sampling", "sampling", sampling.kinds.isEmpty ? sampling.rate as Any : sampling.kinds as Any, "a number from 0 to 1", "0.1")
      values.sampling = nil
    }
    if let tail = given.tail, !tail.isUsable {
      note("tail", "tail", tail, "rules that can be meant", "Tail(errors: true)")
      values.tail = nil
    }
    if let bound = given.blockBound, !(bound >= 0 && bound < 1e9) {
      note("blockBound", "block_bound", bound, "a number of seconds", "0.05")
      values.blockBound = nil
    }
    for (key, wire, path, example) in [
      ("quotaBytes", "quota_bytes", \Configuration.quotaBytes, "4294967296"),
      ("fileBytes", "file_bytes", \Configuration.fileBytes, "67108864"),
    ] as [(String, String, WritableKeyPath<Configuration, Int?>, String)] {
      if let bytes = given[keyPath: path], bytes <= 0 {
        note(key, wire, bytes, "a number of bytes", example)
        values[keyPath: path] = nil
      }
    }
    for (key, wire, path, example) in [
      ("service", "service", \Configuration.service, "\"research-agent\""), ("dir", "dir", \Configuration.dir, "\".tracewire\""),
      ("sessionId", "session_id", \Configuration.sessionId, "\"chat-7\""),
      ("environment", "environment", \Configuration.environment, "\"production\""),
      ("release", "release", \Configuration.release, "\"2026.11.1\""),
    ] as [(String, String, WritableKeyPath<Configuration, String?>, String)] {
      if let text = given[keyPath: path], text.isEmpty {
        note(key, wire, text, "a text", example)
        values[keyPath: path] = nil
      }
    }
    return found
  }

  /// Takes what the environment and files say for what nobody said here; gives where each setting stands.
  private mutating func load(_ given: Configuration) -> Value? {
    guard let json = try? refusing({ try TracewireNative.loadConfig() }) else { return nil }
    let loaded = JsonReader.read(json)
    let settings = loaded["settings"] ?? .null
    values.service = values.service ?? settings["service"]?.text
    values.dir = values.dir ?? settings["dir"]?.text
    values.mode = values.mode ?? settings["mode"]?.text.flatMap(Mode.init)
    values.sampling = values.sampling ?? Sampling(of: settings["sampling"])
    values.capture = values.capture ?? Capture(of: settings["capture"])
    values.strict = values.strict ?? settings["strict"]?.bool
    values.redact = values.redact ?? settings["redact"]?.list?.compactMap(\.text)
    values.redactAt = values.redactAt ?? settings["redact_at"]?.text.flatMap(RedactAt.init)
    values.redactKey = values.redactKey ?? settings["redact_key"]?.text
    values.media = values.media ?? settings["media"]?.bool
    values.sessionId = values.sessionId ?? settings["session_id"]?.text
    values.environment = values.environment ?? settings["environment"]?.text
    values.release = values.release ?? settings["release"]?.text
    values.disabled = values.disabled ?? settings["disabled"]?.bool
    values.quotaBytes = values.quotaBytes ?? settings["quota_bytes"]?.int
    values.fileBytes = values.fileBytes ?? settings["file_bytes"]?.int
    values.whenFull = values.whenFull ?? settings["when_full"]?.text.flatMap(WhenFull.init)
    if values.blockBound == nil { boundFromFile = settings["block_bound"] }
    if values.tail == nil { tailFromFile = settings["tail"] }
    values.fsync = values.fsync ?? settings["fsync"]?.bool
    values.store = values.store ?? settings["store"]?.bool
    if given.exporters == nil { exporterNames = settings["exporters"]?.list ?? [] }
    if given.resource == nil { resourceFromFile = settings["resource"]?.members }
    for problem in loaded["problems"]?.list ?? [] {
      problems.append("\(problem["message"]?.text ?? "a setting cannot be used"); the default is used")
    }
    return loaded["sources"]
  }

  /// Who delivers: with exporters it is `inline` by default, since they would be for nothing otherwise.
  var mode: Mode {
    values.mode ?? (values.exporters?.isEmpty == false || !exporterNames.isEmpty ? .inline : .local)
  }

  /// What the program is, under OpenTelemetry's names.
  var resource: Value.Members {
    var resource = Value.Members()
    let process = ProcessInfo.processInfo
    resource["service.name"] = .text(values.service ?? process.environment["OTEL_SERVICE_NAME"] ?? process.processName)
    if let environment = values.environment { resource["deployment.environment.name"] = .text(environment) }
    if let release = values.release { resource["service.version"] = .text(release) }
    resource["telemetry.sdk.name"] = "tracewire"
    resource["telemetry.sdk.language"] = "swift"
    resource["telemetry.sdk.version"] = .text(tracewireVersion)
    resource["process.runtime.name"] = "swift"
    for entry in resourceFromFile ?? Value.Members() { resource[entry.key] = entry.value }
    if let own = values.resource, let wire = wireForm(own)?.members {
      for entry in wire { resource[entry.key] = entry.value }
    }
    return resource
  }

  /// Options of the native recorder, as JSON.
  func nativeOptions(sinks: [String], withRules: Bool = true) -> String {
    var options = Value.Members()
    if let dir = values.dir ?? Folders.standard() { options["dir"] = .text(dir) }
    options["mode"] = .text(mode.rawValue)
    options["resource"] = .map(resource)
    if withRules {
      options["redact"] = .list((values.redact ?? []).map(Value.text))
      options["redact_at"] = values.redactAt.map { .text($0.rawValue) }
      options["redact_key"] = values.redactKey.map(Value.text)
    }
    options["sinks"] = .list(sinks.map(Value.text))
    if let sampling = values.sampling { options["sampling"] = sampling.value }
    options["tail"] = values.tail?.value ?? tailFromFile
    options["when_full"] = values.whenFull.map { .text($0.rawValue) }
    options["block_bound"] = values.blockBound.map(Value.double) ?? boundFromFile
    if let limits = values.limits { options["limits"] = .map(Value.Members(limits.map { ($0.key, .int($0.value)) })) }
    if let bytes = values.quotaBytes { options["quota_bytes"] = .int(bytes) }
    if let bytes = values.fileBytes { options["file_bytes"] = .int(bytes) }
    if let guards = values.guards { options["guards"] = .map(guards.limits) }
    options["media"] = values.media.map(Value.bool)
    options["fsync"] = .bool(values.fsync ?? false)
    options["store"] = .bool(values.store ?? Self.hasStore)
    return JsonWriter.text(.map(options))
  }

  /// Whether somebody on this machine reads journals into a store.
  private static var hasStore: Bool {
    #if os(iOS) || os(tvOS) || os(watchOS) || os(visionOS) || os(Android)
      false
    #else
      true
    #endif
  }
}

/// A value as JSON in wire form, by the same walk as every recorded value.
package func wireForm(_ value: Any?) -> Value? {
  guard let bytes = try? Formats.encode(value, .json, EncodeOptions(isLenient: true)) else { return nil }
  return JsonReader.read(bytes, meansTags: false)
}
