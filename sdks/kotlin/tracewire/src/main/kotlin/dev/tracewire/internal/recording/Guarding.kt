package dev.tracewire.internal.recording

import dev.tracewire.BudgetExceededException
import dev.tracewire.GuardLevel
import dev.tracewire.GuardStatus
import dev.tracewire.Guards
import dev.tracewire.LoopDetectedException
import dev.tracewire.Rate
import dev.tracewire.Verdict
import dev.tracewire.WarningListener
import dev.tracewire.internal.json.Json

/** What the guards of a recorder are told, and what becomes of what they say. */
internal class Guarding(private val listener: WarningListener?, private val problems: Problems) {
    /** Acts by what the native half said: throws for a stop, tells the program of a warning. */
    fun obey(text: String) {
        val said = Json.readMap(text)
        val verdict = verdictOf(said)
        if (verdict.decision == "stop") {
            throw if (said["code"] == "loop_detected") {
                LoopDetectedException(verdict)
            } else {
                BudgetExceededException(verdict)
            }
        }
        try {
            listener?.warn(verdict)
        } catch (error: Exception) {
            problems.count("guard_warning_failed", "onWarning threw ${Texts.typeName(error)}")
        }
    }

    private fun verdictOf(said: Map<String, Any?>): Verdict {
        fun text(name: String): String = said[name] as? String ?: ""
        return Verdict(
            text("decision"),
            text("rule"),
            text("scope"),
            text("kind"),
            text("name"),
            text("unit"),
            text("limit"),
            text("used"),
            text("reserved"),
            text("asked"),
            said["unpriced"] == true,
            text("message"),
        )
    }

    companion object {
        private val GUARDED = setOf("llm", "tool", "embedding", "rerank", "retrieval")

        /** Whether calls of this kind are checked. */
        fun isGuarded(kind: String): Boolean = kind in GUARDED

        /** Limits as the native half reads them. */
        fun limits(guards: Guards): Map<String, Any?> = present(
            "budget" to guards.budget?.let {
                present("money" to plain(it.money), "tokens" to it.tokens, "steps" to it.steps, "wall" to it.wall)
            },
            "loops" to guards.loops?.let {
                present("repeats" to it.repeats, "cycles" to it.cycles, "idle" to it.idle)
            },
            "warn_at" to guards.warnAt,
            "rates" to guards.rates?.mapValues { (_, rate) -> rateOf(rate) },
            "unpriced" to if (guards.stopsUnpriced) "stop" else null,
            "reserve_output_tokens" to guards.reserveOutputTokens,
        )

        private fun rateOf(rate: Rate): Map<String, Any?> = present(
            "input" to plain(rate.input),
            "output" to plain(rate.output),
            "cached_input" to plain(rate.cachedInput),
        )

        /** An amount as text; what is none stays, and is refused by its name. */
        private fun plain(amount: Any?): Any? = if (amount is Number) Amounts.decimalText(amount) ?: amount else amount

        private fun present(vararg members: Pair<String, Any?>): Map<String, Any?> =
            members.filter { (_, value) -> value != null }.toMap()

        /** Where a session stands. */
        fun statusOf(text: String): GuardStatus {
            val found = Json.readMap(text)
            fun level(name: String): GuardLevel {
                val of = found[name] as Map<*, *>
                return GuardLevel(of["used"].toString(), of["reserved"]?.toString() ?: "0", of["limit"]?.toString())
            }
            val scope = found["scope"].toString()
            return GuardStatus(scope, level("money"), level("tokens"), level("steps"), level("wall"), level("idle"))
        }
    }
}
