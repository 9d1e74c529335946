package dev.tracewire.internal.json

/** JSON, as far as the native half gives and takes it: maps, lists, texts, numbers, booleans and null. */
internal object Json {
    /** Writes a value in one line. Texts keep what they are; half of a surrogate pair becomes U+FFFD. */
    fun write(value: Any?): String = StringBuilder().also { write(it, value) }.toString()

    private fun write(out: StringBuilder, value: Any?) {
        when (value) {
            null, is Boolean -> out.append(value)
            is Number -> out.append(if (value is Double && !value.isFinite()) null else value)
            is Map<*, *> -> writeMap(out, value)
            is Iterable<*> -> writeList(out, value)
            else -> quote(out, value.toString())
        }
    }

    private fun writeMap(out: StringBuilder, map: Map<*, *>) {
        out.append('{')
        var isFirst = true
        for ((key, item) in map) {
            if (!isFirst) out.append(',')
            isFirst = false
            quote(out, key.toString())
            out.append(':')
            write(out, item)
        }
        out.append('}')
    }

    private fun writeList(out: StringBuilder, list: Iterable<*>) {
        out.append('[')
        var isFirst = true
        for (item in list) {
            if (!isFirst) out.append(',')
            isFirst = false
            write(out, item)
        }
        out.append(']')
    }

    /** Writes a text in quotes. */
    fun quote(out: StringBuilder, text: String) {
        out.append('"')
        var index = 0
        while (index < text.length) {
            val unit = text[index++]
            when {
                unit == '"' || unit == '\\' -> out.append('\\').append(unit)

                unit < ' ' -> out.append("\\u").append(unit.code.toString(HEX).padStart(ESCAPE_DIGITS, '0'))

                unit.isHighSurrogate() && index < text.length && text[index].isLowSurrogate() -> {
                    out.append(unit).append(text[index++])
                }

                unit.isSurrogate() -> out.append('\uFFFD')

                else -> out.append(unit)
            }
        }
        out.append('"')
    }

    /** Reads a text that the native half gave; integers of 64 bits stay exact, others are doubles. */
    fun read(text: String): Any? = JsonReader(text).read()

    /** The same for an object. */
    @Suppress("UNCHECKED_CAST")
    fun readMap(text: String): Map<String, Any?> = read(text) as Map<String, Any?>

    private const val HEX = 16
    private const val ESCAPE_DIGITS = 4
}
