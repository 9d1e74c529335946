/// What the calls of a session may use together; what is `nil` is not limited.
public struct Budget: Sendable, Hashable {
  /// US dollars, as decimal text.
  public var money: String?
  /// Tokens of models, in and out.
  public var tokens: Int?
  /// Calls of models, tools and searches.
  public var steps: Int?
  /// Time since the first call.
  public var wall: Duration?

  /// What is left out is not limited.
  public init(money: String? = nil, tokens: Int? = nil, steps: Int? = nil, wall: Duration? = nil) {
    (self.money, self.tokens, self.steps, self.wall) = (money, tokens, steps, wall)
  }
}

/// What makes a loop; what is `nil` is not looked for.
public struct Loops: Sendable, Hashable {
  /// So many times the same call: kind, name and arguments.
  public var repeats: Int?
  /// So many times in a row the same round of two to eight calls.
  public var cycles: Int?
  /// So many calls in a row whose arguments and results were all there before.
  public var idle: Int?

  /// What is left out is not looked for.
  public init(repeats: Int? = nil, cycles: Int? = nil, idle: Int? = nil) {
    (self.repeats, self.cycles, self.idle) = (repeats, cycles, idle)
  }
}

/// What a model costs: US dollars for a million tokens, as decimal text.
public struct Rate: Sendable, Hashable {
  /// Tokens that go in.
  public var input: String
  /// Tokens that come out.
  public var output: String
  /// Tokens that go in and were read from a cache; those of `input` where it is `nil`.
  public var cachedInput: String?

  /// Prices for a million tokens.
  public init(input: String, output: String, cachedInput: String? = nil) {
    (self.input, self.output, self.cachedInput) = (input, output, cachedInput)
  }
}

/// Limits that calls made by `Client.guarded`, and by `span` with work that may throw, are checked against before they begin. Where one
/// is reached, `GuardStop` is thrown instead of the call.
public struct Guards: Sendable {
  /// What the calls of a session may use together.
  public var budget: Budget?
  /// What makes a loop.
  public var loops: Loops?
  /// From which share of a limit on `onWarning` is called, 0.8 by default; once for each limit of a session.
  public var warnAt: Double?
  /// Prices by model, or by the beginning of its name and `*`; no other prices are known here.
  public var rates: [String: Rate]?
  /// Whether calls without a known price are stopped where there is a budget of money.
  public var stopsUnpriced: Bool
  /// What a model may put out that is given no maximum, 4096 by default.
  public var reserveOutputTokens: Int?
  /// Called when a limit is near.
  public var onWarning: (@Sendable (Verdict) -> Void)?

  /// What is left out is not limited, or is the default.
  public init(
    budget: Budget? = nil, loops: Loops? = nil, warnAt: Double? = nil, rates: [String: Rate]? = nil, stopsUnpriced: Bool = false,
    reserveOutputTokens: Int? = nil, onWarning: (@Sendable (Verdict) -> Void)? = nil
  ) {
    (self.budget, self.loops, self.warnAt, self.rates) = (budget, loops, warnAt, rates)
    (self.stopsUnpriced, self.reserveOutputTokens, self.onWarning) = (stopsUnpriced, reserveOutputTokens, onWarning)
  }

  /// As the native half reads them.
  var limits: Value.Members {
    var limits = Value.Members()
    if let budget {
      var members = Value.Members()
      members["money"] = budget.money.map(Value.text)
      members["tokens"] = budget.tokens.map(Value.int)
      members["steps"] = budget.steps.map(Value.int)
      members["wall"] = budget.wall.map { wall in
        let (seconds, attoseconds) = wall.components
        return .text("\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms")
      }
      limits["budget"] = .map(members)
    }
    if let loops {
      var members = Value.Members()
      members["repeats"] = loops.repeats.map(Value.int)
      members["cycles"] = loops.cycles.map(Value.int)
      members["idle"] = loops.idle.map(Value.int)
      limits["loops"] = .map(members)
    }
    limits["warn_at"] = warnAt.map(Value.double)
    limits["rates"] = rates.map { rates in
      .map(Value.Members(rates.map { ($0.key, Self.members(of: $0.value)) }))
    }
    if stopsUnpriced { limits["unpriced"] = "stop" }
    limits["reserve_output_tokens"] = reserveOutputTokens.map(Value.int)
    return limits
  }

