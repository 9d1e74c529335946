package dev.tracewire.protocols

import dev.tracewire.Client
import dev.tracewire.EventId
import dev.tracewire.Span
import dev.tracewire.SpanOptions
import dev.tracewire.Status
import dev.tracewire.internal.recording.Propagation

/**
 * For MCP servers and clients: tools as steps, one trace across both processes, and messages as events.
 *
 * Context crosses in the `_meta` of each request, as MCP's own convention has it (SEP-414). `Tracewire.mcp` is the
 * default client's, `client.mcp` another one's.
 */
public class Mcp internal constructor(whose: () -> Client) : McpEvents(whose) {
    /**
     * The execution of a tool on a server's side as a step, below the client's step that asked for it.
     *
     * ```kotlin
     * Tracewire.mcp.toolExecution("search", params = request.arguments, meta = request.meta) { step ->
     *     find(request).also { step.setOutput(it) }
     * }
     * ```
     *
     * @param toolName what the tool is called.
     * @param params its arguments.
     * @param meta the request's `_meta`, or the params that it stands in: names the client's step.
     * @param agentId whose tool it is: `gen_ai.agent.id`.
     * @param correlationId the application's own id of the trace, on a root.
     */
    @JvmOverloads
    public fun <T> toolExecution(
        toolName: String,
        params: Any? = null,
        meta: Map<*, *>? = null,
        agentId: String? = null,
        correlationId: String? = null,
        work: (Span) -> T,
    ): T {
        val options = correlationId?.let { SpanOptions().apply { this.correlationId = it } }
        return client.span(toolName, "tool", params, facts(toolName, agentId), parentOf(meta), options, work)
    }

    /**
     * A call of a tool on a client's side as a step. Send what [Client.inject] gives in the request's `_meta`.
     *
     * ```kotlin
     * Tracewire.mcp.toolCall("search", arguments) { step ->
     *     peer.callTool("search", arguments, meta = Tracewire.inject())
     * }
     * ```
     *
     * @param toolName what the tool is called.
     * @param arguments what it is called with.
     */
    @JvmOverloads
    public fun <T> toolCall(toolName: String, arguments: Any? = null, work: (Span) -> T): T =
        client.span("tools/call $toolName", "tool", arguments, facts(toolName, null), work = work)

    /** Says what a call of a tool gave: its structured content or its content, and whether that is an error. */
    public fun recordResult(step: Span, result: Map<*, *>) {
        step.setOutput(result["structuredContent"] ?: result["content"])
        if (result["isError"] != true) return
        val first = (result["content"] as? List<*>)?.firstOrNull() as? Map<*, *>
        step.set("error.type", "tool_error").setStatus(Status.ERROR, first?.get("text") as? String)
    }

    /**
     * Records that a tool is called: an `mcp.request` of `tools/call`.
     *
     * @return the event's id, for the `parentId` of the result.
     */
    @JvmOverloads
    public fun logToolCall(
        agentId: String? = null,
        toolName: String? = null,
        params: Any? = null,
        options: McpRequestOptions = McpRequestOptions(),
    ): EventId? {
        val own = McpRequestOptions().apply { take(options) }
        if (own.method == null) own.method = TOOLS_CALL
        if (own.toolName == null) own.toolName = toolName
        if (own.data == null) own.data = present("name" to toolName, "arguments" to params)
        return logRequest(agentId, own)
    }

    /** Records what a tool gave: an `mcp.response` to `tools/call`. */
    @JvmOverloads
    public fun logToolResult(
        agentId: String? = null,
        toolName: String? = null,
        result: Any? = null,
        durationMillis: Number? = null,
        options: McpResponseOptions = McpResponseOptions(),
    ): EventId? {
        val own = McpResponseOptions().apply { take(options) }
        if (own.method == null) own.method = TOOLS_CALL
        if (own.toolName == null) own.toolName = toolName
        if (own.data == null) own.data = result
        if (durationMillis != null) {
            own.attributes = mapOf("duration_ms" to durationMillis) + own.attributes.orEmpty()
        }
        return logResponse(agentId, own)
    }

