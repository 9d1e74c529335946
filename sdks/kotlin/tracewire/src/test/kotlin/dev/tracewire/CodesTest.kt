package dev.tracewire

import dev.tracewire.exporters.Batch
import dev.tracewire.exporters.Exporter
import dev.tracewire.protocols.McpRequestOptions
import dev.tracewire.testing.Testing
import org.junit.jupiter.api.io.TempDir
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** Each code that wrong use has: it is counted once for each time, and costs the program nothing; strict mode throws it. */
class CodesTest {
    @TempDir
    lateinit var folder: File

    private val broken = object : AbstractMap<String, Any?>() {
        override val entries: Set<Map.Entry<String, Any?>> get() = error("no entries")
    }

    private val brokenList = object : AbstractList<String>() {
        override val size get() = error("no size")

        override fun get(index: Int) = "x"
    }

    /** Wrong use, by the code that it has. */
    private val wrong: Map<String, (Span) -> Any?> = mapOf(
        "invalid_amount" to { _ -> Tracewire.ap2.logPaymentInitiated("a") { amount = "much" } },
        "invalid_attributes" to { step -> step.set(broken) },
        "invalid_carrier" to { _ ->
            Tracewire.inject(java.util.Collections.unmodifiableMap(HashMap<String, String>()))
        },
        "invalid_correlation_id" to { _ -> Tracewire.trace("") { 7 } },
        "invalid_cost" to { step -> step.cost(1, currency = "euro") },
        "invalid_event" to { _ -> Tracewire.logEvent(mapOf("event_type" to "a", "attributes" to 7)) },
        "invalid_feedback" to { _ -> Tracewire.feedback(Feedback()) },
        "invalid_level" to { _ -> Tracewire.log("line", "loud") },
        "invalid_link" to { step -> step.update { links = listOf<Any>("x").let { brokenList } } },
        "invalid_metric" to { _ -> Tracewire.metric("latency", "slow") },
        "invalid_parent" to { _ -> Tracewire.feedback(Feedback(1, target = "nobody")) },
        "invalid_status" to { step -> step.setStatus("fine") },
        "invalid_usage" to { step -> step.usage(inputTokens = 1.5) },
        "mask_failed" to { _ -> Tracewire.span("masked", input = "secret") { } },
        "unreadable_value" to { step -> step.update { tags = brokenList } },
    )

    @Test
    fun `wrong use is counted by its code, and costs nothing else`() {
        for ((code, use) in wrong) {
            val said = ArrayList<String>()
            val recorded = Testing.recording {
                configure {
                    onNotice = NoticeListener(said::add)
                    mask = Mask { field, value -> if (field == "input") error("no mask") else value }
                }
            }
            recorded.use {
                Tracewire.span("step") { step -> repeat(2) { use(step) } }
                assertEquals(mapOf(code to 2L), Tracewire.flush().errors - "internal_error", code)
            }
            assertEquals(1, said.size, "$said")
            assertEquals("ok", recorded.spans().first()["status"], code)
        }
    }

    @Test
    fun `strict mode throws the same code, and the step goes on`() {
        for ((code, use) in wrong) {
            val recorded = Testing.recording {
                configure {
                    strict = true
                    mask = Mask { field, value -> if (field == "input") error("no mask") else value }
                }
            }
            recorded.use {
                Tracewire.span("step") { step ->
                    assertEquals(code, assertFailsWith<TracewireException>(code) { use(step) }.code)
                    step.setOutput(code)
                }
            }
            assertEquals(code, recorded.spans().first()["output"])
        }
    }

