// A call as a step: what goes in and what comes out are recorded, and nothing has to be said of the step itself.
//
// let hits = try await Tracewire.tool("search", input: query) { try await search(query) }

extension Client {
  /// Runs work as a run of an agent, recording what it returns as the output: `span` with kind `agent`.
  @discardableResult
  public func agent<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .agent, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a run of an agent, recording what it returns as the output: `span` with kind `agent`.
  @discardableResult
  public func agent<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .agent, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that executes a tool, recording what it returns as the output: `span` with kind `tool`.
  @discardableResult
  public func tool<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .tool, input, .ofTool(name, attributes), options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that executes a tool, recording what it returns as the output: `span` with kind `tool`.
  @discardableResult
  public func tool<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .tool, input, .ofTool(name, attributes), options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that asks a model, recording what it returns as the output: `span` with kind `llm`.
  @discardableResult
  public func llm<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .llm, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that asks a model, recording what it returns as the output: `span` with kind `llm`.
  @discardableResult
  public func llm<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .llm, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step of an agent itself, recording what it returns as the output: `span` with kind `step`.
  @discardableResult
  public func step<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .step, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step of an agent itself, recording what it returns as the output: `span` with kind `step`.
  @discardableResult
  public func step<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .step, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that fetches documents, recording what it returns as the output: `span` with kind `retrieval`.
  @discardableResult
  public func retrieval<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .retrieval, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that fetches documents, recording what it returns as the output: `span` with kind `retrieval`.
  @discardableResult
  public func retrieval<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .retrieval, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a workflow, recording what it returns as the output: `span` with kind `workflow`.
  @discardableResult
  public func workflow<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, .workflow, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a workflow, recording what it returns as the output: `span` with kind `workflow`.
  @discardableResult
  public func workflow<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, .workflow, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }
}

extension Tracewire {
  /// Runs work as a run of an agent, recording what it returns as the output: `span` with kind `agent`.
  @discardableResult
  public static func agent<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .agent, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a run of an agent, recording what it returns as the output: `span` with kind `agent`.
  @discardableResult
  public static func agent<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .agent, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that executes a tool, recording what it returns as the output: `span` with kind `tool`.
  @discardableResult
  public static func tool<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .tool, input, .ofTool(name, attributes), options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that executes a tool, recording what it returns as the output: `span` with kind `tool`.
  @discardableResult
  public static func tool<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .tool, input, .ofTool(name, attributes), options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that asks a model, recording what it returns as the output: `span` with kind `llm`.
  @discardableResult
  public static func llm<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .llm, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that asks a model, recording what it returns as the output: `span` with kind `llm`.
  @discardableResult
  public static func llm<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .llm, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step of an agent itself, recording what it returns as the output: `span` with kind `step`.
  @discardableResult
  public static func step<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .step, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step of an agent itself, recording what it returns as the output: `span` with kind `step`.
  @discardableResult
  public static func step<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .step, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a step that fetches documents, recording what it returns as the output: `span` with kind `retrieval`.
  @discardableResult
  public static func retrieval<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .retrieval, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a step that fetches documents, recording what it returns as the output: `span` with kind `retrieval`.
  @discardableResult
  public static func retrieval<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .retrieval, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }

  /// Runs work as a workflow, recording what it returns as the output: `span` with kind `workflow`.
  @discardableResult
  public static func workflow<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, .workflow, input, attributes, options, make: Span.init).running { try $0.giving(work()) }
  }

  /// Runs asynchronous work as a workflow, recording what it returns as the output: `span` with kind `workflow`.
  @discardableResult
  public static func workflow<Result: Sendable>(
    _ name: String, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, .workflow, input, attributes, options, make: Span.init).running {
      $0.giving(try await work())
    }
  }
}

extension Client {
  /// Runs work as a step of any kind, recording what it returns as the output.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - work: what is done.
  @discardableResult
  public func observe<Result: Sendable>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try opened.begin(name, kind, input, attributes, options, make: Span.init).running { $0.giving(try work()) }
  }

  /// Runs asynchronous work as a step of any kind, recording what it returns as the output.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - isolation: the caller's actor, where the work runs.
  ///   - work: what is done.
  @discardableResult
  public func observe<Result: Sendable>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await opened.begin(name, kind, input, attributes, options, make: Span.init).running { $0.giving(try await work()) }
  }
}

extension Tracewire {
  /// Runs work as a step of any kind, recording what it returns as the output.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - work: what is done.
  @discardableResult
  public static func observe<Result: Sendable>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil, _ work: () throws -> Result
  ) rethrows -> Result {
    try client.opened.begin(name, kind, input, attributes, options, make: Span.init).running { $0.giving(try work()) }
  }

  /// Runs asynchronous work as a step of any kind, recording what it returns as the output.
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - isolation: the caller's actor, where the work runs.
  ///   - work: what is done.
  @discardableResult
  public static func observe<Result: Sendable>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
  ) async rethrows -> Result {
    try await client.opened.begin(name, kind, input, attributes, options, make: Span.init).running { $0.giving(try await work()) }
  }
}

extension Span {
  /// Says what came out, unless the program did, and gives it on.
  func giving<Result: Sendable>(_ result: Result) -> Result {
    if Result.self != Void.self { offerOutput(result) }
    return result
  }
}
