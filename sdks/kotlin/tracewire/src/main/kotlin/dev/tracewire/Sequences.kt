package dev.tracewire

import dev.tracewire.internal.recording.Forgotten
import dev.tracewire.internal.recording.Places

/**
 * Makes each iteration of a sequence a step that yields chunks: kind `stream`.
 *
 * The step is current for what makes the items only, never while they are used. An iteration that is left before its end is not
 * told so by anybody: its step ends as `cancelled` when the garbage collector has found it. A flow knows at once; see
 * `dev.tracewire.coroutines.traced`.
 *
 * @param name what the step is called.
 * @param kind what it is.
 * @param capturesOutput whether items are recorded; otherwise only when they came.
 */
public fun <T> Sequence<T>.traced(
    name: String,
    kind: String = "stream",
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    options: SpanOptions? = null,
    capturesOutput: Boolean = true,
    client: Client = Tracewire.client,
): Sequence<T> {
    val upstream = this
    return Sequence {
        val step = client.opened().begin(::Stream, name, kind, input, attributes, parent, options)
        TracedIterator(Forgotten.watch(step), Places.within(step) { upstream.iterator() }, capturesOutput)
    }
}

@Suppress("IteratorNotThrowingNoSuchElementException") // The one that is wrapped does.
private class TracedIterator<T>(
    private val step: Stream,
    private val upstream: Iterator<T>,
    private val capturesOutput: Boolean,
) : Iterator<T> {
    override fun hasNext(): Boolean = inside { upstream.hasNext() }.also { if (!it) step.end() }

    override fun next(): T =
        inside { upstream.next() }.also { if (capturesOutput) step.yielded(it) else step.arrived() }

    private inline fun <R> inside(work: () -> R): R = try {
        Places.within(step, work)
    } catch (thrown: Throwable) {
        step.fail(thrown)
        throw thrown
    }
}
