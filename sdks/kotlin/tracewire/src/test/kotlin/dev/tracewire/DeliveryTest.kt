package dev.tracewire

import com.sun.net.httpserver.HttpServer
import dev.tracewire.exporters.Batch
import dev.tracewire.exporters.ConsoleExporter
import dev.tracewire.exporters.CsvExporter
import dev.tracewire.exporters.Exporter
import dev.tracewire.exporters.HttpExporter
import dev.tracewire.exporters.JsonExporter
import dev.tracewire.exporters.JsonLinesExporter
import dev.tracewire.exporters.RetryLater
import dev.tracewire.exporters.ToonExporter
import dev.tracewire.exporters.Undeliverable
import dev.tracewire.testing.Testing
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.zip.GZIPInputStream
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotNull
import kotlin.test.assertTrue

/** Exporters, who calls them and when, and what is counted. */
class DeliveryTest {
    @TempDir
    lateinit var folder: File

    private class Kept(private val failures: ArrayDeque<Exception> = ArrayDeque()) : Exporter {
        val events = CopyOnWriteArrayList<Map<String, Any?>>()
        val some = CountDownLatch(1)
        override val name = "kept"

        override fun export(batch: Batch) {
            failures.removeFirstOrNull()?.let { throw it }
            assertEquals(null, Tracewire.currentSpan())
            events += batch.events()
            some.countDown()
        }
    }

    private fun client(mode: Mode, vararg exporters: Any) = Client {
        dir = File(folder, "journals").path
        this.mode = mode
        exporters(*exporters)
    }

    @Test
    fun `inline delivers when a run ends, local at a flush, background by itself`() {
        val inline = Kept()
        client(Mode.INLINE, inline).use { client ->
            client.span("run") { client.span("step") { } }
            assertEquals(4, inline.events.size)
            val report = client.flush()
            assertEquals(4L to 0L, report.sent to report.pending)
        }
        val local = Kept()
        client(Mode.LOCAL, local).use { client ->
            client.span("run") { }
            assertTrue(local.events.isEmpty())
            assertEquals(2, client.flush().sent)
        }
        val background = Kept()
        client(Mode.BACKGROUND, background).use { client ->
            client.span("run") { }
            assertTrue(background.some.await(20, TimeUnit.SECONDS))
        }
    }

    @Test
    fun `steps and points by hand are delivered in the background too`() {
        val kept = Kept()
        client(Mode.BACKGROUND, kept).use { client ->
            client.manual.event(mapOf("name" to "seen"))
            assertTrue(kept.some.await(20, TimeUnit.SECONDS))
        }
    }

    @Test
    fun `what fails is tried again, what is refused is dropped and counted`() {
        val later = Kept(ArrayDeque(listOf(RetryLater("busy", afterMillis = 1), IllegalStateException("broken"))))
        client(Mode.LOCAL, later).use { client ->
            client.span("run") { }
            val report = client.flush(20_000)
            assertEquals(2L, report.sent)
            assertEquals(mapOf("busy" to 1L, "export_failed" to 1L), report.errors)
        }
        val refused = Kept(ArrayDeque(listOf(Undeliverable("http_400", events = 1))))
        client(Mode.LOCAL, refused).use { client ->
            client.span("run") { }
            val report = client.flush()
            assertEquals(mapOf("http_400" to 1L), report.dropped)
            assertEquals(1L to 0L, report.sent to report.pending)
        }
    }

    @Test
    fun `an exporter that hangs costs a flush the time that it was given`() {
        val release = CountDownLatch(1)
        val hanging = object : Exporter {
            override val name = "hanging"

            override fun export(batch: Batch) = release.await()
        }
        val client = client(Mode.LOCAL, hanging)
        client.span("run") { }
        val report = client.flush(50)
        assertEquals(1, report.errors["export_timeout"])
        assertEquals(2, report.pending)
        release.countDown()
        client.close()
    }

    @Test
    fun `files hold what was recorded`() {
        val lines = File(folder, "traces.jsonl")
        val (json, toon, csv) = listOf("json", "toon", "events.csv").map { File(folder, it) }
        val console = StringBuilder()
        client(
            Mode.INLINE,
            JsonLinesExporter(lines.path),
            JsonExporter(json.path, indent = 2),
            ToonExporter(toon.path, flatten = true),
            CsvExporter(csv.path),
            ConsoleExporter(console),
        ).use { client ->
            runCatching { client.span("run", "agent") { step -> step.usage(1, 2).also { error("no\u001B otters") } } }
        }
        assertTrue(Envelopes.verify(lines.readLines().map { it.encodeToByteArray() }).isSound)
        assertTrue("\"name\": \"run\"" in assertNotNull(json.listFiles()).minBy { it.name }.readText())
        assertTrue("name" in assertNotNull(toon.listFiles()).single().readText())
        val rows = Formats.decode(csv.readText(), Format.CSV) as List<*>
        assertEquals(listOf<Any?>("span.start", "span.end"), rows.map { (it as Map<*, *>)["type"] })
        val printed = "agent run \\S+ \\S+ 1\\+2 tokens error\n  ! java.lang.IllegalStateException: no\uFFFD otters\n"
        assertTrue(Regex(printed).matches(console), "$console")
    }

