package dev.tracewire

/**
 * What the calls of a session may use together; what is null is not limited.
 *
 * @property money US dollars: decimal text, or a number that counts as the shortest text that stands for it.
 * @property tokens tokens of models, in and out.
 * @property steps calls of models, tools and searches.
 * @property wall time since the first call: whole seconds, or a text such as `"10m"` (`ms`, `s`, `m`, `h`, `d`).
 */
public data class Budget
@JvmOverloads
constructor(
    public val money: Any? = null,
    public val tokens: Long? = null,
    public val steps: Long? = null,
    public val wall: Any? = null,
)

/**
 * What makes a loop; what is null is not looked for.
 *
 * @property repeats so many times the same call: kind, name and arguments.
 * @property cycles so many times in a row the same round of two to eight calls.
 * @property idle so many calls in a row whose arguments and results were all there before.
 */
public data class Loops
@JvmOverloads
constructor(
    public val repeats: Int? = null,
    public val cycles: Int? = null,
    public val idle: Int? = null,
)

/**
 * What a model costs: US dollars for a million tokens, as decimal text or a number.
 *
 * @property input tokens that go in.
 * @property output tokens that come out.
 * @property cachedInput tokens that go in and were read from a cache; those of [input] where it is null.
 */
public data class Rate
@JvmOverloads
constructor(
    public val input: Any,
    public val output: Any,
    public val cachedInput: Any? = null,
)

/** Hears of limits that are near, on the caller's thread. What it throws is counted and goes no further. */
public fun interface WarningListener {
    /** Takes a verdict on a call that begins near a limit. */
    public fun warn(verdict: Verdict)
}

/**
 * Limits that calls are checked against before they begin. Where one is reached, [BudgetExceededException] or
 * [LoopDetectedException] is thrown instead of the call.
 *
 * ```kotlin
 * Tracewire.init { guards = Guards(Budget(money = "5.00", steps = 200, wall = "10m"), Loops(repeats = 5)) }
 * ```
 *
 * @property budget what the calls of a session may use together.
 * @property loops what makes a loop.
 * @property warnAt from which share of a limit on [onWarning] is called, 0.8 by default; once for each limit of a session.
 * @property rates prices by model, or by the beginning of its name and `*`; no other prices are known here.
 * @property stopsUnpriced whether calls without a known price are stopped where there is a budget of money.
 * @property reserveOutputTokens what a model may put out that is given no maximum, 4096 by default.
 * @property onWarning hears of limits that are near.
 */
public data class Guards
@JvmOverloads
constructor(
    public val budget: Budget? = null,
    public val loops: Loops? = null,
    public val warnAt: Double? = null,
    public val rates: Map<String, Rate>? = null,
    public val stopsUnpriced: Boolean = false,
    public val reserveOutputTokens: Long? = null,
    public val onWarning: WarningListener? = null,
)

/**
 * What a guard says of a call.
 *
 * @property decision `warn` for a call that begins near a limit, `stop` for one that does not begin.
 * @property rule which limit is meant: `money`, `tokens`, `steps`, `wall`, `repeat`, `cycle` or `idle`.
 * @property scope for whom it holds: `session:` and its id, `run:` and the trace id, or `process`.
 * @property kind the kind of the call.
 * @property name its name.
 * @property unit what the numbers count: `usd`, `tokens`, `steps`, `seconds` or `times`.
 * @property limit the limit; this and the next three are decimal text, so that money is exact.
 * @property used what calls that have ended used.
 * @property reserved what calls that are going on may use.
 * @property asked what this call may use.
 * @property isUnpriced whether no price is known for the call.
 * @property message the same as a sentence.
 */
public data class Verdict(
    public val decision: String,
    public val rule: String,
    public val scope: String,
    public val kind: String,
    public val name: String,
    public val unit: String,
    public val limit: String,
    public val used: String,
    public val reserved: String,
    public val asked: String,
    public val isUnpriced: Boolean,
    public val message: String,
)

/**
 * Where one limit of a session stands, in decimal text.
 *
 * @property used what calls that have ended used; of time the seconds since the first call.
 * @property reserved what calls that are going on may use.
 * @property limit the limit; null for none.
 */
public data class GuardLevel(public val used: String, public val reserved: String, public val limit: String?)

/**
 * Where a session stands before its guards.
 *
 * @property scope for whom the limits hold.
 * @property money money, in US dollars.
 * @property tokens tokens of models.
 * @property steps calls.
 * @property wall seconds since the first call.
 * @property idle calls in a row that brought nothing new.
 */
public data class GuardStatus(
    public val scope: String,
    public val money: GuardLevel,
    public val tokens: GuardLevel,
    public val steps: GuardLevel,
    public val wall: GuardLevel,
    public val idle: GuardLevel,
)

/**
 * Thrown instead of a call that a guard stops; only where [Configuration.guards] asked for it.
 *
 * @property verdict which limit, and where it stands.
 */
public sealed class GuardStopException(code: String, public val verdict: Verdict) :
    TracewireException(code, verdict.message)

/** Thrown instead of a call for which the budget of its session is too small. */
public class BudgetExceededException internal constructor(verdict: Verdict) :
    GuardStopException("budget_exceeded", verdict)

/** Thrown instead of a call that an agent makes again and again. */
public class LoopDetectedException internal constructor(verdict: Verdict) :
    GuardStopException("loop_detected", verdict)
