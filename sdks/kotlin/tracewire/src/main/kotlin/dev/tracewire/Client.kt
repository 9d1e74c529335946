package dev.tracewire

import dev.tracewire.internal.recording.Dictionary
import dev.tracewire.internal.recording.Forgotten
import dev.tracewire.internal.recording.Lifetime
import dev.tracewire.internal.recording.Opened
import dev.tracewire.internal.recording.Opener
import dev.tracewire.internal.recording.Place
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Points
import dev.tracewire.internal.recording.Problems
import dev.tracewire.internal.recording.Propagation
import dev.tracewire.internal.recording.Running
import dev.tracewire.internal.recording.Texts
import dev.tracewire.internal.recording.Where
import dev.tracewire.protocols.A2a
import dev.tracewire.protocols.Ap2
import dev.tracewire.protocols.Mcp
import java.util.concurrent.Executor

/**
 * A recorder of one's own, beside the default one ([Tracewire]) and others: with its own directory, settings and
 * exporters.
 *
 * Which step is current is known to all of them, so a step of one client is the parent of a step of another one inside
 * of it.
 *
 * ```kotlin
 * Client { dir = "audit"; service = "payments" }.use { client ->
 *     client.span("pay", "tool") { it.setOutput("paid") }
 * }
 * ```
 *
 * @throws TracewireException in strict mode, for a configuration that cannot be used.
 */
public class Client internal constructor(opener: Opener?) : AutoCloseable {
    @JvmOverloads
    public constructor(configuration: Configuration = Configuration()) : this(null as Opener?) {
        try {
            configure(configuration)
        } catch (refused: TracewireException) {
            // Nobody gets this client, so nobody can close it.
            lifetime.abandon()
            throw refused
        }
    }

    /** The same with a configuration in place. */
    public constructor(configure: Configuration.() -> Unit) : this(Configuration().apply(configure))

    private val lifetime = Lifetime(opener)

    internal val problems: Problems get() = lifetime.problems

    internal fun configure(configuration: Configuration): Unit = lifetime.configure(configuration)

    internal fun opened(): Opened = lifetime.opened()

    // Steps.

    /**
     * Runs work as a step: current inside, ended when the work returns or throws. What is returned or thrown goes on as
     * it was.
     *
     * For suspending work use `span` of `dev.tracewire.coroutines`.
     *
     * ```kotlin
     * val found = client.span("search", "tool", input = mapOf("query" to query)) { step ->
     *     search(query).also { step.setOutput(it) }
     * }
     * ```
     *
     * @param name what the step is called.
     * @param kind what it is, from the registry of span kinds; one's own are kept as they are.
     * @param input what goes in; null is none.
     * @param attributes facts under their names; OpenTelemetry's where it has one.
     * @param parent what it belongs to instead of the current step: a step, a context, an event's id, a `traceparent`,
     *   [NoParent].
     * @param options what else it says when it begins.
     * @param work is given the step.
     */
    @JvmOverloads
    public fun <T> span(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = Running.runInStep(opened().begin(::Span, name, kind, input, attributes, parent, options), work)

    /**
     * Begins a step without making it current. It ends by [Span.end], or at the end of a `use` block. One that the program
     * forgets without an end is ended as `cancelled` when the garbage collector has found it and something else is begun.
     *
     * ```kotlin
     * client.startSpan("plan", "plan", input = question).use { it.setOutput(plan(question)) }
     * ```
     */
    @JvmOverloads
    public fun startSpan(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
    ): Span = Forgotten.watch(opened().begin(::Span, name, kind, input, attributes, parent, options))

    /**
     * Runs work as a run of an agent: a step of kind `agent`, a root or below the current step, flushed at its end.
     *
     * ```kotlin
     * client.session("researcher") { run -> run.toolCall("search") { search("otters") } }
     * ```
     *
     * @param agentId which agent it is.
     * @param options for whom, and in which conversation.
     */
    @JvmOverloads
    public fun <T> session(
        agentId: String? = null,
        options: SessionOptions = SessionOptions(),
        work: (Session) -> T,
    ): T {
        val run = startSession(agentId, options)
        val result: T
        try {
            result = Places.within(run) { work(run) }
        } catch (thrown: Throwable) {
            Running.failed(run, thrown)
            runCatching { run.flush() }
            throw thrown
        }
        run.close()
        return result
    }

    /**
     * Begins a run without making it current; [Session.close] ends it and flushes. Its steps find it by its methods.
     */
    @JvmOverloads
    public fun startSession(agentId: String? = null, options: SessionOptions = SessionOptions()): Session {
        val agent = options.agentId ?: agentId
        val name = options.name ?: agent ?: "session"
        val run = opened().begin(::Session, name, "agent", options.input, options.facts(agent), options.parent, options)
        return Forgotten.watch(run.sit(this, agent, options))
    }

    /**
     * Runs work as a step that yields chunks: kind `stream`.
     *
     * ```kotlin
     * client.stream("answer") { stream -> for (part in parts) stream.chunk(part) }
     * ```
     */
    @JvmOverloads
    public fun <T> stream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
        work: (Stream) -> T,
    ): T = Running.runInStep(opened().begin(::Stream, name, "stream", input, attributes, parent, options), work)

