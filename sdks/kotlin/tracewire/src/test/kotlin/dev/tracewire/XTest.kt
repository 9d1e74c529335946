package dev.tracewire

import dev.tracewire.testing.Testing
import kotlin.test.Test
import kotlin.test.assertEquals

class XTest {
    @Test
    fun `a span and its child are recorded and read back`() {
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.span("answer", "agent", input = mapOf("q" to "otters"), attributes = mapOf("a" to 1)) { step ->
                Tracewire.span("search", "tool") { it.setOutput(listOf("Lutra lutra")) }
                step.set("k", 2).setOutput("done")
            }
        }
        val (answer, search) = recorded.spans()
        assertEquals("answer", answer["name"])
        assertEquals(answer["span_id"], search["parent_id"])
        assertEquals(mapOf("a" to 1L, "k" to 2L), answer["attributes"])
        assertEquals(listOf("Lutra lutra"), search["output"])
        assertEquals(0, Testing.liveRecorders())
    }
}
