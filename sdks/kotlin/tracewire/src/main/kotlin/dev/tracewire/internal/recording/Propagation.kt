package dev.tracewire.internal.recording

import dev.tracewire.SpanContext

/** Context across processes: W3C Trace Context in maps, in MCP's `_meta`, and in the environment of children. */
internal object Propagation {
    private const val MOST_STATE_CHARS = 4096

    /** `traceparent`, and the `tracestate` that came with the trace; empty without a current step. */
    fun headers(): Map<String, String> {
        val context = Places.context() ?: return emptyMap()
        val state = Places.traceState(context.traceId)
        val headers = LinkedHashMap<String, String>()
        headers["traceparent"] = context.traceparent
        if (state != null) headers["tracestate"] = state
        return headers
    }

    /** An environment with `TRACEPARENT` and `TRACESTATE` for a child process. */
    fun environment(environment: Map<String, String>): Map<String, String> {
        val found = headers()
        if (found.isEmpty()) return environment
        // What is there already is of another trace.
        return environment - "TRACESTATE" + found.mapKeys { it.key.uppercase() }
    }

    /** Reads `traceparent` and `tracestate` from a carrier; see `Client.extract`. */
    fun extract(carrier: Map<*, *>): SpanContext? = try {
        val meta = if (header(carrier, "traceparent") == null) carrier["_meta"] as? Map<*, *> else null
        read(meta ?: carrier)
    } catch (_: Exception) {
        // A carrier is an object of the host's or of a library's, and may throw anything while it is read.
        null
    }

    private fun read(carrier: Map<*, *>): SpanContext? {
        val context = header(carrier, "traceparent")?.let { SpanContext.fromTraceparent(it.trim()) } ?: return null
        val state = header(carrier, "tracestate")?.trim()
        if (state == null || !isPrintable(state)) return context
        Places.keepTraceState(context.traceId, state)
        return SpanContext(context.state, state)
    }

    private fun header(carrier: Map<*, *>, name: String): String? {
        val found =
            carrier[name] ?: carrier.entries.firstOrNull { name.equals(it.key as? String, ignoreCase = true) }?.value
        if (found !is Iterable<*>) return textIn(found)
        val texts = found.mapNotNull(::textIn)
        // Of several `tracestate` headers the list goes on in the next one; two `traceparent` are none.
        return if (texts.isEmpty() || (name == "traceparent" && texts.size > 1)) null else texts.joinToString(",")
    }

    private fun textIn(value: Any?): String? = when (value) {
        is String -> value
        is ByteArray -> value.decodeToString()
        else -> null
    }

    private fun isPrintable(state: String): Boolean =
        state.isNotEmpty() && state.length <= MOST_STATE_CHARS && state.all { it in ' '..'~' }
}
