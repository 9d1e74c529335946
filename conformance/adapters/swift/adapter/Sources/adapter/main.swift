// The conformance adapter of the Swift package: a request becomes calls of its public API.

import Foundation
import Tracewire
import TracewireTesting

/// What Swift has no value for.
struct Absent: Error { let what: String }
/// A value without a form, one that one thread alone knows, and one that contains itself.
final class Widget {}
struct Kept: Hashable, TracewireRecordable {
  let notation: Value
  /// Throws where Swift has no such value.
  init(_ given: Value?) throws { (notation, _) = (given ?? .null, try host(given ?? .null)) }
  var tracewireValue: Any? { try? host(notation) }
}
final class ListLoop: TracewireRecordable { var tracewireValue: Any? { [self] } }
final class MapLoop: TracewireRecordable { var tracewireValue: Any? { ["k": self] } }

/// Whether the case has a bound of values: which members of a set are kept is its order's, and Swift's sets have none.
nonisolated(unsafe) var isCut = false
let names = ["date": "date of its own", "local": "moment without a zone", "time": "time of day", "utf8": "text of bytes"]
let operations =
  ["record", "record:media", "seal", "recover", "verify", "withhold", "guard"]
  + Format.allCases.map { "convert:\($0.rawValue)" }

func answer(_ line: String) -> Value {
  let request = (try? Tracewire.decode(line)) ?? .null
  let (id, capabilities) = (request["id"] ?? .null, Value.list(operations.map { .text($0) }))
  if request["do"] == "start" {
    return ["id": id, "name": "tracewire-swift", "version": "0.1.0", "language": "Swift", "protocol": "1.0", "capabilities": capabilities]
  }
  do {
    return ["id": id, "result": try run(request["case"] ?? .null)]
  } catch let absent as Absent {
    return ["id": id, "skipped": .text("Swift has no \(absent.what)")]
  } catch {
    let (code, message) = (error as? FormatError).map { ($0.code, $0.message) } ?? ("adapter", "\(error)")
    return ["id": id, "error": ["code": .text(code), "message": .text(message)]]
  }
}

func run(_ given: Value) throws -> Value {
  switch given["operation"]?.text {
  case "record": return ["envelopes": .list(try record(given["settings"] ?? .null, given["script"]?.list ?? []).map(text))]
  case "seal":
    let sealed = try seal(bytes(given["journal"]))
    return ["envelopes": .list(sealed.envelopes.map(text)), "pending": .int(sealed.pending)]
  case "recover": return ["journal": text(try recover(bytes(given["journal"])))]
  case "verify":
    let found = try Envelopes.verify((given["envelopes"]?.list ?? []).map(bytes))
    return ["sound": .bool(found.isSound), "complete": .bool(found.isComplete), "findings": .list(found.codes.map { .text($0) })]
  case "withhold":
    let (contents, bodies) = (strings(given["contents"]), given["bodies"]?.list?.compactMap(\.int) ?? [])
    let remove = given["mark"] == "erased" ? Envelopes.erase : { try Envelopes.withhold($0, contents: $1, bodies: $2) }
    let (envelope, events) = (try remove(bytes(given["envelope"]), contents, bodies), given["events"]?.list?.compactMap(\.int) ?? [])
    return ["envelope": text(try Envelopes.withhold(envelope, events: events))]
  case "guard":
    let script = String(decoding: try Tracewire.encode(given, format: .json), as: UTF8.self)
    return ["verdicts": text(Array(try checkScript(script).utf8))]
  default:
    guard let from = format(given["from"]), let to = format(given["to"]) else { throw Absent(what: "such operation") }
    let options = given["options"]
    let delimiter = to == .toon ? options?["delimiter"]?.text.flatMap(Delimiter.init) : nil
    let writing = EncodeOptions(delimiter: delimiter, isFormulaSafe: options?["formula_safe"]?.bool ?? false)
    let (given, reading) = (bytes(given["bytes"]), DecodeOptions(isLenient: options?["lenient"]?.bool ?? false))
    return ["bytes": text(try Tracewire.convert(given, from: from, to: to, reading: reading, writing: writing))]
  }
}

func record(_ settings: Value, _ steps: [Value]) throws -> [[UInt8]] {
  var script = Script(traceIds: strings(settings["trace_ids"]), spanIds: strings(settings["span_ids"]))
  let clock = settings["clock"]
  script.startNanos = clock?["wall_nanos"]?.text.flatMap { Int64($0) } ?? script.startNanos
  script.startMonotonicNanos = clock?["monotonic_nanos"]?.text.flatMap { UInt64($0) } ?? script.startMonotonicNanos
  script.stepNanos = clock?["step_nanos"]?.int.map { UInt64($0) } ?? script.stepNanos
  script.moments = (clock?["moments"]?.list ?? []).map { (Int64($0[0]?.text ?? "") ?? 0, UInt64($0[1]?.text ?? "") ?? 0) }
  script.process = settings["process"]?.text ?? script.process
  let resource = settings["resource"]?.list?.map { ($0[0]?.text ?? "", $0[1]) } ?? [("service.name", "conformance")]
  let limits = settings["limits"]?.members.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.key, $0.value.int ?? 0) }) }
  isCut = limits?["nodes"] != nil
  let (sampling, redact, about) = (settings["sampling"].map(rates), strings(settings["redact"]), Attributes(resource.map { ($0.0, $0.1) }))
  let key = settings["redact_key"]?.text
  let configuration = Configuration(
    sampling: sampling, capture: settings["capture"].map(captured), redact: redact, redactKey: key,
    media: settings["media"]?.bool ?? false, resource: about, limits: limits)
  var (spans, places, recorded) = ([String: ManualStep](), [String: SpanContext](), try Recording(script, configuration))
  for step in steps { try play(step, recorded.client, &spans, &places) }
  recorded.end()
  return recorded.envelopes
}

