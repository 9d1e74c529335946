import dev.tracewire.Formats
import dev.tracewire.Tracewire
import kotlinx.coroutines.future.await
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse

/** The agent's tools over HTTP, from a server that is a process of its own. */
class Library private constructor(private val process: Process, private val address: String) : AutoCloseable {
    private val client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()

    /** Calls a tool. The headers name the current step, so the server's own step is below it. */
    suspend fun call(tool: String, arguments: Map<String, Any?>): Any? {
        val body = HttpRequest.BodyPublishers.ofString(Formats.encode(arguments))
        val request = HttpRequest.newBuilder(URI("$address/tools/$tool")).POST(body)
        Tracewire.inject().forEach(request::header)
        val response = client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).await()
        val answer = Formats.decode(response.body()) as Map<*, *>
        answer["error"]?.let { throw ToolError(it.toString()) }
        return answer["result"]
    }

    /** The server ends when its standard input does. */
    override fun close() {
        process.outputStream.close()
        process.waitFor()
    }

    companion object {
        /** Starts the server; the first line that it prints is its address. */
        fun start(): Library {
            val server = System.getenv("RESEARCH_AGENT_SERVER") ?: "examples/research-agent/http_server.py"
            val builder = ProcessBuilder(System.getenv("PYTHON") ?: "python3", server)
            builder.environment().putAll(Tracewire.injectEnvironment())
            builder.redirectError(ProcessBuilder.Redirect.INHERIT)
            val process = builder.start()
            return Library(process, checkNotNull(process.inputReader().readLine()) { "the server has ended" })
        }
    }
}

/** What the server said of a call that failed. */
class ToolError(message: String) : Exception(message)
