// What a step costs: 8 attributes, 1 kB in, 1 kB out, the journal on a disk. Prints one line of JSON for each round.
//
//   swift run -c release --package-path sdks/swift/bench tracewire-bench [rounds] [spans]

import Foundation
import Tracewire

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 5 : 5
let spans = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 20_000 : 20_000
let input = String(repeating: "What do otters eat? ", count: 51)
let output = String(repeating: "Mostly fish, and what else there is. ", count: 28)

let folder = NSTemporaryDirectory() + "tracewire-bench-\(UUID().uuidString)"
let client = try Client(Configuration(service: "bench", dir: folder, quotaBytes: 16 << 30, store: false))

func attributes(_ index: Int) -> Attributes {
  [
    "gen_ai.request.model": "gpt-5", "gen_ai.request.temperature": 0.5, "gen_ai.request.max_tokens": 1024, "gen_ai.agent.id": "bench",
    "server.address": "api.example.com", "server.port": 443, "index": index, "cached": false,
  ]
}

@inline(never) func sync(_ index: Int) {
  client.span("chat", kind: .llm, input: input, attributes: attributes(index)) { span in
    span.setOutput(output)
  }
}

@inline(never) func async(_ index: Int) async {
  await client.span("chat", kind: .llm, input: input, attributes: attributes(index)) { span in
    await nothing()
    span.setOutput(output)
  }
}

@inline(never) func nothing() async {}

func report(_ name: String, _ round: Int, _ nanos: [UInt64]) {
  let sorted = nanos.sorted()
  func micros(_ share: Double) -> Double { Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000 }
  let mean = Double(nanos.reduce(0, +)) / Double(nanos.count) / 1000
  print(
    "{\"case\":\"\(name)\",\"round\":\(round),\"spans\":\(nanos.count),\"p50_micros\":\(micros(0.5)),\"p90_micros\":\(micros(0.9)),"
      + "\"p99_micros\":\(micros(0.99)),\"mean_micros\":\((mean * 1000).rounded() / 1000)}")
}

/// Away from the main actor: a change of threads would be measured else.
nonisolated func measure() async {
  for round in 0...rounds {
    var nanos: [UInt64] = []
    nanos.reserveCapacity(spans)
    for index in 0..<spans {
      let begin = DispatchTime.now().uptimeNanoseconds
      sync(index)
      nanos.append(DispatchTime.now().uptimeNanoseconds - begin)
    }
    // The first round is for the caches.
    if round > 0 { report("sync", round, nanos) }
    nanos.removeAll(keepingCapacity: true)
    for index in 0..<spans {
      let begin = DispatchTime.now().uptimeNanoseconds
      await async(index)
      nanos.append(DispatchTime.now().uptimeNanoseconds - begin)
    }
    if round > 0 { report("async", round, nanos) }
  }
}

await measure()
try await client.shutdown()
try? FileManager.default.removeItem(atPath: folder)
