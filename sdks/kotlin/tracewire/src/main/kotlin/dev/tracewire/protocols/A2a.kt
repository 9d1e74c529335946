package dev.tracewire.protocols

import dev.tracewire.Client

/**
 * For agents that speak the Agent2Agent protocol: its messages, tasks and artifacts as events.
 *
 * ```kotlin
 * Tracewire.a2a.logTaskAssigned("orchestrator") { taskId = "t1" }
 * ```
 */
public class A2a internal constructor(whose: () -> Client) : A2aEvents(whose)
