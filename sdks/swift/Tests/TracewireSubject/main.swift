import Foundation
import Tracewire

// A program of its own, which the tests of processes run: what survives it, and what it says of a disk without room.

switch CommandLine.arguments.dropFirst().first {
case "dies":
  let step = Tracewire.startSpan("begun", kind: .agent, input: "question")
  step.update(SpanUpdate(attributes: ["k": 1]))
  kill(getpid(), SIGKILL)

case "fills":
  let client = try Client(Configuration(service: "test", mode: .local))
  let text = String(repeating: "x", count: 1000)
  var results = 0
  for _ in 0..<1000 { results += client.span("step", input: text) { _ in 1 } }
  let report = try await client.flush()
  let dropped = report.dropped.values.reduce(0, +)
  print(results, report.written + dropped, report.dropped.keys.sorted(), dropped > 1000)

case "strict":
  Tracewire.span("one") { _ in }
  do {
    try await Tracewire.flush()
    print("nothing")
  } catch let error as TracewireError {
    print(error.code)
  }
  print(try await Tracewire.shutdown().written)

default:
  exit(64)
}
