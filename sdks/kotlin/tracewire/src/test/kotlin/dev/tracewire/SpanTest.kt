package dev.tracewire

import dev.tracewire.testing.Recording
import dev.tracewire.testing.RecordingOptions
import dev.tracewire.testing.Testing
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.TimeoutException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertSame
import kotlin.test.assertTrue

/** Steps: what they say, how they end, and what they belong to. */
class SpanTest {
    private fun recording(
        configure: RecordingOptions.() -> Unit = {},
        work: (Recording) -> Unit,
    ): Map<String, Map<String, Any?>> {
        val recorded = Testing.recording(configure)
        recorded.use { work(it) }
        assertEquals(0, Testing.liveRecorders())
        return recorded.spans().associateBy { it["name"].toString() }
    }

    @Test
    fun `a step and its child are recorded with what they say`() {
        val spans = recording {
            Tracewire.span(
                "answer",
                "agent",
                input = mapOf("q" to "otters"),
                attributes = mapOf("a" to 1),
            ) { step ->
                Tracewire.span("search", "tool") { it.setOutput(listOf("Lutra lutra")) }
                step
                    .set("k", 2).set(mapOf("l" to null))
                    .setOutput(null)
                    .usage(120, 30)
                    .usage(cacheReadInputTokens = 100)
                step.cost("0.0123", "eur", input = 0.01, details = mapOf("other" to "1e-7"))
            }
        }
        val (answer, search) = spans.getValue("answer") to spans.getValue("search")
        assertEquals(answer["span_id"], search["parent_id"])
        assertEquals("agent", answer["kind"])
        assertEquals(mapOf("q" to "otters"), answer["input"])
        assertEquals(mapOf("a" to 1L, "k" to 2L, "l" to null), answer["attributes"])
        assertTrue("output" in answer)
        assertEquals(
            mapOf("input_tokens" to 120L, "output_tokens" to 30L, "cache_read_input_tokens" to 100L),
            answer["usage"],
        )
        val cost = mapOf("total" to "0.0123", "input" to "0.01", "currency" to "EUR", "price_source" to "user")
        assertEquals(cost + ("details" to mapOf("other" to "0.0000001")), answer["cost"])
        assertEquals(listOf("Lutra lutra"), search["output"])
        assertEquals("ok", search["status"])
    }

    @Test
    fun `what is thrown goes on as it was, and ends the step as what it is`() {
        val failure = IllegalStateException("no otters", RuntimeException("cause"))
        val spans = recording {
            assertSame(
                failure,
                assertFailsWith<IllegalStateException> { Tracewire.span("failed") { throw failure } },
            )
            runCatching { Tracewire.span("late") { throw TimeoutException() } }
            runCatching { Tracewire.span("left") { throw java.util.concurrent.CancellationException("enough") } }
            assertNull(Tracewire.currentSpan())
        }
        val exception = spans.getValue("failed")["exception"] as Map<*, *>
        assertEquals("java.lang.IllegalStateException", exception["type"])
        assertEquals("no otters", exception["message"])
        assertTrue("because of\n\njava.lang.RuntimeException\n" in exception["stacktrace"].toString())
        assertFalse("no otters" in exception["stacktrace"].toString())
        assertEquals(
            listOf("error", "timeout", "cancelled"),
            listOf("failed", "late", "left").map { spans[it]?.get("status") },
        )
    }

    @Test
    fun `what is said at once is there before the end`() {
        val recorded = Testing.recording()
        recorded.use {
            val step = Tracewire.startSpan("work")
            step.update { attributes = mapOf("progress" to 0.5) }
            step.event("retry", mapOf("attempt" to 2), data = listOf(1))
            step.recordException(IllegalArgumentException("dealt with"))
            step.link("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", mapOf("why" to "same user"))
            Tracewire.flush()
            val span = recorded.spans().single()
            assertNull(span["status"])
            assertEquals(mapOf("progress" to 0.5), span["attributes"])
            val (retry, exception) = span["events"] as List<*>
            assertEquals(mapOf("name" to "retry", "attributes" to mapOf("attempt" to 2L), "data" to listOf(1L)), retry)
            assertEquals("exception", (exception as Map<*, *>)["name"])
            val link = (span["links"] as List<*>).single() as Map<*, *>
            assertEquals("0af7651916cd43dd8448eb211c80319c", link["trace_id"])
            step.end()
        }
    }

    @Test
    fun `wrong use is counted, said once, and thrown in strict mode`() {
        val said = ArrayList<String>()
        recording({ configure { onNotice = NoticeListener(said::add) } }) {
            val step = Tracewire.startSpan("work")
            step.setStatus("fine").link("nowhere").usage(inputTokens = -1).cost("much")
            step.end()
            step.end()
            repeat(2) { step.set("late", 1) }
            Tracewire.span("orphan", parent = 17) { assertNull(it.parentId) }
            // Another test panics inside of the native half, which is counted for the process.
            val errors = Tracewire.flush().errors - "internal_error"
            val expected = mapOf(
                "invalid_status" to 1L,
                "invalid_link" to 1L,
                "invalid_usage" to 1L,
                "invalid_cost" to 1L,
            )
            assertEquals(expected + mapOf("step_ended" to 2L, "invalid_parent" to 1L), errors)
        }
        assertEquals(6, said.size)
        assertTrue(said.any { it == "tracewire: something was set on a step that had ended, and is lost" })
        recording({ configure { strict = true } }) {
            val step = Tracewire.startSpan("strict")
            assertEquals("invalid_status", assertFailsWith<TracewireException> { step.setStatus("fine") }.code)
            assertEquals("invalid_usage", assertFailsWith<TracewireException> { step.usage(-1) }.code)
            step.end()
            assertEquals("step_ended", assertFailsWith<TracewireException> { step.setOutput(1) }.code)
            assertEquals(
                "invalid_parent",
                assertFailsWith<TracewireException> { Tracewire.span("x", parent = 1) { } }.code,
            )
        }
    }

