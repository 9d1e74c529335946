package dev.tracewire

import dev.tracewire.internal.recording.Opener
import dev.tracewire.protocols.A2a
import dev.tracewire.protocols.Ap2
import dev.tracewire.protocols.Mcp
import java.util.concurrent.Executor

/**
 * The default client, and what is recorded by it. No call is needed to begin: the first step opens a journal in the
 * nearest `.tracewire` folder.
 *
 * ```kotlin
 * Tracewire.span("answer", "agent") { step ->
 *     val hits = Tracewire.span("search", "tool", input = "otters") { search("otters") }
 *     step.setOutput(hits)
 * }
 * ```
 *
 * Recording never throws into the program; [Configuration.strict] asks for that in development.
 */
public object Tracewire {
    @Volatile
    private var current: Client? = null

    /** The default client. */
    @JvmStatic
    public val client: Client
        get() = current ?: synchronized(this) { current ?: Client(null as Opener?).also { current = it } }

    /** Puts another client in the place of the default one; gives the one before. */
    internal fun use(client: Client?): Client? = synchronized(this) { current.also { current = client } }

    /**
     * Configures the default client. What was recorded before stays where it is.
     *
     * ```kotlin
     * Tracewire.init { service = "research-agent"; exporters("console") }
     * ```
     *
     * @throws TracewireException in strict mode, for a configuration that cannot be used.
     */
    @JvmStatic
    public fun init(configure: Configuration.() -> Unit): Client = init(Configuration().apply(configure))

    /** The same with a configuration that was made before. */
    @JvmStatic
    public fun init(configuration: Configuration): Client = client.also { it.configure(configuration) }

    /** Runs work as a step; see [Client.span]. */
    @JvmStatic
    @JvmOverloads
    public fun <T> span(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = client.span(name, kind, input, attributes, parent, options, work)

    /** Begins a step without making it current; see [Client.startSpan]. */
    @JvmStatic
    @JvmOverloads
    public fun startSpan(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
    ): Span = client.startSpan(name, kind, input, attributes, parent, options)

    /** Runs work as a run of an agent; see [Client.session]. */
    @JvmStatic
    @JvmOverloads
    public fun <T> session(
        agentId: String? = null,
        options: SessionOptions = SessionOptions(),
        work: (Session) -> T,
    ): T = client.session(agentId, options, work)

    /** Begins a run without making it current; see [Client.startSession]. */
    @JvmStatic
    @JvmOverloads
    public fun startSession(agentId: String? = null, options: SessionOptions = SessionOptions()): Session =
        client.startSession(agentId, options)

    /** Runs work as a step that yields chunks; see [Client.stream]. */
    @JvmStatic
    @JvmOverloads
    public fun <T> stream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
        work: (Stream) -> T,
    ): T = client.stream(name, input, attributes, parent, options, work)

