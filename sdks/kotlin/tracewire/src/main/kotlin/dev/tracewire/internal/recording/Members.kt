package dev.tracewire.internal.recording

import dev.tracewire.Capture
import dev.tracewire.Named
import dev.tracewire.SpanOptions
import dev.tracewire.UpdateFields
import dev.tracewire.internal.values.Walker

/** How a step begins. */
internal class Beginning(
    @JvmField val name: String,
    @JvmField val isRoot: Boolean,
    @JvmField val input: Any?,
    @JvmField val attributes: Map<String, Any?>?,
    @JvmField val options: SpanOptions?,
    @JvmField val opened: Opened,
)

/** Something that happens inside a step. */
internal class Happening(
    @JvmField val name: String?,
    @JvmField val attributes: Map<String, Any?>?,
    @JvmField val data: Any?,
    @JvmField val chunks: List<Any?>?,
    @JvmField val policy: Policy,
)

/** An error that a step deals with itself. */
internal class Caught(
    @JvmField val error: Throwable,
    @JvmField val attributes: Map<String, Any?>?,
    @JvmField val policy: Policy,
)

/** What is said before the end. */
internal class Updating(@JvmField val fields: UpdateFields, @JvmField val policy: Policy)

/** A point, and what of it reaches the disk. */
internal class PointSource(@JvmField val members: Map<String, Any?>, @JvmField val policy: Policy)

/** Members of the records of steps and points, in their order. */
internal object Members {
    /** Writes the members of a start. */
    val START: Write<Beginning> = Write { walker, given -> writeStart(walker, given, given.opened.policy) }

    /** The same as a guard is shown them: all there is, whatever of it may be recorded. It goes no further. */
    val ASKED: Write<Beginning> = Write { walker, given ->
        writeStart(walker, given, Policy(Capture.ALL, null, given.opened.problems))
    }

    private fun writeStart(walker: Walker, given: Beginning, policy: Policy) {
        Writing.text(walker, "name", given.name)
        Writing.attributes(walker, given.attributes, policy)
        if (given.input != null) Writing.content(walker, "input", given.input, policy)
        if (given.isRoot) given.opened.rootFields?.write(walker, given.options)
        given.options?.let { options -> writeOptions(walker, options, policy) }
    }

    private fun writeOptions(walker: Walker, options: SpanOptions, policy: Policy) {
        Writing.text(walker, "dataset_item_id", options.datasetItemId)
        Writing.text(walker, "environment", options.environment)
        Writing.text(walker, "experiment_run_id", options.experimentRunId)
        Writing.text(walker, "level", options.level)
        Writing.links(walker, options.links, policy)
        options.media?.let { Writing.value(walker, "media", it) }
        named(walker, "prompt", options.prompt)
        Writing.text(walker, "release", options.release)
        named(walker, "scope", options.scope)
        Writing.text(walker, "session_id", options.sessionId)
        Writing.texts(walker, "tags", options.tags, policy)
        options.toolDefinitions?.let { Writing.value(walker, "tool_definitions", it) }
        Writing.text(walker, "trace_state", options.traceState)
        Writing.text(walker, "user_id", options.userId)
    }

    private fun named(walker: Walker, name: String, named: Named?) {
        if (named == null) return
        val members = LinkedHashMap<String, Any?>()
        if (named.name != null) members["name"] = named.name
        if (named.version != null) members["version"] = named.version
        Writing.value(walker, name, members)
    }

    /** Writes all links that a step has said so far. */
    val LINKS: Write<List<Any?>> = Write { walker, links -> Writing.value(walker, "links", links) }

    /** Writes what is said before the end. */
    val UPDATE: Write<Updating> = Write { walker, given ->
        val (fields, policy) = given.fields to given.policy
        Writing.attributes(walker, fields.attributes, policy)
        fields.cost?.let { Amounts.cost(it, policy.problems) }?.let { Writing.value(walker, "cost", it) }
        if (fields.input != null) Writing.content(walker, "input", fields.input, policy)
        Writing.text(walker, "level", fields.level)
        Writing.links(walker, fields.links, policy)
        Writing.text(walker, "name", fields.name)
        if (fields.output != null) Writing.content(walker, "output", fields.output, policy)
        Writing.texts(walker, "tags", fields.tags, policy)
        fields.timeToFirstChunkNanos?.let { Writing.value(walker, "time_to_first_chunk_nanos", it) }
        fields.usage?.let { Amounts.usage(it, policy.problems) }?.let { Writing.value(walker, "usage", it) }
    }

    /** Writes something that happens inside a step. */
    val EVENT: Write<Happening> = Write { walker, given ->
        Writing.text(walker, "name", given.name)
        Writing.attributes(walker, given.attributes, given.policy)
        if (given.data != null) Writing.content(walker, "data", given.data, given.policy)
        if (given.chunks != null) Writing.content(walker, "chunks", given.chunks, given.policy)
    }

    /** Writes an error that a step deals with itself. */
    val CAUGHT: Write<Caught> = Write { walker, given ->
        Writing.text(walker, "name", "exception")
        Writing.attributes(walker, given.attributes, given.policy)
        Failure.write(walker, given.error, false)
    }

    /** Writes the members of a point, by their names on the wire. */
    val POINT: Write<PointSource> = Write { walker, given ->
        for ((name, value) in given.members) {
            // The correlation id also decides the trace, so whoever knows that writes it.
            if (value != null && name != "correlation_id") writeMember(walker, name, value, given.policy)
        }
    }

    private fun writeMember(walker: Walker, name: String, value: Any, policy: Policy) {
        when (name) {
            "attributes" -> {
                @Suppress("UNCHECKED_CAST")
                Writing.attributes(walker, value as Map<String, Any?>, policy)
            }

            "input", "output", "data", "message" -> Writing.content(walker, name, value, policy)

            else -> Writing.value(walker, name, value)
        }
    }
}

/** What the root of each run says unless it says so itself. */
internal class RootFields(
    private val environment: String?,
    private val release: String?,
    private val sessionId: String?,
) {
    fun write(walker: Walker, options: SpanOptions?) {
        if (options?.environment == null) Writing.text(walker, "environment", environment)
        if (options?.release == null) Writing.text(walker, "release", release)
        if (options?.sessionId == null) Writing.text(walker, "session_id", sessionId)
    }
}
