package dev.tracewire.internal.delivery

import dev.tracewire.VERSION
import dev.tracewire.exporters.RetryLater
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.SocketTimeoutException
import java.net.URI
import java.net.URL
import java.time.Duration
import java.time.Instant
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.util.Base64
import java.util.zip.GZIPOutputStream

/** What a server said: its status, what it says besides, and how long it wants to be left alone. */
internal class Answer(val status: Int, val text: String, val afterMillis: Long?)

/** A URL that is posted to. By `HttpURLConnection`, for every platform has that one. */
internal class Post(
    url: String,
    private val type: String,
    private val headers: () -> Map<String, String>,
    private val compress: Boolean,
    private val timeoutMillis: Int,
) {
    private val login: String?
    private val target: URL

    /** Neither the name and password nor the query: it stands in journals and in what is said. */
    val shown: String

    init {
        val parts = runCatching { URI(url) }.getOrNull()
        // Without the URL: it may hold a password.
        require(parts != null && parts.scheme in setOf("http", "https") && !parts.host.isNullOrEmpty()) {
            "url is not one of http or https"
        }
        require(timeoutMillis > 0) { "timeoutMillis must be positive: $timeoutMillis" }
        login = parts.userInfo?.let { "Basic " + Base64.getEncoder().encodeToString(it.encodeToByteArray()) }
        val port = if (parts.port < 0) "" else ":${parts.port}"
        shown = "${parts.scheme}://${parts.host}$port${parts.rawPath.orEmpty().ifEmpty { "/" }}"
        // As it was written: an escaped sign is not the sign.
        target = URI(shown + parts.rawQuery?.let { "?$it" }.orEmpty()).toURL()
    }

    /**
     * Sends a body.
     *
     * @throws RetryLater without an answer.
     */
    fun send(body: ByteArray): Answer {
        var own = (if (login == null) emptyMap() else mapOf("Authorization" to login)) + headers()
        val packed = if (compress) gzip(body) else body
        var url = target
        repeat(MOST_REDIRECTS + 1) {
            try {
                val connection = url.openConnection() as HttpURLConnection
                val answer = post(connection, packed, own)
                val next = nextOf(connection, answer.status, url) ?: return answer
                // Keys are for the host that they were given for.
                if (origin(next) != origin(url)) own = emptyMap()
                url = next
            } catch (error: SocketTimeoutException) {
                throw RetryLater("http_timeout", "$shown did not answer in the time that there was", cause = error)
            } catch (error: IOException) {
                throw RetryLater("connection", "$shown: ${error.javaClass.simpleName}: ${error.message}", cause = error)
            }
        }
        throw RetryLater("http_redirect", "$shown leads in a circle")
    }

    private fun post(connection: HttpURLConnection, body: ByteArray, own: Map<String, String>): Answer {
        connection.requestMethod = "POST"
        connection.connectTimeout = timeoutMillis
        connection.readTimeout = timeoutMillis
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        connection.doOutput = true
        connection.setRequestProperty("Content-Type", type)
        connection.setRequestProperty("User-Agent", "tracewire-kotlin/$VERSION")
        if (compress) connection.setRequestProperty("Content-Encoding", "gzip")
        for ((name, value) in own) connection.setRequestProperty(name, value)
        connection.setFixedLengthStreamingMode(body.size)
        connection.outputStream.use { it.write(body) }
        val status = connection.responseCode
        // The status is known already, so an answer that breaks off is no failure.
        val text = runCatching { beginningOf(if (status < BAD) connection.inputStream else connection.errorStream) }
        val short = text.getOrDefault("").replace(Regex("[\\p{C}\\s]+"), " ").trim().take(MOST_SAID)
        return Answer(status, short, afterMillis(connection.getHeaderField("Retry-After")))
    }

    private fun beginningOf(stream: InputStream?): String {
        val out = ByteArrayOutputStream()
        val buffer = ByteArray(BUFFER_BYTES)
        stream?.use {
            while (out.size() < MOST_ANSWER_BYTES) {
                val count = it.read(buffer)
                if (count < 0) break
                out.write(buffer, 0, count)
            }
        }
        return out.toByteArray().decodeToString()
    }

    /** Where an answer leads; null for one that is final. */
    private fun nextOf(connection: HttpURLConnection, status: Int, url: URL): URL? {
        val location = connection.getHeaderField("Location")
        if (status !in REDIRECTS || location == null) return null
        val next = runCatching { url.toURI().resolve(location).toURL() }.getOrNull()
        val isHttp = next != null && next.protocol in setOf("http", "https")
        if (!isHttp || (url.protocol == "https" && next.protocol == "http")) {
            throw RetryLater("http_redirect", "$shown leads to where nothing is sent")
        }
        return next
    }

    private fun origin(url: URL): String = "${url.protocol}://${url.authority}"

    private fun gzip(body: ByteArray): ByteArray {
        val out = ByteArrayOutputStream(body.size / 2)
        GZIPOutputStream(out).use { it.write(body) }
        return out.toByteArray()
    }

    companion object {
        private const val MOST_REDIRECTS = 5
        private const val MOST_ANSWER_BYTES = 16_384
        private const val MOST_SAID = 200
        private const val BUFFER_BYTES = 4096
        private const val BAD = 400
        private const val SERVER = 500
        private const val MILLIS = 1000L
        private val REDIRECTS = setOf(301, 302, 307, 308)
        private val SECONDS = Regex("\\d{1,9}")

        /** What may work tomorrow without the data having changed: somebody mends a key, a route, a clock, a quota. */
        private val WORTH_ANOTHER_TRY = setOf(401, 403, 404, 407, 408, 409, 421, 423, 425, 429)

        /** Whether the same data may be taken another time. */
        fun isWorthAnotherTry(status: Int): Boolean = status < BAD || status >= SERVER || status in WORTH_ANOTHER_TRY

        /** `Retry-After`: seconds, or a date. */
        private fun afterMillis(value: String?): Long? {
            val text = value?.trim().orEmpty()
            if (SECONDS.matches(text)) return text.toLong() * MILLIS
            val date = runCatching {
                ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()
            }.getOrNull()
            return date?.let { maxOf(0, Duration.between(Instant.now(), it).toMillis()) }
        }
    }
}
