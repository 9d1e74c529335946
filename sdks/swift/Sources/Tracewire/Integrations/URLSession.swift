import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

extension URLSession {
  /// Sends a request as a step of kind `http`, with the step's `traceparent` in its headers, so that what the server records belongs to the trace.
  ///
  /// Recorded are the method, the URL without user, password and query, and the status; no bodies. An answer of 400 or more is an error of the
  /// step, and comes back as it is.
  ///
  /// ```swift
  /// let (data, response) = try await URLSession.shared.tracedData(for: request)
  /// ```
  ///
  /// - Parameters:
  ///   - request: what is sent. Headers that it has stay as they are.
  ///   - name: what the step is called; the method by default.
  ///   - attributes: further facts.
  ///   - client: who records; the default client if `nil`.
  /// - Returns: what the session gives.
  /// - Throws: what the session throws.
  public func tracedData(
    for request: URLRequest, name: String? = nil, attributes: Attributes? = nil, client: Client? = nil
  ) async throws -> (Data, URLResponse) {
    let client = client ?? Tracewire.client
    let method = request.httpMethod ?? "GET"
    let facts = Self.facts(of: request, method).merging(attributes ?? [:])
    return try await client.span(name ?? method, kind: .http, attributes: facts) { span in
      var request = request
      for (header, value) in client.inject() where request.value(forHTTPHeaderField: header) == nil {
        request.setValue(value, forHTTPHeaderField: header)
      }
      let (data, response) = try await self.answer(to: request)
      if let status = (response as? HTTPURLResponse)?.statusCode {
        span.set("http.response.status_code", status)
        if status >= 400 { span.setError(String(status)) }
      }
      return (data, response)
    }
  }

  /// Fetches a URL as a step of kind `http`; see `tracedData(for:)`.
  public func tracedData(from url: URL, client: Client? = nil) async throws -> (Data, URLResponse) {
    try await tracedData(for: URLRequest(url: url), client: client)
  }

  private static func facts(of request: URLRequest, _ method: String) -> Attributes {
    var facts: Attributes = ["http.request.method": method]
    guard let url = request.url, var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else { return facts }
    // Keys stand in users, passwords and queries.
    (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
    if let shown = parts.string { facts.set("url.full", shown) }
    if let host = parts.host { facts.set("server.address", host) }
    if let port = parts.port ?? ["http": 80, "https": 443][parts.scheme ?? ""] { facts.set("server.port", port) }
    return facts
  }

  /// The session's own asynchronous method is younger than what this package runs on; a cancelled task cancels the request.
  func answer(to request: URLRequest) async throws -> (Data, URLResponse) {
    let running = Locked<URLSessionDataTask?>(nil)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let task = dataTask(with: request) { data, response, error in
          if let data, let response, error == nil {
            continuation.resume(returning: (data, response))
          } else {
            continuation.resume(throwing: error ?? URLError(.badServerResponse))
          }
        }
        running.withLock { $0 = task }
        task.resume()
        if Task.isCancelled { task.cancel() }
      }
    } onCancel: {
      running.withLock { $0 }?.cancel()
    }
  }
}
