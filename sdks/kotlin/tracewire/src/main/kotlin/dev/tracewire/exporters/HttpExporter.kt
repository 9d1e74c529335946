package dev.tracewire.exporters

import dev.tracewire.internal.delivery.Post
import dev.tracewire.internal.delivery.WaitsForMore
import dev.tracewire.internal.json.Json

/** Gives headers for each request: where a key is renewed, say. */
public fun interface HeadersSource {
    /** The headers of the next request. */
    public fun headers(): Map<String, String>
}

/**
 * Sends batches of envelopes to a URL by POST.
 *
 * | answer | |
 * |---|---|
 * | 2xx | delivered |
 * | 429, 5xx, no answer, a broken answer | again later; `Retry-After` is kept to, up to an hour |
 * | 401, 403, 404, 407, 408, 409, 421, … | again later: the key, the address or the server may be mended |
 * | 413 | the batch is halved; a single envelope that is too large is dropped |
 * | other 4xx | dropped, and counted as `http_400` …: these data can never work |
 * | 301, 302, 307, 308 | followed, also to another host, but then without the headers given here |
 *
 * ```kotlin
 * HttpExporter("https://traces.example.com/v1/envelopes", { mapOf("Authorization" to "Bearer $key") })
 * ```
 *
 * @param url where to send.
 * @param headers headers of each request.
 * @param compress whether bodies are sent with gzip.
 * @param timeoutMillis how long an answer may take.
 * @param json whether a batch is a JSON list (`application/json`) instead of one envelope a line
 *   (`application/x-ndjson`).
 * @param minBytes for batteries: smaller batches wait in the journal until they are [maxDelayMillis] old, or a flush
 *   asks.
 * @param maxDelayMillis the longest that a small batch waits.
 * @param name names the destination; the URL without its secrets by default.
 * @throws IllegalArgumentException when the URL is not one of http or https, or the timeout is none.
 */
public class HttpExporter
@JvmOverloads
constructor(
    url: String,
    headers: HeadersSource = HeadersSource { emptyMap() },
    compress: Boolean = true,
    timeoutMillis: Int = 10_000,
    private val json: Boolean = false,
    private val minBytes: Long = 0,
    private val maxDelayMillis: Long = 60_000,
    name: String? = null,
) : Exporter {
    private val post = Post(
        url,
        if (json) "application/json" else "application/x-ndjson",
        headers::headers,
        compress,
        timeoutMillis,
    )
    private var waitingSince = 0L

    override val name: String = name ?: "http:${post.shown}"

    override val usesEvents: Boolean get() = false

    /** Sends the batch; when it returns, the server has said that it has it. */
    override fun export(batch: Batch) {
        waitForMore(batch)
        send(batch.envelopes)
        waitingSince = 0
    }

    /** Nobody asked for it yet, and the radio costs more than the wait. */
    private fun waitForMore(batch: Batch) {
        if (minBytes <= 0 || batch.deadlineNanos != null ||
            batch.envelopes.sumOf { it.size.toLong() } >= minBytes
        ) {
            return
        }
        val now = System.nanoTime()
        if (waitingSince == 0L) waitingSince = now
        val left = maxDelayMillis - (now - waitingSince) / NANOS_OF_MILLI
        if (left > 0) throw WaitsForMore(left)
    }

    private fun send(envelopes: List<ByteArray>) {
        val body = if (json) Bytes.joined(envelopes, "[", ",", "]") else Bytes.joined(envelopes, "", "\n", "\n")
        val answer = post.send(body)
        val status = answer.status
        if (status in OK) return
        if (status == TOO_LARGE && envelopes.size > 1) {
            sendHalves(envelopes)
            return
        }
        val message = "${post.shown} answers $status" + if (answer.text.isEmpty()) "" else ": ${answer.text}"
        if (Post.isWorthAnotherTry(status)) throw RetryLater("http_$status", message, answer.afterMillis)
        throw Undeliverable("http_$status", message, envelopes.sumOf(::countOf))
    }

    private fun sendHalves(envelopes: List<ByteArray>) {
        val refused = ArrayList<Undeliverable>()
        for (half in envelopes.chunked((envelopes.size + 1) / 2)) {
            try {
                send(half)
            } catch (error: Undeliverable) {
                refused.add(error)
            }
        }
        val first = refused.firstOrNull() ?: return
        throw Undeliverable(first.reason, first.message.orEmpty(), refused.sumOf { it.events ?: 0 })
    }

    private fun countOf(envelope: ByteArray): Int =
        (Json.readMap(envelope.decodeToString())["events"] as? List<*>)?.size ?: 0

    private companion object {
        val OK = 200..299
        const val TOO_LARGE = 413
        const val NANOS_OF_MILLI = 1_000_000L
    }
}
