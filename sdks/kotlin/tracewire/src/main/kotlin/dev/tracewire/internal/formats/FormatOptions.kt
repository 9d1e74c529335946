package dev.tracewire.internal.formats

import dev.tracewire.Delimiter
import dev.tracewire.Format
import dev.tracewire.ReadOptions
import dev.tracewire.WriteOptions
import dev.tracewire.internal.json.Json

/**
 * Options of the formats as the native half takes them. One that does not belong to the format is a mistake, not a
 * wish.
 */
internal object FormatOptions {
    private const val MOST_SPACES = 64
    private val TAKES = mapOf(
        "delimiter" to setOf(Format.TOON, Format.CSV),
        "formulaSafe" to setOf(Format.CSV),
        "indent" to setOf(Format.JSON, Format.TOON),
        "uniform" to setOf(Format.JSON, Format.JSONL, Format.TOON, Format.CSV),
    )

    fun writing(format: Format, options: WriteOptions): String {
        check("delimiter", options.delimiter, format)
        check("indent", options.indent, format)
        check("formulaSafe", options.formulaSafe.takeIf { it }, format)
        check("uniform", options.uniform, format)
        return text(
            options.delimiter,
            options.indent,
            options.formulaSafe,
            options.uniform?.name?.lowercase(),
            options.lenient,
        )
    }

    fun reading(format: Format, options: ReadOptions): String {
        // TOON says itself what separates its cells.
        val delimiter = options.delimiter.takeIf { format != Format.TOON }
        check("delimiter", delimiter, format)
        check("indent", options.indent, format)
        return text(delimiter, options.indent, false, null, options.lenient)
    }

    private fun check(name: String, value: Any?, format: Format) {
        val takes = TAKES.getValue(name)
        require(value == null || format in takes) {
            "$name is an option of ${takes.joinToString { it.wire }}, not of ${format.wire}"
        }
        require(value !is Int || value in 1..MOST_SPACES) {
            "indent must be a number of spaces from 1 to $MOST_SPACES: $value"
        }
    }

    private fun text(
        delimiter: Delimiter?,
        indent: Int?,
        formulaSafe: Boolean,
        uniform: String?,
        lenient: Boolean,
    ): String {
        val options = LinkedHashMap<String, Any?>()
        delimiter?.let { options["delimiter"] = it.sign }
        indent?.let { options["indent"] = it }
        if (formulaSafe) options["formula_safe"] = true
        uniform?.let { options["uniform"] = it }
        if (lenient) options["lenient"] = true
        return if (options.isEmpty()) "" else Json.write(options)
    }
}
