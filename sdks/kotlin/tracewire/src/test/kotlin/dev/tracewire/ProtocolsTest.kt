package dev.tracewire

import dev.tracewire.testing.Testing
import kotlin.test.Test
import kotlin.test.assertEquals

/** Messages of protocols, by functions and as maps, under the names of the registry. */
class ProtocolsTest {
    @Test
    fun `events of protocols are events with the registry's names`() {
        val recorded = Testing.recording()
        recorded.use {
            val call = Tracewire.mcp.logToolCall("researcher", "search", mapOf("query" to "otters"))
            Tracewire.mcp.logToolError("researcher", "search", "timeout", "too slow")
            Tracewire.mcp.logResponse {
                method = "ping"
                parentId = call
            }
            val meta = mapOf("traceparent" to "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            Tracewire.mcp.toolExecution("search", meta = meta) { }
        }
        val (call, error, ping) = recorded.events().take(3).map { it["body"] as Map<*, *> }
        assertEquals("mcp.request", call["name"])
        assertEquals(mapOf("name" to "search", "arguments" to mapOf("query" to "otters")), call["data"])
        val facts = mapOf(
            "gen_ai.agent.id" to "researcher",
            "gen_ai.tool.name" to "search",
            "mcp.method.name" to "tools/call",
        )
        assertEquals(facts + ("tracewire.protocol.direction" to "sent"), call["attributes"])
        assertEquals("timeout", (error["attributes"] as Map<*, *>)["error.type"])
        assertEquals("mcp.response", ping["name"])
        assertEquals("b7ad6b7169203331", recorded.spans().single()["parent_id"])
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
