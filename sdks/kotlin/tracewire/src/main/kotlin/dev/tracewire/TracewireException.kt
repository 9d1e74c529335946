package dev.tracewire

/**
 * Wrong use, or what cannot be done here. Recording throws none of them unless `strict` is asked for; formats and
 * envelopes do.
 *
 * @property code stable name of what went wrong, the same in every language.
 */
public open class TracewireException
@JvmOverloads
constructor(
    public val code: String,
    message: String,
    cause: Throwable? = null,
) : RuntimeException(message, cause)

/**
 * Thrown for what cannot be written or read in a format; the same input has the same error everywhere.
 *
 * [code] is one of the specification's (`json_syntax`, `toon_count`, `csv_shape`, …), or one of the host's own values
 * (`value_unserializable`, `value_cycle`, `value_too_deep`, `value_too_large`, `value_surrogate`, `value_unreadable`),
 * or `format_unknown`, `encoding_unknown`, `level_unknown`, `option_invalid`, and of journals `journal_foreign`,
 * `journal_header`, `journal_newer`; of rules of redaction `redact_rule`, `redact_pattern`.
 *
 * @property reason what is wrong, and how to mend it.
 * @property offset bytes before the first bad one, of a text that was read; null where that is not known.
 * @property line the line, from 1, of a text that was read; null where that is not known.
 * @property path where in a value, as a JSON pointer; empty for all of it, null where that is not known.
 */
public class FormatException
@JvmOverloads
constructor(
    code: String,
    public val reason: String,
    public val offset: Long? = null,
    public val line: Long? = null,
    public val path: String? = null,
) : TracewireException(code, sentence(reason, offset, line, path)) {
    private companion object {
        private fun sentence(reason: String, offset: Long?, line: Long?, path: String?): String {
            val places = listOfNotNull(line?.let { "line $it" }, offset?.let { "byte $it" }, path?.ifEmpty { null })
            return if (places.isEmpty()) reason else places.joinToString(", ") + ": " + reason
        }
    }
}
