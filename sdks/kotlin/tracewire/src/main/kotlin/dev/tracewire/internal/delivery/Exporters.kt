package dev.tracewire.internal.delivery

import dev.tracewire.Delimiter
import dev.tracewire.exporters.ConsoleExporter
import dev.tracewire.exporters.CsvExporter
import dev.tracewire.exporters.Exporter
import dev.tracewire.exporters.HttpExporter
import dev.tracewire.exporters.JsonExporter
import dev.tracewire.exporters.JsonLinesExporter
import dev.tracewire.exporters.ToonExporter
import dev.tracewire.internal.recording.Problems
import dev.tracewire.internal.recording.Texts

/** Makes exporters from a configuration: exporters, names, or maps with `type` and the options of the exporter. */
internal object Exporters {
    private val MAKERS: Map<String, (Map<String, Any?>) -> Exporter> = linkedMapOf(
        "console" to { ConsoleExporter(colour = (it["colour"] ?: it["color"]) as Boolean?) },
        "csv" to {
            CsvExporter(
                text(it, "target", "tracewire.csv"),
                null,
                delimiter(it),
                it["formula_safe"] == true,
                name(it),
            )
        },
        "file" to ::jsonLines,
        "http" to ::http,
        "json" to {
            val indent = (it["indent"] as Number?)?.toInt()
            JsonExporter(text(it, "target", "tracewire-json"), null, indent, it["flatten"] == true, name(it))
        },
        "jsonl" to ::jsonLines,
        "toon" to {
            ToonExporter(text(it, "target", "tracewire-toon"), null, delimiter(it), it["flatten"] == true, name(it))
        },
    )

    private fun jsonLines(options: Map<String, Any?>): Exporter = JsonLinesExporter(
        text(options, "path", "tracewire.jsonl"),
        (options["max_bytes"] as Number?)?.toLong(),
        (options["keep"] as Number?)?.toInt() ?: MOST_KEPT,
        options["fsync"] == true,
        name(options),
    )

    private fun http(options: Map<String, Any?>): Exporter {
        val headers = (options["headers"] as Map<*, *>?).orEmpty().entries.associate { "${it.key}" to "${it.value}" }
        return HttpExporter(
            text(options, "url", ""),
            { headers },
            options["compress"] != false,
            // Seconds are what files say.
            (((options["timeout"] as Number?)?.toDouble() ?: TIMEOUT_SECONDS) * 1000).toInt(),
            options["format"] == "json",
            name = name(options),
        )
    }

    private fun name(options: Map<String, Any?>): String? = options["name"] as String?

    private fun text(options: Map<String, Any?>, name: String, otherwise: String): String =
        options[name] as String? ?: otherwise

    private fun delimiter(options: Map<String, Any?>): Delimiter? = (options["delimiter"] as String?)?.let { given ->
        requireNotNull(Delimiter.entries.firstOrNull { given in listOf(it.sign, it.name.lowercase()) }) {
            "delimiter must be comma, tab or pipe: $given"
        }
    }

    /** The exporters by the names of their sinks. What cannot be made is a problem and left out. */
    fun from(given: List<Any>, problems: Problems): Map<String, Exporter> {
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
        requireNotNull(make) {
            "not an exporter: $type; there are ${MAKERS.keys.joinToString(", ")}, and objects that are an Exporter"
        }
        return make(table.entries.associate { (name, value) -> name.toString() to value } - "type")
    }

    /** Without the options: there may be a key among them. */
    private fun named(setting: Any): String = ((setting as? Map<*, *>)?.get("type") ?: Texts.shown(setting)).toString()

    /**
     * Two that share a cursor would each get half. The number depends on the order only, so it is the same next time.
     */
    private fun unique(name: String, taken: Set<String>): String {
        var found = name
        var number = 2
        while (found in taken) found = "$name#${number++}"
        return found
    }

    private const val MOST_KEPT = 4
    private const val TIMEOUT_SECONDS = 10.0
}
