/*
 * A research agent: it searches a library over HTTP, reads, calculates, has a sub-agent check its source, and answers.
 *
 * The same agent as agent.py and agent.ts, calling the same tools of a server that is written in Python. Run it, then look at
 * what it did:
 *
 *     java -cp 'target/research-agent/lib/…' AgentKt "How much does a sea otter eat in a day?"      (README.md says how)
 *     tracewire trace --last
 *
 * There is no network and no key: `Model` stands in for a language model. Everything else is as in a real agent.
 */

import dev.tracewire.Span
import dev.tracewire.Tracewire
import dev.tracewire.coroutines.agent
import dev.tracewire.coroutines.span
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.fold
import kotlinx.coroutines.runBlocking

private const val QUESTION = "How much does a sea otter eat in a day?"
private const val RATE_LIMIT = "429"
private const val ATTEMPTS = 3

/** Plans, searches, reads, calculates, checks and answers. Each function that is a step says so. */
class Researcher(private val library: Library, private val model: Model) {
    suspend fun research(question: String): String =
        agent("research", input = question) { step -> find(question).also { step.setOutput(it) } }

    private suspend fun find(question: String): String {
        val messages = listOf(
            Message("system", "Answer from the library, and name your source."),
            Message("user", question),
        )
        model.plan(messages)

        val found = (call("search", "query" to question) as List<*>).map { (it as Map<*, *>)["page"].toString() }
        val pages = coroutineScope { found.map { async { read(it) } }.awaitAll() }
        val (page, text) = found.first() to pages.first()

        val weights = Regex("between (\\d+) and (\\d+) kg").find(text)
        val share = Regex("[^.]*about (\\d+) % of its body weight").find(text)
        if (weights == null || share == null) return "The library does not say."
        val percent = share.groupValues[1]
        val (least, most) = coroutineScope {
            weights.groupValues.drop(1).map {
                async { call("calculate", "expression" to "$it * $percent / 100") }
            }.awaitAll()
        }
        if (!checkFacts(page, share.value.trim())) return "The source does not hold."
        return model.answer(messages, Facts(page, percent, least, most)).fold("") { answer, word -> answer + word }.trim()
    }

    /** Fetches a page, and once more after a rate limit. */
    private suspend fun read(page: String): String = span("read", input = page) { step ->
        fetch(page, step, 1).also { step.setOutput(it) }
    }

    private suspend fun fetch(page: String, step: Span, attempt: Int): String = try {
        call("fetch_page", "page" to page).toString()
    } catch (error: ToolError) {
        if (RATE_LIMIT !in error.message.orEmpty() || attempt == ATTEMPTS) throw error
        step.event("retry", mapOf("tracewire.retry.attempt" to attempt, "error.type" to "rate_limit"))
        delay(50)
        fetch(page, step, attempt + 1)
    }

    /** A sub-agent: is the quote really there? */
    private suspend fun checkFacts(page: String, quote: String): Boolean =
        agent("fact checker", input = mapOf("page" to page, "quote" to quote)) {
            span("compare", input = mapOf("page" to page, "quote" to quote)) { compare ->
                if (!System.getenv("RESEARCH_AGENT_PAUSE").isNullOrEmpty()) {
                    // For the demonstration: say that the agent is in the middle of a step, and wait to be killed there.
                    println("READY")
                    delay(3_600_000)
                }
                (call("check_citation", "page" to page, "quote" to quote) == true).also { compare.setOutput(it) }
            }
        }

    /** Calls a tool of the library: a step of this trace, and the server's own step below it. */
    private suspend fun call(name: String, vararg given: Pair<String, Any?>): Any? =
        span(name, "tool", given.toMap()) { step -> library.call(name, given.toMap()).also { step.setOutput(it) } }
}

fun main(arguments: Array<String>) {
    Tracewire.init { service = "research-agent" }
    // The server is a process of its own. It gets this environment, and so records into the same directory.
    Library.start().use { library ->
        runBlocking { println(Researcher(library, Model()).research(arguments.joinToString(" ").ifEmpty { QUESTION })) }
    }
    Tracewire.shutdown()
}
