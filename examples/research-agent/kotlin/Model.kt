import dev.tracewire.Tracewire
import dev.tracewire.coroutines.llm
import dev.tracewire.coroutines.traced
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

data class Message(val role: String, val content: String)

data class Facts(val page: String, val share: String, val least: Any?, val most: Any?)

private val CHAT = mapOf("gen_ai.operation.name" to "chat", "gen_ai.request.model" to "scripted-1")

/** Answers as a language model would: a plan at once, prose word by word, and what it cost in tokens. */
class Model {
    suspend fun plan(messages: List<Message>): List<String> = llm("plan", input = messages, attributes = CHAT) { step ->
        val words = Regex("[a-z]+").findAll(messages.last().content.lowercase()).map { it.value }
        val topics = words.filter { it.length > 2 }.toList()
        step.usage(inputTokens = tokens(messages), outputTokens = topics.size)
        val search = "search: " + topics.joinToString(" ")
        listOf(search, "read the best page", "calculate", "check the source", "answer").also { step.setOutput(it) }
    }

    fun answer(messages: List<Message>, facts: Facts): Flow<String> = flow {
        val (page, share, least, most) = facts
        val said = "A sea otter eats about $share % of its weight each day: between $least and $most kg. [$page]"
        val words = said.split(" ")
        for (word in words) {
            delay(5) // A model thinks between two words.
            emit("$word ")
        }
        Tracewire.currentSpan()?.usage(tokens(messages), words.size, cacheReadInputTokens = 12)
    }.traced("answer", "llm", input = mapOf("messages" to messages, "facts" to facts), attributes = CHAT)

    private fun tokens(messages: List<Message>): Int = messages.sumOf { it.content.split(Regex("\\s+")).size }
}