  private static func members(of rate: Rate) -> Value {
    var members = Value.Members()
    members["input"] = .text(rate.input)
    members["output"] = .text(rate.output)
    members["cached_input"] = rate.cachedInput.map(Value.text)
    return .map(members)
  }
}

/// What a guard says of a call. Numbers are decimal text, so that money is exact.
public struct Verdict: Sendable, Hashable {
  /// `warn` for a call that begins near a limit, `stop` for one that does not begin.
  public let decision: String
  /// Which limit is meant: `money`, `tokens`, `steps`, `wall`, `repeat`, `cycle` or `idle`.
  public let rule: String
  /// For whom it holds: `session:` and its id, `run:` and the trace id, or `process`.
  public let scope: String
  /// The kind of the call.
  public let kind: String
  /// Its name.
  public let name: String
  /// What the numbers count: `usd`, `tokens`, `steps`, `seconds` or `times`.
  public let unit: String
  /// The limit.
  public let limit: String
  /// What calls that have ended used.
  public let used: String
  /// What calls that are going on may use.
  public let reserved: String
  /// What this call may use.
  public let asked: String
  /// Whether no price is known for the call.
  public let isUnpriced: Bool
  /// The same as a sentence.
  public let message: String

  init(_ said: Value) {
    func text(_ name: String) -> String { said[name]?.text ?? "" }
    (decision, rule, scope, kind, name) = (text("decision"), text("rule"), text("scope"), text("kind"), text("name"))
    (unit, limit, used, reserved, asked) = (text("unit"), text("limit"), text("used"), text("reserved"), text("asked"))
    (isUnpriced, message) = (said["unpriced"]?.bool ?? false, text("message"))
  }
}

/// Thrown instead of a call that a guard stops.
public struct GuardStop: Error, Sendable, Hashable, CustomStringConvertible {
  /// `budget_exceeded` or `loop_detected`, the same in every SDK.
  public let code: String
  /// Which limit, and where it stands.
  public let verdict: Verdict

  /// For a person.
  public var description: String { "\(code): \(verdict.message)" }
}

/// Where one limit of a session stands, in decimal text.
public struct GuardLevel: Sendable, Hashable {
  /// What calls that have ended used; of `wall` the seconds since the first call.
  public let used: String
  /// What calls that are going on may use.
  public let reserved: String
  /// The limit; `nil` for none.
  public let limit: String?

  init(_ found: Value?) {
    (used, reserved, limit) = (found?["used"]?.text ?? "0", found?["reserved"]?.text ?? "0", found?["limit"]?.text)
  }
}

/// Where a session stands before its guards.
public struct GuardStatus: Sendable, Hashable {
  /// For whom the limits hold.
  public let scope: String
  /// Money.
  public let money: GuardLevel
  /// Tokens.
  public let tokens: GuardLevel
  /// Calls.
  public let steps: GuardLevel
  /// Time.
  public let wall: GuardLevel
  /// Calls in a row that brought nothing new.
  public let idle: GuardLevel

  init(_ json: String) {
    let found = JsonReader.read(json)
    scope = found["scope"]?.text ?? ""
    (money, tokens, steps) = (GuardLevel(found["money"]), GuardLevel(found["tokens"]), GuardLevel(found["steps"]))
    (wall, idle) = (GuardLevel(found["wall"]), GuardLevel(found["idle"]))
  }
}

