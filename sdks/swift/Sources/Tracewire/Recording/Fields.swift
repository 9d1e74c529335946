/// What a step is, from the registry of span kinds; one's own are kept as they are.
///
/// ```swift
/// let kind: Kind = .tool
/// let own: Kind = "simulation"
/// ```
public struct Kind: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
  /// As it stands on the wire.
  public let rawValue: String

  /// A kind by its name on the wire.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// A kind by its name on the wire.
  public init(stringLiteral value: String) {
    rawValue = value
  }
}

/// How a step ended.
public enum Status: String, Sendable, CaseIterable {
  /// Nobody said.
  case unset
  /// It did what it was for.
  case ok
  /// It failed.
  case error
  /// It took too long.
  case timeout
  /// Somebody stopped it.
  case cancelled
}

/// What something belongs to instead of the current step.
public enum Parent: Sendable {
  /// A step of this process.
  case span(Span)
  /// The ids of a step of this process or of another one.
  case context(SpanContext)
  /// The W3C header of a step; what is not valid is counted, and a new trace begins.
  case traceparent(String)
  /// Nothing: a new trace begins.
  case none
}

/// A step that this one is related to without being its child.
public struct Link: Sendable {
  let members: Attributes

  /// - Parameters:
  ///   - context: the other step's ids.
  ///   - attributes: what the relation is.
  public init(_ context: SpanContext, attributes: Attributes? = nil) {
    self.init(traceId: context.traceId, spanId: context.spanId, attributes: attributes)
  }

  /// - Parameters:
  ///   - traceId: 32 hex digits.
  ///   - spanId: 16 hex digits.
  ///   - attributes: what the relation is.
  public init(traceId: String, spanId: String? = nil, attributes: Attributes? = nil) {
    var members: Attributes = ["trace_id": traceId]
    if let spanId { members["span_id"] = spanId }
    if let attributes { members["attributes"] = attributes }
    self.members = members
  }
}

/// A name and a version: of a prompt, or of the library that records.
public struct Named: Sendable {
  /// What it is called.
  public var name: String?
  /// Which version of it.
  public var version: String?

  /// A name, a version, or both.
  public init(name: String? = nil, version: String? = nil) {
    self.name = name
    self.version = version
  }

  var members: Attributes {
    var members = Attributes()
    if let name { members["name"] = name }
    if let version { members["version"] = version }
    return members
  }
}

/// What a step, and above all the root of a run, can say when it begins, besides its kind, input and attributes.
public struct SpanOptions: Sendable {
  /// What it belongs to instead of the current step.
  public var parent: Parent?
  /// The application's own id of the trace: services that share it land in one trace without headers.
  public var correlationId: String?
  /// The conversation that the run belongs to.
  public var sessionId: String?
  /// Who the run is for.
  public var userId: String?
  /// Labels.
  public var tags: [String]?
  /// The deployment, such as `production`.
  public var environment: String?
  /// The version of the program.
  public var release: String?
  /// How important it is: `debug`, `default`, `warning` or `error`.
  public var level: String?
  /// Steps that it is related to.
  public var links: [Link]?
  /// Images, sound and files, by their type and hash.
  public var media: [Attributes]?
  /// The prompt that it used.
  public var prompt: Named?
  /// The library that records.
  public var scope: Named?
  /// The tools that a model may call, as they are given to it.
  public var toolDefinitions: (any Sendable)?
  /// What other systems say of the trace.
  public var traceState: String?
  /// The item of a data set that it runs on.
  public var datasetItemId: String?
  /// The run of an experiment that it is part of.
  public var experimentRunId: String?

  /// What is left out is not said.
  public init(
    parent: Parent? = nil, correlationId: String? = nil, sessionId: String? = nil, userId: String? = nil, tags: [String]? = nil,
    environment: String? = nil, release: String? = nil, level: String? = nil, links: [Link]? = nil, media: [Attributes]? = nil,
    prompt: Named? = nil, scope: Named? = nil, toolDefinitions: (any Sendable)? = nil, traceState: String? = nil,
    datasetItemId: String? = nil, experimentRunId: String? = nil
  ) {
    self.parent = parent
    self.correlationId = correlationId
    self.sessionId = sessionId
    self.userId = userId
    self.tags = tags
    self.environment = environment
    self.release = release
    self.level = level
    self.links = links
    self.media = media
    self.prompt = prompt
    self.scope = scope
    self.toolDefinitions = toolDefinitions
    self.traceState = traceState
    self.datasetItemId = datasetItemId
    self.experimentRunId = experimentRunId
  }

  /// Writes the members that are there, in the order of their names.
  func write(_ walker: inout Walker) {
    Writing.text(&walker, "dataset_item_id", datasetItemId)
    Writing.text(&walker, "environment", environment)
    Writing.text(&walker, "experiment_run_id", experimentRunId)
    Writing.text(&walker, "level", level)
    Writing.value(&walker, "links", links?.map(\.members))
    Writing.value(&walker, "media", media)
    Writing.value(&walker, "prompt", prompt?.members)
    Writing.text(&walker, "release", release)
    Writing.value(&walker, "scope", scope?.members)
    Writing.text(&walker, "session_id", sessionId)
    Writing.value(&walker, "tags", tags)
    Writing.value(&walker, "tool_definitions", toolDefinitions)
    Writing.text(&walker, "trace_state", traceState)
    Writing.text(&walker, "user_id", userId)
  }
}

/// What can be made visible before a step ends.
public struct SpanUpdate: Sendable {
  /// Facts; they merge key by key.
  public var attributes: Attributes?
  /// What it cost so far.
  public var cost: Cost?
  /// What went in.
  public var input: (any Sendable)?
  /// How important it is: `debug`, `default`, `warning` or `error`.
  public var level: String?
  /// Steps that it is related to.
  public var links: [Link]?
  /// What it is called.
  public var name: String?
  /// What came out.
  public var output: (any Sendable)?
  /// Labels; they replace those of before.
  public var tags: [String]?
  /// Nanoseconds from the beginning to the first chunk.
  public var timeToFirstChunkNanos: Int?
  /// What it used so far.
  public var usage: Usage?

  /// What is left out stays as it is.
  public init(
    attributes: Attributes? = nil, cost: Cost? = nil, input: (any Sendable)? = nil, level: String? = nil, links: [Link]? = nil,
    name: String? = nil, output: (any Sendable)? = nil, tags: [String]? = nil, timeToFirstChunkNanos: Int? = nil, usage: Usage? = nil
  ) {
    self.attributes = attributes
    self.cost = cost
    self.input = input
    self.level = level
    self.links = links
    self.name = name
    self.output = output
    self.tags = tags
    self.timeToFirstChunkNanos = timeToFirstChunkNanos
    self.usage = usage
  }

  func write(_ walker: inout Walker, _ policy: Policy) {
    Writing.attributes(&walker, attributes, policy)
    Writing.value(&walker, "cost", cost?.members(policy.problems))
    if let input { Writing.content(&walker, "input", input, policy) }
    Writing.text(&walker, "level", level)
    Writing.value(&walker, "links", links?.map(\.members))
    Writing.text(&walker, "name", name)
    if let output { Writing.content(&walker, "output", output, policy) }
    Writing.value(&walker, "tags", tags)
    Writing.value(&walker, "time_to_first_chunk_nanos", timeToFirstChunkNanos)
    Writing.value(&walker, "usage", usage?.members(policy.problems))
  }
}
