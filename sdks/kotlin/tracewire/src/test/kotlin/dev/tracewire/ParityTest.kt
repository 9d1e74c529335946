package dev.tracewire

import dev.tracewire.coroutines.traced
import dev.tracewire.protocols.McpRequestOptions
import dev.tracewire.protocols.McpResponseOptions
import dev.tracewire.testing.Testing
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

/** The same program as the Python SDK's `scenario.py` is recorded as that one recorded it, ids included. */
class ParityTest {
    private fun session() {
        val options = SessionOptions {
            sessionId = "chat-7"
            userId = "u"
            tags = listOf("x")
            input = "why?"
            environment = "test"
        }
        Tracewire.session("researcher", options) { run ->
            run.agentStep("plan", attributes = mapOf("a" to 1)) { it.setOutput(listOf("search")) }
            run.toolCall("search", input = mapOf("query" to "otters")) { call ->
                call.setOutput(listOf("Lutra"))
                run.llmCall("chat", attributes = mapOf("gen_ai.request.model" to "m")) { answer ->
                    answer.usage(inputTokens = 3, outputTokens = 2)
                    answer.cost("0.0123", "EUR", input = "0.01")
                }
            }
            run.stream("voice", "go", mapOf("codec" to "opus")) { voice ->
                voice.event("chunk", mapOf("seq" to 1))
                voice.event("note", mapOf("x" to 2))
                voice.chunk("text")
            }
            points()
            messages()
            protocols()
        }
    }

    private fun points() {
        val first = Tracewire.event("cart", mapOf("items" to 3), data = mapOf("sku" to "17"), kind = "payment")
        Tracewire.event("caused", parent = first, sessionId = "s2")
        Tracewire.log("line", "warn", mapOf("attempt" to 2), logger = "app")
        Tracewire.metric("latency", listOf(12, 100, 340.5), "histogram", "ms", buckets = listOf(500, 100))
        Tracewire.metric("n", 1, "counter", attributes = mapOf("m" to "x"))
        Tracewire.feedback(Feedback(0.5, name = "helpful", comment = "so", feedbackId = "f1"))
        Tracewire.feedback(Feedback(true, "1".repeat(32), feedbackId = "f2", supersedes = "f1", source = "model"))
    }

    private fun messages() {
        val mcp = Tracewire.mcp
        val asked = McpRequestOptions().apply { requestId = "7" }
        val call = mcp.logToolCall("r", "search", mapOf("query" to "o"), asked)
        mcp.logToolResult("r", "search", listOf("L"), 52, McpResponseOptions().apply { parentId = call })
        val failed = McpResponseOptions().apply {
            parentId = call
            attributes = mapOf("a" to 1)
        }
        mcp.logToolError("r", "search", "TIMEOUT", "slow", failed)
        mcp.logSamplingRequest("r", "why?", "m")
        mcp.logSamplingResponse("r", "because", "m", mapOf("prompt_tokens" to 3, "completion_tokens" to 4))
        mcp.logResourceAccessed("r", "file:///x", "subscribe")
    }

    private fun protocols() {
        Tracewire.mcp.logNotification("r") {
            method = "notifications/progress"
            data = mapOf("p" to 1)
        }
        Tracewire.a2a.logTaskAssigned("o") {
            taskId = "t"
            contextId = "c"
            data = mapOf("assigned_to" to "w")
        }
        Tracewire.a2a.logTaskFailed("w") {
            taskId = "t"
            errorCode = "BAD"
            data = mapOf("m" to 1)
        }
        Tracewire.a2a.logMessageSent("w") {
            messageId = "m1"
            referenceTaskIds = listOf("t")
            serverPort = 80
        }
        Tracewire.ap2.logPaymentInitiated("a") {
            paymentId = "p"
            amount = 10.5
            currency = "USD"
            data = mapOf("r" to 1)
        }
        Tracewire.ap2.logPaymentFailed("a") {
            paymentId = "p"
            errorCode = 5
        }
        Tracewire.ap2.logCostIncurred("a") {
            costAmount = 0.1
            currency = "USD"
        }
        Tracewire.logEvent(
            mapOf(
                "event_type" to "mcp.tool.called",
                "agent_id" to "a",
                "data" to mapOf("tool_name" to "s", "p" to mapOf("q" to 1)),
                "meta" to mapOf("a" to listOf(1)),
                "sev" to "x",
            ),
        )
        Tracewire.logEvent(
            mapOf(
                "event_type" to "ap2.payment.failed",
                "agent_id" to "a",
                "error" to mapOf("code" to "X"),
                "dur" to 1.5,
                "data" to listOf(1),
            ),
        )
    }

    private fun steps() {
        Tracewire.trace("order-17") {
            Tracewire.event("b")
            Tracewire.log("c")
            Tracewire.metric("d", 1)
            Tracewire.feedback(Feedback("good", feedbackId = "f3"))
        }
        Tracewire.span("find", "tool", mapOf("query" to "q", "limit" to 2)) { it.setOutput(listOf("q", "q")) }
        val shopper = mapOf("gen_ai.agent.name" to "Shopper")
        Tracewire.span("Shopper.buy", "agent", mapOf("what" to "x"), shopper) { it.setOutput("x") }
        Tracewire.span("parse", attributes = mapOf("gen_ai.operation.name" to "parse", "a" to 1)) { }
        val words = sequenceOf<Any>("a", mapOf("n" to 1), "b")
        assertEquals(3, words.traced("words", "llm").toList().size)
        runBlocking { flow { for (word in words) emit(word) }.traced("words", "llm").first() }
        Tracewire.mcp.toolExecution("exec", mapOf("q" to 1), agentId = "r", correlationId = "order-17") {
            it.setOutput(listOf(1))
        }
    }

    /** What is compared: how often a clock is read is each SDK's own business. */
    private fun compared(event: Any?): Map<*, *> {
        val body = ((event as Map<*, *>)["body"] as Map<*, *>?)?.minus("time_to_first_chunk_nanos")
        val rest = event - "time" - "duration_nanos" - "body"
        return if (body.isNullOrEmpty()) rest else rest + ("body" to body)
    }

    @Test
    fun `a program is recorded as it is in Python`() {
        val recorded = Testing.recording()
        recorded.use {
            session()
            steps()
        }
        val lines = File("../../typescript/tests/parity/events.jsonl").readLines()
        val expected = lines.map { compared(Formats.decode(it)) }
        val found = recorded.events().map {
            compared(Formats.decode(Formats.encode(it, options = WriteOptions(keepTags = true))))
        }
        for ((index, event) in expected.withIndex()) assertEquals(event, found.getOrNull(index), "event ${index + 1}")
        assertEquals(expected.size, found.size)
    }
}
