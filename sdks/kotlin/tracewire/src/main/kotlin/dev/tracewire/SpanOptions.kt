package dev.tracewire

/**
 * What a step, and above all the root of a run, can say when it begins, besides its kind, input, attributes and parent.
 *
 * ```kotlin
 * Tracewire.span("answer", "agent", options = SpanOptions { userId = "u-1"; tags = listOf("demo") }) { step -> … }
 * ```
 */
public open class SpanOptions {
    /** The application's own id of the trace: services that share it land in one trace without headers. */
    public var correlationId: String? = null

    /** The item of a dataset that this run is about. */
    public var datasetItemId: String? = null

    /** The deployment, such as `production`. */
    public var environment: String? = null

    /** The run of an experiment that this belongs to. */
    public var experimentRunId: String? = null

    /** How severe it is: `debug`, `info`, `warning`, `error`. */
    public var level: String? = null

    /** Steps that this one is related to without being their child: [Link], or whatever can be a parent. */
    public var links: List<Any>? = null

    /** Images, sound and the like that go in. */
    public var media: List<Map<String, Any?>>? = null

    /** The prompt's name and version. */
    public var prompt: Named? = null

    /** The version of the program. */
    public var release: String? = null

    /** The name and version of the library that records. */
    public var scope: Named? = null

    /** The conversation that the run belongs to. */
    public var sessionId: String? = null

    /** Labels. */
    public var tags: List<String>? = null

    /** The tools that a model may call. */
    public var toolDefinitions: Any? = null

    /** The W3C `tracestate` of the trace. */
    public var traceState: String? = null

    /** Who the run is for. */
    public var userId: String? = null

    /** Options made in one expression. */
    public companion object {
        /** Options with what [configure] sets. */
        public inline operator fun invoke(configure: SpanOptions.() -> Unit): SpanOptions =
            SpanOptions().apply(configure)
    }
}

/**
 * A name and a version: of a prompt, or of the library that records.
 *
 * @property name what it is called.
 * @property version which one it is.
 */
public data class Named
@JvmOverloads
constructor(public val name: String? = null, public val version: String? = null)

/**
 * A step that another one is related to without being its child.
 *
 * @property traceId 32 hex digits.
 * @property spanId 16 hex digits.
 * @property attributes what the relation is.
 */
public data class Link
@JvmOverloads
constructor(
    public val traceId: String,
    public val spanId: String? = null,
    public val attributes: Map<String, Any?>? = null,
)

/** Names of how a step ended. */
public object Status {
    /** It did what it should. */
    public const val OK: String = "ok"

    /** It failed. */
    public const val ERROR: String = "error"

    /** It took too long. */
    public const val TIMEOUT: String = "timeout"

    /** Somebody did not want it any more. */
    public const val CANCELLED: String = "cancelled"

    /** Nobody knows. */
    public const val UNSET: String = "unset"

    internal val ALL: Set<String> = linkedSetOf(OK, ERROR, TIMEOUT, CANCELLED, UNSET)
}
