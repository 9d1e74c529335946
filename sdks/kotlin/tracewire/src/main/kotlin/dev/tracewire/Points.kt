package dev.tracewire

/** Names of how severe a log line is; [of] knows other names for them, and numbers of loggers. */
public object Severity {
    /** Finest. */
    public const val TRACE: String = "trace"

    /** For whoever looks for a mistake. */
    public const val DEBUG: String = "debug"

    /** What happens. */
    public const val INFO: String = "info"

    /** What may need attention. */
    public const val WARNING: String = "warning"

    /** What failed. */
    public const val ERROR: String = "error"

    /** What ends the program. */
    public const val FATAL: String = "fatal"

    private val NAMES = mapOf(
        "critical" to FATAL,
        "debug" to DEBUG,
        "error" to ERROR,
        "exception" to ERROR,
        "fatal" to FATAL,
        "fine" to DEBUG,
        "finer" to TRACE,
        "finest" to TRACE,
        "info" to INFO,
        "log" to INFO,
        "notice" to INFO,
        "severe" to ERROR,
        "trace" to TRACE,
        "verbose" to DEBUG,
        "warn" to WARNING,
        "warning" to WARNING,
    )

    /** A severity of the specification, of any name that is usual; null for what is none. */
    @JvmStatic
    public fun of(name: String): String? = NAMES[name.lowercase()]
}

/**
 * What somebody thinks of a trace, a step or a session.
 *
 * ```kotlin
 * Tracewire.feedback(Feedback(value = 0.9, name = "helpful"))
 * ```
 *
 * @property value the judgement: a number, a boolean or a label.
 * @property target what it is about: a step, a context, an event's id, a `traceparent` or a trace id; null is the
 *   current step, [NoParent] nothing.
 * @property sessionId a session that it is about.
 * @property name what is judged, such as `helpful`.
 * @property source who judges: `user`, `human`, `model` or `code`.
 * @property comment in words.
 * @property supersedes the id of the feedback that this one replaces.
 * @property feedbackId an id of one's own.
 */
public data class Feedback
@JvmOverloads
constructor(
    public val value: Any? = null,
    public val target: Any? = null,
    public val sessionId: String? = null,
    public val name: String? = null,
    public val source: String = "user",
    public val comment: String? = null,
    public val supersedes: String? = null,
    public val feedbackId: String? = null,
)

/**
 * Samples of a histogram that were counted elsewhere.
 *
 * @property count how many there are.
 * @property sum of all.
 * @property min the least.
 * @property max the greatest.
 * @property bounds upper bounds of the buckets but the last.
 * @property counts how many samples each bucket has; one more than bounds.
 */
public data class HistogramSamples
@JvmOverloads
constructor(
    public val count: Number? = null,
    public val sum: Number? = null,
    public val min: Number? = null,
    public val max: Number? = null,
    public val bounds: List<Number>? = null,
    public val counts: List<Number>? = null,
)
