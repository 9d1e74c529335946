import dev.tracewire.Formats
import dev.tracewire.Tracewire
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import java.io.File

/** As much of an MCP client as the agent needs: requests to a server over its standard input and output, one at a time. */
class Library private constructor(
    private val process: Process,
) : AutoCloseable {
    private val input = process.inputStream.bufferedReader()
    private val output = process.outputStream.bufferedWriter()
    private val turn = Mutex()
    private var last = 0

    /** Sends a request; gives its result. */
    suspend fun request(
        method: String,
        params: Map<String, Any?>,
    ): Map<*, *> =
        withContext(Dispatchers.IO) {
            turn.withLock {
                val id = ++last
                send(mapOf("jsonrpc" to "2.0", "id" to id, "method" to method, "params" to params))
                answerTo(id.toLong())
            }
        }

    private fun send(message: Map<String, Any?>) {
        output.write(Formats.encode(message))
        output.newLine()
        output.flush()
    }

    private fun answerTo(id: Long): Map<*, *> {
        while (true) {
            val line = checkNotNull(input.readLine()) { "the server has ended" }
            val message = Formats.decode(line) as Map<*, *>
            if (message["id"] != id) continue
            message["error"]?.let { error("the server says: $it") }
            return message["result"] as Map<*, *>
        }
    }

    override fun close() {
        output.close()
        process.waitFor()
    }

    companion object {
        /** Starts the server, and says hello. */
        fun start(): Library {
            val server = System.getenv("RESEARCH_AGENT_SERVER") ?: "examples/research-agent/server.py"
            val builder = ProcessBuilder(System.getenv("PYTHON") ?: "python3", File(server).path)
            builder.environment().putAll(Tracewire.injectEnvironment())
            builder.redirectError(ProcessBuilder.Redirect.INHERIT)
            val library = Library(builder.start())
            val about = mapOf("name" to "research-agent", "version" to "1.0.0")
            val hello = mapOf("protocolVersion" to "2025-06-18", "capabilities" to emptyMap<String, Any>(), "clientInfo" to about)
            kotlinx.coroutines.runBlocking { library.request("initialize", hello) }
            library.send(mapOf("jsonrpc" to "2.0", "method" to "notifications/initialized"))
            return library
        }
    }
}
