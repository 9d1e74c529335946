package dev.tracewire.internal.recording

import dev.tracewire.EventId
import dev.tracewire.HasContext
import dev.tracewire.SpanContext
import dev.tracewire.protocols.ALIASES
import dev.tracewire.internal.ffi.traceIdOf as nativeTraceIdOf

/** Events that are given as one map, as the Agentic Observability Protocol has them. */
internal object Dictionary {
    private val CAMEL = mapOf(
        "agentId" to "agent_id",
        "correlationId" to "correlation_id",
        "eventType" to "event_type",
        "parentId" to "parent_id",
        "parentSpanId" to "parent_span_id",
        "sessionId" to "session_id",
        "spanId" to "span_id",
        "traceId" to "trace_id",
        "userId" to "user_id",
    )

    /** Members of data that are attributes. */
    private val OF_DATA = listOf(
        Triple("tool_name", "toolName", "gen_ai.tool.name"),
        Triple("task_id", "taskId", "a2a.task.id"),
        Triple("payment_id", "paymentId", "tracewire.ap2.payment.id"),
    )
    private const val ERROR = "error.type"
    private const val SPAN_DIGITS = 16
    private const val TRACE_DIGITS = 32

    fun record(opened: Opened, event: Map<String, Any?>): EventId? {
        val rest = LinkedHashMap<String, Any?>()
        for ((key, value) in event) if (value != null) rest[CAMEL[key] ?: key] = value
        val given = rest.remove("attributes")
        if (given != null && given !is Map<*, *>) {
            val shown = Texts.shown(given)
            opened.problems.note("invalid_event", "an event is a map with attributes in a map, not $shown")
            return null
        }
        val parent = parentOf(rest)
        val name = listOf("event_type", "name", "type").firstNotNullOfOrNull { takeText(rest, it) } ?: nameless(opened)
        val (correlationId, sessionId, kind) = listOf("correlation_id", "session_id", "kind").map { take(rest, it) }
        var data = rest.remove("data")
        val facts = factsOf(rest, data)
        val alias = ALIASES[name]
        alias?.sets?.forEach { (attribute, value) -> facts.putIfAbsent(attribute, value) }
        if (alias?.fails == true) facts.putIfAbsent(ERROR, "_OTHER")
        given?.forEach { (key, value) -> facts[key.toString()] = value }
        for ((key, value) in rest) {
            val isPlain = value is String || value is Number || value is Boolean
            val known = data
            when {
                !isPlain && known == null -> data = mapOf(key to value)
                !isPlain && known is Map<*, *> && key !in known -> data = mapOf(key to value) + known
                else -> facts.putIfAbsent(key, value)
            }
        }
        return Points.event(opened, alias?.event ?: name, facts, data, Where(kind, parent, correlationId), sessionId)
    }

    private fun nameless(opened: Opened): String {
        opened.problems.note("invalid_event", "an event has no event_type; it is recorded as 'event'")
        return "event"
    }

    /** Takes a member out where it is a text. */
    private fun takeText(rest: MutableMap<String, Any?>, key: String): String? =
        (rest[key] as? String)?.also { rest.remove(key) }

    /** Takes a member out; what is no text, or empty, is none. */
    private fun take(rest: MutableMap<String, Any?>, key: String): String? =
        (rest.remove(key) as? String)?.ifEmpty { null }

    /** The attributes that members are, taken out of them. */
    private fun factsOf(rest: MutableMap<String, Any?>, data: Any?): MutableMap<String, Any?> {
        val facts = LinkedHashMap<String, Any?>()
        for ((key, attribute) in listOf("agent_id" to "gen_ai.agent.id", "user_id" to "user.id")) {
            take(rest, key)?.let { facts[attribute] = it }
        }
        (rest["error"] as? Map<*, *>)?.get("code")?.let { facts[ERROR] = Texts.textOf(it) }
        if (data is Map<*, *>) {
            for ((snake, camel, attribute) in OF_DATA) {
                ((data[snake] ?: data[camel]) as? String)?.let { facts[attribute] = it }
            }
        }
        return facts
    }

    /** What the map says that the event belongs to; ids that say nothing valid stay in it. */
    private fun parentOf(rest: MutableMap<String, Any?>): Any? {
        val parent = rest["parent_id"]
        if (parent is HasContext || parent is SpanContext) return rest.remove("parent_id")
        for (key in listOf("parent_id", "parent_span_id", "span_id")) {
            val spanId = rest[key] as? String ?: continue
            val traceId = rest["trace_id"] as? String ?: traceIdHere(rest["correlation_id"] as? String) ?: continue
            if (spanId.length != SPAN_DIGITS || traceId.length != TRACE_DIGITS) continue
            val context = SpanContext.fromTraceparent("00-$traceId-$spanId-01") ?: continue
            rest.remove(key)
            rest.remove("trace_id")
            return context
        }
        return null
    }

    /** The trace that an id without one belongs to: the current one, or that of the correlation id. */
    private fun traceIdHere(given: String?): String? {
        Places.context()?.let { return it.traceId }
        val correlationId = (Places.here() as? Place)?.correlationId ?: given
        if (correlationId.isNullOrEmpty()) return null
        return State.traceId(nativeTraceIdOf(correlationId))
    }
}
