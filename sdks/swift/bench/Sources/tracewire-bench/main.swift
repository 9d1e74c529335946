// What recording one step costs: 8 attributes, 1 kB in, 1 kB out, both records in the journal before the calls return. One line of JSON for each
// round and figure; rounds of the synchronous and of the asynchronous form take turns.
//
//   .ci/swift build -c release --package-path sdks/swift/bench --scratch-path FOLDER
//   .ci/swift --run FOLDER/release/tracewire-bench --rounds 5

import Foundation
import Tracewire

/// The step of sdks/python/bench/record.py.
enum Step {
  static let warmUp = 5_000
  static let spans = 50_000
  static let input = String(repeating: "query ", count: 170) + "end."
  static let output = String(repeating: "found ", count: 170) + "end."

  static var attributes: Attributes {
    [
      "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "call_4f8a",
      "gen_ai.request.model": "model-x", "server.address": "api.example.org", "attempt": 1, "score": 0.25, "cached": false,
    ]
  }
}

@inline(never)
func sync(_ client: Client) {
  client.span("search", kind: .tool, input: Step.input, attributes: Step.attributes) { $0.setOutput(Step.output) }
}

@inline(never)
func async(_ client: Client) async {
  await client.span("search", kind: .tool, input: Step.input, attributes: Step.attributes) { span in
    await nothing()
    span.setOutput(Step.output)
  }
}

@inline(never)
func nothing() async {}

/// Prints the median and the 99th percentile of a round.
func report(_ subject: String, _ nanos: [UInt64]) {
  let sorted = nanos.sorted()
  for (metric, share) in [("p50", 0.5), ("p99", 0.99)] {
    let micros = Double(sorted[Int(Double(sorted.count - 1) * share)]) / 1000
    print(
      #"{"bench":"record","subject":"\#(subject)","version":"\#(Tracewire.version)","metric":"\#(metric)","unit":"µs","value":\#(micros)}"#)
  }
}

/// Away from the main actor: changes of threads would be measured else.
nonisolated func measure(_ client: Client, rounds: Int) async {
  var nanos: [UInt64] = []
  nanos.reserveCapacity(Step.spans)
  func now() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
  for _ in 0..<Step.warmUp {
    sync(client)
    await async(client)
  }
  for _ in 0..<rounds {
    nanos.removeAll(keepingCapacity: true)
    for _ in 0..<Step.spans {
      let begin = now()
      sync(client)
      nanos.append(now() - begin)
    }
    report("tracewire (swift)", nanos)
    nanos.removeAll(keepingCapacity: true)
    for _ in 0..<Step.spans {
      let begin = now()
      await async(client)
      nanos.append(now() - begin)
    }
    report("tracewire (swift async)", nanos)
  }
}

let arguments = CommandLine.arguments
let rounds = arguments.firstIndex(of: "--rounds").flatMap { arguments.dropFirst($0 + 1).first }.flatMap { Int($0) } ?? 5
let folder = NSTemporaryDirectory() + "tracewire-bench-\(UUID().uuidString)"
let client = try Client(Configuration(service: "bench", dir: folder, quotaBytes: 16 << 30))
await measure(client, rounds: rounds)
try await client.shutdown()
try? FileManager.default.removeItem(atPath: folder)
