package dev.tracewire

import dev.tracewire.internal.recording.Opened
import dev.tracewire.internal.recording.Place
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Running
import dev.tracewire.internal.recording.State

/** Who runs, for whom, and in which conversation. */
public class SessionOptions : SpanOptions() {
    /** Which agent it is: `gen_ai.agent.id`. */
    public var agentId: String? = null

    /** What the run is called; the agent's id by default. */
    public var name: String? = null

    /** What goes in. */
    public var input: Any? = null

    /** Facts under their names. */
    public var attributes: Map<String, Any?>? = null

    /** What it belongs to instead of the current step. */
    public var parent: Any? = null

    /** The longest that the flush at the end may take. */
    public var flushTimeoutMillis: Long = 5000

    /** What the run says of [agent], whom it is of, and of itself. */
    internal fun facts(agent: String?): Map<String, Any?>? =
        if (agent == null) attributes else mapOf("gen_ai.agent.id" to agent) + attributes.orEmpty()

    /** Options made in one expression. */
    public companion object {
        /** Options with what [configure] sets. */
        public inline operator fun invoke(configure: SessionOptions.() -> Unit): SessionOptions =
            SessionOptions().apply(configure)
    }
}

/**
 * A run of an agent: made by `session(…)`, flushed when it is left. It is a step.
 *
 * Its steps find it from anywhere: below the current step if that is part of the run, else directly below the run.
 */
public class Session internal constructor(opened: Opened, name: String, above: Current) : Span(opened, name, above) {
    /** Which agent it is. */
    public var agentId: String? = null
        private set

    /** The conversation that the run belongs to. */
    public var sessionId: String? = null
        private set

    /** Who the run is for. */
    public var userId: String? = null
        private set

    private var client: Client? = null
    private var flushMillis = 0L

    internal fun sit(client: Client, agentId: String?, options: SessionOptions): Session {
        this.client = client
        this.agentId = agentId
        sessionId = options.sessionId
        userId = options.userId
        flushMillis = options.flushTimeoutMillis
        return this
    }

    /** A step of the agent itself, such as a plan: kind `step`. */
    @JvmOverloads
    public fun <T> agentStep(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = Running.runInStep(startAgentStep(name, input, attributes, options), work)

    /** The same without making it current; it has to be ended. */
    @JvmOverloads
    public fun startAgentStep(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
    ): Span = step(name, "step", input, attributes, options)

    /** A step that executes a tool: kind `tool`. */
    @JvmOverloads
    public fun <T> toolCall(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = Running.runInStep(startToolCall(name, input, attributes, options), work)

    /** The same without making it current; it has to be ended. */
    @JvmOverloads
    public fun startToolCall(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
    ): Span = step(name, "tool", input, mapOf("gen_ai.tool.name" to name) + attributes.orEmpty(), options)

    /** A step that asks a model: kind `llm`. */
    @JvmOverloads
    public fun <T> llmCall(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = Running.runInStep(startLlmCall(name, input, attributes, options), work)

    /** The same without making it current; it has to be ended. */
    @JvmOverloads
    public fun startLlmCall(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
    ): Span = step(name, "llm", input, attributes, options)

    /** A step that yields chunks; see [Client.stream]. */
    @JvmOverloads
    public fun <T> stream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
        work: (Stream) -> T,
    ): T = Running.runInStep(startStream(name, input, attributes, options), work)

    /** The same without making it current; it has to be ended. */
    @JvmOverloads
    public fun startStream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
    ): Stream = opened.begin(::Stream, name, "stream", input, attributes, parentInside(), options)

    /** Ends the run and delivers what was recorded. */
    override fun close() {
        finish()
        flush()
    }

    /** For a person: the conversation or agent, and the run's id. */
    override fun toString(): String = "<tracewire.Session ${sessionId ?: agentId.orEmpty()} $spanId>"

    internal fun flush() {
        client?.flush(flushMillis)
    }

    private fun step(
        name: String,
        kind: String,
        input: Any?,
        attributes: Map<String, Any?>?,
        options: SpanOptions?,
    ): Span = opened.begin(::Span, name, kind, input, attributes, parentInside(), options)

    /** The parent of a step of this run: elsewhere there is no current step, or one of another run. */
    internal fun parentInside(): Any? = when (val here = Places.here()) {
        is Span -> if (State.isSameTrace(here.state, state)) null else this

        // Somebody attached a context on purpose.
        is Place -> if (here === Places.NOWHERE || here.state == null) this else null

        else -> this
    }
}
