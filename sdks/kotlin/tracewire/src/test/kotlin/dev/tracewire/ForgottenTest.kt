package dev.tracewire

import dev.tracewire.testing.Testing
import java.time.Duration
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse

/** Steps that the program forgets end as cancelled, whenever the garbage collector finds them. */
class ForgottenTest {
    /** In a function of its own, so that nothing on the stack keeps the step. */
    private fun forget(): String = Tracewire.startSpan("forgotten").set("a", 1).spanId

    @Test
    fun `a forgotten step ends as cancelled, and one that is kept does not`() {
        val recorded = Testing.recording()
        recorded.use {
            val id = forget()
            val kept = Tracewire.startSpan("kept")
            Tracewire.flush() // What is open then is young no more.
            val until = System.nanoTime() + Duration.ofSeconds(30).toNanos()
            while (recorded.spans().first()["status"] == null && System.nanoTime() < until) {
                System.gc()
                Tracewire.flush()
            }
            val (forgotten, open) = recorded.spans()
            assertEquals(id, forgotten["span_id"])
            assertEquals("cancelled", forgotten["status"])
            assertEquals("the step was dropped without an end", forgotten["status_message"])
            assertFalse("status" in open)
            kept.end()
            Tracewire.flush()
            assertEquals("ok", recorded.spans().last()["status"])
        }
    }

    @Test
    fun `events that are given as one map have the registry's names`() {
        val recorded = Testing.recording()
        recorded.use {
            val call = Tracewire.logEvent(
                mapOf(
                    "event_type" to "mcp.tool.called",
                    "agentId" to "researcher",
                    "data" to mapOf("tool_name" to "search"),
                    "attempt" to 2,
                    "extra" to listOf(1),
                ),
            )
            Tracewire.logEvent(
                mapOf(
                    "event_type" to "mcp.tool.error",
                    "parent_id" to call,
                    "error" to mapOf("code" to 429),
                ),
            )
            Tracewire.logEvent(mapOf("a" to 1))
            assertEquals(1, Tracewire.flush().errors["invalid_event"])
        }
        val (call, error, nameless) = recorded.events()
        val body = call["body"] as Map<*, *>
        assertEquals("mcp.request", body["name"])
        assertEquals(
            mapOf(
                "gen_ai.agent.id" to "researcher",
                "gen_ai.tool.name" to "search",
                "mcp.method.name" to "tools/call",
                "attempt" to 2L,
            ),
            body["attributes"],
        )
        assertEquals(mapOf("extra" to listOf(1L), "tool_name" to "search"), body["data"])
        assertEquals(call["span_id"], error["parent_id"])
        assertEquals("429", ((error["body"] as Map<*, *>)["attributes"] as Map<*, *>)["error.type"])
        assertEquals("event", (nameless["body"] as Map<*, *>)["name"])
    }
}
