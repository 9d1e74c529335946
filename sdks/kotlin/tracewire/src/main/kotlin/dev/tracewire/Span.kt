package dev.tracewire

import dev.tracewire.internal.recording.Amounts
import dev.tracewire.internal.recording.Caught
import dev.tracewire.internal.recording.Ending
import dev.tracewire.internal.recording.Failure
import dev.tracewire.internal.recording.Forgotten
import dev.tracewire.internal.recording.Happening
import dev.tracewire.internal.recording.Members
import dev.tracewire.internal.recording.Opened
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Policy
import dev.tracewire.internal.recording.Running
import dev.tracewire.internal.recording.State
import dev.tracewire.internal.recording.Texts
import dev.tracewire.internal.recording.Updating
import dev.tracewire.internal.recording.Write
import dev.tracewire.internal.recording.Writing
import dev.tracewire.internal.values.Walker
import java.util.concurrent.Callable

/**
 * A step: made by `span(…)` or `startSpan(…)`, ended once.
 *
 * Its methods never throw (see [Configuration.strict]) and can be called from any thread. What [set] and [setOutput]
 * are given is read when the step ends; [update] and [event] write at once, so what they say survives the death of the
 * process.
 *
 * @property name what the step is called.
 */
public open class Span internal constructor(
    internal val opened: Opened,
    public val name: String,
    /** What was current when it began; a run has ended when all above it have. */
    internal var above: Current?,
) : Current(),
    HasContext,
    AutoCloseable {
    /** Null for a step of a client that is switched off. */
    internal final override var state: ByteArray? = null

    /** What the garbage collector is asked to say of it; most end before. */
    @Volatile
    internal var left: Forgotten.Left? = null

    /** What the guards keep for this call; 0 for nothing. */
    internal var reservation = 0L

    private var status = Status.OK
    private var output: Any? = NOTHING
    private var attributes: MutableMap<String, Any?>? = null
    private var ending: Ending? = null

    /** Whether it has ended. */
    @Volatile
    public var ended: Boolean = false
        private set

    /** The ids of the step; null for a client that is switched off or closed. */
    override val context: SpanContext? get() = State.contextOf(state)

    /** The trace, 32 hex digits; zeros for a client that is switched off or closed. */
    public val traceId: String get() = state?.let(State::traceId) ?: "0".repeat(TRACE_DIGITS)

    /** The step, 16 hex digits; zeros for a client that is switched off or closed. */
    public val spanId: String get() = state?.let(State::spanId) ?: "0".repeat(TRACE_DIGITS / 2)

    /** The step above, 16 hex digits; null for the root of a run. */
    public val parentId: String? get() = state?.let(State::parentId)

    /** Sets one attribute; it is recorded when the step ends. */
    public fun set(key: String, value: Any?): Span = before { attributesHere()[key] = value }

    /** Sets several attributes; they are recorded when the step ends. */
    public fun set(attributes: Map<String, Any?>): Span {
        try {
            return before { attributesHere().putAll(attributes) }
        } catch (error: TracewireException) {
            throw error
        } catch (error: Exception) {
            problem("invalid_attributes", "attributes are a map, not ${Texts.shown(attributes)}", error)
            return this
        }
    }

    /** Says what came out; it is recorded when the step ends. */
    public fun setOutput(value: Any?): Span = before { output = value }

    /**
     * Says how the step went where no error tells; it is recorded when the step ends.
     *
     * @param status a name of [Status].
     * @param message why.
     */
    @JvmOverloads
    public fun setStatus(status: String, message: String? = null): Span {
        val isKnown = status in Status.ALL
        before {
            if (isKnown) this.status = status
            if (message != null) endingHere().message = message
        }
        if (!isKnown) {
            val known = Status.ALL.joinToString(", ")
            problem("invalid_status", "a status is one of $known, not ${Texts.shown(status)}")
        }
        return this
    }

    /** Says that the step failed where nothing is thrown out of it. */
    @JvmOverloads
    public fun setError(error: Throwable, message: String? = null): Span {
        if (ended) return late()
        before { endingHere().error = error }
        return setStatus(Failure.statusOf(error), message)
    }

    /** Says that the step failed, by a word for `error.type` and a message. */
    @JvmOverloads
    public fun setError(type: String, message: String? = null): Span =
        if (ended) late() else set("error.type", type).setStatus(Status.ERROR, message)

    /**
     * Says what a model call used; it is recorded when the step ends. Called again, counts that were not said yet come
     * to the others, and those that were said are replaced.
     *
     * @param inputTokens tokens that went in, with what was read from or written to a cache.
     * @param outputTokens tokens that came out, with reasoning.
     */
    @JvmOverloads
    public fun usage(
        inputTokens: Number? = null,
        outputTokens: Number? = null,
        cacheReadInputTokens: Number? = null,
        cacheWriteInputTokens: Number? = null,
        reasoningOutputTokens: Number? = null,
        details: Map<String, Number>? = null,
        raw: Any? = null,
    ): Span = usage(
        Usage(
            inputTokens,
            outputTokens,
            cacheReadInputTokens,
            cacheWriteInputTokens,
            reasoningOutputTokens,
            details,
            raw,
        ),
    )

    /** The same with one object. */
    public fun usage(usage: Usage): Span {
        val found = if (ended) null else Amounts.usage(usage, opened.problems)
        before { if (found != null) endingHere().addUsage(found) }
        opened.settle()
        return this
    }

    /**
     * Says what the step cost; it is recorded when the step ends. A cost that is not known is left out, never zero.
     *
     * ```kotlin
     * step.cost("0.0123", "EUR", input = "0.0100", output = "0.0023")
     * ```
     *
     * @param total the whole amount: decimal text, or a number that counts as the shortest text that stands for it.
     * @param currency ISO 4217.
     */
    @JvmOverloads
    public fun cost(
        total: Any?,
        currency: String = "USD",
        input: Any? = null,
        output: Any? = null,
        details: Map<String, Any?>? = null,
        priceSource: String? = "user",
        priceVersion: String? = null,
    ): Span = cost(Cost(total, currency, input, output, details, priceSource, priceVersion))

    /** The same with one object. */
    public fun cost(cost: Cost): Span {
        val found = if (ended) null else Amounts.cost(cost, opened.problems)
        before { if (found != null) endingHere().addCost(found) }
        opened.settle()
        return this
    }

    /**
     * Says at once that another step is related to this one without being its parent or child.
     *
     * @param other a step, its context, its `traceparent`, or a [Link].
     * @param attributes what the relation is.
     */
    @JvmOverloads
    public fun link(other: Any, attributes: Map<String, Any?>? = null): Span {
        if (ended) return late()
        val found = Writing.linkTo(other)
        if (found == null) {
            problem("invalid_link", "not a step, a context or a traceparent: ${Texts.shown(other)}")
            return this
        }
        val link = if (attributes == null) found else found + ("attributes" to attributes)
        val links = synchronized(this) { endingHere().addLink(link) }
        state?.let { opened.pen.update(it, Members.LINKS, links) }
        return this
    }

    /**
     * Records at once what must be visible before the step ends. Attributes merge key by key; lists replace.
     *
     * ```kotlin
     * step.update { attributes = mapOf("progress" to 0.5) }
     * ```
     */
    public fun update(fields: UpdateFields.() -> Unit): Span = update(UpdateFields().apply(fields))

    /** The same with one object. */
    public fun update(fields: UpdateFields): Span {
        state?.let { opened.pen.update(it, Members.UPDATE, Updating(fields, opened.policy)) }
        opened.settle()
        return this
    }

    /**
     * Records at once something that happens inside the step.
     *
     * @param name what happens.
     * @param attributes facts about it.
     * @param data what was carried.
     * @param chunks of a stream, in order.
     */
    @JvmOverloads
    public open fun event(
        name: String?,
        attributes: Map<String, Any?>? = null,
        data: Any? = null,
        chunks: List<Any?>? = null,
    ): Span {
        state?.let { opened.pen.spanEvent(it, Members.EVENT, Happening(name, attributes, data, chunks, opened.policy)) }
        opened.settle()
        return this
    }

    /** Records at once an error that the step deals with itself; its status does not change. */
    @JvmOverloads
    public fun recordException(error: Throwable, attributes: Map<String, Any?>? = null): Span {
        state?.let { opened.pen.spanEvent(it, Members.CAUGHT, Caught(error, attributes, opened.policy)) }
        opened.settle()
        return this
    }

    /**
     * Ends the step. Once: later ends change nothing.
     *
     * @param error what it failed with, if it did.
     */
    @JvmOverloads
    public fun end(error: Throwable? = null) {
        if (error != null) fail(error) else finish()
    }

    /** Ends the step, at the end of a block: `startSpan("plan").use { … }`. */
    override fun close(): Unit = finish()

    /** Ends the step as what was thrown says. */
    internal fun fail(thrown: Throwable) {
        synchronized(this) {
            if (!ended) {
                status = Failure.statusOf(thrown)
                // Whoever stops a step knows why.
                if (status != Status.CANCELLED) endingHere().error = thrown
            }
        }
        finish()
    }

    internal open fun finish() {
        synchronized(this) {
            if (ended) return
            ended = true
        }
        state?.let { opened.pen.end(it, status, END, this) }
        if (reservation != 0L) opened.pen.settle(reservation, status, SPENT, this)
        left?.let(Forgotten::release)
        // Whoever keeps the step, keeps no more than it.
        output = NOTHING
        attributes = null
        ending = null
        val above = above
        this.above = null
        if (opened.delivery != null) opened.stepEnded(above)
        opened.settle()
    }

    /**
     * Runs work with this step current: what begins inside belongs to it. The step does not end by it.
     *
     * For suspending work see `withStep` of `dev.tracewire.coroutines`.
     */
    public fun <T> run(work: () -> T): T = Places.within(this, work)

    /** Makes work run with this step current, whenever and on whatever thread it is called. */
    public fun bind(work: Runnable): Runnable = Runnable { Places.within(this) { work.run() } }

    /** The same for work that gives something. */
    public fun <T> bindCallable(work: Callable<T>): Callable<T> = Callable { Places.within(this) { work.call() } }

    /** Runs work as a step below this one, wherever it is called from. See [Client.span]. */
    @JvmOverloads
    public fun <T> span(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
        work: (Span) -> T,
    ): T = Running.runInStep(opened.begin(::Span, name, kind, input, attributes, this, options), work)

    /** Begins a step below this one without making it current. See [Client.startSpan]. */
    @JvmOverloads
    public fun startSpan(
        name: String,
        kind: String = "step",
        input: Any? = null,
        attributes: Map<String, Any?>? = null,
        options: SpanOptions? = null,
    ): Span = Forgotten.watch(opened.begin(::Span, name, kind, input, attributes, this, options))

    /** The step's id, for a console. */
    override fun toString(): String = "<tracewire.Span $spanId>"

    /** Says what came out unless the program did. */
    internal fun offerOutput(value: Any?) {
        synchronized(this) { if (!ended && output === NOTHING) output = value }
    }

    /** Says how long the first chunk took. */
    internal fun firstChunkCame(nanos: Long) {
        synchronized(this) { if (!ended) endingHere().firstChunkNanos = nanos }
    }

    /** Changes the step, unless it has ended. */
    private inline fun before(change: () -> Unit): Span {
        synchronized(this) {
            if (!ended) {
                change()
                return this
            }
        }
        return late()
    }

    private fun attributesHere(): MutableMap<String, Any?> =
        attributes ?: LinkedHashMap<String, Any?>().also { attributes = it }

    private fun endingHere(): Ending = ending ?: Ending().also { ending = it }

    internal fun late(): Span {
        problem("step_ended", "something was set on a step that had ended, and is lost")
        return this
    }

    private fun problem(code: String, message: String, cause: Throwable? = null): Unit =
        opened.problems.note(code, message, cause)

    private fun writeEnd(walker: Walker) {
        val policy = opened.policy
        if (output !== NOTHING) Writing.content(walker, "output", output, policy)
        Writing.attributes(walker, attributes, policy)
        ending?.write(walker)
    }

    /** What a guard is shown of the end: all there is, whatever of it may be recorded. */
    private fun writeSpent(walker: Walker) {
        val policy = Policy(Capture.ALL, null, opened.problems)
        if (output !== NOTHING) Writing.content(walker, "output", output, policy)
        ending?.write(walker)
    }

    internal companion object {
        private val SPENT: Write<Span> = Write { walker, span -> span.writeSpent(walker) }

        /** Stands for an output that was not given: null is one that was. */
        private val NOTHING = Any()
        private const val TRACE_DIGITS = 32
        private val END: Write<Span> = Write { walker, span -> span.writeEnd(walker) }
    }
}
