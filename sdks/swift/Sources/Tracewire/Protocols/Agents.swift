extension Client {
  /// Messages, tasks and artifacts of the Agent2Agent protocol as events.
  ///
  /// ```swift
  /// client.a2a.logTaskAssigned("orchestrator", taskId: "t1", data: ["assigned_to": "worker"])
  /// ```
  public var a2a: A2aEvents { A2aEvents(client: self) }

  /// Mandates, payments and receipts of the Agent Payments Protocol as events.
  public var ap2: Ap2Events { Ap2Events(client: self) }
}

extension Tracewire {
  /// Messages, tasks and artifacts of the Agent2Agent protocol as events.
  public static var a2a: A2aEvents { A2aEvents(client: nil) }

  /// Mandates, payments and receipts of the Agent Payments Protocol as events.
  public static var ap2: Ap2Events { Ap2Events(client: nil) }
}
