package dev.tracewire

import dev.tracewire.internal.Hot
import dev.tracewire.internal.recording.Opened
import dev.tracewire.internal.recording.Place
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Policy
import dev.tracewire.internal.recording.State
import dev.tracewire.internal.recording.Write
import dev.tracewire.internal.recording.Writing
import java.util.concurrent.atomic.AtomicBoolean

/** Members of an event by the names of the specification. A value of null is recorded as null. */
public typealias Body = Map<String, Any?>

private const val CORRELATION = "correlation_id"
private val CAPTURED = Capture.FIELDS.toSet()

private class Source(
    @JvmField val body: Body,
    @JvmField val policy: Policy,
    /** The recorder writes the correlation id of a start or a point. */
    @JvmField val hasCorrelation: Boolean,
)

/** Writes every member as it was given; values of content pass the host's mask. */
private val WRITE: Write<Source> = Write { walker, given ->
    val policy = given.policy
    for ((name, value) in given.body) {
        when (name) {
            CORRELATION -> if (!given.hasCorrelation) Writing.value(walker, name, value)
            in CAPTURED -> Writing.content(walker, name, value, policy)
            else -> Writing.value(walker, name, value)
        }
    }
}

/** A step that was started by hand: by [Manual.start]. It ends once, by [end], and can be the `parent` of others. */
public class ManualStep internal constructor(private val opened: Opened, private val state: ByteArray?) : HasContext {
    private val isEnded = AtomicBoolean()

    /** The ids of the step; null where recording is switched off or closed. */
    override val context: SpanContext? get() = State.contextOf(state)

    /** Records a `span.update`. */
    public fun update(body: Body) {
        if (state == null) return
        opened.pen.update(state, WRITE, Source(body, opened.policy, false))
        opened.settle()
    }

    /** Records a `span.event`. */
    public fun event(body: Body) {
        if (state == null) return
        opened.pen.spanEvent(state, WRITE, Source(body, opened.policy, false))
        opened.settle()
    }

    /**
     * Records the `span.end` with this status.
     *
     * @return whether it was the first end: later ones record nothing.
     */
    @JvmOverloads
    public fun end(status: String = Status.OK, body: Body = emptyMap()): Boolean {
        if (state == null || !isEnded.compareAndSet(false, true)) return false
        opened.pen.end(state, status, WRITE, Source(body, opened.policy, false))
        opened.settle()
        return true
    }
}

/**
 * Steps and points by hand: every member as it is given, parents that are named. For libraries that record what another
 * one saw.
 *
 * Every body is a map of the names of an event's members and their values: what a value becomes is the table of the
 * specification, section 1. The client's `mask`, `capture`, `redact` and `sampling` apply. Where there is no parent, a
 * text as `correlation_id` decides the trace.
 */
public class Manual internal constructor(private val whose: () -> Client) {
    /**
     * Records a `span.start`.
     *
     * @param kind of the registry of span kinds.
     * @param parent a step, a context, an event's id or a `traceparent`; null begins a trace.
     */
    @JvmOverloads
    public fun start(kind: String, body: Body = emptyMap(), parent: Any? = null): ManualStep {
        val opened = whose().opened()
        val pen = opened.penForRecord() ?: return ManualStep(opened, null)
        val place = above(opened, parent)
        val correlationId = body[CORRELATION] as? String
        val source = Source(body, opened.policy, correlationId != null)
        val traceState = (place as? Place)?.traceState
        val state = pen.start(kind, place.state, correlationId, traceState, WRITE, source)
        opened.settle()
        return ManualStep(opened, state)
    }

    /**
     * Records an `event`; gives its context, which can be the `parent` of others; null where recording is switched off.
     */
    @JvmOverloads
    public fun event(body: Body, kind: String? = null, parent: Any? = null): SpanContext? =
        State.contextOf(point(Hot.POINT_EVENT, body, kind, parent))

    /** Records a `log`, with the step that it belongs to. */
    @JvmOverloads
    public fun log(body: Body, parent: Any? = null) {
        point(Hot.LOG, body, null, parent)
    }

    /** Records a `metric`, with the step that it belongs to. */
    @JvmOverloads
    public fun metric(body: Body, parent: Any? = null) {
        point(Hot.METRIC, body, null, parent)
    }

    /** Records `feedback`, with the step that it belongs to. */
    @JvmOverloads
    public fun feedback(body: Body, parent: Any? = null) {
        point(Hot.FEEDBACK, body, null, parent)
    }

    private fun point(operation: Int, body: Body, kind: String?, parent: Any?): ByteArray? {
        val opened = whose().opened()
        val pen = opened.penForRecord() ?: return null
        val correlationId = body[CORRELATION] as? String
        val source = Source(body, opened.policy, correlationId != null)
        val state = pen.point(operation, kind, above(opened, parent).state, correlationId, WRITE, source)
        opened.settle()
        return state
    }

    private fun above(opened: Opened, parent: Any?): Current =
        if (parent == null) Places.NOWHERE else opened.placeOf(parent)
}
