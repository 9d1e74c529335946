package dev.tracewire.protocols

import dev.tracewire.Client
import dev.tracewire.EventId
import dev.tracewire.SpanContext
import dev.tracewire.internal.recording.Amounts
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Points
import dev.tracewire.internal.recording.Texts
import dev.tracewire.internal.recording.Where

/** Records events of a protocol for a client. Who records is asked at each event, so that `init` may come later. */
public open class ProtocolEvents internal constructor(private val whose: () -> Client) {
    internal val client: Client get() = whose()

    /**
     * Records an event.
     *
     * @param sets attributes that hold unless an option says otherwise.
     * @param fails whether the event says that something failed.
     */
    internal fun record(
        name: String,
        agentId: String?,
        options: EventOptions,
        sets: Map<String, String> = emptyMap(),
        fails: Boolean = false,
    ): EventId? {
        val opened = client.opened()
        return Points.guarded(opened, name) {
            val facts = factsOf(agentId, options, sets, fails)
            val more = LinkedHashMap(options.more)
            options.errorCode?.let { more["error_code"] = it }
            var data = options.data
            if (more.isNotEmpty()) {
                if (data == null || data is Map<*, *>) {
                    data = more + data.orEmpty().mapKeys { it.key.toString() }
                } else {
                    facts.putAll(more)
                }
            }
            options.attributes?.let { facts.putAll(it) }
            val where = Where(parent = above(options.parentId), correlationId = options.correlationId)
            Points.event(opened, name, facts, data, where, options.sessionId)
        }
    }

    private fun factsOf(
        agentId: String?,
        options: EventOptions,
        sets: Map<String, String>,
        fails: Boolean,
    ): MutableMap<String, Any?> {
        val facts = LinkedHashMap<String, Any?>()
        if (agentId != null) facts["gen_ai.agent.id"] = agentId
        facts.putAll(sets)
        for ((attribute, value) in options.facts) facts[attribute] = if (attribute == AMOUNT) amount(value) else value
        for ((attribute, value) in options.meant) {
            if (facts[attribute] == null) facts[attribute] = if (attribute == AMOUNT) amount(value) else value
        }
        val errorCode = options.errorCode
        if (errorCode != null && facts[ERROR] == null) facts[ERROR] = Texts.textOf(errorCode)
        if (fails && facts[ERROR] == null) facts[ERROR] = "_OTHER"
        val context = facts["tracewire.a2a.context.id"]
        if (context != null && facts["gen_ai.conversation.id"] == null) facts["gen_ai.conversation.id"] = context
        return facts
    }

    /** An amount as decimal text; what is none is counted. */
    private fun amount(amount: Any?): String? {
        val text = Amounts.decimalText(amount)
        if (text == null) {
            client.problems.note("invalid_amount", "not a decimal amount: ${Texts.shown(amount)}")
        }
        return text
    }

    /** What an event belongs to. An id that was only kept as text belongs to the current trace. */
    private fun above(parent: Any?): Any? {
        if (parent !is String || parent.length != SPAN_DIGITS) return parent
        return Places.context()?.let { SpanContext.fromTraceparent("00-${it.traceId}-$parent-01") }
    }

    private companion object {
        const val AMOUNT = "tracewire.amount.value"
        const val ERROR = "error.type"
        const val SPAN_DIGITS = 16
    }
}
