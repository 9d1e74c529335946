package dev.tracewire.exporters

import dev.tracewire.Formats
import dev.tracewire.WriteOptions

/** Events as rows that all have the same columns: short as a table, made to be read and not to be read back. */
internal object FlatRows {
    private val FIRST =
        listOf("seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "name", "status", "duration_nanos")

    /** What people, models and tools said stays in one cell: its keys are as many as there are texts. */
    private val WHOLE = setOf("input", "output", "data", "message", "value")
    private val WIRE = WriteOptions(keepTags = true)

    /** Members of the body stand beside the others, maps below them by names with dots, lists as JSON. */
    fun of(events: List<Map<String, Any?>>): List<Map<String, Any?>> {
        val rows = events.map(::flat)
        val known = rows.flatMapTo(LinkedHashSet()) { it.keys }
        val columns = FIRST.filter { it in known } + known.filter { it !in FIRST }
        return rows.map { row -> columns.associateWith { row[it] } }
    }

    private fun flat(event: Map<String, Any?>): Map<String, Any?> {
        val row = LinkedHashMap<String, Any?>()
        for ((name, value) in event) {
            if (name != "body" || value !is Map<*, *> || isTag(value)) {
                add(row, name, value)
            } else {
                for ((member, inner) in value) add(row, member.toString(), inner)
            }
        }
        return row
    }

    private fun add(row: MutableMap<String, Any?>, name: String, value: Any?) {
        if (value is Map<*, *> && value.isNotEmpty() && name !in WHOLE && !isTag(value)) {
            for ((key, inner) in value) add(row, "$name.$key", inner)
            return
        }
        var unique = name
        var number = 2
        while (unique in row) unique = "$name#${number++}"
        row[unique] = if (value is Map<*, *> || value is List<*>) Formats.encode(value, options = WIRE) else value
    }

    private fun isTag(value: Map<*, *>): Boolean =
        value.keys.any { it.toString().startsWith("$") && !it.toString().startsWith("$$") }
}
