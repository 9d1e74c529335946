package dev.tracewire

/**
 * What a model call used. Input includes what was read from or written to a cache, output includes reasoning.
 *
 * @property inputTokens tokens that went in.
 * @property outputTokens tokens that came out.
 * @property cacheReadInputTokens of the input, what was read from a cache.
 * @property cacheWriteInputTokens of the input, what was written to a cache.
 * @property reasoningOutputTokens of the output, what was reasoning.
 * @property details further counts.
 * @property raw the provider's own usage object, as it came.
 */
public data class Usage
@JvmOverloads
constructor(
    public val inputTokens: Number? = null,
    public val outputTokens: Number? = null,
    public val cacheReadInputTokens: Number? = null,
    public val cacheWriteInputTokens: Number? = null,
    public val reasoningOutputTokens: Number? = null,
    public val details: Map<String, Number>? = null,
    public val raw: Any? = null,
)

/**
 * What something cost. Amounts are decimal text, kept digit by digit, or numbers, which count as the shortest text that
 * stands for them. What is not known is left out, never zero.
 *
 * @property total the whole amount.
 * @property currency ISO 4217.
 * @property input the part of the input.
 * @property output the part of the output.
 * @property details other parts by name, such as `cache_read_input`.
 * @property priceSource `provider` where the provider said it, a price list's name, or `user`.
 * @property priceVersion which version of the price list.
 */
public data class Cost
@JvmOverloads
constructor(
    public val total: Any? = null,
    public val currency: String = "USD",
    public val input: Any? = null,
    public val output: Any? = null,
    public val details: Map<String, Any?>? = null,
    public val priceSource: String? = "user",
    public val priceVersion: String? = null,
)

/** What can be made visible before a step ends; see [Span.update]. */
public class UpdateFields {
    /** Facts; they merge key by key. */
    public var attributes: Map<String, Any?>? = null

    /** What it cost so far. */
    public var cost: Cost? = null

    /** What goes in. */
    public var input: Any? = null

    /** How severe it is. */
    public var level: String? = null

    /** Related steps; a later list replaces this one. */
    public var links: List<Any>? = null

    /** What it is called. */
    public var name: String? = null

    /** What came out so far. */
    public var output: Any? = null

    /** Labels; a later list replaces this one. */
    public var tags: List<String>? = null

    /** How long the first chunk took, in nanoseconds. */
    public var timeToFirstChunkNanos: Long? = null

    /** What was used so far. */
    public var usage: Usage? = null
}
