package dev.tracewire.internal.recording

import dev.tracewire.Cost
import dev.tracewire.Usage
import java.math.BigDecimal
import java.math.BigInteger

/** What a step used and what it cost, as the wire has them. */
internal object Amounts {
    private const val MOST_DIGITS = 60
    private val DECIMAL = Regex("\\s*([+-]?)(\\d*)(?:\\.(\\d*))?(?:[eE]([+-]?\\d{1,9}))?\\s*")
    private val CURRENCY = Regex("[A-Za-z]{3}")

    /** The body's `usage`; null where nothing in it can be used. */
    fun usage(given: Usage, problems: Problems): Map<String, Any?>? {
        val usage = LinkedHashMap<String, Any?>()

        fun count(name: String, wire: String, count: Number?) {
            if (count == null) return
            if (isCount(count)) {
                usage[wire] = count
            } else {
                problems.noteLater("invalid_usage", "usage: $name is not a count: ${Texts.shown(count)}")
            }
        }
        count("inputTokens", "input_tokens", given.inputTokens)
        count("outputTokens", "output_tokens", given.outputTokens)
        count("cacheReadInputTokens", "cache_read_input_tokens", given.cacheReadInputTokens)
        count("cacheWriteInputTokens", "cache_write_input_tokens", given.cacheWriteInputTokens)
        count("reasoningOutputTokens", "reasoning_output_tokens", given.reasoningOutputTokens)
        if (given.details != null) usage["details"] = given.details
        if (given.raw != null) usage["raw"] = given.raw
        return usage.ifEmpty { null }
    }

    private fun isCount(count: Number): Boolean = when (count) {
        is Int, is Long, is Short, is Byte -> count.toLong() >= 0
        is BigInteger -> count.signum() >= 0
        is Double, is Float -> count.toDouble() >= 0 && count.toDouble() % 1.0 == 0.0
        else -> false
    }

    /** The body's `cost`; null when no amount in it can be used. */
    fun cost(given: Cost, problems: Problems): Map<String, Any?>? {
        val cost = LinkedHashMap<String, Any?>()
        amount(cost, "total", given.total, problems)
        amount(cost, "input", given.input, problems)
        amount(cost, "output", given.output, problems)
        val details = LinkedHashMap<String, Any?>()
        given.details?.forEach { (name, part) -> amount(details, name, part, problems) }
        if (details.isNotEmpty()) cost["details"] = details
        if (cost.isEmpty()) return null
        if (CURRENCY.matches(given.currency)) {
            cost["currency"] = given.currency.uppercase()
        } else {
            val shown = Texts.shown(given.currency)
            problems.noteLater("invalid_cost", "cost: a currency has three letters (ISO 4217), not $shown")
        }
        if (given.priceSource != null) cost["price_source"] = given.priceSource
        if (given.priceVersion != null) cost["price_version"] = given.priceVersion
        return cost
    }

    private fun amount(cost: MutableMap<String, Any?>, name: String, amount: Any?, problems: Problems) {
        if (amount == null) return
        val text = decimalText(amount)
        if (text != null) {
            cost[name] = text
        } else {
            problems.noteLater("invalid_cost", "cost: $name is not a decimal amount: ${Texts.shown(amount)}")
        }
    }

    /** An amount as plain decimal text, every digit kept; null for what is not a finite decimal number. */
    fun decimalText(amount: Any?): String? {
        val given = when (amount) {
            is String -> amount

            is BigDecimal, is BigInteger, is Int, is Long, is Short, is Byte, is Float -> amount.toString()

            // Kotlin writes whole numbers with a fraction of zero, which says more than the number does.
            is Double -> amount.toString().removeSuffix(".0").replace(".0E", "E")

            else -> return null
        }
        val found = DECIMAL.matchEntire(given) ?: return null
        val (sign, whole, fraction, exponent) = found.destructured
        val all = whole + fraction
        val digits = all.trimStart('0').ifEmpty { "0" }
        if (all.isEmpty() || digits.length > MOST_DIGITS) return null
        // Where the point stands, counted from the left of the digits as they were given.
        val point = whole.length + exponent.ifEmpty { "0" }.toInt()
        val magnitude = if (digits == "0") 0 else point - all.indexOfFirst { it in '1'..'9' } - 1
        if (magnitude !in -MOST_DIGITS..MOST_DIGITS || point !in -2 * MOST_DIGITS..2 * MOST_DIGITS) return null
        val before = if (point <= 0) {
            "0"
        } else {
            all.take(point).padEnd(point, '0').trimStart('0').ifEmpty { "0" }
        }
        val after = if (point >= 0) all.drop(point) else "0".repeat(-point) + all
        return (if (sign == "-") "-" else "") + before + (if (after.isEmpty()) "" else ".$after")
    }
}
