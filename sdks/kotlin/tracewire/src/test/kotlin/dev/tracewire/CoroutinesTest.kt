package dev.tracewire

import dev.tracewire.coroutines.session
import dev.tracewire.coroutines.span
import dev.tracewire.coroutines.traced
import dev.tracewire.testing.Testing
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

/** Which step is current in coroutines, and how steps of coroutines end. */
class CoroutinesTest {
    private fun recorded(work: suspend () -> Unit): Map<String, Map<String, Any?>> {
        val recorded = Testing.recording()
        recorded.use { runBlocking { work() } }
        assertNull(Tracewire.currentSpan())
        return recorded.spans().associateBy { it["name"].toString() }
    }

    @Test
    fun `steps of async have the step that started them as parent, on whatever thread they go on`() {
        val spans = recorded {
            span("answer", "agent") {
                withContext(Dispatchers.Default) {
                    (1..20)
                        .map { number ->
                            async(Dispatchers.IO) {
                                span("outer $number") {
                                    yield()
                                    Tracewire.span("inner $number") { }
                                }
                            }
                        }.awaitAll()
                }
            }
        }
        assertEquals(41, spans.size)
        for (number in 1..20) {
            assertEquals(spans.getValue("answer")["span_id"], spans.getValue("outer $number")["parent_id"])
            assertEquals(spans.getValue("outer $number")["span_id"], spans.getValue("inner $number")["parent_id"])
        }
    }

    @Test
    fun `what suspends leaves nothing current for others on the same thread`() {
        val spans = recorded {
            val isInside = CompletableDeferred<Unit>()
            val mayEnd = CompletableDeferred<Unit>()
            runBlocking {
                launch {
                    span("first") {
                        isInside.complete(Unit)
                        mayEnd.await()
                        Tracewire.span("of first") { }
                    }
                }
                isInside.await()
                span("second") { Tracewire.span("of second") { } }
                mayEnd.complete(Unit)
            }
        }
        assertNull(spans.getValue("second")["parent_id"])
        assertEquals(spans.getValue("first")["span_id"], spans.getValue("of first")["parent_id"])
        assertEquals(spans.getValue("second")["span_id"], spans.getValue("of second")["parent_id"])
    }

    @Test
    fun `a cancelled coroutine ends its step as cancelled, a timeout as timeout, an error as error`() {
        val spans = recorded {
            runBlocking {
                val isInside = CompletableDeferred<Unit>()
                val job = launch {
                    span("cancelled") {
                        isInside.complete(Unit)
                        delay(Long.MAX_VALUE)
                    }
                }
                isInside.await()
                job.cancelAndJoin()
                withTimeoutOrNull(1) { span("late") { delay(Long.MAX_VALUE) } }
                assertFailsWith<IllegalStateException> { span("failed") { error("no otters") } }
            }
        }
        assertEquals("cancelled", spans.getValue("cancelled")["status"])
        assertNull(spans.getValue("cancelled")["exception"])
        assertEquals("timeout", spans.getValue("late")["status"])
        assertEquals("error", spans.getValue("failed")["status"])
        val exception = spans.getValue("failed")["exception"] as Map<*, *>
        assertEquals("java.lang.IllegalStateException", exception["type"])
        assertEquals("no otters", exception["message"])
        assertEquals(true, exception["escaped"])
    }

    @Test
    fun `a flow is a step that is current upstream only`() {
        val spans = recorded {
            val numbers = flow {
                for (number in 1..3) {
                    Tracewire.span("make $number") { }
                    emit(number)
                }
            }
            span("answer") {
                numbers.traced("numbers").collect { number -> Tracewire.span("take $number") { } }
            }
        }
        val (answer, numbers) = spans.getValue("answer") to spans.getValue("numbers")
        assertEquals(answer["span_id"], numbers["parent_id"])
        for (number in 1..3) {
            assertEquals(numbers["span_id"], spans.getValue("make $number")["parent_id"])
            assertEquals(answer["span_id"], spans.getValue("take $number")["parent_id"])
        }
        val chunks = (numbers["events"] as List<*>).flatMap { (it as Map<*, *>)["chunks"] as List<*> }
        assertEquals(listOf<Any?>(1L, 2L, 3L), chunks)
        assertEquals("ok", numbers["status"])
    }

    @Test
    fun `a flow that is left, fails or ends is recorded as that`() {
        val spans = recorded {
            val texts = flow { for (text in listOf("a", "b", "c")) emit(text) }
            assertEquals("a", texts.traced("left").first())
            assertEquals(listOf("a", "b", "c"), texts.traced("whole").toList())
            val broken = flow<String> { error("broken") }
            assertFailsWith<IllegalStateException> { broken.traced("failed").toList() }
            assertFailsWith<IllegalArgumentException> {
                texts.traced("refused").collect { throw IllegalArgumentException("not this") }
            }
        }
        assertEquals("cancelled", spans.getValue("left")["status"])
        assertEquals("closed before its end", spans.getValue("left")["status_message"])
        assertEquals("abc", spans.getValue("whole")["output"])
        assertEquals("error", spans.getValue("failed")["status"])
        assertEquals("cancelled", spans.getValue("refused")["status"])
    }

    @Test
    fun `steps of a session find it from anywhere`() {
        val spans = recorded {
            session("researcher", SessionOptions { sessionId = "chat-7" }) { run ->
                val elsewhere = Thread { run.toolCall("search") { it.setOutput(1) } }
                elsewhere.start()
                elsewhere.join()
                run.agentStep("plan") { run.llmCall("chat") { } }
            }
        }
        val run = spans.getValue("researcher")
        assertEquals("agent", run["kind"])
        assertEquals("chat-7", run["session_id"])
        assertEquals(mapOf("gen_ai.agent.id" to "researcher"), run["attributes"])
        assertEquals(run["span_id"], spans.getValue("search")["parent_id"])
        assertEquals(run["span_id"], spans.getValue("plan")["parent_id"])
        assertEquals(spans.getValue("plan")["span_id"], spans.getValue("chat")["parent_id"])
    }
}
