/// The flight recorder for AI agents: everything here is that of the default client, which opens with the first step.
///
/// ```swift
/// let hits = try await Tracewire.span("search", kind: .tool, input: query) { span in
///   let hits = try await search(query)
///   span.setOutput(hits)
///   return hits
/// }
/// ```
public enum Tracewire {
  private static let standard = Client(opener: Client.nativeRecorder)
  private static let replaced = Locked<Client?>(nil)
  /// What is the default client in a task and its children: a test's.
  @TaskLocal package static var here: Client?

  /// The default client.
  public static var client: Client { here ?? replaced.withLock { $0 } ?? standard }

  /// Puts a client into the default one's place; gives the one before.
  package static func use(_ client: Client?) -> Client? {
    replaced.withLock { replaced in
      defer { replaced = client }
      return replaced
    }
  }

  /// The version of this package.
  public static var version: String { tracewireVersion }

  /// Configures the default client. Not needed: without it the first step opens one with what the environment and files say.
  ///
  /// ```swift
  /// try Tracewire.initialize(Configuration(service: "research-agent", redact: ["api_key"]))
  /// ```
  ///
  /// - Throws: `TracewireError` in strict mode alone: what the configuration has wrong, or a mistake that no flush has thrown yet. Recording goes on.
  @discardableResult
  public static func initialize(_ configuration: Configuration = Configuration()) throws -> Client {
    let client = Self.client
    try client.configure(configuration)
    return client
  }

  /// Runs work as a step; see `Client.span`.
  @discardableResult
  public static func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    _ work: (Span) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try client.opened.beginChecked(Failure.self, name, kind, input, attributes, options).runningChecked(work)
  }

  /// Runs asynchronous work as a step; see `Client.span`.
  @discardableResult
  public static func span<Result, Failure: Error>(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await client.opened.beginChecked(Failure.self, name, kind, input, attributes, options).runningChecked(work)
  }

  /// Begins a step without making it current; see `Client.startSpan`.
  public static func startSpan(
    _ name: String, kind: Kind = .step, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Span {
    client.startSpan(name, kind: kind, input: input, attributes: attributes, options: options)
  }

  /// The step that new ones would belong to, if there is one in this process.
  public static var currentSpan: Span? { Place.here.span }

  /// The ids that something caused now should have as its parent, in this process or from another one.
  public static var currentContext: SpanContext? { Place.here.context }

  /// Steps and points by hand; see `Manual`.
  public static var manual: Manual { client.manual }

  /// Puts everything that begins inside into the trace of an id of your own; see `Client.trace`.
  @discardableResult
  public static func trace<Result>(_ correlationId: String, _ work: () throws -> Result) rethrows -> Result {
    try client.trace(correlationId, work)
  }

  /// The same for asynchronous work; see `Client.trace`.
  @discardableResult
  public static func trace<Result>(
    _ correlationId: String, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.trace(correlationId, work)
  }

  /// The current step's headers; see `Client.inject`.
  public static func inject() -> [String: String] { client.inject() }

  /// The same, written into headers that there are already.
  public static func inject(into headers: inout [String: String]) { client.inject(into: &headers) }

  /// Reads `traceparent` and `tracestate` from headers; see `Client.extract`.
  public static func extract(_ headers: [String: String]) -> SpanContext? { client.extract(headers) }

  /// A copy of an environment for a child process; see `Client.injectEnvironment`.
  public static func injectEnvironment(_ environment: [String: String]) -> [String: String] { client.injectEnvironment(environment) }

  /// Makes a context current; see `Client.attach`.
  @discardableResult
  public static func attach<Result>(_ context: SpanContext?, _ work: () throws -> Result) rethrows -> Result {
    try client.attach(context, work)
  }

  /// The same for asynchronous work; see `Client.attach`.
  @discardableResult
  public static func attach<Result>(
    _ context: SpanContext?, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.attach(context, work)
  }

  /// Delivers what the mode delivers; see `Client.flush`.
  @discardableResult
  public static func flush(timeout: Duration = .seconds(5)) async throws -> FlushReport { try await client.flush(timeout: timeout) }

  /// Flushes and closes the journal; see `Client.shutdown`.
  @discardableResult
  public static func shutdown(timeout: Duration = .seconds(5)) async throws -> FlushReport { try await client.shutdown(timeout: timeout) }

  /// Numbers of the recorder, without waiting for anything.
  public static var stats: Stats { client.stats }

  // MARK: Formats

  /// Writes a value in a format, as UTF-8; of `proto` the bytes.
  ///
  /// ```swift
  /// let toon = try Tracewire.encode([["id": 1], ["id": 2]], format: .toon)
  /// ```
  ///
  /// - Parameters:
  ///   - value: any value; for CSV a list of maps.
  ///   - format: JSON by default, with its keys in canonical order.
  ///   - options: how it is written.
  /// - Throws: `FormatError` for what has no form; `csv_shape` for what is no table.
  public static func encode(_ value: Any?, format: Format = .json, options: EncodeOptions = EncodeOptions()) throws -> [UInt8] {
    try Formats.encode(value, format, options)
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - bytes: of a text in UTF-8, or of `proto`.
  ///   - format: JSON by default; JSON Lines and CSV give a list.
  ///   - options: how it is read.
  /// - Throws: `FormatError` for what the format does not allow, with its line, and offset where known.
  public static func decode(_ bytes: [UInt8], format: Format = .json, options: DecodeOptions = DecodeOptions()) throws -> Value {
    try Formats.decode(bytes, format, options)
  }

  /// Reads a value of a text; see `decode(_:format:options:)`.
  public static func decode(_ text: String, format: Format = .json, options: DecodeOptions = DecodeOptions()) throws -> Value {
    try Formats.decode(Array(text.utf8), format, options)
  }

  /// Writes in one format what is read from another, without values in between.
  ///
  /// - Throws: `FormatError` as `decode` and `encode`.
  public static func convert(
    _ bytes: [UInt8], from: Format, to: Format, reading: DecodeOptions = DecodeOptions(), writing: EncodeOptions = EncodeOptions()
  ) throws -> [UInt8] {
    try Formats.convert(bytes, from, to, reading, writing)
  }
}
