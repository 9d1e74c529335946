import TracewireNative

/// A recorder of one's own, beside the default one and others: with its own directory, settings and exporters.
///
/// It has everything with which `Tracewire` records, as methods. Which step is current is known to all clients, so a step of one is the
/// parent of a step of another one inside of it.
///
/// ```swift
/// let client = try Client(Configuration(service: "payments", dir: "audit"))
/// try await client.span("pay", kind: .tool) { span in span.setOutput("paid") }
/// try await client.shutdown()
/// ```
public final class Client: Sendable {
  package let problems = Problems()
  private let current: Locked<Opened?>
  private let opener: Opener
  private let first = Locked(())

  /// - Parameter configuration: what is left out stands in the environment or in a file, or is the default.
  /// - Throws: `TracewireError` in strict mode, for a configuration that cannot be used.
  public convenience init(_ configuration: Configuration = Configuration()) throws {
    self.init(opener: Self.nativeRecorder)
    try configure(configuration)
  }

  @Sendable package static func nativeRecorder(_ options: String) throws -> Recorder {
    try TracewireNative.openRecorder(given: options)
  }

  /// Opened later, or by `configure`.
  package init(opener: @escaping Opener) {
    self.opener = opener
    current = Locked(nil)
  }

  /// Opens a recorder with this configuration, and closes the one before. Strict mode throws last: recording goes on whatever is wrong.
  package func configure(_ configuration: Configuration) throws {
    let refused = open(with: configuration)
    if let refused { throw TracewireError(code: "configuration", message: refused) }
    try problems.settle()
  }

  /// The same, where nobody can be thrown to: strict mode owes it to the next flush.
  ///
  /// - Returns: what is wrong with guards, which nobody goes on without.
  @discardableResult
  package func open(with configuration: Configuration) -> String? {
    let settings = Settings(configuration)
    problems.configure(isStrict: settings.values.strict == true, notify: configuration.onNotice)
    if !settings.problems.isEmpty {
      let counted = problems.renew("configuration")
      problems.note("configuration", settings.problems.joined(separator: "; "), count: counted + settings.problems.count)
    }
    let opened = Opened(settings, problems, open: opener)
    let previous = current.withLock { current in
      defer { current = opened }
      return current
    }
    if let previous { Task.detached { _ = await previous.close(timeout: .seconds(2)) } }
    return settings.refused
  }

  /// What records, opened by its first use.
  @inline(__always)
  var opened: Opened {
    if let opened = current.withLock({ $0 }) { return opened }
    return openByDefault()
  }

  /// Whoever comes first opens it; the others wait for that.
  @inline(never)
  private func openByDefault() -> Opened {
    first.withLock { _ in
      if let opened = current.withLock({ $0 }) { return opened }
      open(with: Configuration())
      return current.withLock { $0! }
    }
  }

  /// Closes the journal at once, without waiting for anybody.
  package func closeNow() { openedAlready?.closeNow() }

  /// What records, if it was opened.
  var openedAlready: Opened? { current.withLock { $0 } }

  // MARK: Steps

