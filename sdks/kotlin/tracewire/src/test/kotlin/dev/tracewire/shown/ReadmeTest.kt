@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown

import dev.tracewire.Capture
import dev.tracewire.Mask
import dev.tracewire.Mode
import dev.tracewire.Tracewire
import dev.tracewire.coroutines.span
import dev.tracewire.coroutines.traced
import dev.tracewire.exporters.HttpExporter
import dev.tracewire.testing.Testing
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals

/** What the README shows, as it stands there. */
class ReadmeTest {
    class Steps {
        fun search(query: String) = Tracewire.tool("search", input = query) { step ->
            listOf("Lutra lutra").also { step.setOutput(it) }
        }

        fun answer(question: String) = Tracewire.agent("answer", input = question) { step ->
            Tracewire.span("plan", "plan") { it.setOutput(listOf("search", "answer")) }
            search("otters").first().also { step.setOutput(it) }
        }
    }

    class Model {
        fun generate(prompt: String): Flow<String> = flowOf("Lutra ", prompt)
    }

    class Suspending {
        fun search(query: String) = query.length

        suspend fun research(queries: List<String>) = span("research", "agent") {
            coroutineScope {
                queries.map { query -> async { span("search", "tool", input = query) { step -> search(query) } } }.awaitAll()
            }
        }

        suspend fun speak(model: Model, prompt: String) = model.generate(prompt).traced("chat", "llm").collect(::print)
    }

    abstract class Application {
        val filesDir = File("files")

        open fun onCreate() = Unit
    }

    class App : Application() {
        override fun onCreate() {
            super.onCreate()
            Tracewire.init {
                service = "assistant"
                dir = File(filesDir, "tracewire").path
                mode = Mode.BACKGROUND
                exporters(HttpExporter("https://traces.example.com/v1/envelopes", minBytes = 64_000, maxDelayMillis = 60_000))
            }
        }
    }

    fun configuration() {
        Tracewire.init {
            service = "research-agent"
            mode = Mode.BACKGROUND // LOCAL (the default) | INLINE | BACKGROUND
            exporters("console")
            sampling = 1.0 // the share of traces that is recorded
            capture = Capture.INPUT // ALL | NONE | INPUT | OUTPUT | Capture(message = false)
            redact = listOf("api_key") // keys whose values never leave the journal
            mask = Mask { field, value -> value } // what is recorded in a value's place
        }
    }

    @Test
    fun `steps are recorded`() {
        val recorded = Testing.recording()
        recorded.use { assertEquals("Lutra lutra", Steps().answer("Who is that?")) }
        assertEquals(listOf("answer", "plan", "search"), recorded.spans().map { it["name"] })
    }

    @Test
    fun `suspending steps are recorded`() {
        val recorded = Testing.recording()
        recorded.use {
            runBlocking {
                assertEquals(listOf(6, 7), Suspending().research(listOf("otters", "beavers")))
                Suspending().speak(Model(), "lutra")
            }
        }
        assertEquals(listOf("research", "search", "search", "chat"), recorded.spans().map { it["name"] })
    }
}
