package dev.tracewire

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import dev.tracewire.exporters.Batch
import dev.tracewire.exporters.HttpExporter
import dev.tracewire.exporters.RetryLater
import dev.tracewire.exporters.Undeliverable
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse

/** What a server does that is no answer, and what becomes of the batch. */
class HttpFailuresTest {
    /** Envelopes of one event each. */
    private class Several(count: Int) : Batch {
        override val producer = "p-1"
        override val envelopes = List(count) { """{"events":[{"seq":$it}]}""".encodeToByteArray() }
        override val size = count
        override val deadlineNanos: Long? = null

        override fun events() = emptyList<Map<String, Any?>>()

        override fun documents() = emptyList<Map<String, Any?>>()

        override fun jsonLines() = ByteArray(0)
    }

    private val loopback = InetAddress.getLoopbackAddress()

    /** Runs work against a server; gives the requests that came. */
    private fun serving(answer: (HttpExchange) -> Int, work: (String) -> Unit): List<String> {
        val asked = CopyOnWriteArrayList<String>()
        val server = HttpServer.create(InetSocketAddress(loopback, 0), 0)
        server.createContext("/") { exchange ->
            val body = exchange.requestBody.readBytes().decodeToString()
            asked += "${exchange.requestURI} ${exchange.requestHeaders.getFirst("X-Key")} $body"
            exchange.sendResponseHeaders(answer(exchange), -1)
            exchange.close()
        }
        server.start()
        try {
            work("http://${loopback.hostAddress}:${server.address.port}")
        } finally {
            server.stop(0)
        }
        return asked
    }

    private fun exporter(url: String, timeoutMillis: Int = 10_000) =
        HttpExporter(url, { mapOf("X-Key" to "k") }, compress = false, timeoutMillis = timeoutMillis)

    private fun later(url: String, timeoutMillis: Int = 10_000): RetryLater =
        assertFailsWith<RetryLater> { exporter(url, timeoutMillis).export(Several(1)) }

    @Test
    fun `nobody there and no answer mean again later`() {
        val port = ServerSocket(0, 1, loopback).use { it.localPort }
        val refused = later("http://user:word@${loopback.hostAddress}:$port/v1?key=secret")
        assertEquals("connection", refused.code)
        assertFalse(Regex("word|secret").containsMatchIn(refused.message.orEmpty()), refused.message)
        // It takes the connection, and nobody ever reads from it.
        ServerSocket(0, 1, loopback).use { silent ->
            assertEquals("http_timeout", later("http://${loopback.hostAddress}:${silent.localPort}/", 50).code)
        }
    }

    @Test
    fun `a redirect is followed, without keys to another host, and a circle is left`() {
        val found = serving({ 200 }) { other ->
            val elsewhere = other.replace(loopback.hostAddress, "localhost")
            val first = serving({ exchange ->
                exchange.responseHeaders.add("Location", "$elsewhere/moved")
                307
            }) { exporter("$it/v1?a=b%26c").export(Several(1)) }
            assertEquals(listOf("/v1?a=b%26c k {\"events\":[{\"seq\":0}]}\n"), first)
        }
        assertEquals(listOf("/moved null {\"events\":[{\"seq\":0}]}\n"), found)
        val circle = serving({ exchange ->
            exchange.responseHeaders.add("Location", "/again")
            302
        }) { assertEquals("http_redirect", later(it).code) }
        assertEquals(6, circle.size)
        serving({ exchange ->
            exchange.responseHeaders.add("Location", "file:///etc/hosts")
            302
        }) { assertEquals("http_redirect", later(it).code) }
    }

    @Test
    fun `a batch that is too large is halved, and what is too large alone is dropped`() {
        val bodies = serving({ 413 }) { url ->
            val dropped = assertFailsWith<Undeliverable> { exporter(url).export(Several(3)) }
            assertEquals("http_413" to 3, dropped.reason to dropped.events)
        }
        assertEquals(5, bodies.size)
    }

    @Test
    fun `what the server asks for is kept to`() {
        serving({ exchange ->
            exchange.responseHeaders.add("Retry-After", "7")
            503
        }) { url ->
            val busy = later(url)
            assertEquals("http_503" to 7000L, busy.code to busy.afterMillis)
        }
        serving({ 401 }) { assertEquals("http_401", later(it).code) }
        serving({ 422 }) { url ->
            assertEquals("http_422", assertFailsWith<Undeliverable> { exporter(url).export(Several(1)) }.reason)
        }
    }
}
