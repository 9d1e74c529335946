// What runs inside a step.
extension Span {
  /// Runs work with this step current: what begins inside belongs to it. The step does not end by it.
  ///
  /// ```swift
  /// let step = Tracewire.startSpan("batch")
  /// defer { step.end() }
  /// step.run { work() }
  /// ```
  @discardableResult
  public func run<Result>(_ work: () throws -> Result) rethrows -> Result {
    try Place.$current.withValue(.span(self), operation: work)
  }

  /// Runs asynchronous work with this step current; see `run(_:)`. A detached task that shall belong to it calls this first.
  @discardableResult
  public func run<Result>(
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await Place.$current.withValue(.span(self), operation: work, isolation: isolation)
  }

  /// Runs work as a step below this one, wherever it is called from; see `Client.span`.
  @discardableResult
  public func span<Result>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    _ work: (Span) throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, kind, input, attributes, options, above: .span(self), make: Span.init).running(work)
  }

  /// Runs asynchronous work as a step below this one, wherever it is called from; see `Client.span`.
  @discardableResult
  public func span<Result>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, kind, input, attributes, options, above: .span(self), make: Span.init).running(work)
  }

  /// Begins a step below this one without making it current; see `Client.startSpan`.
  public func startSpan(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Span {
    opened.begin(name, kind, input, attributes, options, above: .span(self), make: Span.init)
  }

  /// Runs work with the step current and ends it as what became of the work.
  @inline(__always)
  func running<Step: Span, Result>(_ work: (Step) throws -> Result) rethrows -> Result {
    let step = unsafeDowncast(self, to: Step.self)
    do {
      let result = try Place.$current.withValue(.span(self)) { try work(step) }
      finish()
      return result
    } catch {
      fail(error)
      throw error
    }
  }

  @inline(__always)
  func running<Step: Span, Result>(
    isolation: isolated (any Actor)? = #isolation, _ work: (Step) async throws -> Result
  ) async rethrows -> Result {
    let step = unsafeDowncast(self, to: Step.self)
    do {
      let result = try await Place.$current.withValue(.span(self), operation: { try await work(step) }, isolation: isolation)
      finish()
      return result
    } catch {
      fail(error)
      throw error
    }
  }
}
