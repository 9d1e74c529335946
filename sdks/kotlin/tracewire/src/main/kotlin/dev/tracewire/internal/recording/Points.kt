package dev.tracewire.internal.recording

import dev.tracewire.EventId
import dev.tracewire.Feedback
import dev.tracewire.HistogramSamples
import dev.tracewire.NoParent
import dev.tracewire.Severity
import dev.tracewire.SpanContext
import dev.tracewire.TracewireException
import dev.tracewire.internal.Hot
import java.util.concurrent.ThreadLocalRandom

/** What is recorded at once: events, log lines, metrics, feedback. */
internal object Points {
    private val INSTRUMENTS = listOf("counter", "gauge", "histogram")
    private val TEMPORALITIES = listOf("delta", "cumulative")
    private const val TRACE_DIGITS = 32

    fun event(
        opened: Opened,
        name: String?,
        attributes: Map<String, Any?>?,
        data: Any?,
        where: Where,
        sessionId: String?,
    ): EventId? {
        val members = mapOf("name" to name, "attributes" to attributes, "session_id" to sessionId, "data" to data)
        return opened.point(Hot.POINT_EVENT, where, members)?.let(::EventId)
    }

    fun log(
        opened: Opened,
        message: Any?,
        level: String,
        attributes: Map<String, Any?>?,
        logger: String?,
        parent: Any?,
    ) {
        val known = Severity.of(level)
        if (known == null) {
            opened.problems.note("invalid_level", "not a level: ${Texts.shown(level)}; info is recorded")
        }
        val severity = known ?: Severity.INFO
        val members = mapOf("message" to message, "level" to severity, "logger" to logger, "attributes" to attributes)
        opened.point(Hot.LOG, Where(parent = parent), members)
    }

    fun metric(
        opened: Opened,
        name: String,
        value: Any?,
        instrument: String,
        unit: String?,
        attributes: Map<String, Any?>?,
        temporality: String?,
        buckets: Iterable<Number>?,
        parent: Any?,
    ) {
        val measured =
            guarded(opened, "metric") { measured(opened.problems, value, instrument, temporality, buckets) } ?: return
        val members = mapOf("name" to name, "unit" to unit, "attributes" to attributes) + measured
        opened.point(Hot.METRIC, Where(parent = parent), members)
    }

    /** Runs work that reads values of the program. What they throw is counted, and null is given. */
    fun <T> guarded(opened: Opened, what: String, work: () -> T): T? = try {
        work()
    } catch (error: TracewireException) {
        throw error
    } catch (error: Exception) {
        val thrown = Texts.typeName(error)
        opened.problems.note("unreadable_value", "$what: a value threw $thrown while it was read", error)
        null
    }

    /** The members that depend on the instrument; null for a value that is not one of it. */
    private fun measured(
        problems: Problems,
        value: Any?,
        given: String,
        asked: String?,
        buckets: Iterable<Number>?,
    ): Map<String, Any?>? {
        fun wrong(message: String) = problems.note("invalid_metric", message)
        var instrument = given
        if (instrument !in INSTRUMENTS) {
            wrong("an instrument is one of ${INSTRUMENTS.joinToString(", ")}, not ${Texts.shown(instrument)}")
            instrument = if (value is Number) "gauge" else "histogram"
        }
        val isKnown = asked == null || asked in TEMPORALITIES
        if (!isKnown) wrong("a temporality is delta or cumulative, not ${Texts.shown(asked)}")
        val members = LinkedHashMap<String, Any?>()
        members["instrument"] = instrument
        if (instrument != "gauge") members["temporality"] = asked.takeIf { isKnown } ?: "delta"
        if (instrument == "histogram") {
            members["histogram"] = histogram(value, buckets) ?: return null.also {
                wrong("the value of a histogram is a number, numbers, or an object of its members")
            }
        } else {
            members["value"] = value as? Number ?: return null.also {
                wrong("the value of a $instrument is a number, not ${Texts.shown(value)}")
            }
        }
        return members
    }

    /** The samples of a histogram: counted here, or as they were counted elsewhere. */
    private fun histogram(value: Any?, buckets: Iterable<Number>?): Map<String, Any?>? {
        val samples = when (value) {
            is HistogramSamples -> return membersOf(value)
            is Map<*, *> -> return value.entries.associate { it.key.toString() to it.value }
            is Number -> listOf(value)
            is Iterable<*> -> value.map { it as? Number ?: return null }
            is DoubleArray -> value.toList()
            is LongArray -> value.toList()
            is IntArray -> value.toList()
            else -> return null
        }
        val areWhole = samples.all { it is Long || it is Int || it is Short || it is Byte }
        val histogram = LinkedHashMap<String, Any?>()
        histogram["count"] = samples.size
        histogram["sum"] = if (areWhole) samples.sumOf { it.toLong() } else samples.sumOf { it.toDouble() }
        samples.minByOrNull { it.toDouble() }?.let { histogram["min"] = it }
        samples.maxByOrNull { it.toDouble() }?.let { histogram["max"] = it }
        if (buckets != null) {
            val bounds = buckets.distinctBy { it.toDouble() }.sortedBy { it.toDouble() }
            val counts = LongArray(bounds.size + 1)
            // As OpenTelemetry has it: an upper bound belongs to its bucket.
            for (sample in samples) {
                val found = bounds.indexOfFirst { sample.toDouble() <= it.toDouble() }
                counts[if (found < 0) bounds.size else found]++
            }
            histogram["bounds"] = bounds
            histogram["counts"] = counts
        }
        return histogram
    }

    private fun membersOf(samples: HistogramSamples): Map<String, Any?> = mapOf(
        "count" to samples.count,
        "sum" to samples.sum,
        "min" to samples.min,
        "max" to samples.max,
        "bounds" to samples.bounds,
        "counts" to samples.counts,
    ).filterValues { it != null }

    fun feedback(opened: Opened, feedback: Feedback): String {
        val id = feedback.feedbackId ?: ThreadLocalRandom.current().nextLong().toULong().toString(16).padStart(16, '0')
        if (feedback.value == null && feedback.comment == null) {
            opened.problems.note("invalid_feedback", "feedback needs a value or a comment")
        }
        val members = mapOf(
            "feedback_id" to id,
            "name" to feedback.name,
            "value" to feedback.value,
            "source" to feedback.source,
            "target" to targetOf(opened.problems, feedback.target, feedback.sessionId),
            "supersedes" to feedback.supersedes,
            "comment" to feedback.comment,
        )
        opened.point(Hot.FEEDBACK, Where(), members)
        return id
    }

    /** The ids of what feedback is about; null where they are not known. */
    private fun targetOf(problems: Problems, target: Any?, sessionId: String?): Map<String, String>? {
        val found = LinkedHashMap<String, String>()
        if (target == null) {
            if (sessionId == null) Places.context()?.let { found.putAll(idsOf(it)) }
        } else if (target is String && target.length == TRACE_DIGITS) {
            found["trace_id"] = target
        } else if (target !== NoParent) {
            val context = Writing.contextOf(target)
            if (context == null) invalid(problems, target) else found.putAll(idsOf(context))
        }
        if (sessionId != null) found["session_id"] = sessionId
        return found.ifEmpty { null }
    }

    private fun idsOf(context: SpanContext) = mapOf("trace_id" to context.traceId, "span_id" to context.spanId)

    private fun invalid(problems: Problems, target: Any): Unit =
        problems.note("invalid_parent", "not a step, a context, a traceparent or ids: ${Texts.shown(target)}")
}
