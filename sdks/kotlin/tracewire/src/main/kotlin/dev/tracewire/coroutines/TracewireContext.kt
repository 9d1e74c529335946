package dev.tracewire.coroutines

import dev.tracewire.Client
import dev.tracewire.Current
import dev.tracewire.Session
import dev.tracewire.SessionOptions
import dev.tracewire.Span
import dev.tracewire.SpanOptions
import dev.tracewire.Stream
import dev.tracewire.Tracewire
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Running
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.ThreadContextElement
import kotlinx.coroutines.withContext
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/**
 * Carries the current step in a coroutine and into those that it starts: over `async`, `launch`, `withContext`,
 * dispatchers and suspension. The suspending functions of this package put it there themselves.
 */
public class TracewireContext internal constructor(private val current: Current?) :
    AbstractCoroutineContextElement(Key),
    ThreadContextElement<Any?> {
    /** The key of this element. */
    public companion object Key : CoroutineContext.Key<TracewireContext>

    /** Makes the step current on the thread that the coroutine goes on. */
    override fun updateThreadContext(context: CoroutineContext): Any? {
        val before = Places.onThread()
        Places.set(current)
        return before
    }

    /** Puts back what was current there. */
    override fun restoreThreadContext(context: CoroutineContext, oldState: Any?): Unit =
        Places.set(oldState as Current?)
}

/**
 * What is current here, for coroutines that plain code starts:
 *
 * ```kotlin
 * Tracewire.span("answer") { runBlocking(currentTracewireContext()) { … } }
 * ```
 */
public fun currentTracewireContext(): CoroutineContext = TracewireContext(Places.onThread())

/** This step as what is current in a coroutine: `scope.launch(step.asContext()) { … }`. */
public fun Span.asContext(): CoroutineContext = TracewireContext(this)

/** Runs suspending work with a step current. The step does not end by it. */
public suspend fun <T> withStep(step: Span, work: suspend () -> T): T = withContext(TracewireContext(step)) { work() }

/**
 * Makes a context current for suspending work; see [Client.attach].
 *
 * @param context a step, a context or a `traceparent`; null and `NoParent` are none, and begin new traces.
 */
public suspend fun <T> attach(context: Any?, client: Client = Tracewire.client, work: suspend () -> T): T {
    val place = if (context == null) Places.NOWHERE else client.opened().placeOf(context)
    client.problems.settle()
    return withContext(TracewireContext(place)) { work() }
}

/**
 * Runs suspending work as a step: current inside and in all coroutines that it starts, ended when the work returns or
 * throws. A coroutine that is cancelled ends it as `cancelled`, `withTimeout` as `timeout`. See [Client.span].
 *
 * ```kotlin
 * val found = span("search", "tool", input = query) { step ->
 *     search(query).also { step.setOutput(it) }
 * }
 * ```
 */
public suspend fun <T> span(
    name: String,
    kind: String = "step",
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    options: SpanOptions? = null,
    client: Client = Tracewire.client,
    work: suspend (Span) -> T,
): T = runInStep(client.opened().begin(::Span, name, kind, input, attributes, parent, options), work)

/** The same for a step of kind `agent`. */
public suspend fun <T> agent(
    name: String,
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    work: suspend (Span) -> T,
): T = span(name, "agent", input, attributes, parent, work = work)

/** The same for a request to a model: kind `llm`. */
public suspend fun <T> llm(
    name: String,
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    work: suspend (Span) -> T,
): T = span(name, "llm", input, attributes, parent, work = work)

/** The same for a tool: kind `tool`, with its name as `gen_ai.tool.name`. */
public suspend fun <T> tool(
    name: String,
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    work: suspend (Span) -> T,
): T = span(name, "tool", input, mapOf("gen_ai.tool.name" to name) + attributes.orEmpty(), parent, work = work)

/** Runs suspending work as a step that yields chunks; see [Client.stream]. For flows see [traced]. */
public suspend fun <T> stream(
    name: String,
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    options: SpanOptions? = null,
    client: Client = Tracewire.client,
    work: suspend (Stream) -> T,
): T = runInStep(client.opened().begin(::Stream, name, "stream", input, attributes, parent, options), work)

/** Runs suspending work as a run of an agent, and flushes at its end, off the caller's thread; see [Client.session]. */
public suspend fun <T> session(
    agentId: String? = null,
    options: SessionOptions = SessionOptions(),
    client: Client = Tracewire.client,
    work: suspend (Session) -> T,
): T {
    val run = client.startSession(agentId, options)
    var isDone = false
    try {
        val result = runInStep(run, work)
        isDone = true
        return result
    } finally {
        withContext(NonCancellable + Dispatchers.IO) {
            // What the work threw goes on as it was.
            if (isDone) run.flush() else runCatching { run.flush() }
        }
    }
}

/** Puts everything that begins inside suspending work into the trace of an id of your own; see [Client.trace]. */
public suspend fun <T> trace(correlationId: String, client: Client = Tracewire.client, work: suspend () -> T): T {
    val place = client.trace(correlationId) { Places.onThread() }
    return withContext(TracewireContext(place)) { work() }
}

private suspend fun <S : Span, T> runInStep(step: S, work: suspend (S) -> T): T {
    val result: T
    try {
        result = withContext(TracewireContext(step)) { work(step) }
    } catch (thrown: Throwable) {
        Running.failed(step, thrown)
        throw thrown
    }
    step.end()
    return result
}
