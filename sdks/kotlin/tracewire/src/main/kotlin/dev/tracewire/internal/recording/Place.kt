package dev.tracewire.internal.recording

import dev.tracewire.Current
import dev.tracewire.Span
import dev.tracewire.SpanContext

/** Where new steps belong: below a step of another process, in a correlation's trace, or nowhere. */
internal class Place(
    override val state: ByteArray? = null,
    /** What other systems said of the trace. */
    val traceState: String? = null,
    /** What begins here is a root, of the trace that this id decides. */
    val correlationId: String? = null,
) : Current()

/** Which step is current on this thread, and what a process shares. */
internal object Places {
    private const val MOST_TRACE_STATES = 4096

    /** Nothing is above, whatever the environment says. */
    val NOWHERE: Place = Place()

    private val current = ThreadLocal<Current?>()

    /**
     * The `tracestate` that came with a trace, by trace id: passed on by every step of the trace. Bounded: the oldest
     * goes.
     */
    private val traceStates = object : LinkedHashMap<String, String>() {
        override fun removeEldestEntry(eldest: Map.Entry<String, String>): Boolean = size > MOST_TRACE_STATES
    }

    @Volatile
    private var hasTraceStates = false

    /** Where steps belong while none is current: the step that started this process, if one did. */
    @Volatile
    private var outside: Place? = null

    /** What is current on this thread, and nothing beside it. */
    fun onThread(): Current? = current.get()

    /** Makes something current on this thread; whoever does puts back what was. */
    fun set(place: Current?): Unit = if (place == null) current.remove() else current.set(place)

    /** Where new steps belong. */
    fun here(): Current = current.get() ?: outside ?: NOWHERE

    /** The step that new ones would belong to, if there is one in this process. */
    fun span(): Span? = here() as? Span

    /** The ids that something caused now should have as its parent, in this process or from another one. */
    fun context(): SpanContext? = when (val here = here()) {
        is Span -> here.context
        is Place -> here.state?.let { SpanContext(it, here.traceState) }
        else -> null
    }

    /** Runs work with something current. */
    inline fun <T> within(place: Current, work: () -> T): T {
        val before = onThread()
        set(place)
        try {
            return work()
        } finally {
            set(before)
        }
    }

    /** Work that has what is current here as its own current step, on whatever thread it runs. */
    fun bound(work: Runnable): Runnable {
        val place = onThread() ?: return work
        return Runnable { within(place) { work.run() } }
    }

    /** Keeps a `tracestate`, to pass it on from any step of the trace. */
    fun keepTraceState(traceId: String, traceState: String) {
        hasTraceStates = true
        synchronized(traceStates) { traceStates[traceId] = traceState }
    }

    /** What other systems said of a trace. */
    fun traceState(traceId: String): String? =
        if (hasTraceStates) synchronized(traceStates) { traceStates[traceId] } else null

    /** Takes up the step that started this process, once for the process. */
    fun prepareProcess() {
        if (outside != null) return
        val context = listOf("", "OTEL_").firstNotNullOfOrNull { prefix ->
            val names = listOf("traceparent" to "TRACEPARENT", "tracestate" to "TRACESTATE")
            Propagation.extract(names.associate { (name, variable) -> name to System.getenv(prefix + variable) })
        }
        outside = context?.let { Place(it.state, it.traceState) } ?: NOWHERE
    }
}
