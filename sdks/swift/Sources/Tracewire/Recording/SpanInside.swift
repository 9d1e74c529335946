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
  public func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    _ work: (Span) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try opened.beginChecked(Failure.self, name, kind, input, attributes, options, above: .span(self)).runningChecked(work)
  }

  /// Runs asynchronous work as a step below this one, wherever it is called from; see `Client.span`.
  @discardableResult
  public func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await opened.beginChecked(Failure.self, name, kind, input, attributes, options, above: .span(self)).runningChecked(work)
  }

  /// Begins a step below this one without making it current; see `Client.startSpan`.
  public func startSpan(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Span {
    opened.begin(name, kind, input, attributes, options, above: .span(self), make: Span.init)
  }

  /// The same as `running` for work of which it is known what it throws.
  @inline(__always)
  func runningChecked<Outcome, Failure: Error>(_ work: (Span) throws(Failure) -> Outcome) throws(Failure) -> Outcome {
    let outcome = Place.$current.withValue(.span(self)) { () -> Result<Outcome, Failure> in
      do throws(Failure) { return .success(try work(self)) } catch { return .failure(error) }
    }
    return try ended(outcome)
  }

  @inline(__always)
  func runningChecked<Outcome, Failure: Error>(
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws(Failure) -> Outcome
  ) async throws(Failure) -> Outcome {
    let outcome = await Place.$current.withValue(
      .span(self),
      operation: { () async -> Result<Outcome, Failure> in
        do throws(Failure) { return .success(try await work(self)) } catch { return .failure(error) }
      }, isolation: isolation)
    return try ended(outcome)
  }

  private func ended<Outcome, Failure: Error>(_ outcome: Result<Outcome, Failure>) throws(Failure) -> Outcome {
    switch outcome {
    case .success: finish()
    case .failure(let error): fail(error)
    }
    return try outcome.get()
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
