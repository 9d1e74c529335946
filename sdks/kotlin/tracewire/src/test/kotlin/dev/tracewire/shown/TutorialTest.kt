@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown

import com.sun.net.httpserver.HttpServer
import dev.tracewire.Mode
import dev.tracewire.Recordable
import dev.tracewire.Tracewire
import dev.tracewire.exporters.HttpExporter
import dev.tracewire.shown.compare.compare
import dev.tracewire.shown.cook.cook
import dev.tracewire.shown.weather.plan
import dev.tracewire.testing.Testing
import kotlinx.coroutines.runBlocking
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import kotlin.test.Test
import kotlin.test.assertEquals

/** What the page "Kotlin and Java" shows, as it stands there; its programs are in the folders beside. */
class TutorialTest {
    class Peer(private val server: (Map<String, Any?>) -> Map<String, Any?>) {
        fun request(method: String, params: Map<String, Any?>) = server(params + ("method" to method))
    }

    val stock = mapOf("eggs" to 4, "flour" to 0)

    fun ask(peer: Peer, item: String): Map<String, Any?> {
        val arguments = mapOf("item" to item)
        return Tracewire.mcp.toolCall("stock", arguments) { step ->
            val params = mapOf(
                "name" to "stock",
                "arguments" to arguments,
                "_meta" to Tracewire.inject(),
            )
            peer.request("tools/call", params).also { Tracewire.mcp.recordResult(step, it) }
        }
    }

    fun serve(params: Map<String, Any?>): Map<String, Any?> {
        val arguments = params["arguments"] as Map<*, *>
        return Tracewire.mcp.toolExecution("stock", arguments, meta = params) { step ->
            val text = "${stock[arguments["item"]] ?: 0}"
            val content = listOf(mapOf("type" to "text", "text" to text))
            mapOf("content" to content).also { step.setOutput(content) }
        }
    }

    @Suppress("UnusedPrivateProperty") // It is what nobody may see.
    class Account(val id: String, private val key: String) : Recordable {
        override fun toRecorded() = mapOf("id" to id)
    }

    abstract class Application {
        val filesDir = File("files")

        open fun onCreate() = Unit
    }

    abstract class Activity {
        open fun onStart() = Unit

        open fun onStop() = Unit
    }

    class App : Application() {
        override fun onCreate() {
            super.onCreate()
            Tracewire.init {
                service = "assistant"
                dir = File(filesDir, "tracewire").path
                quotaBytes = 32L shl 20
                mode = Mode.BACKGROUND
                val url = "https://traces.example.com/v1/envelopes"
                exporters(HttpExporter(url, minBytes = 64_000, maxDelayMillis = 60_000))
            }
        }
    }

    class MainActivity : Activity() {
        // One thread, so that what is said last holds.
        private val hooks = Executors.newSingleThreadExecutor()

        override fun onStart() {
            super.onStart()
            hooks.execute { Tracewire.onForeground() }
        }

        override fun onStop() {
            hooks.execute { Tracewire.onBackground() }
            super.onStop()
        }
    }

    @Test
    fun `the plan asks for a forecast`() {
        val recorded = Testing.recording()
        recorded.use { plan("Shall we row?") }
        val (plan, think, forecast) = recorded.spans()
        assertEquals("Ghent: dry", plan["output"])
        assertEquals(12L, (think["usage"] as Map<*, *>)["input_tokens"])
        assertEquals(plan["span_id"], forecast["parent_id"])
    }

    @Test
    fun `coroutines and flows are steps`() {
        val recorded = Testing.recording()
        recorded.use { runBlocking { compare(listOf("Ghent", "Oslo")) } }
        val (compare, first, second, chat) = recorded.spans()
        assertEquals(List(3) { compare["span_id"] }, listOf(first, second, chat).map { it["parent_id"] })
        assertEquals("Ghent: dry. Oslo: dry. ", chat["output"])
    }

    @Test
    fun `a run tells the server which step asks`() {
        val asked = CopyOnWriteArrayList<String>()
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/") { exchange ->
            asked += exchange.requestHeaders.getFirst("traceparent")
            val count = "${stock[exchange.requestURI.path.drop(1)]}".encodeToByteArray()
            exchange.sendResponseHeaders(200, count.size.toLong())
            exchange.responseBody.use { it.write(count) }
        }
        server.start()
        val recorded = Testing.recording()
        recorded.use {
            assertEquals("buy flour", cook("http://127.0.0.1:${server.address.port}", "pancakes"))
        }
        server.stop(0)
        val (run, choose, eggs, flour) = recorded.spans()
        assertEquals("monday" to "u-1", run["session_id"] to run["user_id"])
        assertEquals(listOf("eggs", "flour"), choose["output"])
        assertEquals(listOf(eggs, flour).map { "00-${it["trace_id"]}-${it["span_id"]}-01" }, asked)
    }

    @Test
    fun `a tool of MCP is one trace on both sides`() {
        val recorded = Testing.recording()
        recorded.use { Tracewire.attach(null) { ask(Peer(::serve), "eggs") } }
        val (call, execution) = recorded.spans()
        assertEquals("tools/call stock" to "stock", call["name"] to execution["name"])
        assertEquals(call["span_id"], execution["parent_id"])
        assertEquals(listOf(mapOf("type" to "text", "text" to "4")), call["output"])
    }

    @Test
    fun `a form of one's own keeps what is secret out`() {
        val recorded = Testing.recording()
        recorded.use { Tracewire.span("login", input = Account("a-1", "secret")) { } }
        assertEquals(mapOf("id" to "a-1"), recorded.spans().single()["input"])
    }
}
