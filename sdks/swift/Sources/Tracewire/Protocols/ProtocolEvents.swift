/// What every event of a protocol can say.
public struct EventOptions: Sendable {
  /// Further attributes.
  public var attributes: Attributes?
  /// What it belongs to instead of the current step.
  public var parent: Parent?
  /// The application's own id of the trace, where there is no step to belong to.
  public var correlationId: String?
  /// The conversation that it belongs to.
  public var sessionId: String?
  /// What went wrong, as a short code: `error.type`. It is also kept in the data.
  public var errorCode: String?
  /// The tool: `gen_ai.tool.name`.
  public var toolName: String?
  /// The task: `a2a.task.id`.
  public var taskId: String?
  /// The payment: `tracewire.ap2.payment.id`.
  public var paymentId: String?
  /// What was spent: `tracewire.amount.value`.
  public var costAmount: Amount?

  /// What an event can say; what is left out is not said.
  public init(
    attributes: Attributes? = nil, parent: Parent? = nil, correlationId: String? = nil, sessionId: String? = nil,
    errorCode: String? = nil, toolName: String? = nil, taskId: String? = nil, paymentId: String? = nil, costAmount: Amount? = nil
  ) {
    self.attributes = attributes
    self.parent = parent
    self.correlationId = correlationId
    self.sessionId = sessionId
    self.errorCode = errorCode
    self.toolName = toolName
    self.taskId = taskId
    self.paymentId = paymentId
    self.costAmount = costAmount
  }
}

/// Records events of a protocol for a client.
public protocol ProtocolEvents: Sendable {
  /// Who records; the default client if `nil`.
  var client: Client? { get }
}

extension ProtocolEvents {
  /// Records an event.
  ///
  /// - Parameters:
  ///   - name: of the registry.
  ///   - agentId: whose event it is: `gen_ai.agent.id`.
  ///   - facts: the attributes that the event's own options are; `nil` ones are left out.
  ///   - data: what was carried.
  ///   - options: what every event can say.
  ///   - sets: attributes that hold unless an option says otherwise.
  ///   - fails: whether the event says that something failed.
  func record(
    _ name: String, _ agentId: String?, facts: KeyValuePairs<String, (any Sendable)?>, data: Any?, options: EventOptions,
    sets: KeyValuePairs<String, String> = [:], fails: Bool = false
  ) -> EventId? {
    let client = self.client ?? Tracewire.client
    var all = Attributes()
    if let agentId { all.set("gen_ai.agent.id", agentId) }
    for (name, value) in sets { all.set(name, value) }
    for (name, value) in facts {
      guard let value else { continue }
      if let amount = value as? Amount {
        if let text = plain(amount, client) { all.set(name, text) }
      } else {
        all.set(name, value)
      }
    }
    let amount = options.costAmount.flatMap { plain($0, client) }
    for (name, value) in [
      ("tracewire.amount.value", amount), ("error.type", options.errorCode), ("tracewire.ap2.payment.id", options.paymentId),
      ("a2a.task.id", options.taskId), ("gen_ai.tool.name", options.toolName), ("error.type", fails ? "_OTHER" : nil),
    ] {
      if let value, all[name] == nil { all.set(name, value) }
    }
    if let context = all["tracewire.a2a.context.id"], all["gen_ai.conversation.id"] == nil { all.set("gen_ai.conversation.id", context) }
    var carried = data
    if let code = options.errorCode {
      let noted = Value(data)
      if data == nil {
        carried = ["error_code": .text(code)] as Value
      } else if case .map(var members) = noted {
        if members["error_code"] == nil { members["error_code"] = .text(code) }
        carried = Value.map(members)
      } else {
        all.set("error_code", code)
      }
    }
    if let attributes = options.attributes { all.merge(attributes) }
    return client.event(
      name, all, data: carried, parent: options.parent, correlationId: options.correlationId, sessionId: options.sessionId)
  }

  /// An amount as decimal text; what is none is counted.
  private func plain(_ amount: Amount, _ client: Client) -> String? {
    if let text = amount.plain { return text }
    client.problem("invalid_amount", "not a decimal amount: \(shown(amount.text))")
    return nil
  }
}
