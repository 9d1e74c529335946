package dev.tracewire.internal.delivery

import dev.tracewire.exporters.Exporter
import dev.tracewire.internal.recording.Problems
import dev.tracewire.internal.recording.Texts

/** Makes exporters from a configuration: exporters, names, or maps with `type` and the options of the exporter. */
internal object Exporters {
    private val MAKERS: Map<String, (Map<String, Any?>) -> Exporter> = linkedMapOf()

    /** The exporters by the names of their sinks. What cannot be made is a problem and left out. */
    fun from(
        given: List<Any>,
        problems: Problems,
    ): Map<String, Exporter> {
        val exporters = LinkedHashMap<String, Exporter>()
        for (setting in given) {
            try {
                val exporter = made(setting)
                exporters[unique(exporter.name, exporters.keys)] = exporter
            } catch (error: Exception) {
                problems.count("configuration", "exporters: ${named(setting)}: ${error.message}")
            }
        }
        return exporters
    }

    private fun made(setting: Any): Exporter {
        if (setting is Exporter) return setting
        val table = setting as? Map<*, *> ?: mapOf("type" to setting)
        val type = table["type"].toString()
        val make = MAKERS[type.lowercase()]
        requireNotNull(make) { "not an exporter: $type; there are ${MAKERS.keys.joinToString(", ")}, and objects that are an Exporter" }
        return make(table.entries.associate { (name, value) -> name.toString() to value } - "type")
    }

    /** Without the options: there may be a key among them. */
    private fun named(setting: Any): String = ((setting as? Map<*, *>)?.get("type") ?: Texts.shown(setting)).toString()

    /** Two that share a cursor would each get half. The number depends on the order only, so it is the same next time. */
    private fun unique(
        name: String,
        taken: Set<String>,
    ): String {
        var found = name
        var number = 2
        while (found in taken) found = "$name#${number++}"
        return found
    }
}
