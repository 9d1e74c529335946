package dev.tracewire

import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.lending
import dev.tracewire.internal.ffi.remove as nativeRemove
import dev.tracewire.internal.ffi.verify as nativeVerify

/**
 * Something in envelopes that contradicts.
 *
 * @property code `digest`, `sequence`, `chain`, `fork`, `content` or `closed`.
 * @property producer whose envelope it is.
 * @property firstSeq the number of that envelope's first event.
 * @property message what is wrong, in one sentence.
 */
public data class Contradiction(
    public val code: String,
    public val producer: String,
    public val firstSeq: Long,
    public val message: String,
)

/**
 * What envelopes prove together.
 *
 * @property isSound whether nothing contradicts. What is missing, erased or withheld is no contradiction.
 * @property isComplete whether, besides, nothing is missing and every producer's end is known.
 * @property findings what contradicts, in order of producer and place.
 * @property producers what is known of each producer, by its name: how many `envelopes` and `events`, which are
 *   missing, ….
 */
public class Verification internal constructor(
    public val isSound: Boolean,
    public val isComplete: Boolean,
    public val findings: List<Contradiction>,
    public val producers: Map<String, Map<String, Any?>>,
) {
    /** The codes of what contradicts, sorted, each once. */
    public val codes: List<String> get() = findings.map { it.code }.toSortedSet().toList()

    /** The state, and a line for each finding. */
    override fun toString(): String {
        val state = if (isComplete) {
            "complete"
        } else if (isSound) {
            "sound"
        } else {
            "not sound"
        }
        return (
            listOf(state) +
                findings.map {
                    "${it.code}: ${it.producer} from ${it.firstSeq}: ${it.message}"
                }
            ).joinToString("\n")
    }
}

/** Envelopes by their bytes: what they prove, and how something is taken out of them without breaking a digest. */
public object Envelopes {
    /**
     * Says what envelopes prove, each given in JSON: in any order, the same ones also repeatedly.
     *
     * ```kotlin
     * val found = Envelopes.verify(File("audit.jsonl").readLines().map { it.encodeToByteArray() })
     * check(found.isSound) { found.toString() }
     * ```
     *
     * @throws FormatException for the first that is no envelope.
     */
    @JvmStatic
    @Suppress("UNCHECKED_CAST")
    public fun verify(envelopes: List<ByteArray>): Verification {
        val found = Json.readMap(Native.refusing { nativeVerify(envelopes) })
        val findings = (found["findings"] as List<Map<String, Any?>>).map {
            val firstSeq = FlushReport.number(it["first_seq"])
            Contradiction(it["code"].toString(), it["producer"].toString(), firstSeq, it["message"].toString())
        }
        val producers = found["producers"] as Map<String, Map<String, Any?>>
        return Verification(found["sound"] == true, found["complete"] == true, findings, producers)
    }

    /**
     * Erases something for ever; gives the envelope without it, in canonical JSON. Every digest stays.
     *
     * @param contents by their hashes, wherever the envelope holds them.
     * @param bodies events whose bodies go, by their `seq`.
     * @throws FormatException for what is no envelope, or no hash.
     */
    @JvmStatic
    @JvmOverloads
    public fun erase(
        envelope: ByteArray,
        contents: List<String> = emptyList(),
        bodies: List<Long> = emptyList(),
    ): ByteArray = remove(envelope, contents, bodies, emptyList(), true)

    /**
     * Keeps something out of this copy; gives the envelope without it, in canonical JSON. Every digest stays.
     *
     * @param contents by their hashes, wherever the envelope holds them.
     * @param bodies events whose bodies go, by their `seq`.
     * @param events events that go whole, by their `seq`.
     * @throws FormatException for what is no envelope, or no hash.
     */
    @JvmStatic
    @JvmOverloads
    public fun withhold(
        envelope: ByteArray,
        contents: List<String> = emptyList(),
        bodies: List<Long> = emptyList(),
        events: List<Long> = emptyList(),
    ): ByteArray = remove(envelope, contents, bodies, events, false)

    private fun remove(
        envelope: ByteArray,
        contents: List<String>,
        bodies: List<Long>,
        events: List<Long>,
        erases: Boolean,
    ): ByteArray {
        val selection = mapOf("contents" to contents, "bodies" to bodies, "events" to events, "erases" to erases)
        return Native.refusing { lending(envelope) { nativeRemove(it, Json.write(selection)) } }
    }
}
