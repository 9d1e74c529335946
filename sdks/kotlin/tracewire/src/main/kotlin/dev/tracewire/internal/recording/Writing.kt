package dev.tracewire.internal.recording

import dev.tracewire.Capture
import dev.tracewire.EventId
import dev.tracewire.HasContext
import dev.tracewire.Link
import dev.tracewire.Mask
import dev.tracewire.SpanContext
import dev.tracewire.internal.values.Walker

/** What of the host's values reaches the disk; the same for all steps of a recorder. */
internal class Policy(capture: Capture, @JvmField val mask: Mask?, @JvmField val problems: Problems) {
    /** What is not recorded; null where everything is. */
    private val leftOut: Set<String>? = capture.leftOut.ifEmpty { null }

    /** Whether a member of a body is recorded. */
    fun keeps(member: String): Boolean = leftOut == null || member !in leftOut
}

/** Members of an event's body from what a program gives: which of them reach the disk, and in what form. */
internal object Writing {
    private const val MOST_TEXTS = 1000
    private val FAILED = Any()

    /** Writes `attributes`, unless there are none. */
    fun attributes(walker: Walker, attributes: Map<String, Any?>?, policy: Policy) {
        if (attributes == null || isEmpty(attributes) || !policy.keeps("attributes")) return
        if (policy.mask == null) {
            value(walker, "attributes", attributes)
            return
        }
        val masked = masked(policy, "attributes", attributes)
        // A map whatever happens: where the mask fails there are none.
        if (masked !== FAILED) value(walker, "attributes", masked)
    }

    /** Writes a member that the host's mask may want to see first, if it is recorded at all. */
    fun content(walker: Walker, name: String, value: Any?, policy: Policy) {
        if (!policy.keeps(name)) return
        walker.member(name)
        val masked = if (policy.mask == null) value else masked(policy, name, value)
        if (masked === FAILED) walker.redacted("mask_failed") else walker.value(masked)
    }

    /** Writes a member that is a text, if it is there. */
    fun text(walker: Walker, name: String, text: String?) {
        if (text == null) return
        walker.member(name)
        walker.text(text)
    }

    /** Writes a member of any value. */
    fun value(walker: Walker, name: String, value: Any?) {
        walker.member(name)
        walker.value(value)
    }

    /** Writes labels, if there are any. */
    fun texts(walker: Walker, name: String, texts: List<String>?, policy: Policy) {
        if (texts == null) return
        val found = ArrayList<String>()
        try {
            for (text in texts) if (found.size < MOST_TEXTS) found.add(text) else break
        } catch (error: Exception) {
            val thrown = Texts.typeName(error)
            policy.problems.noteLater("unreadable_value", "$name: a value threw $thrown while it was read", error)
        }
        value(walker, name, found)
    }

    /** Writes links as plain ids, if there are any. */
    fun links(walker: Walker, links: List<Any>?, policy: Policy) {
        if (links == null) return
        try {
            value(walker, "links", links.map { linkTo(it) ?: it })
        } catch (error: Exception) {
            policy.problems.noteLater("invalid_link", "links cannot be read: ${Texts.typeName(error)}", error)
        }
    }

    private fun masked(policy: Policy, name: String, value: Any?): Any? = try {
        policy.mask?.mask(name, value)
    } catch (error: Throwable) {
        policy.problems.noteLater("mask_failed", "mask: ${Texts.textOf(error)}; $name is left out", error)
        FAILED
    }

    private fun isEmpty(map: Map<*, *>): Boolean = try {
        map.isEmpty()
    } catch (_: Exception) {
        false
    }

    /** The ids of what is linked, as the wire has them; null for what has none. */
    fun linkTo(link: Any?): Map<String, Any?>? {
        if (link is Link) {
            val ids = linkedMapOf<String, Any?>("trace_id" to link.traceId)
            if (link.spanId != null) ids["span_id"] = link.spanId
            if (link.attributes != null) ids["attributes"] = link.attributes
            return ids
        }
        val context = contextOf(link) ?: return null
        return linkedMapOf("trace_id" to context.traceId, "span_id" to context.spanId)
    }

    /** What a program gives as a step: a step, its context, its `traceparent`, or whatever knows its context. */
    fun contextOf(known: Any?): SpanContext? = when (known) {
        is SpanContext -> known
        is String -> SpanContext.fromTraceparent(known)
        is EventId -> known.context
        is HasContext -> known.context
        else -> null
    }
}