  /// Runs work as a step: current inside, ended when it returns or throws. What is returned or thrown goes on as it was. Where there are
  /// guards, work that may throw is checked before: instead of a call that goes beyond a limit `GuardStop` is thrown.
  ///
  /// ```swift
  /// let total = client.span("add", kind: .tool, input: numbers) { span in
  ///   let sum = numbers.reduce(0, +)
  ///   span.setOutput(sum)
  ///   return sum
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - work: is given the step.
  @discardableResult
  public func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    _ work: (Span) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try opened.beginChecked(Failure.self, name, kind, input, attributes, options).runningChecked(work)
  }

  /// Runs asynchronous work as a step: current inside and in its child tasks, ended when it returns or throws. What is returned or thrown
  /// goes on as it was; a step whose task was cancelled has the status `cancelled`.
  ///
  /// ```swift
  /// let hits = try await client.span("search", kind: .tool, input: query) { span in
  ///   let hits = try await search(query)
  ///   span.setOutput(hits)
  ///   return hits
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - isolation: the caller's actor, where the work runs.
  ///   - work: is given the step.
  @discardableResult
  public func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await opened.beginChecked(Failure.self, name, kind, input, attributes, options).runningChecked(work)
  }

  /// Begins a step without making it current. It ends by `end`.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  public func startSpan(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Span {
    opened.begin(name, kind, input, attributes, options, make: Span.init)
  }

  /// The step that new ones would belong to, if there is one in this process.
  public var currentSpan: Span? { Place.here.span }

  /// The ids that something caused now should have as its parent, in this process or from another one.
  public var currentContext: SpanContext? { Place.here.context }

  /// Steps and points by hand: every member as it is given, parents that are named.
  public var manual: Manual { Manual(self) }

  // MARK: Places

  /// Puts everything that begins inside into the trace of an id of your own, in every process that uses this id.
  ///
  /// ```swift
  /// try await client.trace("order-17") { try await handle(order) }
  /// ```
  @discardableResult
  public func trace<Result>(_ correlationId: String, _ work: () throws -> Result) rethrows -> Result {
    try Place.$current.withValue(place(correlationId: correlationId), operation: work)
  }

  /// The same for asynchronous work.
  @discardableResult
  public func trace<Result>(
    _ correlationId: String, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await Place.$current.withValue(place(correlationId: correlationId), operation: work, isolation: isolation)
  }

  private func place(correlationId: String) -> Place {
    if !correlationId.isEmpty { return .correlated(correlationId) }
    problem("invalid_correlation_id", "a correlation id is a text, not \"\"")
    return Place.here
  }

  /// The current step's `traceparent`, and the `tracestate` that came with its trace: headers of a request, or the `_meta` of an MCP
  /// request. Empty without a step.
  public func inject() -> [String: String] { Propagation.headers() }

  /// The same, written into headers that there are already.
  public func inject(into headers: inout [String: String]) {
    for (name, value) in inject() { headers[name] = value }
  }

  /// Reads `traceparent` and `tracestate` from headers, whatever the case of their names; `nil` where there is no valid one.
  public func extract(_ headers: [String: String]) -> SpanContext? { Propagation.extract(headers) }

  /// A copy of an environment with `TRACEPARENT` and `TRACESTATE` for a child process, which takes them up by itself.
  public func injectEnvironment(_ environment: [String: String]) -> [String: String] {
    let headers = inject()
    guard let traceparent = headers["traceparent"] else { return environment }
    var copy = environment
    copy["TRACEPARENT"] = traceparent
    copy["TRACESTATE"] = headers["tracestate"]
    return copy
  }

  /// Makes a context current: steps that begin inside belong to it. `nil` is none: they begin new traces.
  ///
  /// ```swift
  /// try await client.attach(client.extract(request.headers)) { try await answer(request) }
  /// ```
  @discardableResult
  public func attach<Result>(_ context: SpanContext?, _ work: () throws -> Result) rethrows -> Result {
    try Place.$current.withValue(context.map(Place.remote) ?? .nowhere, operation: work)
  }

  /// The same for asynchronous work. A detached task belongs to nothing until it attaches what it was given.
  @discardableResult
  public func attach<Result>(
    _ context: SpanContext?, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await Place.$current.withValue(context.map(Place.remote) ?? .nowhere, operation: work, isolation: isolation)
  }

  // MARK: The end

  /// Delivers what the mode delivers, for at most so long, and says what became of everything recorded. What was recorded is in the journal
  /// already; a local program needs no flush to keep it.
  ///
  /// - Parameter timeout: the longest that it may take.
  /// - Throws: `TracewireError` in strict mode alone: the first mistake since the last flush, or `records_dropped`.
  @discardableResult
  public func flush(timeout: Duration = .seconds(5)) async throws -> FlushReport {
    try report(await openedAlready?.flush(timeout: timeout))
  }

  /// Flushes, lets go of the exporters, and closes the journal. What is recorded later is dropped and counted.
  ///
  /// - Parameter timeout: the longest that it may take.
  /// - Throws: `TracewireError` in strict mode alone, as `flush`.
  @discardableResult
  public func shutdown(timeout: Duration = .seconds(5)) async throws -> FlushReport {
    try report(await openedAlready?.close(timeout: timeout))
  }

  /// Numbers of the recorder, without waiting for anything.
  public var stats: Stats {
    var stats = Stats(openedAlready?.recorder?.stats())
    stats.pending = openedAlready?.delivery?.pending ?? [:]
    return stats
  }

  private func report(_ counts: FlushReport?) throws -> FlushReport {
    let report = counted(counts)
    if problems.isStrict {
      try problems.settle()
      if !report.dropped.isEmpty {
        throw TracewireError(code: "records_dropped", message: "records were dropped: \(report.dropped)")
      }
    }
    return report
  }

  /// What a recorder counted, with what went wrong on the way to it.
  func counted(_ counts: FlushReport?) -> FlushReport {
    var report = counts ?? FlushReport()
    for (code, count) in problems.report { report.errors[code, default: 0] += count }
    let inside = Library.mismatch == nil ? Library.internalErrors() : 0
    if inside > 0 { report.errors["internal_error"] = inside }
    return report
  }

  /// Counts something that went wrong, and says it once for each code.
  func problem(_ code: String, _ message: String) {
    problems.note(code, message)
  }
}

extension Client {
  /// Ends the current envelope, as `flush` does, without waiting for anybody.
  public func mark() { openedAlready?.recorder?.mark() }

  /// Closes the journal at once, as `shutdown` does, without waiting for anybody: for the end of a process.
  public func close() { openedAlready?.closeNow() }
}
