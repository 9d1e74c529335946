import TracewireNative

/// Opens the native recorder; a test injects a clock and ids here.
package typealias Opener = @Sendable (_ options: String) throws -> Recorder

/// A recorder, its settings, and its exporters.
final class Opened: Sendable {
  let problems: Problems
  let policy: Policy
  /// What the root of each run says, where it does not say it itself.
  private let environment: String?
  private let release: String?
  private let sessionId: String?
  private let hasRootFields: Bool
  private let isDisabled: Bool
  /// Absent where nothing is recorded: switched off, or there is no native half.
  let recorder: Recorder?
  let pens: Pens?
  let delivery: Pump?
  /// What calls are checked against before they begin.
  let guards: Guards?
  /// What never reached the native half, by reason; and whether it was closed.
  private let own = Locked<(lost: [String: Int], isClosed: Bool)>(([:], false))

  init(_ settings: Settings, _ problems: Problems, open: Opener) {
    self.problems = problems
    let values = settings.values
    let capture = values.capture ?? .all
    guards = values.guards
    (environment, release, sessionId) = (values.environment, values.release, values.sessionId)
    hasRootFields = environment != nil || release != nil || sessionId != nil
    isDisabled = values.disabled == true
    let mismatch = isDisabled ? nil : Library.mismatch
    if let mismatch { problems.note("library", "nothing is recorded: \(mismatch)") }
    if isDisabled || mismatch != nil {
      policy = Policy(capture, mask: values.mask, problems: problems)
      (recorder, pens, delivery) = (nil, nil, nil)
      return
    }
    let exporters = Exporters.made(settings, problems)
    let (found, lacksRules) = Self.open(settings, exporters.map(\.sink), problems, open)
    recorder = found
    // What rules would have removed that could not be used, nobody knows.
    policy = Policy(lacksRules ? capture.withoutContent : capture, mask: values.mask, problems: problems)
    pens = found.map { found in
      Pens(found, Limits(values.limits ?? [:])) { sentences in problems.say(sentences.joined(separator: "; ")) }
    }
    let batching = values.batching ?? .standard
    delivery = found.flatMap { Pump($0, exporters, settings.mode, batching, problems) }
    Living.add(self)
  }

  /// The recorder, and whether there were rules of redaction that it has not.
  private static func open(
    _ settings: Settings, _ sinks: [String], _ problems: Problems, _ open: Opener
  ) -> (recorder: Recorder?, lacksRules: Bool) {
    do {
      return (try refusing { try open(settings.nativeOptions(sinks: sinks)) }, false)
    } catch {
      let reason = (error as? FormatError)?.reason ?? (error as? TracewireError)?.message ?? "\(error)"
      let code = (error as? FormatError)?.code ?? (error as? TracewireError)?.code ?? ""
      if code.hasPrefix("redact_") {
        problems.note("configuration", "\(reason); inputs and outputs are not recorded")
        let without = settings.nativeOptions(sinks: sinks, withRules: false)
        if let found = try? refusing({ try open(without) }) { return (found, true) }
      }
      let instead = settings.values.redact?.isEmpty == false ? ", and inputs and outputs are not recorded" : ""
      problems.note("configuration", "\(reason); the defaults are used\(instead)")
    }
    let lacksRules = settings.values.redact?.isEmpty == false
    do {
      let resource = JsonWriter.text(.map(Value.Members([("resource", .map(settings.resource))])))
      return (try refusing { try open(resource) }, lacksRules)
    } catch {
      problems.note("unavailable", "nothing is recorded: \(error)")
      return (nil, lacksRules)
    }
  }

  // MARK: Recording

