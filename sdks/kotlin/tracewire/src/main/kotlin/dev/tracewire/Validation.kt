package dev.tracewire

import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.lending
import dev.tracewire.internal.ffi.validate as nativeValidate

/** What a rule looks at. */
public enum class Level {
    /** The form of events. */
    SCHEMA,

    /** What they mean together. */
    SEMANTIC,

    /** The exact bytes. */
    CANONICAL,
}

/**
 * Something that an emitter got wrong.
 *
 * @property code such as `TW0107`.
 * @property name the rule in words.
 * @property severity `error`, `warning` or `note`.
 * @property level `schema`, `semantic` or `canonical`.
 * @property message what is wrong, in one sentence.
 * @property fix how to mend it; null where that is not known.
 * @property pointer where in the document, as a JSON pointer.
 * @property line the line, from 1; null where there are none.
 * @property column the byte in the line, from 1; null where there are none.
 * @property requirement of the specification; null where none says so.
 */
public data class Finding(
    public val code: String,
    public val name: String,
    public val severity: String,
    public val level: String,
    public val message: String,
    public val fix: String?,
    public val pointer: String,
    public val line: Long?,
    public val column: Long?,
    public val requirement: String?,
)

/**
 * What was looked at, and what was found.
 *
 * @property findings in the order of the input.
 * @property summary how many `documents`, `envelopes`, `events`, `spans`, `errors`, `warnings` and `notes` there are.
 */
public class ValidationReport internal constructor(
    public val findings: List<Finding>,
    public val summary: Map<String, Long>,
) {
    /** Whether there is no error; warnings and notes are none. */
    public val isValid: Boolean get() = findings.none { it.severity == "error" }

    /** A line for each finding. */
    override fun toString(): String = findings.joinToString("\n") {
        "${it.severity} ${it.code} ${it.pointer}: ${it.message}"
    }
}

/** Says what is wrong with what some emitter wrote, where, and how to mend it. */
public object Validation {
    /**
     * Looks at events or envelopes.
     *
     * ```kotlin
     * val line = """{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}"""
     * Validation.validate(line.encodeToByteArray()).findings.map { it.code } // [TW0107]
     * ```
     *
     * @param data JSON or JSON Lines, or what [format] says.
     * @param level how deeply; null for all that can be looked at.
     * @throws FormatException for options that say nothing known. What is wrong with the input is a finding instead.
     */
    @JvmStatic
    @JvmOverloads
    @Suppress("UNCHECKED_CAST")
    public fun validate(
        data: ByteArray,
        level: Level? = null,
        format: Format? = null,
        delimiter: Delimiter? = null,
    ): ValidationReport {
        val options = mapOf(
            "level" to level?.name?.lowercase(),
            "format" to format?.wire,
            "delimiter" to delimiter?.sign,
        )
        val given = Json.write(options.filterValues { it != null })
        val found = Json.readMap(Native.refusing { lending(data) { nativeValidate(it, given) } })
        return ValidationReport(
            (found["findings"] as List<Map<String, Any?>>).map(::finding),
            FlushReport.counts(found["summary"]),
        )
    }

    private fun finding(found: Map<String, Any?>): Finding = Finding(
        code = found["code"].toString(),
        name = found["name"].toString(),
        severity = found["severity"].toString(),
        level = found["level"].toString(),
        message = found["message"].toString(),
        fix = found["fix"] as String?,
        pointer = found["pointer"].toString(),
        line = found["line"] as Long?,
        column = found["column"] as Long?,
        requirement = found["requirement"] as String?,
    )
}