    /** The same without making it current; it has to be ended. */
    @JvmOverloads
    public fun startStream(
        name: String,
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        parent: Any? = null,
        options: SpanOptions? = null,
    ): Stream = Forgotten.watch(opened().begin(::Stream, name, "stream", input, attributes, parent, options))

    // Points.

    /**
     * Records at once something that happened, with a place of its own in the tree.
     *
     * @param name what happened.
     * @param attributes facts about it.
     * @param data what was carried.
     * @param kind what kind of step it is about, from the registry of span kinds.
     * @param parent what it belongs to instead of the current step: an event's id, for one; [NoParent] is nothing.
     * @param correlationId the application's own id of the trace, where there is no step to belong to.
     * @param sessionId the conversation that it belongs to.
     * @return the event's id, which can be the `parent` of what it causes; null where recording is switched off or closed.
     */
    @JvmOverloads
    public fun event(
        name: String?,
        attributes: Map<String, Any?>? = null,
        data: Any? = null,
        kind: String? = null,
        parent: Any? = null,
        correlationId: String? = null,
        sessionId: String? = null,
    ): EventId? = Points.event(opened(), name, attributes, data, Where(kind, parent, correlationId), sessionId)

    /**
     * Records an event that is given as one map, by the names that other tools have for its members: `event_type`, `agent_id`,
     * `data`, `error`, `correlation_id`, `parent_id`, `trace_id`, `session_id`, …, or the same in camelCase. Other members are
     * kept: plain values as attributes, the rest in the event's data.
     *
     * @return the event's id, for the `parent_id` of others; null where recording is switched off or closed.
     */
    public fun logEvent(event: Map<String, Any?>): EventId? {
        val opened = opened()
        return Points.guarded(opened, "logEvent") { Dictionary.record(opened, event) }
    }

    /**
     * Records a log line with the current step.
     *
     * @param message the line: a text, or any value.
     * @param level a name of [Severity], or another usual name for it.
     * @param attributes facts about it.
     * @param logger who logs.
     * @param parent what it belongs to instead of the current step.
     */
    @JvmOverloads
    public fun log(
        message: Any?,
        level: String = Severity.INFO,
        attributes: Map<String, Any?>? = null,
        logger: String? = null,
        parent: Any? = null,
    ): Unit = Points.log(opened(), message, level, attributes, logger, parent)

