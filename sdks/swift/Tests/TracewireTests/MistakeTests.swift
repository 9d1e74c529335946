import Foundation
import Testing
import Tracewire
import TracewireTesting

/// Each code that the package itself gives, provoked once. Those of steps are in SpanTests, those of deliveries in ExporterTests and DeliveryTests.
@Suite struct MistakeTests {
  /// The errors of a flush after some work, and what was recorded.
  private func errors(
    _ configuration: Configuration = Configuration(), of work: (Client) -> Void
  ) async throws -> (errors: [String: Int], recorded: Recording) {
    let recorded = try Recording(Script(), configuration)
    work(recorded.client)
    let report = try await recorded.client.flush(timeout: longest)
    recorded.end()
    return (report.ownErrors, recorded)
  }

  @Test func aParentThatIsNone() async throws {
    let (errors, recorded) = try await errors { client in
      client.span("outer") { _ in
        client.span("one", options: SpanOptions(parent: .traceparent("nonsense"))) { _ in }
        client.event("two", parent: .traceparent(""))
      }
    }
    #expect(errors == ["invalid_parent": 2])
    #expect(recorded.spans[1]["parent_id"] == nil)
  }

  @Test func amountsThatAreNone() async throws {
    let (errors, recorded) = try await errors { client in
      client.span("one") { span in
        span.usage(Usage(inputTokens: -1, outputTokens: 2))
        span.cost(Cost(total: "much", details: ["x": "1e999"], currency: "EUR"))
        span.cost("1", currency: "euros")
      }
      client.ap2.logPaymentInitiated("a", options: EventOptions(costAmount: "many"))
    }
    #expect(errors == ["invalid_usage": 1, "invalid_cost": 3, "invalid_amount": 1])
    #expect(recorded.spans[0]["usage"] == ["output_tokens": 2])
    #expect(recorded.spans[0]["cost"] == ["price_source": "user", "total": "1"])
  }

  @Test func pointsThatSayNothing() async throws {
    let (errors, recorded) = try await errors { client in
      client.feedback()
      client.feedback(1, target: .traceparent("nonsense"))
      client.logEvent("a text")
      client.logEvent(["extra": 1])
      client.trace("") { client.span("one") { _ in } }
    }
    #expect(errors == ["invalid_feedback": 1, "invalid_target": 1, "invalid_event": 2, "invalid_correlation_id": 1])
    #expect(recorded.events.map { $0["type"] } == ["feedback", "feedback", "event", "span.start", "span.end"])
    #expect(recorded.events[2]["body"]?["name"] == "event")
  }

  @Test func aMaskThatFails() async throws {
    let (errors, recorded) = try await errors(Configuration(mask: { _, _ in throw Refused() })) { client in
      client.span("one", input: 1, attributes: ["a": 1]) { $0.setOutput(2) }
    }
    #expect(errors == ["mask_failed": 3])
    #expect(recorded.spans[0]["input"] == ["$redacted": "mask_failed"])
    #expect(recorded.spans[0]["attributes"] == nil)
  }

  @Test func valuesThatFormatsRefuse() {
    func code(_ value: Any?, _ format: Format = .json) -> String? {
      do {
        _ = try Tracewire.encode(value, format: format)
        return nil
      } catch {
        return (error as? FormatError)?.code
      }
    }
    let loop = Loop()
    var deep: Any = 1
    for _ in 0..<1000 { deep = [deep] }
    #expect(code(loop) == "value_cycle")
    #expect(code(deep) == "value_too_deep")
    #expect(code(Loop.self) == "value_unserializable")
    #expect(code(1, .csv) == "csv_shape")
  }

  @Test func aRecorderThatDoesNotOpen() async throws {
    let notices = Lines()
    let client = Client(opener: { _ in throw Refused() })
    try client.configure(Configuration(onNotice: { notices.add($0) }))
    #expect(client.span("one") { span in span.context == nil })
    client.log("two")
    #expect(client.event("three") == nil)
    client.manual.start(.tool).end()
    let report = try await client.shutdown(timeout: longest)
    #expect(report.written == 0)
    #expect(report.dropped == ["unavailable": 4])
    #expect(report.ownErrors == ["configuration": 1, "unavailable": 1])
    #expect(notices.all.last?.hasPrefix("tracewire: nothing is recorded: ") == true)
  }

  @Test func twoExportersOfOneName() async throws {
    // They are no mistake: the second has a number.
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path, mode: .local, exporters: [Collector(), Collector()]))
    client.span("one") { _ in }
    let report = try await client.shutdown(timeout: longest)
    #expect(report.exporters.keys.sorted() == ["collector", "collector#2"])
    #expect(report.ownErrors.isEmpty)
  }
}

/// A class that contains itself.
private final class Loop: TracewireRecordable {
  var tracewireValue: Any? { ["again": self] }
}

@Suite struct StrictTests {
  private func thrown(_ work: () async throws -> Void) async -> String? {
    do {
      try await work()
      return nil
    } catch {
      return (error as? TracewireError)?.code ?? "\(error)"
    }
  }

  @Test func aConfigurationIsThrownByInitialize() async throws {
    let folder = Folder()
    let client = Client(opener: Client.nativeRecorder)
    #expect(await thrown { try client.configure(Configuration(dir: folder.path, sampling: 2, strict: true)) } == "configuration")
    // Recording goes on, and what was thrown is not thrown again.
    client.span("one") { _ in }
    #expect(await thrown { try await client.shutdown(timeout: longest) } == nil)
    #expect(client.stats.written == 2)
  }

  @Test func whatNobodyInitializedIsOwedToTheFlush() async throws {
    let folder = Folder()
    let client = Client(opener: Client.nativeRecorder)
    client.open(with: Configuration(dir: folder.path, sampling: 2, strict: true))
    client.span("one") { _ in }
    #expect(await thrown { try await client.flush(timeout: longest) } == "configuration")
    #expect(await thrown { try await client.shutdown(timeout: longest) } == nil)
  }

  @Test func nothingToRecordWithIsThrown() async {
    let client = Client(opener: { _ in throw Refused() })
    #expect(await thrown { try client.configure(Configuration(strict: true)) } == "configuration")
    client.span("one") { _ in }
    #expect(await thrown { try await client.flush(timeout: longest) } == "records_dropped")
  }

  @Test func theFirstMistakeIsThrownOnce() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path, strict: true))
    let span = client.startSpan("one")
    span.link(traceparent: "nonsense")
    span.end()
    span.set("late", 1)
    #expect(await thrown { try await client.flush(timeout: longest) } == "invalid_link")
    #expect(await thrown { try await client.flush(timeout: longest) } == nil)
    try await client.shutdown(timeout: longest)
    client.span("two") { _ in }
    #expect(await thrown { try await client.shutdown(timeout: longest) } == "records_dropped")
  }

  @Test func recordingItselfThrowsNothing() async throws {
    let folder = Folder()
    let client = try Client(Configuration(dir: folder.path, strict: true))
    client.span("one") { span in
      span.usage(Usage(inputTokens: -1))
      span.end()
      span.set("late", 1)
    }
    client.feedback()
    // Nor does what phones call, which nobody waits for.
    let report = await client.flushInBackground(timeout: longest).value
    #expect(report.ownErrors == ["invalid_usage": 1, "step_ended": 1, "invalid_feedback": 1])
  }
}