    @Test
    fun `threads and executors keep the step that is bound`() {
        val spans = recording {
            val threads = Executors.newFixedThreadPool(2)
            Tracewire.span("answer") { step ->
                val bound = step.bindCallable { Tracewire.span("bound") { Tracewire.currentSpan() != null } }
                assertTrue(threads.submit(bound).get())
                threads.submit(Callable { Tracewire.span("alone") { } }).get()
                step.span("child") { }
            }
            threads.shutdown()
        }
        assertEquals(spans.getValue("answer")["span_id"], spans.getValue("bound")["parent_id"])
        assertEquals(spans.getValue("answer")["span_id"], spans.getValue("child")["parent_id"])
        assertNull(spans.getValue("alone")["parent_id"])
    }

    @Test
    fun `context crosses processes`() {
        val header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        val spans = recording {
            val context = Tracewire.extract(mapOf("TraceParent" to listOf(header), "tracestate" to "vendor=1"))
            Tracewire.attach(context) {
                Tracewire.span("served") { step ->
                    val headers = Tracewire.inject(LinkedHashMap<String, String>())
                    assertEquals("00-0af7651916cd43dd8448eb211c80319c-${step.spanId}-01", headers["traceparent"])
                    assertEquals("vendor=1", headers["tracestate"])
                    assertEquals(headers["traceparent"], Tracewire.injectEnvironment(emptyMap())["TRACEPARENT"])
                }
            }
            assertNotNull(Tracewire.extract(mapOf("_meta" to mapOf("traceparent" to header))))
            for (bad in listOf("", "00-${"0".repeat(32)}-b7ad6b7169203331-01", "ff$header", header.uppercase())) {
                assertNull(SpanContext.fromTraceparent(bad), bad)
            }
            Tracewire.trace("order-17") { Tracewire.span("handled") { } }
        }
        assertEquals("b7ad6b7169203331", spans.getValue("served")["parent_id"])
        assertEquals("order-17", spans.getValue("handled")["correlation_id"])
    }

    @Test
    fun `points have the current step as parent`() {
        val recorded = Testing.recording()
        var of: String? = null
        recorded.use {
            Tracewire.span("answer") { step ->
                of = step.spanId
                val event = Tracewire.event("asked", mapOf("a" to 1), data = "d")
                Tracewire.event("answered", parent = event)
                Tracewire.log("slow", "warn", mapOf("ms" to 12))
                Tracewire.metric("tokens", 12, "counter", unit = "{token}")
                Tracewire.metric("latency", listOf(1.5, 20.0), "histogram", buckets = listOf(10))
                assertEquals("f1", Tracewire.feedback(Feedback(value = 0.9, feedbackId = "f1")))
            }
        }
        val points = recorded.events().filter { !it["type"].toString().startsWith("span.") }
        assertEquals(listOf("event", "event", "log", "metric", "metric", "feedback"), points.map { it["type"] })
        assertEquals(of, points[0]["parent_id"])
        assertEquals(points[0]["span_id"], points[1]["parent_id"])
        assertEquals("warning", (points[2]["body"] as Map<*, *>)["level"])
        val histogram = (points[4]["body"] as Map<*, *>)["histogram"] as Map<*, *>
        assertEquals(listOf(1L, 1L), histogram["counts"])
        assertEquals(21.5, histogram["sum"])
        assertEquals(of, ((points[5]["body"] as Map<*, *>)["target"] as Map<*, *>)["span_id"])
    }

    @Test
    fun `a stream writes the first chunk at once and the rest together, in order`() {
        val spans = recording {
            Tracewire.stream("voice") { stream -> for (number in 1..100) stream.chunk("$number ") }
        }
        val voice = spans.getValue("voice")
        val events = (voice["events"] as List<*>).map { (it as Map<*, *>)["chunks"] as List<*> }
        assertEquals(1, events.first().size)
        assertEquals((1..100).map { "$it " }, events.flatten())
        assertEquals((1..100).joinToString("") { "$it " }, voice["output"])
        assertTrue("time_to_first_chunk_nanos" in voice)
    }

    @Test
    fun `after the end of the client records are dropped and counted`() {
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.shutdown()
            Tracewire.span("late") { }
            assertEquals(mapOf("closed" to 2L), Tracewire.flush().dropped)
        }
        assertTrue(recorded.spans().isEmpty())
    }

    @Test
    fun `a panic inside of the native half is an error, and nothing else`() {
        assertEquals("internal", assertFailsWith<TracewireException> { Testing.panic() }.code)
    }
}
