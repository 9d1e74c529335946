package dev.tracewire.exporters

/**
 * Prints steps as they begin and end, indented by their depth, for people at a terminal.
 *
 * A step that has ended by the time it is shown takes one line. One that is still running gets `…`, and a line of its
 * own when it ends:
 *
 * ```text
 * agent answer …
 *   tool search 12 ms
 *   llm chat 830 ms 120+30 tokens
 *     ! java.lang.IllegalStateException: slow down
 * agent answer 1.20 s
 * ```
 *
 * @param stream where to print; standard error by default.
 * @param colour whether to use colours; by default where there is a console and `NO_COLOR` is not set.
 * @param name names the destination.
 */
public class ConsoleExporter
@JvmOverloads
constructor(
    private val stream: Appendable = System.err,
    colour: Boolean? = null,
    override val name: String = "console",
) : Exporter {
    override val onlyThisProcess: Boolean get() = true

    private val isColoured =
        colour ?: (stream === System.err && System.console() != null && System.getenv("NO_COLOR").isNullOrEmpty())
    private val depths = Bounded<Int>()
    private val open = Bounded<Shown>()
    private var last = "" to 0L

    /** What is known of a step. */
    private class Shown {
        var kind = "step"
        var name = ""
        var status: String? = null
        var nanos: Long? = null
        val body = LinkedHashMap<String, Any?>()

        fun add(event: Map<String, Any?>) {
            (event["kind"] as? String)?.let { kind = it }
            (event["status"] as? String)?.let { status = it }
            (event["duration_nanos"] as? Number)?.let { nanos = it.toLong() }
            if (event["type"] == "span.event") return
            for ((key, value) in event["body"] as? Map<*, *> ?: return) body[key.toString()] = value
            (body["name"] as? String)?.let { name = it }
        }
    }

    /** Forgets the oldest: a step that never ends must not cost memory for ever. */
    private class Bounded<V> : LinkedHashMap<String, V>() {
        override fun removeEldestEntry(eldest: Map.Entry<String, V>): Boolean = size > MOST_OPEN
    }

    /** Prints what the batch tells. */
    override fun export(batch: Batch) {
        val from = if (last.first == batch.producer) last.second else 0
        val events = batch.events().filter { seqOf(it) > from }
        if (events.isEmpty()) return
        val whole = HashMap<String, Shown>()
        for (event in events) {
            if (event["type"].toString().startsWith("span.")) {
                val id = event["span_id"].toString()
                whole.getOrPut(id) { open[id] ?: Shown() }.add(event)
            }
        }
        val lines = StringBuilder()
        for (event in events) show(event, whole, lines)
        last = batch.producer to seqOf(events.last())
        try {
            stream.append(lines)
        } catch (error: java.io.IOException) {
            // Nobody is there any more; what is shown later would say nothing.
            throw Undeliverable("console_closed", "the console cannot be written: $error")
        }
    }

    private fun seqOf(event: Map<String, Any?>): Long = (event["seq"] as? Number)?.toLong() ?: 0

    private fun depthOf(id: Any?): Int = depths[id.toString()] ?: -1

    private fun show(event: Map<String, Any?>, whole: Map<String, Shown>, lines: StringBuilder) {
        val id = event["span_id"].toString()
        when (val type = event["type"]) {
            "span.start" -> {
                val step = whole.getValue(id)
                val depth = depthOf(event["parent_id"]) + 1
                depths[id] = depth
                lines.add(depth, line(step))
                if (step.status == null) open[id] = step else lastWords(step, depth, lines)
            }

            "span.end" -> {
                val step = open.remove(id) ?: return
                val depth = maxOf(0, depthOf(id))
                lines.add(depth, line(step))
                lastWords(step, depth, lines)
            }

            "span.event", "event", "log", "loss" -> {
                val text = told(type.toString(), event["body"] as? Map<*, *> ?: emptyMap<Any, Any>())
                val above = if (type == "event") event["parent_id"] else id
                if (text.isNotEmpty()) lines.add(depthOf(above) + 1, paint(text, "dim"))
            }
        }
    }

    private fun StringBuilder.add(depth: Int, text: String) {
        append("  ".repeat(depth)).append(text).append('\n')
    }

    private fun line(step: Shown): String {
        val words = arrayListOf(paint(clean(step.kind), "dim"), paint(clean(step.name.ifEmpty { "?" }), "bold"))
        val status = step.status ?: return (words + "…").joinToString(" ")
        step.nanos?.let { words.add(duration(it)) }
        val usage = step.body["usage"] as? Map<*, *>
        if (usage != null && ("input_tokens" in usage || "output_tokens" in usage)) {
            words.add("${usage["input_tokens"] ?: 0}+${usage["output_tokens"] ?: 0} tokens")
        }
        if (status in BAD) words.add(paint(status, status))
        return words.joinToString(" ")
    }

    private fun lastWords(step: Shown, depth: Int, lines: StringBuilder) {
        val status = step.status.takeIf { it in BAD } ?: return
        val exception = step.body["exception"] as? Map<*, *>
        val text = exception?.let(::exceptionText) ?: step.body["status_message"]?.let { "! $it" } ?: return
        lines.add(depth + 1, paint(clean(text), status))
    }

    private fun exceptionText(exception: Map<*, *>): String =
        "! ${exception["type"] ?: "exception"}: ${exception["message"] ?: ""}"

    private fun told(type: String, body: Map<*, *>): String = when {
        type == "log" -> clean("${body["level"] ?: "info"}: ${body["message"] ?: ""}")

        type == "loss" -> clean("! ${body["count"] ?: "some"} records were dropped: ${body["reason"] ?: "unknown"}")

        // A stream would push everything else away.
        "chunks" in body -> ""

        body["exception"] is Map<*, *> -> clean(exceptionText(body["exception"] as Map<*, *>))

        else -> clean("· ${body["name"] ?: "event"}")
    }

    /** One short line, without anything that a terminal would obey. */
    private fun clean(text: String): String {
        val words = text.split(WHITE).filter { it.isNotEmpty() }.joinToString(" ")
        val short = if (words.length <= LONGEST_TEXT) words else words.take(LONGEST_TEXT - 1) + "…"
        return short.replace(OBEYED, "\uFFFD")
    }

    private fun paint(text: String, colour: String): String =
        if (isColoured && colour in COLOURS) "${COLOURS[colour]}$text\u001B[0m" else text

    private fun duration(nanos: Long): String = when {
        nanos < NANOS_OF_MILLI -> "${nanos / 1000} µs"
        nanos < NANOS_OF_SECOND -> "${nanos / NANOS_OF_MILLI} ms"
        nanos < 60 * NANOS_OF_SECOND -> "%.2f s".format(java.util.Locale.ROOT, nanos / 1e9)
        else -> "${nanos / (60 * NANOS_OF_SECOND)} min ${nanos / NANOS_OF_SECOND % 60} s"
    }

    private companion object {
        const val MOST_OPEN = 10_000
        const val LONGEST_TEXT = 200
        const val NANOS_OF_MILLI = 1_000_000L
        const val NANOS_OF_SECOND = 1_000_000_000L
        val WHITE = Regex("\\s+")
        val OBEYED = Regex("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}]")
        val BAD = setOf("error", "timeout", "cancelled")
        val COLOURS = mapOf(
            "dim" to "\u001B[2m",
            "bold" to "\u001B[1m",
            "error" to "\u001B[31m",
            "timeout" to "\u001B[33m",
            "cancelled" to "\u001B[33m",
        )
    }
}
