package dev.tracewire.internal.formats

import dev.tracewire.Tag
import java.math.BigDecimal
import java.math.BigInteger
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.LocalTime
import java.util.Base64

/**
 * Values of the JVM from the wire's JSON: tags become what they stand for where writing that again gives the same tag,
 * and stay a [Tag] everywhere else, so that nothing is lost on the way there and back.
 */
internal object FromWire {
    /** Longest text that is taken for an integer, in digits: reading one takes time that grows with its square. */
    private const val MOST_DIGITS = 1 shl 16
    private val LARGEST = BigInteger.ONE.shiftLeft(53) - BigInteger.ONE
    private val INTEGER = Regex("-?[1-9][0-9]*")
    private val FLOATS = listOf(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY).associateBy {
        it.toString()
    }
    private const val DATE_CHARS = 10
    private const val TIME_CHARS = 18
    private const val LOCAL_CHARS = 29

    fun value(value: Any?): Any? = when (value) {
        is List<*> -> value.map(::value)
        is Map<*, *> -> map(value)
        else -> value
    }

    private fun map(members: Map<*, *>): Any? {
        val isTag = members.keys.any { isTagKey(it.toString()) }
        if (isTag) meaningOf(members)?.let { return it }
        val converted = LinkedHashMap<String, Any?>()
        for ((key, item) in members) {
            val name = key.toString()
            converted[if (!isTag && name.startsWith("$$")) name.substring(1) else name] = value(item)
        }
        return if (isTag) Tag(converted) else converted
    }

    private fun isTagKey(key: String): Boolean = key.startsWith("$") && !key.startsWith("$$")

    /** What a tag with one text stands for; null where no value of the JVM says the same. */
    private fun meaningOf(members: Map<*, *>): Any? {
        val (name, text) = members.entries.singleOrNull() ?: return null
        if (text !is String) return null
        return runCatching {
            when (name) {
                "\$int" -> integer(text)
                "\$float" -> FLOATS[text]
                "\$bytes" -> base64(text)
                "\$time" -> moment(text)
                "\$decimal" -> BigDecimal(text).takeIf { it.toString() == text }
                else -> null
            }
        }.getOrNull()
    }

    private fun integer(text: String): BigInteger? {
        if (text.length > MOST_DIGITS || !INTEGER.matches(text)) return null
        return BigInteger(text).takeIf { it.abs() > LARGEST }
    }

    /** Stray bits are read too, and would not come back. */
    private fun base64(text: String): ByteArray? =
        Base64.getDecoder().decode(text).takeIf { Base64.getEncoder().encodeToString(it) == text }

    /** In the forms of TW-TIME-001, and no others. */
    private fun moment(text: String): Any? = when (text.length) {
        DATE_CHARS -> LocalDate.parse(text)
        TIME_CHARS -> LocalTime.parse(text)
        LOCAL_CHARS -> LocalDateTime.parse(text)
        LOCAL_CHARS + 1 -> if (text.endsWith("Z")) Instant.parse(text) else null
        else -> null
    }
}