  /// Begins a step below what `options` say, else below `above`, else below the current one.
  func begin<Step: Span>(
    _ name: String, _ kind: Kind, _ input: Any?, _ attributes: Attributes?, _ options: SpanOptions?, above: Place? = nil,
    make: (Span.Seed) -> Step
  ) -> Step {
    let place = options?.parent.map(self.place) ?? above ?? Place.here
    guard let pens else {
      lose()
      return make(Span.Seed(opened: self, state: nil, name: name, above: place))
    }
    let above = place.state
    let correlationId = options?.correlationId ?? place.correlationId
    // What the program says of other systems' state stands in the body.
    let traceState = options?.traceState == nil ? place.traceState : nil
    let state = pens.start(kind: kind.rawValue, place: above, correlationId: correlationId, traceState: traceState) { walker in
      writeStart(&walker, name, input, attributes, options, isRoot: above == nil, policy)
    }
    return make(Span.Seed(opened: self, state: state, name: name, above: place))
  }

  /// Writes the members of a start.
  @inline(__always)
  func writeStart(
    _ walker: inout Walker, _ name: String, _ input: Any?, _ attributes: Attributes?, _ options: SpanOptions?, isRoot: Bool,
    _ policy: Policy
  ) {
    walker.member("name")
    walker.text(name)
    Writing.attributes(&walker, attributes, policy)
    if let input { Writing.content(&walker, "input", input, policy) }
    if isRoot && hasRootFields {
      if options?.environment == nil { Writing.text(&walker, "environment", environment) }
      if options?.release == nil { Writing.text(&walker, "release", release) }
      if options?.sessionId == nil { Writing.text(&walker, "session_id", sessionId) }
    }
    options?.write(&walker)
  }

  /// Records a point; gives the state of an event, of the others that of the step that they belong to.
  func point(
    _ operation: Operation, kind: String? = nil, place: Place, correlationId: String? = nil, _ write: (inout Walker) -> Void
  ) -> State? {
    guard let pens else {
      lose()
      return nil
    }
    let state = pens.point(
      operation, kind: kind, place: place.state, correlationId: correlationId ?? place.correlationId, write)
    return operation == .pointEvent ? state : place.state
  }

  /// What a `parent` argument stands for; nowhere, counted, for what is none.
  func place(_ parent: Parent) -> Place {
    switch parent {
    case .span(let span): return .span(span)
    case .context(let context): return .remote(context)
    case .none: return .nowhere
    case .traceparent(let header):
      if let context = SpanContext(traceparent: header) { return .remote(context) }
      problems.note(
        "invalid_parent", "not a step, a context or a traceparent: \(shown(header)); a new trace begins")
      return .nowhere
    }
  }

  /// Counts a record that there is nobody to write.
  func lose() {
    if !isDisabled { own.withLock { $0.lost["unavailable", default: 0] += 1 } }
  }

  /// A step has ended: tells who delivers when no step above it is still going on.
  func stepEnded(_ above: Place?) {
    guard let delivery else { return }
    var next = above
    while let span = next?.span {
      let (isEnded, further) = span.endedAbove
      if !isEnded { return }
      next = further
    }
    delivery.runEnded()
  }

  // MARK: The end

  var isClosed: Bool { own.withLock { $0.isClosed } }

  /// Closes the journal at once; what is recorded later is dropped and counted.
  func closeNow() {
    guard
      own.withLock({ state in
        defer { state.isClosed = true }
        return !state.isClosed
      })
    else { return }
    _ = recorder?.closeJournal()
  }

  func flush(timeout: Duration) async -> FlushReport {
    var report = counts(recorder?.flush())
    await delivery?.flush(timeout, into: &report)
    // What is withheld is known when it has been delivered.
    if delivery != nil { report.withheld = Stats(recorder?.stats()).withheld }
    return report
  }

  func close(timeout: Duration) async -> FlushReport {
    own.withLock { $0.isClosed = true }
    // The journal first, so that the exporters get the envelope that closes it.
    var report = counts(recorder?.closeJournal())
    await delivery?.close(timeout, into: &report)
    if delivery != nil { report.withheld = Stats(recorder?.stats()).withheld }
    return report
  }

  private func counts(_ json: String?) -> FlushReport {
    let notices = recorder?.takeNotices() ?? []
    if !notices.isEmpty { problems.say(notices.joined(separator: "; ")) }
    var report = json.map { FlushReport($0) } ?? FlushReport()
    for (reason, count) in own.withLock({ $0.lost }) { report.dropped[reason, default: 0] += count }
    return report
  }
}