    /** Begins a step that yields chunks; see [Client.startStream]. */
    @JvmStatic
    @JvmOverloads
    public fun startStream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
    ): Stream = client.startStream(name, input, attributes, parent, options)

    /** Runs work as a step of kind `agent`. */
    @JvmStatic
    @JvmOverloads
    public fun <T> agent(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        work: (Span) -> T,
    ): T = client.span(name, "agent", input, attributes, work = work)

    /** Runs work as a step of kind `llm`: a request to a model. */
    @JvmStatic
    @JvmOverloads
    public fun <T> llm(name: String, input: Any? = null, attributes: Map<String, Any?>? = null, work: (Span) -> T): T =
        client.span(name, "llm", input, attributes, work = work)

    /** Runs work as a step of kind `tool`, with its name as `gen_ai.tool.name`. */
    @JvmStatic
    @JvmOverloads
    public fun <T> tool(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        work: (Span) -> T,
    ): T = client.span(name, "tool", input, mapOf("gen_ai.tool.name" to name) + attributes.orEmpty(), work = work)

    /** Records something that happened; see [Client.event]. */
    @JvmStatic
    @JvmOverloads
    public fun event(
        name: String?,
        attributes: Map<String, Any?>? = null,
        data: Any? = null,
        kind: String? = null,
        parent: Any? = null,
        correlationId: String? = null,
        sessionId: String? = null,
    ): EventId? = client.event(name, attributes, data, kind, parent, correlationId, sessionId)

    /** Records an event that is given as one map; see [Client.logEvent]. */
    @JvmStatic
    public fun logEvent(event: Map<String, Any?>): EventId? = client.logEvent(event)

    /** Records a log line; see [Client.log]. */
    @JvmStatic
    @JvmOverloads
    public fun log(
        message: Any?,
        level: String = Severity.INFO,
        attributes: Map<String, Any?>? = null,
        logger: String? = null,
        parent: Any? = null,
    ): Unit = client.log(message, level, attributes, logger, parent)

    /** Records a sample; see [Client.metric]. */
    @JvmStatic
    @JvmOverloads
    public fun metric(
        name: String,
        value: Any?,
        instrument: String = "gauge",
        unit: String? = null,
        attributes: Map<String, Any?>? = null,
        temporality: String? = null,
        buckets: Iterable<Number>? = null,
        parent: Any? = null,
    ): Unit = client.metric(name, value, instrument, unit, attributes, temporality, buckets, parent)

    /** Records what somebody thinks; see [Client.feedback]. */
    @JvmStatic
    public fun feedback(feedback: Feedback): String = client.feedback(feedback)

    /** The program goes to the background; see [Client.onBackground]. */
    @JvmStatic
    @JvmOverloads
    public fun onBackground(timeoutMillis: Long = 2000): FlushReport = client.onBackground(timeoutMillis)

    /** The program is in front again; see [Client.onForeground]. */
    @JvmStatic
    public fun onForeground(): Unit = client.onForeground()

    /** The step that new ones would belong to; see [Client.currentSpan]. */
    @JvmStatic
    public fun currentSpan(): Span? = client.currentSpan()

    /** The ids that something caused now should have as its parent; see [Client.currentContext]. */
    @JvmStatic
    public fun currentContext(): SpanContext? = client.currentContext()

    /** Puts everything that begins inside into the trace of an id of your own; see [Client.trace]. */
    @JvmStatic
    public fun <T> trace(correlationId: String, work: () -> T): T = client.trace(correlationId, work)

    /** An executor whose work keeps the step that is current where it is submitted; see [Client.bind]. */
    @JvmStatic
    public fun bind(executor: Executor): Executor = client.bind(executor)

    /** Steps and points by hand; see [Manual]. */
    @JvmStatic
    public val manual: Manual = Manual { client }

    /** MCP's tools as steps, and its messages as events; see [Mcp]. */
    @JvmStatic
    public val mcp: Mcp = Mcp { client }

    /** Messages, tasks and artifacts of the Agent2Agent protocol as events; see [A2a]. */
    @JvmStatic
    public val a2a: A2a = A2a { client }

    /** Mandates, payments and receipts of the Agent Payments Protocol as events; see [Ap2]. */
    @JvmStatic
    public val ap2: Ap2 = Ap2 { client }

    /** The current step's `traceparent` and `tracestate`; see [Client.inject]. */
    @JvmStatic
    public fun inject(): Map<String, String> = client.inject()

    /** Writes the same into a map of headers, and gives it back. */
    @JvmStatic
    public fun <M : MutableMap<in String, in String>> inject(carrier: M): M = client.inject(carrier)

    /** Reads `traceparent` and `tracestate`; see [Client.extract]. */
    @JvmStatic
    public fun extract(carrier: Map<*, *>): SpanContext? = client.extract(carrier)

    /** Makes a context current; see [Client.attach]. */
    @JvmStatic
    public fun <T> attach(context: Any?, work: () -> T): T = client.attach(context, work)

    /** An environment for a child process; see [Client.injectEnvironment]. */
    @JvmStatic
    @JvmOverloads
    public fun injectEnvironment(environment: Map<String, String> = System.getenv()): Map<String, String> =
        client.injectEnvironment(environment)

    /** Delivers, and says what became of everything recorded; see [Client.flush]. */
    @JvmStatic
    @JvmOverloads
    public fun flush(timeoutMillis: Long = 5000): FlushReport = client.flush(timeoutMillis)

    /** Flushes and closes; see [Client.shutdown]. */
    @JvmStatic
    @JvmOverloads
    public fun shutdown(timeoutMillis: Long = 5000): FlushReport = client.shutdown(timeoutMillis)

    /** Numbers of the recorder; see [Client.stats]. */
    @JvmStatic
    public fun stats(): Stats = client.stats()
}