    @Test
    fun `http sends with gzip, obeys answers, and keeps keys to itself`() {
        val bodies = CopyOnWriteArrayList<String>()
        val keys = CopyOnWriteArrayList<String?>()
        val answers = ArrayDeque(listOf(503, 429, 200, 400, 404, 200))
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/v1") { exchange ->
            bodies += GZIPInputStream(exchange.requestBody).readBytes().decodeToString()
            keys += exchange.requestHeaders.getFirst("Authorization")
            exchange.responseHeaders.add("Retry-After", "0")
            exchange.sendResponseHeaders(answers.removeFirstOrNull() ?: 200, -1)
            exchange.close()
        }
        server.start()
        val url = "http://user:word@${server.address.hostString}:${server.address.port}/v1?key=secret"
        val exporter = HttpExporter(url)
        assertEquals("http:http://${server.address.hostString}:${server.address.port}/v1", exporter.name)
        client(Mode.LOCAL, exporter).use { client ->
            client.span("run") { }
            val report = client.flush(20_000)
            assertEquals(mapOf("http_503" to 1L, "http_429" to 1L), report.errors)
            assertEquals(2, report.sent)
            client.span("refused") { }
            assertEquals(mapOf("http_400" to 2L), client.flush().dropped)
            client.span("mended") { }
            assertEquals(4, client.flush(20_000).sent)
        }
        server.stop(0)
        assertEquals(bodies[0], bodies[1])
        assertTrue(bodies[0].endsWith("\n"))
        assertEquals("Basic dXNlcjp3b3Jk", keys[0])
        assertFailsWith<IllegalArgumentException> { HttpExporter("ftp://nowhere") }
    }

    @Test
    fun `what a process that died has left is delivered by the next one`() {
        val kept = Kept()
        // Nobody ends this one: it is as if its process went on.
        val dead = client(Mode.LOCAL, Kept())
        dead.span("left") { }
        dead.abandon()
        client(Mode.LOCAL, kept).use { client ->
            client.span("own") { }
            val report = client.flush()
            assertEquals(2, report.exporters.getValue("kept").sent)
            assertTrue(report.exporters.getValue("kept").recovered >= 2)
        }
    }

    @Test
    fun `wrong settings are said once, and recording goes on`() {
        val said = ArrayList<String>()
        val client = Client {
            dir = File(folder, "journals").path
            sampling = 7.0
            service = ""
            exporters("nowhere")
            onNotice = NoticeListener(said::add)
        }
        client.span("run") { }
        assertEquals(2, client.flush().written)
        assertEquals(3, client.flush().errors["configuration"])
        client.close()
        val expected = "sampling = 7.0 (argument): a number from 0 to 1 is expected, such as sampling = 0.1"
        assertTrue(said.any { expected in it }, "$said")
        val strict = assertFailsWith<TracewireException> {
            Client {
                strict = true
                sampling = -1.0
            }
        }
        assertEquals("configuration", strict.code)
        assertEquals(0, Testing.liveRecorders())
        assertEquals(0, Client { disabled = true }.use { it.span("off") { 0 } })
    }

    @Test
    fun `what is switched off is absent, and the mask does not see it`() {
        val seen = sortedSetOf<String>()
        val recorded = Testing.recording {
            configure {
                capture = Capture(output = false, attributes = false, message = false)
                mask = Mask { field, value -> value.also { seen += field } }
            }
        }
        recorded.use {
            Tracewire.span("run", "llm", input = "in", attributes = mapOf("a" to 1)) {
                it.event("found", mapOf("b" to 2), data = "crabs")
                it.usage(inputTokens = 3)
                Tracewire.log("a line", attributes = mapOf("c" to 3))
                it.setOutput(1)
            }
        }
        val bodies = recorded.events().map { (it["body"] as Map<*, *>).keys.toSet() }
        assertEquals(listOf(setOf("input", "name"), setOf("data", "name"), setOf("level"), setOf("usage")), bodies)
        assertEquals(setOf("data", "input"), seen.toSet())
        val words = listOf(Capture.ALL, Capture.NONE, Capture.INPUT, Capture.OUTPUT).map { it.leftOut }
        val content = setOf("input", "output", "chunks", "data")
        assertEquals(listOf(emptySet(), content, content - "input", setOf("input")), words)
        assertEquals(Capture(data = false), Capture.of(mapOf("data" to false, "input" to true)))
    }

    @Test
    fun `mask and capture decide what reaches the disk`() {
        val recorded = Testing.recording {
            configure {
                capture = Capture.INPUT
                redact = listOf("key")
                mask = Mask { field, value -> if (field == "input") error("broken") else value }
            }
        }
        recorded.use {
            Tracewire.span("run", input = "secret", attributes = mapOf("key" to 1, "a" to 2)) { it.setOutput(1) }
        }
        val span = recorded.spans().single()
        assertEquals(mapOf("\$redacted" to "mask_failed"), span["input"])
        assertEquals(mapOf("key" to mapOf("\$redacted" to "key"), "a" to 2L), span["attributes"])
        assertTrue("output" !in span)
    }
}
