package dev.tracewire

import dev.tracewire.exporters.Batch
import dev.tracewire.exporters.Exporter
import dev.tracewire.testing.Testing
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/** What programs and their values do that nobody expects. */
class HostileTest {
    @TempDir
    lateinit var folder: File

    @Test
    fun `many threads write at once, and nothing is lost or mixed up`() {
        val recorded = Testing.recording()
        val parents = ConcurrentHashMap<String, String>()
        recorded.use {
            val threads = (1..8).map { number ->
                thread {
                    repeat(500) { index ->
                        Tracewire.span("outer $number-$index", input = "x".repeat(index)) { outer ->
                            val inner = Tracewire.span("inner $number-$index") { it.spanId }
                            parents[inner] = outer.spanId
                        }
                    }
                }
            }
            threads.forEach { it.join() }
            val report = Tracewire.flush()
            assertEquals(16_000L, report.written)
            assertEquals(emptyMap(), report.dropped)
        }
        val spans = recorded.spans()
        assertEquals(8000, spans.size)
        assertTrue(spans.all { it["status"] == "ok" })
        for (span in spans) parents[span["span_id"].toString()]?.let { assertEquals(it, span["parent_id"]) }
    }

    @Test
    fun `one step that many threads change ends once`() {
        val recorded = Testing.recording()
        recorded.use {
            val step = Tracewire.startSpan("shared")
            val threads = (1..8).map { number -> thread { repeat(200) { step.set("$number-$it", it).end() } } }
            threads.forEach { it.join() }
        }
        assertEquals(1, recorded.events().count { it["type"] == "span.end" })
    }

    @Test
    fun `exporters and listeners that throw cost nothing but themselves`() {
        val broken = object : Exporter {
            override val name = "broken"

            override fun export(batch: Batch): Unit = throw StackOverflowError()

            override fun close(): Unit = throw LinkageError("no")
        }
        val client = Client {
            dir = File(folder, "journals").path
            mode = Mode.INLINE
            exporters(broken)
            onNotice = NoticeListener { error("no listener") }
        }
        assertEquals(7, client.span("run") { 7 })
        val report = client.flush(100)
        assertTrue(report.errors.getValue("export_failed") >= 1)
        assertEquals(2, report.pending)
        client.close()
    }

    @Test
    fun `large and odd texts are kept`() {
        val large = "ä😀x".repeat(100_000)
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.span("\uD800 name", "\uDFFF", input = large, attributes = mapOf("\uD800" to "\u0000")) { }
            Tracewire.span("small") { }
        }
        val (odd, small) = recorded.spans()
        assertEquals("\uFFFD name", odd["name"])
        assertEquals(large, odd["input"])
        assertEquals(mapOf("\uFFFD" to "\u0000"), odd["attributes"])
        assertEquals("small", small["name"])
    }

    @Test
    fun `a map that changes while it is read costs no more than itself`() {
        val map = HashMap<String, Any?>()
        map["a"] = Recordable { map.apply { for (index in 1..100) put("k$index", 1) }.size }
        map["b"] = 1
        val recorded = Testing.recording()
        recorded.use { Tracewire.span("changing", input = map) { } }
        assertEquals(mapOf("\$unserializable" to "unreadable"), recorded.spans().single()["input"])
    }

    @Test
    fun `executors keep the step that is current where work is submitted`() {
        val recorded = Testing.recording()
        val threads = Executors.newSingleThreadExecutor()
        recorded.use {
            val bound = Tracewire.bind(threads)
            Tracewire.span("answer") { bound.execute { Tracewire.span("inside") { } } }
            bound.execute { Tracewire.span("outside") { } }
            threads.shutdown()
            assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS))
        }
        val spans = recorded.spans().associateBy { it["name"] }
        assertEquals(spans["answer"]?.get("span_id"), spans["inside"]?.get("parent_id"))
        assertEquals(null, spans["outside"]?.get("parent_id"))
    }

    @Test
    fun `sequences are steps that are current while items are made`() {
        val recorded = Testing.recording()
        recorded.use {
            val numbers = sequence { for (number in 1..2) yield(Tracewire.currentSpan()?.name to number) }
            assertEquals(listOf("numbers" to 1, "numbers" to 2), numbers.traced("numbers").toList())
            val broken = sequence<Int> { error("broken") }
            assertFailsWith<IllegalStateException> { broken.traced("broken").toList() }
        }
        assertEquals(listOf<Any?>("ok", "error"), recorded.spans().map { it["status"] })
    }

    @Test
    fun `events of a stream that follow each other are written together, as they were`() {
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.stream("voice") { stream ->
                val facts = HashMap<String, Any?>()
                for (number in 1..50) stream.event("chunk", facts.apply { put("n", number) })
            }
        }
        val events = (recorded.spans().single()["events"] as List<*>).map { (it as Map<*, *>)["chunks"] as List<*> }
        assertEquals((1L..50L).map { mapOf("n" to it) }, events.flatten())
        assertTrue(events.size < 50, "${events.size} events")
    }
}
