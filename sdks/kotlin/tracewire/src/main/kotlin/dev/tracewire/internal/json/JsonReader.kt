package dev.tracewire.internal.json

/**
 * Reads one JSON text into maps (in the order in which members stand), lists, texts, `Long`, `Double`, booleans and
 * null.
 *
 * @param text JSON. What is none throws [IllegalArgumentException]: this reader is for what the native half wrote.
 */
internal class JsonReader(private val text: String) {
    private var at = 0

    fun read(): Any? {
        val value = value(0)
        space()
        require(at == text.length) { "text behind the value" }
        return value
    }

    private fun value(depth: Int): Any? {
        require(depth < MOST_LEVELS) { "nested too deeply" }
        space()
        return when (peek()) {
            '{' -> map(depth)
            '[' -> list(depth)
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun map(depth: Int): Map<String, Any?> {
        val map = LinkedHashMap<String, Any?>()
        at++
        space()
        if (take('}')) return map
        do {
            space()
            val key = string()
            space()
            expect(':')
            map[key] = value(depth + 1)
            space()
        } while (take(','))
        expect('}')
        return map
    }

    private fun list(depth: Int): List<Any?> {
        val list = ArrayList<Any?>()
        at++
        space()
        if (take(']')) return list
        do {
            list.add(value(depth + 1))
            space()
        } while (take(','))
        expect(']')
        return list
    }

    private fun string(): String {
        expect('"')
        val from = at
        while (peek() != '"' && peek() != '\\') at++
        if (peek() == '"') return text.substring(from, at++)
        val out = StringBuilder().append(text, from, at)
        while (true) {
            when (val unit = next()) {
                '"' -> return out.toString()
                '\\' -> out.append(escaped())
                else -> out.append(unit)
            }
        }
    }

    private fun escaped(): Char = when (val unit = next()) {
        'n' -> '\n'
        't' -> '\t'
        'r' -> '\r'
        'b' -> '\b'
        'f' -> '\u000C'
        'u' -> text.substring(at, at + ESCAPE_DIGITS).toInt(HEX).toChar().also { at += ESCAPE_DIGITS }
        else -> unit
    }

    private fun number(): Any {
        val from = at
        while (at < text.length && (text[at].isLetterOrDigit() || text[at] in "+-.")) at++
        val digits = text.substring(from, at)
        return digits.toLongOrNull() ?: digits.toDouble()
    }

    private fun word(word: String, value: Any?): Any? {
        require(text.startsWith(word, at)) { "not JSON at $at" }
        at += word.length
        return value
    }

    private fun space() {
        while (at < text.length && text[at] in " \t\r\n") at++
    }

    private fun peek(): Char {
        require(at < text.length) { "the text ends too early" }
        return text[at]
    }

    private fun next(): Char = peek().also { at++ }

    private fun take(unit: Char): Boolean {
        val isThere = at < text.length && text[at] == unit
        if (isThere) at++
        return isThere
    }

    private fun expect(unit: Char) {
        require(take(unit)) { "$unit expected at $at" }
    }

    private companion object {
        const val MOST_LEVELS = 1000
        const val HEX = 16
        const val ESCAPE_DIGITS = 4
    }
}
