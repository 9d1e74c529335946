package dev.tracewire.protocols

import dev.tracewire.Client
import dev.tracewire.EventId

/** What [McpEvents.logRequest] takes. */
public class McpRequestOptions : EventOptions() {
    /** The method of the request or notification; see events/mcp.yaml for the names. Expected. `mcp.method.name`. */
    public var method: String? by attribute("mcp.method.name")

    /** Whether the recording side sent or received the message. Expected. `tracewire.protocol.direction`. */
    public var direction: String? by attribute("tracewire.protocol.direction")

    /** The id that ties a response to its request, as text. `jsonrpc.request.id`. */
    public var requestId: String? by attribute("jsonrpc.request.id")

    /** The revision of the protocol. `mcp.protocol.version`. */
    public var protocolVersion: String? by attribute("mcp.protocol.version")

    /** The session of the connection; revisions from 2026-07-28 have none. `mcp.session.id`. */
    public var mcpSessionId: String? by attribute("mcp.session.id")

    /** The resource that the message is about. `mcp.resource.uri`. */
    public var resourceUri: String? by attribute("mcp.resource.uri")

    /** The tool's name. `gen_ai.tool.name`. */
    public override var toolName: String? by attribute("gen_ai.tool.name")

    /** The name of the prompt in a library of prompts. `gen_ai.prompt.name`. */
    public var promptName: String? by attribute("gen_ai.prompt.name")

    /** The transport; pipe for standard input and output. `network.transport`. */
    public var networkTransport: String? by attribute("network.transport")

    /** The application protocol, lower-case. `network.protocol.name`. */
    public var networkProtocolName: String? by attribute("network.protocol.name")
}

/** What [McpEvents.logResponse] takes. */
public class McpResponseOptions : EventOptions() {
    /** The method of the request or notification; see events/mcp.yaml for the names. Expected. `mcp.method.name`. */
    public var method: String? by attribute("mcp.method.name")

    /** Whether the recording side sent or received the message. Expected. `tracewire.protocol.direction`. */
    public var direction: String? by attribute("tracewire.protocol.direction")

    /** The id that ties a response to its request, as text. `jsonrpc.request.id`. */
    public var requestId: String? by attribute("jsonrpc.request.id")

    /** The revision of the protocol. `mcp.protocol.version`. */
    public var protocolVersion: String? by attribute("mcp.protocol.version")

    /** The session of the connection; revisions from 2026-07-28 have none. `mcp.session.id`. */
    public var mcpSessionId: String? by attribute("mcp.session.id")

    /** The resource that the message is about. `mcp.resource.uri`. */
    public var resourceUri: String? by attribute("mcp.resource.uri")

    /** The tool's name. `gen_ai.tool.name`. */
    public override var toolName: String? by attribute("gen_ai.tool.name")

    /** The name of the prompt in a library of prompts. `gen_ai.prompt.name`. */
    public var promptName: String? by attribute("gen_ai.prompt.name")

    /** What went wrong, as a short code. `error.type`. */
    public var errorType: String? by attribute("error.type")

    /** The code of a JSON-RPC error, as text. `rpc.response.status_code`. */
    public var rpcResponseStatusCode: String? by attribute("rpc.response.status_code")
}

/** Events of the Model Context Protocol. Each method records one event at once, and gives its id. */
public open class McpEvents internal constructor(
    whose: () -> Client,
) : ProtocolEvents(whose) {
    /**
     * Records `mcp.request`: a request or notification.
     *
     * @param agentId whose event it is: `gen_ai.agent.id`.
     */
    @JvmOverloads
    public fun logRequest(
        agentId: String? = null,
        options: McpRequestOptions = McpRequestOptions(),
    ): EventId? = record("mcp.request", agentId, options, mapOf("tracewire.protocol.direction" to "sent"))

    /** The same with options in place. */
    public inline fun logRequest(
        agentId: String? = null,
        options: McpRequestOptions.() -> Unit,
    ): EventId? = logRequest(agentId, McpRequestOptions().apply(options))

    /**
     * Records `mcp.response`: what a request was answered with.
     *
     * @param agentId whose event it is: `gen_ai.agent.id`.
     */
    @JvmOverloads
    public fun logResponse(
        agentId: String? = null,
        options: McpResponseOptions = McpResponseOptions(),
    ): EventId? = record("mcp.response", agentId, options, mapOf("tracewire.protocol.direction" to "received"))

    /** The same with options in place. */
    public inline fun logResponse(
        agentId: String? = null,
        options: McpResponseOptions.() -> Unit,
    ): EventId? = logResponse(agentId, McpResponseOptions().apply(options))
}
