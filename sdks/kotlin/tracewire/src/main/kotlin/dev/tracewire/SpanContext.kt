package dev.tracewire

import dev.tracewire.internal.recording.State

/** Whatever knows the ids of a step: a step, a session, an event's id. */
public interface HasContext {
    /** The ids; null where recording is switched off. */
    public val context: SpanContext?
}

/**
 * The ids that travel from one step to those it causes, in a process or between processes.
 *
 * @property traceState the W3C `tracestate` that came with it; null where none did.
 */
public class SpanContext internal constructor(internal val state: ByteArray, public val traceState: String? = null) {
    /** 32 hex digits. */
    public val traceId: String get() = State.traceId(state)

    /** 16 hex digits. */
    public val spanId: String get() = State.spanId(state)

    /** W3C trace flags; bit 0 says that the trace is sampled. */
    public val traceFlags: Int get() = State.flags(state)

    /** The W3C `traceparent` header. */
    public val traceparent: String get() = State.traceparent(state)

    override fun equals(other: Any?): Boolean =
        other is SpanContext && other.traceparent == traceparent && other.traceState == traceState

    override fun hashCode(): Int = traceparent.hashCode()

    /** The `traceparent`. */
    override fun toString(): String = traceparent

    /** Contexts of other processes. */
    public companion object {
        /**
         * Reads a W3C `traceparent`, and the `tracestate` beside it.
         *
         * ```kotlin
         * val parent = SpanContext.fromTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
         * ```
         *
         * @param header the header's value.
         * @param traceState what other systems say of the trace; empty is none.
         * @return null when the header is not valid.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromTraceparent(header: String, traceState: String? = null): SpanContext? =
            State.ofTraceparent(header)?.let { SpanContext(it, traceState?.ifEmpty { null }) }
    }
}
