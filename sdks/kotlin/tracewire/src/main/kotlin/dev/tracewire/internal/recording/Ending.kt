package dev.tracewire.internal.recording

import dev.tracewire.internal.values.Walker

/** What few steps say at their end, besides status, output and attributes. The step guards it against other threads. */
internal class Ending {
    @JvmField var message: String? = null

    @JvmField var error: Throwable? = null

    private var usage: Map<String, Any?>? = null
    private var cost: Map<String, Any?>? = null
    private var links: List<Any?>? = null

    /** How long the first chunk took; negative where none came. */
    @JvmField var firstChunkNanos = -1L

    /** Counts that are named again replace those that were said. */
    fun addUsage(found: Map<String, Any?>) {
        usage = usage.orEmpty() + found
    }

    /** Amounts that are named again replace those that were said. */
    fun addCost(found: Map<String, Any?>) {
        cost = cost.orEmpty() + found
    }

    /** Adds a link; gives all: a later list of links replaces an earlier one, so each that is written holds all. */
    fun addLink(link: Map<String, Any?>): List<Any?> = (links.orEmpty() + link).also { links = it }

    fun write(walker: Walker) {
        Writing.text(walker, "status_message", message)
        usage?.let { Writing.value(walker, "usage", it) }
        cost?.let { Writing.value(walker, "cost", it) }
        if (firstChunkNanos >= 0) Writing.value(walker, "time_to_first_chunk_nanos", firstChunkNanos)
        error?.let { Failure.write(walker, it, true) }
    }
}
