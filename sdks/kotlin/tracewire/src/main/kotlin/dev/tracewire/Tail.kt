package dev.tracewire

import java.time.Duration

/**
 * Of which traces exporters get inputs and outputs: those that one of these rules keeps. Of every other they get the steps, with
 * times, usage and cost.
 *
 * @property errors traces in which a step failed, timed out or was abandoned.
 * @property slowerThan traces with a step that took longer.
 * @property costsOver traces that cost more, by the costs that were recorded: `"0.10"`.
 * @property share a share of all traces, by their ids.
 * @property decideAfter how long a trace may stay undecided, ten minutes by default; then it is not kept.
 */
public data class Tail(
    public val errors: Boolean = true,
    public val slowerThan: Duration? = null,
    public val costsOver: String? = null,
    public val share: Double = 0.0,
    public val decideAfter: Duration? = null,
) {
    /** As the native recorder reads it. */
    internal fun rules(): Map<String, Any> = listOfNotNull(
        "errors" to errors,
        slowerThan?.let { "slower_than" to seconds(it) },
        costsOver?.let { "costs_over" to it },
        "share" to share,
        decideAfter?.let { "decide_after" to seconds(it) },
    ).toMap()

    /** Whether every rule can be meant. */
    internal fun isUsable(): Boolean = share in 0.0..1.0 &&
        listOfNotNull(slowerThan, decideAfter).none { it.isNegative } &&
        (costsOver == null || Regex("[0-9]+([.][0-9]+)?").matches(costsOver))

    internal companion object {
        private const val NANOS = 1e9

        fun seconds(time: Duration): Double = time.seconds + time.nano / NANOS
    }
}
