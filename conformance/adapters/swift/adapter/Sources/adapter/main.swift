// The conformance adapter of the Swift package: a request becomes calls of its public API.

import Foundation
import Tracewire
import TracewireTesting

/// What Swift has no value for.
struct Absent: Error {
  let what: String
}

final class Widget {}

let operations = ["record", "seal", "recover", "verify", "withhold"] + Format.allCases.map { "convert:\($0.rawValue)" }

/// Answers one request, a line of JSON.
func answer(_ line: String) -> Value {
  let request = (try? Tracewire.decode(line)) ?? .null
  let id = request["id"] ?? .null
  if request["do"] == "start" {
    let about: Value = ["name": "tracewire-swift", "version": "0.1.0", "language": "Swift", "protocol": "1.0"]
    return with(about, ["id": id, "capabilities": .list(operations.map { .text($0) })])
  }
  do {
    return ["id": id, "result": try run(request["case"] ?? .null)]
  } catch let absent as Absent {
    return ["id": id, "skipped": .text("Swift has no \(absent.what)")]
  } catch let error as FormatError {
    return ["id": id, "error": ["code": .text(error.code), "message": .text(error.message)]]
  } catch {
    return ["id": id, "error": ["code": "adapter", "message": .text("\(error)")]]
  }
}

func with(_ one: Value, _ other: Value) -> Value {
  .map(.init((Array(one.members ?? .init()) + Array(other.members ?? .init())).map { ($0.key, $0.value) }))
}

/// Does what a case asks for.
func run(_ given: Value) throws -> Value {
  switch given["operation"]?.text {
  case "record":
    return ["envelopes": texts(try record(given["settings"] ?? .null, given["script"]?.list ?? []))]
  case "seal":
    let sealed = try seal(bytes(given["journal"]))
    return ["envelopes": texts(sealed.envelopes), "pending": .int(sealed.pending)]
  case "recover":
    return ["journal": text(try recover(bytes(given["journal"])))]
  case "verify":
    let found = try Envelopes.verify((given["envelopes"]?.list ?? []).map { bytes($0) })
    return ["sound": .bool(found.isSound), "complete": .bool(found.isComplete), "findings": .list(found.codes.map { .text($0) })]
  case "withhold":
    let contents = given["contents"]?.list?.compactMap(\.text) ?? []
    let (bodies, events) = (given["bodies"]?.list?.compactMap(\.int) ?? [], given["events"]?.list?.compactMap(\.int) ?? [])
    let remove = given["mark"] == "erased" ? Envelopes.erase : { try Envelopes.withhold($0, contents: $1, bodies: $2) }
    let envelope = try remove(bytes(given["envelope"]), contents, bodies)
    return ["envelope": text(try Envelopes.withhold(envelope, events: events))]
  default:
    guard let from = format(given["from"]), let to = format(given["to"]) else { throw Absent(what: "such operation") }
    let options = given["options"]
    let delimiter = to == .toon ? options?["delimiter"]?.text.flatMap(Delimiter.init) : nil
    let writing = EncodeOptions(delimiter: delimiter, isFormulaSafe: options?["formula_safe"]?.bool ?? false)
    let reading = DecodeOptions(isLenient: options?["lenient"]?.bool ?? false)
    return ["bytes": text(try Tracewire.convert(bytes(given["bytes"]), from: from, to: to, reading: reading, writing: writing))]
  }
}

/// Records a script with injected clock and ids.
func record(_ settings: Value, _ steps: [Value]) throws -> [[UInt8]] {
  var script = Script(traceIds: strings(settings["trace_ids"]), spanIds: strings(settings["span_ids"]))
  let clock = settings["clock"]
  script.startNanos = clock?["wall_nanos"]?.text.flatMap { Int64($0) } ?? script.startNanos
  script.startMonotonicNanos = clock?["monotonic_nanos"]?.text.flatMap { UInt64($0) } ?? script.startMonotonicNanos
  script.stepNanos = clock?["step_nanos"]?.int.map { UInt64($0) } ?? script.stepNanos
  script.moments = (clock?["moments"]?.list ?? []).map { (Int64($0[0]?.text ?? "") ?? 0, UInt64($0[1]?.text ?? "") ?? 0) }
  script.process = settings["process"]?.text ?? script.process
  let resource = settings["resource"]?.list?.map { ($0[0]?.text ?? "", $0[1] ?? .null) } ?? [("service.name", "conformance")]
  var configuration = Configuration(redact: strings(settings["redact"]), resource: Attributes(resource.map { ($0.0, $0.1) }))
  configuration.sampling = settings["sampling"]?.double
  configuration.limits = settings["limits"].map { limits in
    Dictionary(uniqueKeysWithValues: (limits.members ?? .init()).map { ($0.key, $0.value.int ?? 0) })
  }
  isCut = configuration.limits?["nodes"] != nil
  let recorded = try Recording(script, configuration)
  var (spans, places): ([String: ManualStep], [String: SpanContext]) = ([:], [:])
  for step in steps { try play(step, recorded.client, &spans, &places) }
  recorded.end()
  return recorded.envelopes
}

/// Does one step.
func play(_ step: Value, _ client: Client, _ spans: inout [String: ManualStep], _ places: inout [String: SpanContext]) throws {
  let body = Body(try (step["body"]?.members ?? .init()).map { (key: $0.key, value: try host($0.value)) })
  let above = step["parent"]
  let parent =
    above?["traceparent"]?.text.flatMap { SpanContext(traceparent: $0, traceState: above?["tracestate"]?.text) }
    ?? above?.text.flatMap { places[$0] }
  let (span, name) = (spans[step["span"]?.text ?? ""], step["as"]?.text ?? "")
  switch step["do"]?.text {
  case "start":
    spans[name] = client.manual.start(Kind(rawValue: step["kind"]?.text ?? ""), body, parent: parent)
    places[name] = spans[name]?.context
  case "update": span?.update(body)
  case "happen": span?.event(body)
  case "end": span?.end(Status(rawValue: step["status"]?.text ?? "") ?? .unset, body)
  case "flush": client.mark()
  case "close": client.close()
  default:
    switch step["type"]?.text {
    case "event": places[name] = client.manual.event(body, kind: (step["kind"]?.text).map { Kind(rawValue: $0) }, parent: parent)
    case "log": client.manual.log(body, parent: parent)
    case "metric": client.manual.metric(body, parent: parent)
    default: client.manual.feedback(body, parent: parent)
    }
  }
}

func format(_ name: Value?) -> Format? { name?.text.flatMap { Format(rawValue: $0) } }
func strings(_ list: Value?) -> [String] { list?.list?.compactMap(\.text) ?? [] }
func bytes(_ base64: Value?) -> [UInt8] { Array(Data(base64Encoded: base64?.text ?? "") ?? Data()) }
func text(_ bytes: [UInt8]) -> Value { .text(Data(bytes).base64EncodedString()) }
func texts(_ all: [[UInt8]]) -> Value { .list(all.map { text($0) }) }

while let line = readLine() {
  let written = (try? Tracewire.encode(answer(line))) ?? []
  FileHandle.standardOutput.write(Data(written + [10]))
}
