package dev.tracewire.internal.recording

import dev.tracewire.Capture
import dev.tracewire.Current
import dev.tracewire.EventId
import dev.tracewire.FlushReport
import dev.tracewire.GuardStatus
import dev.tracewire.Mode
import dev.tracewire.Span
import dev.tracewire.SpanContext
import dev.tracewire.SpanOptions
import dev.tracewire.Stats
import dev.tracewire.internal.Hot
import dev.tracewire.internal.delivery.Delivery
import dev.tracewire.internal.delivery.Exporters
import dev.tracewire.internal.formats.Whole
import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.Platform
import dev.tracewire.internal.values.Limits
import java.util.concurrent.ConcurrentHashMap
import dev.tracewire.internal.ffi.Recorder as NativeRecorder
import dev.tracewire.internal.ffi.TracewireException as Refusal
import dev.tracewire.internal.ffi.openRecorder as nativeOpenRecorder

/** Opens the native recorder; a test injects a clock and ids here. */
internal fun interface Opener {
    fun open(options: Map<String, Any?>): NativeRecorder
}

/** Makes a step of some type: from what it is of, its name, and what is above it. */
internal typealias Make<S> = (Opened, String, Current) -> S

/** Where a point belongs, and what it is about. */
internal class Where(
    /** What kind of step it is about. */
    val kind: String? = null,
    /** A step, a context or a `traceparent`; null: the current place; [Places.NOWHERE]: none. */
    val parent: Any? = null,
    /** Decides the trace where there is no parent. */
    val correlationId: String? = null,
)

