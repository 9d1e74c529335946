package dev.tracewire

import dev.tracewire.testing.Testing
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertNull

/** Guards: calls that are stopped before they begin, what is reserved and used, and what is recorded of it. */
internal class GuardsTest {
    private val steps = Guards(Budget(steps = 2), warnAt = 1.0)

    @Test
    fun `a call is stopped before it begins, and the verdict is in the trace`() {
        val recorded = Testing.recording { configure { guards = steps } }
        val made = ArrayList<String>()
        val stop = recorded.use {
            assertFailsWith<BudgetExceededException> {
                Tracewire.span("run", "agent", options = SpanOptions().apply { sessionId = "chat-7" }) {
                    for (query in listOf("one", "two", "three")) Tracewire.span("search", "tool") { made += query }
                }
            }
        }
        assertEquals(listOf("one", "two"), made)
        assertIs<TracewireException>(stop)
        assertEquals("budget_exceeded", stop.code)
        assertEquals(
            Verdict(
                "stop",
                "steps",
                "session:chat-7",
                "tool",
                "search",
                "steps",
                "2",
                "2",
                "0",
                "1",
                false,
                "step budget of session \"chat-7\" would be exceeded: tool \"search\" asks 1, 2 used, 0 reserved, limit 2",
            ),
            stop.verdict,
        )
        assertEquals(listOf("run", "search", "search"), recorded.spans().map { it["name"] })
        val told = recorded.events().filter { it["type"] == "event" }.map { it["body"] as Map<*, *> }
        val decisions = told.map { (it["attributes"] as Map<*, *>)["tracewire.guard.decision"] }
        assertEquals(listOf<Any?>("warn", "stop"), decisions)
    }

    @Test
    fun `a model reserves what it may use, and gives back what it did not`() {
        val rates = mapOf("house-*" to Rate("1000000", 1_000_000, "500000"))
        val limits = Guards(Budget(money = "6"), rates = rates, warnAt = 1.0)
        val attributes = mapOf("gen_ai.request.model" to "house-1", "gen_ai.request.max_tokens" to 3)
        Testing.recording { configure { guards = limits } }.use { recorded ->
            Tracewire.span("run", options = SpanOptions().apply { sessionId = "chat-7" }) {
                Tracewire.span("chat", "llm", "12", attributes) { step ->
                    val stop = assertFailsWith<BudgetExceededException> {
                        Tracewire.startSpan("chat", "llm", "12", attributes)
                    }
                    assertEquals("4", stop.verdict.reserved)
                    step.usage(inputTokens = 2, cacheReadInputTokens = 1, outputTokens = 0)
                }
            }
            val status = recorded.client.guardStatus("chat-7")
            assertEquals(GuardLevel("1.5", "0", "6"), status?.money)
            assertEquals(GuardLevel("2", "0", null), status?.tokens)
        }
    }

    @Test
    fun `the same call again is a loop, whether it is recorded or not`() {
        val limits = Guards(loops = Loops(repeats = 3))
        Testing.recording {
            configure {
                guards = limits
                capture = Capture.NONE
            }
        }.use {
            Tracewire.span("run") {
                for (turn in 1..2) Tracewire.span("search", "tool", mapOf("b" to 1, "a" to 2.0)) { turn }
                val stop = assertFailsWith<LoopDetectedException> {
                    Tracewire.span("search", "tool", mapOf("a" to 2, "b" to 1)) { }
                }
                assertEquals("loop_detected", stop.code)
                assertEquals("repeat 2", "${stop.verdict.rule} ${stop.verdict.used}")
            }
        }
    }

    @Test
    fun `a warning is given once, and what it throws stays here`() {
        val heard = ArrayList<String>()
        val limits = Guards(
            Budget(steps = 4),
            warnAt = 0.5,
            onWarning = {
                heard += "${it.decision} ${it.rule} ${it.used}"
                error("not yours")
            },
        )
        Testing.recording { configure { guards = limits } }.use { recorded ->
            Tracewire.span("run") { for (turn in 1..4) Tracewire.span("search", "tool") { turn } }
            assertEquals(listOf("warn steps 1"), heard)
            assertEquals(1, recorded.client.flush().errors["guard_warning_failed"])
        }
    }

    @Test
    fun `without guards nothing is thrown`() {
        Testing.recording().use { recorded ->
            for (turn in 1..300) Tracewire.span("search", "tool", "the same") { turn }
            assertNull(recorded.client.guardStatus())
        }
    }

    @Test
    fun `limits that cannot be meant are refused by their names`() {
        for ((given, reason) in listOf(
            Guards(Budget(money = "five")) to "budget.money: dollars above 0",
            Guards(Budget(steps = 0)) to "budget.steps: a whole number from 1",
            Guards(loops = Loops(repeats = 1)) to "loops.repeats: a whole number from 2",
            Guards(warnAt = 2.0) to "warn_at: a number above 0",
        )) {
            val refused = assertFailsWith<TracewireException> { Client { guards = given } }
            assertEquals("configuration", refused.code)
            assertEquals("guards (argument): $reason", refused.message?.take("guards (argument): $reason".length))
        }
    }
}
