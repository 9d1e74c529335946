package dev.tracewire.ktor

import dev.tracewire.coroutines.span
import dev.tracewire.testing.Testing
import io.ktor.client.HttpClient
import io.ktor.client.engine.mock.MockEngine
import io.ktor.client.engine.mock.respond
import io.ktor.client.request.get
import io.ktor.http.HttpStatusCode
import kotlinx.coroutines.runBlocking
import java.io.IOException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** Requests of Ktor, answered in memory. */
class TracewirePluginTest {
    @Test
    fun `requests are steps, and the server is told which`() {
        val headers = ArrayList<String?>()
        val engine = MockEngine { request ->
            headers += request.headers["traceparent"]
            when (request.url.encodedPath) {
                "/fine" -> respond("otters")
                "/gone" -> respond("", HttpStatusCode.NotFound)
                else -> throw IOException("away")
            }
        }
        val recorded = Testing.recording()
        recorded.use {
            runBlocking {
                HttpClient(engine) { install(TracewirePlugin) }.use { http ->
                    span("answer", "agent") {
                        http.get("https://user:word@example.org/fine?key=secret")
                        http.get("https://example.org/gone")
                        assertFailsWith<IOException> { http.get("https://example.org/away") }
                    }
                }
            }
        }
        val (answer, fine, gone, away) = recorded.spans()
        assertEquals(List(3) { answer["span_id"] }, listOf(fine, gone, away).map { it["parent_id"] })
        assertEquals(listOf<Any?>("ok", "error", "error"), listOf(fine, gone, away).map { it["status"] })
        assertEquals("00-${fine["trace_id"]}-${fine["span_id"]}-01", headers[0])
        assertEquals(
            mapOf(
                "http.request.method" to "GET",
                "http.response.status_code" to 200L,
                "server.address" to "example.org",
                "server.port" to 443L,
                "url.full" to "https://example.org:443/fine",
            ),
            fine["attributes"],
        )
    }
}
