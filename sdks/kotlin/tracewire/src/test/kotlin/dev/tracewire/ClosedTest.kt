package dev.tracewire

import dev.tracewire.coroutines.traced
import dev.tracewire.testing.Testing
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.io.TempDir
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Everything that a program can still hold when it is over: it does nothing, gives what it can, and is counted. */
class ClosedTest {
    @TempDir
    lateinit var folder: File

    private fun client() = Client { dir = File(folder, "journals").path }

    @Test
    fun `a client that is closed runs the work and records nothing`() {
        val client = client()
        client.span("before") { }
        client.close()
        assertEquals(7, client.span("after") { it.set("a", 1).setOutput(1).let { 7 } })
        assertEquals(7, client.session("after") { run -> run.toolCall("inside") { 7 } })
        assertEquals(7, client.stream("after") { it.chunk(1).let { 7 } })
        client.startSpan("after").use { it.event("a").update { name = "b" } }
        client.span("after") { assertEquals(emptyMap(), client.inject()) }
        assertNull(client.event("after"))
        client.log("after")
        client.metric("after", 1)
        client.feedback(Feedback(1))
        client.logEvent(mapOf("event_type" to "after"))
        client.manual.start("tool").end()
        assertEquals(listOf(1, 2), runBlocking { flowOf(1, 2).traced("after", client = client).toList() })
        assertEquals(listOf(1), sequenceOf(1).traced("after", client = client).toList())
        val report = client.flush()
        assertEquals(2, report.written)
        assertEquals(mapOf("closed" to 29L), report.dropped)
        assertEquals(report.dropped, client.shutdown().dropped)
        assertEquals(2, client.stats().written)
        client.onBackground()
        client.onForeground()
        client.close()
        assertEquals(0, Testing.liveRecorders())
    }

    @Test
    fun `what outlives its client says its ids, and loses what it is told`() {
        val client = client()
        val step = client.startSpan("step")
        val run = client.startSession("run")
        val stream = client.startStream("stream")
        val manual = client.manual.start("tool")
        client.close()
        assertEquals(32, step.traceId.length)
        step.set("a", 1).event("b").update { name = "c" }
        step.recordException(IllegalStateException("no"))
        step.link(run)
        step.span("below") { assertNull(it.context) }
        step.end()
        run.toolCall("search") { }
        run.close()
        stream.chunk("a").event("b")
        stream.end()
        manual.event(mapOf("name" to "e"))
        assertTrue(manual.end())
        assertTrue(listOf(step, run, stream).all { it.ended })
        val report = client.flush()
        assertEquals(4, report.written)
        assertEquals(mapOf("closed" to 15L), report.dropped)
    }

    @Test
    fun `a step that has ended takes nothing more, and says so once for each`() {
        val recorded = Testing.recording()
        recorded.use {
            val run = Tracewire.startSession("run")
            val stream = run.startStream("stream")
            val manual = Tracewire.manual.start("tool")
            assertTrue(manual.end())
            assertFalse(manual.end("error"))
            stream.end()
            run.close()
            run.close()
            stream.chunk("late").event("late")
            stream.fail(IllegalStateException("late"))
            run.set("a", 1).set(mapOf("b" to 1)).setOutput(1).setStatus("error").usage(1).cost(1).link(stream)
            run.setError(IllegalStateException("late")).setError("late")
            assertEquals(11, Tracewire.flush().errors["step_ended"])
            assertEquals(7, run.toolCall("below") { 7 })
        }
        val spans = recorded.spans().associateBy { it["name"] }
        assertEquals(listOf<Any?>("ok", "ok"), listOf("run", "stream").map { spans[it]?.get("status") })
        assertNull(spans["run"]?.get("output"))
        assertEquals(spans["run"]?.get("span_id"), spans["below"]?.get("parent_id"))
    }

    @Test
    fun `a recording that has ended can be read, and takes nothing more`() {
        val before = Tracewire.client
        val recorded = Testing.recording()
        recorded.use { Tracewire.span("inside") { } }
        assertTrue(Tracewire.client === before)
        recorded.client.span("outside") { }
        recorded.end()
        assertEquals(listOf<Any?>("inside"), recorded.spans().map { it["name"] })
        assertEquals(2, recorded.events().size)
        assertTrue(Envelopes.verify(recorded.envelopes()).isSound)
    }
}