    @Test
    fun `what is wrong with a metric is said, and what can be kept is kept`() {
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.metric("n", 1, "meter")
            Tracewire.metric("n", 1, "counter", temporality = "yearly")
            Tracewire.metric("n", listOf(1, "x"), "histogram")
            assertEquals(3, Tracewire.flush().errors["invalid_metric"])
        }
        val bodies = recorded.events().map { it["body"] as Map<*, *> }
        assertEquals(listOf<Any?>("gauge", "counter"), bodies.map { it["instrument"] })
        assertEquals("delta", bodies[1]["temporality"])
    }

    @Test
    fun `a value that ends the memory costs its record, which is counted`() {
        val recorded = Testing.recording()
        recorded.use {
            val none = Recordable { throw OutOfMemoryError("none left") }
            assertEquals(7, Tracewire.span("large", input = none) { 7 })
            val report = Tracewire.flush()
            assertEquals(1, report.dropped["internal_error"])
            assertTrue(report.errors.getValue("internal_error") >= 1)
        }
    }

    @Test
    fun `strict mode throws at a flush that has lost something`() {
        val recorded = Testing.recording { configure { strict = true } }
        recorded.use {
            Tracewire.shutdown()
            Tracewire.span("late") { }
            assertEquals("records_dropped", assertFailsWith<TracewireException> { Tracewire.flush() }.code)
        }
    }

    @Test
    fun `formats name what a value has no form for, and where`() {
        val itself = ArrayList<Any?>().also { it.add(it) }
        val deep = (1..200).fold<Int, Any?>(1) { value, _ -> listOf(value) }
        val endless = Iterable { generateSequence(0L) { it + 1 }.iterator() }
        val found = mapOf(
            "value_cycle" to mapOf("a" to itself),
            "value_surrogate" to mapOf("a" to "\uD800"),
            "value_too_deep" to deep,
            "value_too_large" to mapOf("a" to endless),
            "value_unreadable" to mapOf("a" to Recordable { error("no form") }),
            "value_unserializable" to mapOf("a" to Any()),
        ).mapValues { (_, value) -> assertFailsWith<FormatException> { Formats.encode(value) } }
        for ((code, error) in found) assertEquals(code, error.code)
        assertEquals(
            listOf("/a/0", "/a", "/a"),
            listOf("cycle", "surrogate", "unreadable").map {
                found["value_$it"]?.path
            },
        )
    }

    @Test
    fun `a file in the place of the folder costs the records, which is counted and said once`() {
        val file = File(folder, "file").apply { writeText("not a folder") }
        val said = ArrayList<String>()
        val client = Client {
            dir = File(file, "below").path
            onNotice = NoticeListener(said::add)
        }
        client.use { assertEquals(listOf(7, 7), List(2) { client.span("run") { 7 } }) }
        val report = client.flush()
        assertEquals(0, report.written)
        assertEquals(4, report.dropped.values.sum(), "$report")
        assertEquals(1, said.size, "$said")
        assertEquals("not a folder", file.readText())
    }

    @Test
    fun `a folder that vanishes costs nothing but what was in it`() {
        val directory = File(folder, "journals")
        val exporter = object : Exporter {
            override val name = "kept"

            override fun export(batch: Batch) = Unit
        }
        val client = Client {
            dir = directory.path
            mode = Mode.LOCAL
            exporters(exporter)
        }
        client.use {
            client.span("before") { }
            directory.deleteRecursively()
            assertEquals(7, client.span("after") { 7 })
            val report = client.flush(2000)
            assertEquals(4, report.written + report.dropped.values.sum(), "$report")
        }
    }

    @Test
    fun `options of a program stay as it made them`() {
        val (run, call) = SessionOptions { userId = "u-1" } to McpRequestOptions()
        val recorded = Testing.recording()
        recorded.use {
            for (agent in listOf("first", "second")) {
                Tracewire.session(agent, run) { assertEquals(agent, it.agentId) }
                Tracewire.mcp.logToolCall(agent, "tool of $agent", options = call)
            }
        }
        assertNull(run.agentId)
        assertNull(call.method)
        assertEquals(listOf<Any?>("first", "second"), recorded.spans().map { it["name"] })
        val tools = recorded.events().filter { it["type"] == "event" }.map { it["body"] as Map<*, *> }
        assertEquals(
            listOf<Any?>(mapOf("name" to "tool of first"), mapOf("name" to "tool of second")),
            tools.map { it["data"] },
        )
    }
}
