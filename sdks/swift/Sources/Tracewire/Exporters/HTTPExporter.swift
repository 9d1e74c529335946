import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends batches of envelopes to a URL by POST, with `URLSession`.
///
/// | answer | |
/// |---|---|
/// | 2xx | delivered |
/// | 429, 5xx, no answer, a broken answer | again later; `Retry-After` is kept to, up to an hour |
/// | 401, 403, 404, 407, 408, 409, 421, … | again later: the key, the address or the server may be mended |
/// | 413 | the batch is halved; a single envelope that is too large is dropped |
/// | other 4xx | dropped, and counted as `http_400` …: these data can never work |
/// | 301, 302, 307, 308 | followed, also to another host, but then without the headers given here |
///
/// ```swift
/// HTTPExporter(URL(string: "https://traces.example.com/v1/envelopes")!, headers: ["Authorization": "Bearer …"])
/// ```
public struct HTTPExporter: Exporter {
  /// The body of a request.
  public enum Body: Sendable {
    /// One envelope a line (`application/x-ndjson`).
    case jsonl
    /// A list of envelopes (`application/json`).
    case json
  }

  private static let tooLarge = 413

  /// What it is called in journals and reports.
  public let name: String
  /// Whether it reads events with contents in their places.
  public var usesEvents: Bool { false }
  private let post: Post
  private let format: Body

  /// - Parameters:
  ///   - url: where to send; one of http or https.
  ///   - headers: sent with each request.
  ///   - authorize: gives further headers, asked before each request: for keys that expire. What it throws is tried again later.
  ///   - isCompressed: whether bodies are sent with gzip.
  ///   - timeout: how long an answer may take.
  ///   - format: what a body is.
  ///   - configuration: of the session: for a proxy, say, or to wait for Wi-Fi.
  ///   - name: what it is called in journals; the URL without its query, user and password by default.
  public init(
    _ url: URL, headers: [String: String] = [:], authorize: (@Sendable () async throws -> [String: String])? = nil,
    isCompressed: Bool = true, timeout: Duration = .seconds(10), format: Body = .jsonl,
    configuration: URLSessionConfiguration = .ephemeral, name: String? = nil
  ) {
    let type = if case .json = format { "application/json" } else { "application/x-ndjson" }
    post = Post(url, type, headers, authorize, isCompressed, timeout, configuration)
    self.format = format
    self.name = name ?? "http:\(post.shown)"
  }

  /// Sends the batch; when it returns, the server has said that it has it.
  public func export(_ batch: Batch) async throws {
    try await send(batch.envelopes[...])
  }

  private func send(_ envelopes: ArraySlice<[UInt8]>) async throws {
    let body: [UInt8]
    switch format {
    case .json: body = Batch.joined(envelopes, begin: Array("[".utf8), separator: Array(",".utf8), end: Array("]".utf8))
    case .jsonl: body = Batch.joined(envelopes, separator: [10], end: [10])
    }
    let answer = try await post.send(body)
    if answer.status >= 200 && answer.status < 300 { return }
    if answer.status == Self.tooLarge && envelopes.count > 1 { return try await sendHalves(envelopes) }
    let message = "\(post.shown) answers \(answer.status)\(answer.text.isEmpty ? "" : ": \(answer.text)")"
    if Post.isWorthAnotherTry(answer.status) { throw RetryLater(code: "http_\(answer.status)", message: message, after: answer.after) }
    let events = envelopes.reduce(0) { $0 + (JsonReader.read($1, meansTags: false)["events"]?.list?.count ?? 0) }
    throw Undeliverable(reason: "http_\(answer.status)", message: message, events: events)
  }

  private func sendHalves(_ envelopes: ArraySlice<[UInt8]>) async throws {
    let middle = envelopes.startIndex + envelopes.count / 2
    var refused: [Undeliverable] = []
    for half in [envelopes[..<middle], envelopes[middle...]] {
      do {
        try await send(half)
      } catch let error as Undeliverable {
        refused.append(error)
      }
    }
    guard let first = refused.first else { return }
    throw Undeliverable(reason: first.reason, message: first.message, events: refused.reduce(0) { $0 + ($1.events ?? 0) })
  }

  /// Ends the session's connections.
  public func close() async { post.close() }
}
