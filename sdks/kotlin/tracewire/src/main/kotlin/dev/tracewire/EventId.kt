package dev.tracewire

/**
 * The id of a recorded event. It can be the `parent` of what the event causes.
 *
 * @property context trace and id of the event.
 */
public class EventId internal constructor(override val context: SpanContext) : HasContext {
    /** The id itself, 16 hex digits. */
    public val id: String get() = context.spanId

    /** The trace, 32 hex digits. */
    public val traceId: String get() = context.traceId

    /** The id itself, 16 hex digits. */
    override fun toString(): String = id
}
