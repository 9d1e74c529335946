package dev.tracewire

import dev.tracewire.exporters.Batch
import dev.tracewire.exporters.Exporter
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.time.Duration
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/** What recording may take, what is left out, and the numbers that say so. */
class BoundsTest {
    @TempDir
    lateinit var folder: File

    private class Inputs : Exporter {
        val inputs = ArrayList<Any?>()
        override val name: String = "inputs"

        override fun export(batch: Batch) {
            for (event in batch.events()) {
                val body = event["body"] as Map<*, *>?
                if (event["type"] == "span.start") inputs += body?.get("input")
            }
        }
    }

    @Test
    fun `the oldest journals give way, and the numbers say so`() {
        val client = Client {
            dir = folder.path
            quotaBytes = QUOTA
            whenFull = WhenFull.DROP_OLDEST
            onNotice = NoticeListener { }
        }
        repeat(STEPS) { client.span("step", input = "x".repeat(TEXT)) { } }
        val report = client.flush()
        val stats = client.stats()
        client.close()
        assertEquals(setOf("evicted"), report.dropped.keys)
        assertEquals(2L * STEPS, report.written + report.dropped.getValue("evicted"))
        assertEquals(QUOTA to Mode.LOCAL, stats.quotaBytes to stats.mode)
        assertTrue(stats.bytes in 1..QUOTA)
        assertEquals(report.written to report.dropped, stats.written to stats.dropped)
    }

    @Test
    fun `a call waits for room and not for ever`() {
        val client = Client {
            dir = folder.path
            quotaBytes = QUOTA
            whenFull = WhenFull.BLOCK
            blockBound = Duration.ofMillis(1)
            onNotice = NoticeListener { }
        }
        repeat(STEPS) { client.span("step", input = "x".repeat(TEXT)) { } }
        val report = client.flush()
        client.close()
        assertEquals(2L * STEPS, report.written + report.dropped.getValue("quota"))
    }

    @Test
    fun `the kind of a trace's root has its own share`() {
        val client = Client {
            dir = folder.path
            samplingKinds = mapOf("http" to 0.0)
        }
        client.span("fetch", kind = "http") { client.span("ask", kind = "llm") { } }
        client.span("answer", kind = "agent") { client.span("fetch", kind = "http") { } }
        val report = client.flush()
        client.close()
        assertEquals(4L to 4L, report.written to report.unsampled)
        val wrong = assertFailsWith<TracewireException> {
            Client {
                strict = true
                samplingKinds = mapOf("http" to 2.0)
            }
        }
        assertEquals("configuration", wrong.code)
    }

    @Test
    fun `exporters get every step, and the content of the traces that a rule keeps`() {
        val inputs = Inputs()
        val client = Client {
            dir = folder.path
            mode = Mode.LOCAL
            exporters(inputs)
            tail = Tail(errors = true, slowerThan = Duration.ofHours(1))
        }
        client.span("fine", input = "hidden") { }
        runCatching { client.span("broken", input = "shown") { error("away") } }
        assertEquals(mapOf("inputs" to 4L), client.stats().pending)
        val report = client.flush()
        assertEquals(listOf(4L, 0L, 1L), listOf(report.sent, report.pending, report.withheld))
        assertEquals(1, client.stats().withheld)
        client.close()
        assertEquals(setOf("\$withheld"), (inputs.inputs[0] as Map<*, *>).keys)
        assertEquals("shown", inputs.inputs[1])
    }

    private companion object {
        const val QUOTA = 262_144L
        const val STEPS = 1500
        const val TEXT = 200
    }
}
