// Unchecked, as its class above is; all that it adds never changes.
/// A step that yields chunks: made by `stream`. What came is written when it ends, and while it goes on.
public final class Stream: Span, @unchecked Sendable {
  private let chunks: Chunks

  override init(_ seed: Span.Seed) {
    let (opened, state) = (seed.opened, seed.state)
    chunks = Chunks { name, items in
      guard let state else { return }
      opened.pens?.later(.spanEvent, state) { walker in
        Writing.text(&walker, "name", name)
        Writing.content(&walker, "chunks", items, opened.policy)
      }
    }
    super.init(seed)
  }

  deinit {
    if !isEnded { _ = chunks.end() }
  }

  /// Records something that comes often, such as `stream.event("chunk", ["text": "Otters"])`.
  ///
  /// Events of one name that follow each other are written together: the first at once, then 64 at a time, or what came in a tenth of a
  /// second. The order of all events is kept.
  public override func event(_ name: String, _ attributes: Attributes? = nil, data: Any? = nil) {
    if isEnded { return late() }
    var item = attributes ?? Attributes()
    if let data { item.set("data", Value(data)) }
    chunks.add(name, item)
  }

  /// Records one chunk as it is. Texts together are the output, unless another one is set.
  public func chunk(_ item: (any Sendable)?) {
    if isEnded { return late() }
    chunks.add("chunk", item)
  }

  override func finish() {
    if !isEnded {
      let (first, output) = chunks.end()
      if let first { offerTimeToFirstChunk(first) }
      if let output { offerOutput(output) }
    }
    super.finish()
  }
}

extension Client {
  /// Opens a stream: a step that yields chunks. It ends by `end`.
  ///
  /// Its `chunk` and `event` are cheap enough for many thousands of chunks a second. When the first one came is recorded as time to first
  /// chunk.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  public func stream(
    _ name: String, kind: Kind = .stream, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Stream {
    opened.begin(name, kind, input, attributes, options, make: Stream.init)
  }

  /// Runs work with a stream: current inside, ended when the work returns or throws.
  ///
  /// ```swift
  /// try await client.stream("answer", kind: .llm) { stream in
  ///   for try await token in model.tokens { stream.chunk(token) }
  /// }
  /// ```
  @discardableResult
  public func stream<Result>(
    _ name: String, kind: Kind = .stream, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Stream) async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, kind, input, attributes, options, make: Stream.init).running(work)
  }
}

extension Tracewire {
  /// Opens a stream; see `Client.stream`.
  public static func stream(
    _ name: String, kind: Kind = .stream, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) -> Stream {
    client.stream(name, kind: kind, input: input, attributes: attributes, options: options)
  }

  /// Runs work with a stream; see `Client.stream`.
  @discardableResult
  public static func stream<Result>(
    _ name: String, kind: Kind = .stream, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Stream) async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, kind, input, attributes, options, make: Stream.init).running(work)
  }
}