func captured(_ given: Value) -> Capture {
  func keeps(_ name: String) -> Bool { given[name]?.bool ?? true }
  switch given {
  case "input": return .input
  case "output": return .output
  case .bool(let isOn): return isOn ? .all : .none
  default:
    return Capture(
      input: keeps("input"), output: keeps("output"), chunks: keeps("chunks"), data: keeps("data"),
      attributes: keeps("attributes"), message: keeps("message"))
  }
}

func rates(_ given: Value) -> Sampling {
  let kinds = given["kinds"]?.members.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.key, $0.value.double ?? 1) }) }
  return Sampling(given.double ?? given["rate"]?.double ?? 1, kinds: kinds ?? [:])
}

func play(_ step: Value, _ client: Client, _ spans: inout [String: ManualStep], _ places: inout [String: SpanContext]) throws {
  let body = Body(try (step["body"]?.members ?? .init()).map { (key: $0.key, value: try host($0.value)) })
  let (above, name, span) = (step["parent"], step["as"]?.text ?? "", spans[step["span"]?.text ?? ""])
  let remote = above?["traceparent"]?.text.flatMap { SpanContext(traceparent: $0, traceState: above?["tracestate"]?.text) }
  let parent = remote ?? above?.text.flatMap { places[$0] }
  switch (step["do"]?.text, step["type"]?.text) {
  case ("start", _):
    spans[name] = client.manual.start(Kind(rawValue: step["kind"]?.text ?? ""), body, parent: parent)
    places[name] = spans[name]?.context
  case ("update", _): span?.update(body)
  case ("happen", _): span?.event(body)
  case ("end", _): span?.end(Status(rawValue: step["status"]?.text ?? "") ?? .unset, body)
  case ("flush", _): client.mark()
  case ("close", _): client.close()
  case (_, "event"): places[name] = client.manual.event(body, kind: (step["kind"]?.text).map(Kind.init(rawValue:)), parent: parent)
  case (_, "log"): client.manual.log(body, parent: parent)
  case (_, "metric"): client.manual.metric(body, parent: parent)
  default: client.manual.feedback(body, parent: parent)
  }
}

/// The Swift value of a notation.
func host(_ value: Value) throws -> Any? {
  if value.isNull { return nil }
  if let items = value.list { return try items.map(host) }
  guard let entry = value.members?.first else { return value.bool ?? value.int ?? value.text ?? value as Any }
  let (given, text) = (entry.value, entry.value.text ?? "")
  switch entry.key {
  case "bytes": return Data(bytes(given))
  case "int": return Int(text) ?? Value.bigInt(text) as Any
  case "double": return Double(bitPattern: UInt64(text, radix: 16) ?? 0)
  case "float": return Float(bitPattern: UInt32(text, radix: 16) ?? 0)
  case "utf16": return String(decoding: text.matches(of: /..../).map { UInt16($0.0, radix: 16) ?? 0 }, as: UTF16.self)
  case "decimal" where Decimal(string: text)?.description == text: return Decimal(string: text)
  case "moment": return try moment(text)
  case "foreign" where text == "Widget": return Widget()
  case "nest":
    return (0..<(given[1]?.int ?? 0)).reduce(try host(given[2] ?? .null)) { it, _ in given[0] == "list" ? [it] : ["k": it] }
  case "cycle": return text == "list" ? ListLoop() : MapLoop()
  case "set":
    let members = try (given.list ?? []).map { try host($0) as? AnyHashable ?? AnyHashable(try Kept($0)) }
    if Set(members).count < members.count { throw Absent(what: "set with two members that are equal") }
    if isCut && members.count > 1 { throw Absent(what: "set with an order, in which it could be cut") }
    return Set(members)
  case "map": return Pairs(try (given.list ?? []).map { (key: try $0[0]?.text ?? Kept($0[0]), value: try Kept($0[1])) })
  default: throw Absent(what: entry.key == "decimal" ? "decimal number \(text)" : names[entry.key] ?? entry.key)
  }
}

func moment(_ text: String) throws -> Date {
  let fraction = text.firstMatch(of: /\.(\d+)/).map { String($0.1) } ?? ""
  guard fraction.dropFirst(3).allSatisfy({ $0 == "0" }) else { throw Absent(what: "time finer than a millisecond") }
  // Foundation's calendars are Julian before 1582; this one is Gregorian throughout, in years that begin in March.
  let n = text.replacing(/\.\d+/, with: "").matches(of: /\d+/).map { Int($0.0) ?? 0 } + [0, 0]
  let (year, month) = n[1] < 3 ? (n[0] + 399, n[1] + 9) : (n[0] + 400, n[1] - 3)
  let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + n[2] - 865_566
  let minutes = days * 1440 + n[3] * 60 + n[4] + (text.contains("+") ? -1 : 1) * (n[6] * 60 + n[7])
  return Date(timeIntervalSince1970: Double(minutes * 60 + n[5]) + (Double("0.\(fraction)0") ?? 0))
}

func format(_ name: Value?) -> Format? { name?.text.flatMap { Format(rawValue: $0) } }
func strings(_ list: Value?) -> [String] { list?.list?.compactMap(\.text) ?? [] }
func bytes(_ base64: Value?) -> [UInt8] { Array(Data(base64Encoded: base64?.text ?? "") ?? Data()) }
func text(_ bytes: [UInt8]) -> Value { .text(Data(bytes).base64EncodedString()) }

while let line = readLine() { FileHandle.standardOutput.write(Data((try Tracewire.encode(answer(line))) + [10])) }
