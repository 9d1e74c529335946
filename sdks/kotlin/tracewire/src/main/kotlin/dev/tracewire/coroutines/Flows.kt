package dev.tracewire.coroutines

import dev.tracewire.Client
import dev.tracewire.SpanOptions
import dev.tracewire.Stream
import dev.tracewire.Tracewire
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn

/**
 * Makes each collection of a flow a step that yields chunks: kind `stream`.
 *
 * The step is current for what is upstream only, never while the collector runs. Chunks keep their order, the first is
 * written at once. A collector that wants no more, or fails, ends the step as `cancelled`; an upstream that fails ends
 * it as `error`.
 *
 * ```kotlin
 * model.generate(prompt).traced("answer", "llm").collect(::print)
 * ```
 *
 * @param name what the step is called.
 * @param kind what it is.
 * @param capturesOutput whether chunks are recorded; otherwise only when they came.
 */
public fun <T> Flow<T>.traced(
    name: String,
    kind: String = "stream",
    input: Any? = null,
    attributes: Map<String, Any?>? = null,
    parent: Any? = null,
    options: SpanOptions? = null,
    capturesOutput: Boolean = true,
    client: Client = Tracewire.client,
): Flow<T> {
    val upstream = this
    return flow {
        val step = client.opened().begin(::Stream, name, kind, input, attributes, parent, options)
        var downstream: Throwable? = null
        try {
            upstream.flowOn(TracewireContext(step)).collect { item ->
                if (capturesOutput) step.yielded(item) else step.arrived()
                try {
                    emit(item)
                } catch (thrown: Throwable) {
                    downstream = thrown
                    throw thrown
                }
            }
        } catch (thrown: Throwable) {
            if (downstream != null) step.abandon() else step.fail(thrown)
            throw thrown
        }
        step.end()
    }
}
