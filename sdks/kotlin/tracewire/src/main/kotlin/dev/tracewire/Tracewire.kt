package dev.tracewire

import dev.tracewire.internal.recording.Opener

/**
 * The default client, and what is recorded by it. No call is needed to begin: the first step opens a journal in the nearest
 * `.tracewire` folder.
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

    /** The step that new ones would belong to; see [Client.currentSpan]. */
    @JvmStatic
    public fun currentSpan(): Span? = client.currentSpan()

    /** The ids that something caused now should have as its parent; see [Client.currentContext]. */
    @JvmStatic
    public fun currentContext(): SpanContext? = client.currentContext()

    /** Puts everything that begins inside into the trace of an id of your own; see [Client.trace]. */
    @JvmStatic
    public fun <T> trace(
        correlationId: String,
        work: () -> T,
    ): T = client.trace(correlationId, work)

    /** Steps and points by hand; see [Manual]. */
    @JvmStatic
    public val manual: Manual = Manual { client }

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
    public fun <T> attach(
        context: Any?,
        work: () -> T,
    ): T = client.attach(context, work)

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
