import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A URL that is posted to: one request for each batch, and what each answer means.
final class Post: Sendable {
  /// What a server said.
  struct Answer: Sendable {
    let status: Int
    /// What it says besides.
    let text: String
    /// How long it wants to be left alone.
    let after: Duration?
  }

  private static let mostRedirects = 5
  private static let redirects: Set<Int> = [301, 302, 307, 308]
  // What may work tomorrow without the data having changed: somebody mends a key, a route, a clock, a quota.
  private static let worthAnotherTry: Set<Int> = [401, 403, 404, 407, 408, 409, 421, 423, 425, 429]

  /// Neither the name and password nor the query: it stands in journals and in what is said.
  let shown: String
  private let url: URL
  private let type: String
  private let headers: [String: String]
  private let authorize: (@Sendable () async throws -> [String: String])?
  private let isCompressed: Bool
  private let timeout: TimeInterval
  private let session: URLSession

  init(
    _ url: URL, _ type: String, _ headers: [String: String], _ authorize: (@Sendable () async throws -> [String: String])?,
    _ isCompressed: Bool, _ timeout: Duration, _ configuration: URLSessionConfiguration
  ) {
    var own = headers
    var parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
    if let user = parts?.user {
      let login = "\(user):\(parts?.password ?? "")"
      own["Authorization"] = own["Authorization"] ?? "Basic \(Base64.encode(Array(login.utf8)))"
      parts?.user = nil
      parts?.password = nil
    }
    self.url = parts?.url ?? url
    parts?.query = nil
    parts?.fragment = nil
    shown = parts?.string ?? "a URL that is none"
    self.type = type
    self.headers = own
    self.authorize = authorize
    self.isCompressed = isCompressed
    self.timeout = max(0.001, timeout.inSeconds)
    session = URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
  }

  /// Whether the same data may be taken another time.
  static func isWorthAnotherTry(_ status: Int) -> Bool {
    status < 400 || status >= 500 || worthAnotherTry.contains(status)
  }

  /// Sends a body.
  ///
  /// - Throws: `RetryLater` without an answer.
  func send(_ body: [UInt8]) async throws -> Answer {
    guard url.scheme == "http" || url.scheme == "https", url.host?.isEmpty == false else {
      throw Undeliverable(reason: "http_url", message: "url is not one of http or https")
    }
    var own = headers
    for (name, value) in try await authorize?() ?? [:] { own[name] = value }
    let packed = isCompressed ? Gzip.packed(body) : nil
    var target = url
    for _ in 0...Self.mostRedirects {
      var request = URLRequest(url: target, timeoutInterval: timeout)
      request.httpMethod = "POST"
      request.setValue(type, forHTTPHeaderField: "Content-Type")
      request.setValue("tracewire-swift/\(tracewireVersion)", forHTTPHeaderField: "User-Agent")
      if packed != nil { request.setValue("gzip", forHTTPHeaderField: "Content-Encoding") }
      for (name, value) in own { request.setValue(value, forHTTPHeaderField: name) }
      request.httpBody = Data(packed ?? body)
      let (text, response) = try await answer(to: request)
      guard Self.redirects.contains(response.statusCode), let location = response.value(forHTTPHeaderField: "Location") else {
        return Answer(status: response.statusCode, text: text, after: Self.after(response.value(forHTTPHeaderField: "Retry-After")))
      }
      guard let next = URL(string: location, relativeTo: target)?.absoluteURL,
        next.scheme == "https" || (next.scheme == "http" && target.scheme == "http")
      else {
        throw RetryLater(code: "http_redirect", message: "\(shown) leads to where nothing is sent")
      }
      // Keys are for the host that they were given for.
      if (next.scheme, next.host, next.port) != (target.scheme, target.host, target.port) { own = [:] }
      target = next
    }
    throw RetryLater(code: "http_redirect", message: "\(shown) leads in a circle")
  }

  private func answer(to request: URLRequest) async throws -> (String, HTTPURLResponse) {
    let asked = Task { [session] in try await session.answer(to: request) }
    // The request's own timeout begins anew with each packet.
    let deadline = Task { [timeout] in
      try await Task.sleep(for: .seconds(timeout))
      asked.cancel()
    }
    defer { deadline.cancel() }
    do {
      let (data, response) = try await asked.value
      guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
      return (Self.beginning(of: data), response)
    } catch let error as URLError where error.code == .timedOut || error.code == .cancelled {
      throw RetryLater(code: "http_timeout", message: "\(shown) did not answer in the time that there was")
    } catch {
      throw RetryLater(code: "connection", message: "\(shown): \(error.localizedDescription)")
    }
  }

  private static func beginning(of data: Data) -> String {
    let text = String(decoding: data.prefix(16_384), as: UTF8.self)
    return String(text.split { $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.value < 32 } }.joined(separator: " ").prefix(200))
  }

  /// `Retry-After`: seconds, or a date.
  static func after(_ value: String?) -> Duration? {
    guard let text = value?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
    if text.utf8.count <= 9, let seconds = Int(text), seconds >= 0 { return .seconds(seconds) }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return formatter.date(from: text).map { .seconds(max(0, $0.timeIntervalSinceNow)) }
  }

  func close() { session.finishTasksAndInvalidate() }

  /// Redirects are followed here, where it is known what may go along.
  private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
      _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
      completionHandler(nil)
    }
  }
}
