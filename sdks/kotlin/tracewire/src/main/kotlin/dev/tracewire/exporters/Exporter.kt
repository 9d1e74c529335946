package dev.tracewire.exporters

import dev.tracewire.internal.json.Json

/** Sealed envelopes of one producer, in order. */
public interface Batch {
    /** Whose events they are. */
    public val producer: String

    /** Each envelope's canonical JSON. */
    public val envelopes: List<ByteArray>

    /** How many events they hold. */
    public val size: Int

    /**
     * When nobody waits any longer, as `System.nanoTime()` has it: an exporter that can give up then should. Null is
     * never.
     */
    public val deadlineNanos: Long?

    /** All events in the specification's JSON form, with contents in their places instead of references. */
    public fun events(): List<Map<String, Any?>>

    /** All envelopes as values in the specification's JSON form. */
    public fun documents(): List<Map<String, Any?>>

    /** One envelope a line. */
    public fun jsonLines(): ByteArray
}

/**
 * Where envelopes go. [export] is called with one batch at a time. It may be slow and it may throw: what waits for it
 * waits in the journal, on disk, and not in memory. The same batch may come twice: an envelope's `digest` is its
 * identity.
 *
 * ```kotlin
 * class Queue : Exporter {
 *     override val name = "queue"
 *     override fun export(batch: Batch) = send(batch.jsonLines())
 * }
 * ```
 */
public interface Exporter {
    /**
     * Names the destination in journals and in what a flush reports. It must be the same in every run of the program:
     * what a process that died has left is delivered by the next one under this name.
     */
    public val name: String get() = javaClass.simpleName.lowercase().ifEmpty { "exporter" }

    /** Whether [export] calls [Batch.events]. An exporter that says false saves memory. */
    public val usesEvents: Boolean get() = true

    /** Whether what processes left that have died is passed by. */
    public val onlyThisProcess: Boolean get() = false

    /**
     * Delivers a batch; to return means that it has been delivered.
     *
     * @throws RetryLater or anything else, to have the batch again later.
     * @throws Undeliverable to drop the batch and count it.
     */
    @Throws(Exception::class)
    public fun export(batch: Batch)

    /** Lets go of what is held. Called once, after the last batch. */
    @Throws(Exception::class)
    public fun close() {
        // Most hold nothing.
    }
}

/**
 * Thrown by [Exporter.export] for a batch that this destination will never take: it is dropped, and counted by its
 * reason.
 *
 * @property reason a short code, such as `http_400`; the report's `dropped` counts by it.
 * @property events how many of the batch's events it is about; null for all.
 */
public class Undeliverable
@JvmOverloads
constructor(
    public val reason: String,
    message: String = reason,
    public val events: Int? = null,
) : Exception(message)

/**
 * Thrown by [Exporter.export] to have the same batch again later. Any other exception means the same.
 *
 * @property code a short code, such as `http_503`; the report's `errors` count by it.
 * @property afterMillis how long the destination asked to be left alone; otherwise waits grow from half a second to a
 *   minute.
 */
public class RetryLater
@JvmOverloads
constructor(
    public val code: String,
    message: String = code,
    public val afterMillis: Long? = null,
    cause: Throwable? = null,
) : Exception(message, cause)

/** The batch of these envelopes. */
internal class EnvelopeBatch(
    override val producer: String,
    override val envelopes: List<ByteArray>,
    override val size: Int,
    override val deadlineNanos: Long?,
    private val eventsJson: ByteArray,
) : Batch {
    private val documents by lazy { envelopes.map { Json.readMap(it.decodeToString()) } }

    private val events by lazy {
        if (eventsJson.isEmpty()) {
            documents.flatMap { document -> (document["events"] as List<*>).map(::asEvent) }
        } else {
            (Json.read(eventsJson.decodeToString()) as List<*>).map { entry -> asEvent((entry as Map<*, *>)["event"]) }
        }
    }

    @Suppress("UNCHECKED_CAST")
    private fun asEvent(event: Any?): Map<String, Any?> = event as Map<String, Any?>

    override fun events(): List<Map<String, Any?>> = events

    override fun documents(): List<Map<String, Any?>> = documents

    override fun jsonLines(): ByteArray = Bytes.joined(envelopes, "", "\n", "\n")
}