/** A recorder, its settings, and its exporters. */
internal class Opened(
    settings: Settings,
    val problems: Problems,
    open: Opener = Opener { nativeOpenRecorder(Json.write(it)) },
) {
    val policy: Policy
    val rootFields: RootFields? = settings.rootFields
    private val isDisabled = settings.isDisabled

    /** Whether there were rules of redaction that could not be used. */
    private var lacksRules = false

    /** Absent where nothing is recorded: switched off, or there is no native half. */
    val recorder: NativeRecorder?

    /** Writes records; there only with a recorder. */
    val pen: Pen get() = checkNotNull(penOrNull)
    private val penOrNull: Pen?
    val delivery: Delivery?

    /** Checks calls before they begin; null where nothing is limited. */
    private val guarding: Guarding? = settings.guardLimits?.let { Guarding(settings.onWarning, problems) }

    /** What never reached the native half, by reason. */
    private val lost = ConcurrentHashMap<String, Long>()

    /** What was said when the recorder was let go of. */
    @Volatile
    private var last: FlushReport? = null

    @Volatile
    private var lastStats: Stats? = null

    /** Whether nothing is recorded any more. */
    @Volatile
    var isClosed: Boolean = false
        private set

    init {
        val exporters = if (isDisabled) emptyMap() else Exporters.from(settings.exporters, problems)
        recorder = if (isDisabled) null else openWith(settings, exporters.keys.toList(), open)
        // What rules would have removed that could not be used, nobody knows.
        val capture = if (lacksRules) settings.capture.withoutContent() else settings.capture
        policy = Policy(capture, settings.mask, problems)
        penOrNull = recorder?.let { Pen(it, Limits.of(settings.limits), Listening()) }
        delivery = recorder?.let { Delivery.of(it, exporters, settings.mode, problems) }
        if (recorder != null) {
            Places.prepareProcess()
            Closing.register(this)
        }
    }

    private inner class Listening : Listener {
        override fun notices(sentences: List<String>) = say(sentences)

        override fun failed(error: Throwable) {
            lost.merge("internal_error", 1, Long::plus)
            problems.count("internal_error", Texts.textOf(error))
        }

        override fun closed() {
            lost.merge("closed", 1, Long::plus)
        }
    }

    private fun openWith(settings: Settings, sinks: List<String>, open: Opener): NativeRecorder? {
        try {
            Native.problem?.let { throw it }
            val options = optionsOf(settings, sinks)
            return try {
                open.open(options)
            } catch (refusal: Refusal.Refused) {
                if (refusal.code.startsWith("redact_")) {
                    lacksRules = true
                    problems.count("configuration", "${refusal.reason}; inputs and outputs are not recorded")
                    return open.open(options - setOf("redact", "redact_at", "redact_key"))
                }
                lacksRules = (options["redact"] as List<*>).isNotEmpty()
                val instead = if (lacksRules) ", and inputs and outputs are not recorded" else ""
                problems.count("configuration", "${refusal.reason}; the defaults are used$instead")
                open.open(mapOf("resource" to options["resource"]))
            }
        } catch (thrown: Throwable) {
            val code = (thrown as? dev.tracewire.TracewireException)?.code ?: "unavailable"
            problems.count(code, "nothing is recorded: ${thrown.message ?: Texts.typeName(thrown)}")
            return null
        }
    }

    private fun optionsOf(settings: Settings, sinks: List<String>): Map<String, Any?> {
        @Suppress("UNCHECKED_CAST")
        val own = settings["resource"] as Map<String, Any?>?
        val mode = settings.mode.name.lowercase()
        return mapOf(
            "dir" to settings.dir,
            "mode" to mode,
            "resource" to settings.resource + own.orEmpty().let { Json.readMap(Whole.json(it)) },
            "redact" to (settings["redact"] ?: emptyList<String>()),
            "redact_at" to settings["redact_at"],
            "redact_key" to settings["redact_key"],
            "media" to settings["media"],
            "sinks" to sinks,
            "sampling" to settings["sampling"],
            "tail" to settings["tail"],
            "when_full" to settings["when_full"],
            "block_bound" to settings["block_bound"],
            "limits" to settings.limits.orEmpty(),
            "quota_bytes" to settings["quota_bytes"],
            "file_bytes" to settings["file_bytes"],
            "fsync" to (settings["fsync"] ?: false),
            "guards" to settings.guardLimits,
            "store" to (settings.isStored ?: !Platform.isAndroid),
        )
    }

    /** Begins a step below [parent], else below the current one. */
    fun <S : Span> begin(
        make: Make<S>,
        name: String,
        kind: String,
        input: Any?,
        attributes: Map<String, Any?>?,
        parent: Any?,
        options: SpanOptions?,
    ): S {
        val place = if (parent == null) Places.here() else placeOf(parent)
        var correlationId = options?.correlationId
        // The step says its own.
        var traceState = if (options?.traceState == null) null else ""
        if (place is Place) {
            correlationId = correlationId ?: place.correlationId
            traceState = traceState ?: place.traceState
        }
        val span = make(this, name, place)
        val pen = penForRecord()
        if (pen != null) {
            val beginning = Beginning(name, place.state == null, input, attributes, options, this)
            if (guarding != null && Guarding.isGuarded(kind)) {
                val checked = pen.check(kind, place.state, correlationId, Members.ASKED, beginning)
                checked.verdict?.let(guarding::obey)
                span.reservation = checked.reservation
            }
            span.state =
                pen.start(kind, place.state, correlationId, traceState?.ifEmpty { null }, Members.START, beginning)
        }
        problems.settle()
        return span
    }

    /**
     * Records a point; its members have the names of the wire, and those that are null are left out.
     *
     * @param operation `POINT_EVENT`, `LOG`, `METRIC` or `FEEDBACK`.
     * @return the context of an event; of the others that of the step that they belong to.
     */
    fun point(operation: Int, where: Where, members: Map<String, Any?>): SpanContext? {
        val place = if (where.parent == null) Places.here() else placeOf(where.parent)
        val correlationId =
            where.correlationId ?: members["correlation_id"]?.toString() ?: (place as? Place)?.correlationId
        val pen = penForRecord() ?: return null
        val source = PointSource(members, policy)
        val state = pen.point(operation, where.kind, place.state, correlationId, Members.POINT, source)
        problems.settle()
        return State.contextOf(if (operation == Hot.POINT_EVENT) state else place.state)
    }

    /** What a `parent` argument stands for; nowhere, counted, for what is none. */
    fun placeOf(parent: Any): Current {
        if (parent is Current) return parent
        val found = Writing.contextOf(parent)
        if (found != null) return Place(found.state, found.traceState)
        if (parent is dev.tracewire.HasContext || parent is EventId) return Places.NOWHERE
        val message = "not a step, a context or a traceparent: ${Texts.shown(parent)}; a new trace begins"
        problems.noteLater("invalid_parent", message)
        return Places.NOWHERE
    }

    /** What writes a new step or point, which also starts the delivery; null, and counted, where nothing is recorded. */
    fun penForRecord(): Pen? {
        if (penOrNull == null && !isDisabled) lost.merge("unavailable", 1, Long::plus)
        delivery?.start()
        return penOrNull
    }

    /** A step has ended: tells who delivers when no step above it is still going on. */
    fun stepEnded(above: Current?) {
        var next = above
        while (next is Span && next.ended) next = next.above
        if (next !is Span) delivery?.runEnded()
    }

    /** Throws what strict mode owes. */
    fun settle(): Unit = problems.settle()

    /** Where a session stands before its guards, or a run by its trace id. */
    fun guardStatus(sessionId: String?, traceId: String?): GuardStatus? =
        alive { it.guardStatus(sessionId, traceId) }?.let(Guarding::statusOf)

    /** Numbers of the recorder, without waiting for anything. */
    fun stats(): Stats {
        val found = lastStats ?: alive { Stats.of(it.stats()) } ?: lastStats ?: Stats()
        return found.copy(pending = delivery?.pending().orEmpty())
    }

    /** Asks the recorder; null where there is none, or where it is let go of at this moment. */
    private inline fun <T> alive(ask: (NativeRecorder) -> T): T? = try {
        recorder?.let(ask)
    } catch (_: IllegalStateException) {
        null
    }

    /** Delivers what the mode delivers, and counts. */
    fun flush(timeoutMillis: Long): FlushReport {
        last?.let { return it.copy(dropped = added(it.dropped, lost)) }
        val counts = counts(alive { it.flush() })
        return delivered(counts, delivery?.flush(timeoutMillis))
    }

    /** Closes the journal, delivers, and lets go of the exporters. */
    fun close(timeoutMillis: Long): FlushReport {
        if (last != null) return flush(0)
        isClosed = true
        Closing.forget(this)
        // The journal first, so that the exporters get the envelope that closes it.
        val counts = counts(alive { it.closeJournal() })
        return delivered(counts, delivery?.close(timeoutMillis))
    }

    /** What is withheld is known when it has been delivered. */
    private fun delivered(counts: FlushReport, report: FlushReport?): FlushReport {
        if (report == null) return together(counts, null)
        val withheld = alive { Stats.of(it.stats()).withheld } ?: counts.withheld
        return together(counts, report).copy(withheld = withheld)
    }

    /** Closes, and lets go of the native recorder: nothing can be recorded with what this made any more. */
    fun release(timeoutMillis: Long): FlushReport {
        val report = close(timeoutMillis)
        if (last != null) return report
        lastStats = stats()
        last = report
        lost.clear() // It is in the report.
        penOrNull?.isReleased = true
        recorder?.destroy()
        return report
    }

    private fun counts(report: String?): FlushReport {
        alive { it.takeNotices() }?.let(::say)
        val counts = if (report == null) FlushReport() else FlushReport.of(report)
        return counts.copy(dropped = added(counts.dropped, lost))
    }

    private fun say(sentences: List<String>) {
        if (sentences.isNotEmpty()) problems.say(sentences.joinToString("; "))
    }

    private fun together(counts: FlushReport, delivered: FlushReport?): FlushReport {
        if (delivered == null) return counts
        return counts.copy(
            sent = delivered.sent,
            pending = delivered.pending,
            dropped = added(counts.dropped, delivered.dropped),
            errors = delivered.errors,
            exporters = delivered.exporters,
        )
    }
}

/** The sums of counts of the same name. */
internal fun added(counts: Map<String, Long>, more: Map<String, Long>): Map<String, Long> {
    if (more.isEmpty()) return counts
    val sums = java.util.TreeMap(counts)
    for ((name, count) in more) sums.merge(name, count, Long::plus)
    return sums
}
