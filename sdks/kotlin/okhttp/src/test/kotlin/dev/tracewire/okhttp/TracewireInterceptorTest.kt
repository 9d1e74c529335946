package dev.tracewire.okhttp

import com.sun.net.httpserver.HttpServer
import dev.tracewire.Tracewire
import dev.tracewire.testing.Testing
import okhttp3.Call
import okhttp3.Callback
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** Requests of OkHttp, against a server of this machine. */
class TracewireInterceptorTest {
    @Test
    fun `requests are steps, and the server is told which`() {
        val headers = CopyOnWriteArrayList<String>()
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/") { exchange ->
            headers += exchange.requestHeaders.getFirst("traceparent")
            exchange.sendResponseHeaders(if (exchange.requestURI.path == "/gone") 404 else 200, -1)
            exchange.close()
        }
        server.start()
        val url = "http://user:word@${server.address.hostString}:${server.address.port}"
        val http = OkHttpClient.Builder().addInterceptor(TracewireInterceptor()).build()
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.span("answer", "agent") {
                http.newCall(Request.Builder().url("$url/fine?key=secret").build()).execute().close()
                val done = CompletableFuture<Int>()
                http
                    .newCall(Request.Builder().url("$url/gone").traced().build()).enqueue(
                        object : Callback {
                            override fun onResponse(call: Call, response: Response) =
                                response.use { done.complete(it.code) }.let { }

                            override fun onFailure(call: Call, e: IOException) = done.completeExceptionally(e).let { }
                        },
                    )
                assertEquals(404, done.get())
            }
            server.stop(0)
            assertFailsWith<IOException> { http.newCall(Request.Builder().url("$url/away").build()).execute() }
        }
        http.dispatcher.executorService.shutdown()
        val (answer, fine, gone, away) = recorded.spans()
        assertEquals(
            listOf(answer["span_id"], answer["span_id"], null),
            listOf(fine, gone, away).map { it["parent_id"] },
        )
        assertEquals(listOf<Any?>("ok", "error", "error"), listOf(fine, gone, away).map { it["status"] })
        assertEquals("00-${fine["trace_id"]}-${fine["span_id"]}-01", headers[0])
        assertEquals("00-${gone["trace_id"]}-${gone["span_id"]}-01", headers[1])
        val (host, port) = server.address.hostString to server.address.port
        assertEquals(
            mapOf(
                "http.request.method" to "GET",
                "http.response.status_code" to 200L,
                "server.address" to host,
                "server.port" to port.toLong(),
                "url.full" to "http://$host:$port/fine",
            ),
            fine["attributes"],
        )
    }
}