    /**
     * Records a sample of a counter, a gauge or a histogram.
     *
     * @param name what is measured.
     * @param value a number; of a histogram a number, several, or [HistogramSamples].
     * @param instrument `counter`, `gauge` or `histogram`.
     * @param unit UCUM, such as `ms` or `{token}`.
     * @param attributes what the sample is about.
     * @param temporality `delta`, the default, where the value is what came since the last sample; or `cumulative`.
     * @param buckets upper bounds of a histogram's buckets but the last.
     * @param parent what it belongs to instead of the current step.
     */
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
    ): Unit = Points.metric(opened(), name, value, instrument, unit, attributes, temporality, buckets, parent)

    /**
     * Records what somebody thinks of a trace, a step or a session.
     *
     * @return the feedback's id, for the `supersedes` of a later one.
     */
    public fun feedback(feedback: Feedback): String = Points.feedback(opened(), feedback)

    // Context.

    /** The step that new ones would belong to; null where there is none in this process. */
    public fun currentSpan(): Span? = Places.span()

    /** The ids that something caused now should have as its parent, in this process or from another one. */
    public fun currentContext(): SpanContext? = Places.context()

    /**
     * Puts everything that begins inside into the trace of an id of your own, in every process that uses this id.
     *
     * ```kotlin
     * client.trace("order-17") { handle(order) }
     * ```
     */
    public fun <T> trace(correlationId: String, work: () -> T): T {
        if (correlationId.isNotEmpty()) return Places.within(Place(correlationId = correlationId), work)
        problems.note("invalid_correlation_id", "a correlation id is a text with at least one character")
        return work()
    }

    /** An executor whose work has what is current where it is submitted as its own current step, on whatever thread it runs. */
    public fun bind(executor: Executor): Executor = Executor { work -> executor.execute(Places.bound(work)) }

    /** Steps and points by hand: every member as it is given, parents that are named. */
    public val manual: Manual = Manual { this }

    /** MCP's tools as steps, and its messages as events. */
    public val mcp: Mcp = Mcp { this }

    /** Messages, tasks and artifacts of the Agent2Agent protocol as events. */
    public val a2a: A2a = A2a { this }

    /** Mandates, payments and receipts of the Agent Payments Protocol as events. */
    public val ap2: Ap2 = Ap2 { this }

    // Across processes.

    /**
     * The current step's `traceparent`, and the `tracestate` that came with its trace: for headers, or the `_meta` of
     * an MCP request. Empty without a current step.
     */
    public fun inject(): Map<String, String> = Propagation.headers()

    /** Writes the same into a map of headers, and gives it back. */
    public fun <M : MutableMap<in String, in String>> inject(carrier: M): M {
        try {
            for ((name, value) in Propagation.headers()) carrier[name] = value
        } catch (error: Exception) {
            problems.note("invalid_carrier", "nothing can be written into a ${Texts.typeName(carrier)}", error)
        }
        return carrier
    }

    /**
     * Reads `traceparent` and `tracestate` from HTTP headers (whatever the case of their names, texts or lists of
     * them), or from the `_meta` of an MCP request or the params that it stands in.
     *
     * @return null where there is no valid `traceparent`.
     */
    public fun extract(carrier: Map<*, *>): SpanContext? = Propagation.extract(carrier)

    /**
     * Makes a context current: steps that begin inside belong to it.
     *
     * ```kotlin
     * client.attach(client.extract(request.headers)) { answer(request) }
     * ```
     *
     * @param context a step, a context or a `traceparent`; null and [NoParent] are none, and begin new traces.
     */
    public fun <T> attach(context: Any?, work: () -> T): T {
        val place = if (context == null) Places.NOWHERE else opened().placeOf(context)
        problems.settle()
        return Places.within(place, work)
    }

    /**
     * An environment with `TRACEPARENT` and `TRACESTATE` for a child process, which takes them up by itself where it
     * uses tracewire.
     */
    @JvmOverloads
    public fun injectEnvironment(environment: Map<String, String> = System.getenv()): Map<String, String> =
        Propagation.environment(environment)

    // The end.

    /**
     * Delivers what the mode delivers, for at most so many milliseconds, and says what became of everything recorded.
     * What was recorded is in the journal already; a local program needs no flush to keep it.
     *
     * @throws TracewireException in strict mode, when records were dropped.
     */
    @JvmOverloads
    public fun flush(timeoutMillis: Long = 5000): FlushReport = lifetime.flush(timeoutMillis)

    /** Flushes, lets go of the exporters, and closes the journal. What is recorded later is dropped and counted. */
    @JvmOverloads
    public fun shutdown(timeoutMillis: Long = 5000): FlushReport = lifetime.close(timeoutMillis)

    /** The same as [shutdown], and lets go of native memory: steps that begin later have no ids. */
    override fun close(): Unit = lifetime.release(CLOSE_MILLIS)

    /**
     * Where a session stands before its guards, or a run by its trace id; without either the calls that belong to neither.
     *
     * @return null where there are no guards, or no call of it was checked.
     */
    @JvmOverloads
    public fun guardStatus(sessionId: String? = null, traceId: String? = null): GuardStatus? =
        opened().guardStatus(sessionId, traceId)

    /** Numbers of the recorder, without waiting for anything. */
    public fun stats(): Stats = lifetime.stats()

    /**
     * The program goes to the background, as Android's `onStop` says: delivers what fits into the time, and lets the
     * background thread rest until [onForeground].
     */
    @JvmOverloads
    public fun onBackground(timeoutMillis: Long = 2000): FlushReport {
        lifetime.pause(true)
        return flush(timeoutMillis)
    }

    /** The program is in front again: the background thread goes on. */
    public fun onForeground(): Unit = lifetime.pause(false)

    /** Closes without delivering: what a recording for tests holds is read from its folder. */
    internal fun abandon(): Unit = lifetime.abandon()

    private companion object {
        const val CLOSE_MILLIS = 5000L
    }
}