extension Client {
  /// Runs work as a step that the guards check before it begins: where a limit is reached, the work does not run. Else it is as `span`,
  /// which checks as well where its work may throw; here a call that cannot fail by itself is checked too.
  ///
  /// ```swift
  /// let hits = try client.guarded("search", kind: .tool, input: query) { span in search(query) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what the step is called.
  ///   - kind: what it is; `llm`, `tool`, `embedding`, `rerank` and `retrieval` are checked.
  ///   - input: what goes in, of any type; `nil` is none.
  ///   - attributes: facts about it.
  ///   - options: what few steps say.
  ///   - work: is given the step.
  /// - Throws: `GuardStop`, and what the work throws.
  @discardableResult
  public func guarded<Result>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    _ work: (Span) throws -> Result
  ) throws -> Result {
    try startGuarded(name, kind: kind, input: input, attributes: attributes, options: options).running(work)
  }

  /// The same for asynchronous work.
  @discardableResult
  public func guarded<Result>(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil,
    isolation: isolated (any Actor)? = #isolation, _ work: (Span) async throws -> Result
  ) async throws -> Result {
    try await startGuarded(name, kind: kind, input: input, attributes: attributes, options: options).running(work)
  }

  /// Begins a step that the guards check before, without making it current. It ends by `end`.
  ///
  /// - Throws: `GuardStop`.
  public func startGuarded(
    _ name: String, kind: Kind, input: Any? = nil, attributes: Attributes? = nil, options: SpanOptions? = nil
  ) throws -> Span {
    let opened = opened
    let reservation = try opened.check(name, kind, input, attributes, options)
    let span = opened.begin(name, kind, input, attributes, options, make: Span.init)
    span.reserve(reservation)
    return span
  }

  /// Where a session stands before its guards, or a run by its trace id; without either the calls that belong to neither. `nil` where there
  /// are no guards, or no call of it was checked.
  public func guardStatus(sessionId: String? = nil, traceId: String? = nil) -> GuardStatus? {
    opened.recorder?.guardStatus(sessionId: sessionId, traceId: traceId).map { GuardStatus($0) }
  }
}

extension Opened {
  /// Begins a step; where its work may throw anything, the guards are asked before, which can throw only there.
  func beginChecked<Failure: Error>(
    _: Failure.Type, _ name: String, _ kind: Kind, _ input: Any?, _ attributes: Attributes?, _ options: SpanOptions?,
    above: Place? = nil
  ) throws(Failure) -> Span {
    var reservation: UInt64 = 0
    if guards != nil && (Failure.self == (any Error).self || Failure.self == GuardStop.self) {
      do throws(GuardStop) {
        reservation = try check(name, kind, input, attributes, options, above: above)
      } catch {
        if let stop = error as? Failure { throw stop }
      }
    }
    let span = begin(name, kind, input, attributes, options, above: above, make: Span.init)
    if reservation != 0 { span.reserve(reservation) }
    return span
  }

  private static let guarded: Set<String> = ["llm", "tool", "embedding", "rerank", "retrieval"]

  /// Asks the guards whether a call may begin; gives what is reserved for it, 0 for nothing.
  func check(
    _ name: String, _ kind: Kind, _ input: Any?, _ attributes: Attributes?, _ options: SpanOptions?, above: Place? = nil
  ) throws(GuardStop) -> UInt64 {
    guard let guards, let pens, let recorder, Self.guarded.contains(kind.rawValue) else { return 0 }
    let place = options?.parent.map(self.place) ?? above ?? Place.here
    let correlationId = options?.correlationId ?? place.correlationId
    // All there is, whatever of it may be recorded: it goes no further.
    let showing = Policy(mask: nil, problems: problems)
    let (left, result) = pens.check(kind: kind.rawValue, place: place.state, correlationId: correlationId) { walker in
      writeStart(&walker, name, input, attributes, options, isRoot: place.state == nil, showing)
    }
    guard result & Pens.verdict != 0, let text = recorder.takeVerdict(number: left.verdict) else { return left.reservation }
    let said = JsonReader.read(text)
    let verdict = Verdict(said)
    if verdict.decision == "stop" { throw GuardStop(code: said["code"]?.text ?? "budget_exceeded", verdict: verdict) }
    guards.onWarning?(verdict)
    return left.reservation
  }
}
