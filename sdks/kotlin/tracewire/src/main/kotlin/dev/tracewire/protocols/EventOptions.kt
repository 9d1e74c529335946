package dev.tracewire.protocols

import kotlin.properties.ReadWriteProperty
import kotlin.reflect.KProperty

/** What every event of a protocol can say. */
public open class EventOptions {
    /** Options that are attributes of this event, by the attribute's name. */
    internal val facts = LinkedHashMap<String, Any?>()

    /** Options that are attributes in the events of every protocol, where the event has none of its own for it. */
    internal val meant = LinkedHashMap<String, Any?>()

    /** What was carried. */
    public open var data: Any? = null

    /** Further attributes. */
    public var attributes: Map<String, Any?>? = null

    /** What it belongs to instead of the current step: an event's id, a step or a context. */
    public var parentId: Any? = null

    /** The application's own id of the trace, where there is no step to belong to. */
    public var correlationId: String? = null

    /** The conversation that it belongs to. */
    public var sessionId: String? = null

    /** What went wrong, as a short code: `error.type`. It is also kept in the data. */
    public open var errorCode: Any? = null

    /** The tool: `gen_ai.tool.name`. */
    public open var toolName: String? by Fact("gen_ai.tool.name", meant)

    /** The task: `a2a.task.id`. */
    public open var taskId: String? by Fact("a2a.task.id", meant)

    /** The payment: `tracewire.ap2.payment.id`. */
    public open var paymentId: String? by Fact("tracewire.ap2.payment.id", meant)

    /** What was spent, decimal: `tracewire.amount.value`. */
    public open var costAmount: Any? by Fact("tracewire.amount.value", meant)

    /** Further members: of the data where that is a map, else attributes. */
    public val more: MutableMap<String, Any?> = LinkedHashMap()

    /** Takes over what other options say, so that an event can add to its own and leave the program's as they are. */
    internal fun take(other: EventOptions) {
        facts.putAll(other.facts)
        meant.putAll(other.meant)
        more.putAll(other.more)
        data = other.data
        attributes = other.attributes
        parentId = other.parentId
        correlationId = other.correlationId
        sessionId = other.sessionId
        errorCode = other.errorCode
    }

    /** An option that is an attribute of this event. */
    protected fun <T : Any> attribute(name: String): ReadWriteProperty<EventOptions, T?> = Fact(name, facts)

    private class Fact<T : Any>(private val name: String, private val into: MutableMap<String, Any?>) :
        ReadWriteProperty<EventOptions, T?> {
        @Suppress("UNCHECKED_CAST")
        override fun getValue(thisRef: EventOptions, property: KProperty<*>): T? = into[name] as T?

        override fun setValue(thisRef: EventOptions, property: KProperty<*>, value: T?) {
            if (value == null) into.remove(name) else into[name] = value
        }
    }
}