    /** Records that a tool failed: an `mcp.response` with `error.type`. */
    @JvmOverloads
    public fun logToolError(
        agentId: String? = null,
        toolName: String? = null,
        errorCode: String = "tool_error",
        errorMessage: String? = null,
        options: McpResponseOptions = McpResponseOptions(),
    ): EventId? {
        val own = McpResponseOptions().apply { take(options) }
        if (own.errorType == null) own.errorType = errorCode
        return logToolResult(agentId, toolName, present("code" to errorCode, "message" to errorMessage), null, own)
    }

    /** Records an access to a resource: a `resources/…` request. */
    @JvmOverloads
    public fun logResourceAccessed(
        agentId: String? = null,
        resourceUri: String? = null,
        accessType: String = "read",
        options: McpRequestOptions = McpRequestOptions(),
    ): EventId? {
        val own = McpRequestOptions().apply { take(options) }
        if (own.method == null) own.method = "resources/$accessType"
        if (own.resourceUri == null) own.resourceUri = resourceUri
        return logRequest(agentId, own)
    }

    /** Records that a server asks for a completion: a `sampling/createMessage`. */
    @JvmOverloads
    public fun logSamplingRequest(
        agentId: String? = null,
        prompt: Any? = null,
        model: String? = null,
        options: McpRequestOptions = McpRequestOptions(),
    ): EventId? {
        val own = McpRequestOptions().apply { take(options) }
        if (own.method == null) own.method = SAMPLING
        own.data = withMembers(present("prompt" to prompt, "model" to model), own.data)
        own.attributes = present("gen_ai.request.model" to model) + own.attributes.orEmpty()
        return logRequest(agentId, own)
    }

    /**
     * Records a completion that a server asked for.
     *
     * @param tokenUsage what it used; the names of providers are understood.
     */
    @JvmOverloads
    public fun logSamplingResponse(
        agentId: String? = null,
        response: Any? = null,
        model: String? = null,
        tokenUsage: Map<String, Any?>? = null,
        options: McpResponseOptions = McpResponseOptions(),
    ): EventId? {
        val own = McpResponseOptions().apply { take(options) }
        if (own.method == null) own.method = SAMPLING
        val facts = LinkedHashMap(present("gen_ai.response.model" to model))
        for ((attribute, names) in USAGE) {
            names.firstNotNullOfOrNull { tokenUsage?.get(it) as? Number }?.let { facts[attribute] = it }
        }
        val members = present("response" to response, "model" to model, "token_usage" to tokenUsage)
        own.data = withMembers(members, own.data)
        own.attributes = facts + own.attributes.orEmpty()
        return logResponse(agentId, own)
    }

    private fun withMembers(members: Map<String, Any?>, data: Any?): Any? = when (data) {
        null -> members
        is Map<*, *> -> members + data.mapKeys { it.key.toString() }
        else -> data
    }

    internal fun parentOf(meta: Map<*, *>?) = meta?.let { Propagation.extract(it) }

    private fun present(vararg members: Pair<String, Any?>): Map<String, Any?> =
        members.filter { it.second != null }.toMap()

    /** What a step of a tool says. */
    internal fun facts(tool: String, agentId: String?): Map<String, Any?> = present(
        "gen_ai.operation.name" to "execute_tool",
        "gen_ai.tool.name" to tool,
        "mcp.method.name" to TOOLS_CALL,
        "gen_ai.agent.id" to agentId,
    )

    private companion object {
        const val TOOLS_CALL = "tools/call"
        const val SAMPLING = "sampling/createMessage"
        val USAGE = mapOf(
            "gen_ai.usage.input_tokens" to
                listOf("inputTokens", "input_tokens", "promptTokens", "prompt_tokens"),
            "gen_ai.usage.output_tokens" to
                listOf("outputTokens", "output_tokens", "completionTokens", "completion_tokens"),
        )
    }
}
