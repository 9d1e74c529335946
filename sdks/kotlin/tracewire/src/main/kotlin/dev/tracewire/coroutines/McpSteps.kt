package dev.tracewire.coroutines

import dev.tracewire.Client
import dev.tracewire.Span
import dev.tracewire.Tracewire

/**
 * A suspending call of an MCP server's tool as a step. Send what `Tracewire.inject()` gives in the request's `_meta`.
 *
 * ```kotlin
 * toolCall("search", arguments) { step ->
 *     val result = peer.request("tools/call", arguments, meta = Tracewire.inject())
 *     result.also { Tracewire.mcp.recordResult(step, it) }
 * }
 * ```
 *
 * @param toolName what the tool is called.
 * @param arguments what it is called with.
 */
public suspend fun <T> toolCall(
    toolName: String,
    arguments: Any? = null,
    client: Client = Tracewire.client,
    work: suspend (Span) -> T,
): T = span("tools/call $toolName", "tool", arguments, client.mcp.facts(toolName, null), client = client, work = work)

/**
 * The suspending execution of a tool on an MCP server's side as a step, below the client's step that asked for it.
 *
 * @param toolName what the tool is called.
 * @param params its arguments.
 * @param meta the request's `_meta`, or the params that it stands in: names the client's step.
 * @param agentId whose tool it is: `gen_ai.agent.id`.
 */
public suspend fun <T> toolExecution(
    toolName: String,
    params: Any? = null,
    meta: Map<*, *>? = null,
    agentId: String? = null,
    client: Client = Tracewire.client,
    work: suspend (Span) -> T,
): T {
    val mcp = client.mcp
    return span(
        toolName,
        "tool",
        params,
        mcp.facts(toolName, agentId),
        mcp.parentOf(meta),
        client = client,
        work = work,
    )
}
