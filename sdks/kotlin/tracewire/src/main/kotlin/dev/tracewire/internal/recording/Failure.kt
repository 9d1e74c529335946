package dev.tracewire.internal.recording

import dev.tracewire.Status
import dev.tracewire.internal.values.Objects
import dev.tracewire.internal.values.Walker
import java.util.concurrent.CancellationException

/** What an error says about the step that it leaves. Whatever was thrown is only read, and goes on as it was. */
internal object Failure {
    private const val MOST_CAUSES = 8
    private const val MOST_FRAMES = 100
    private val TIMEOUT = Regex(".*Timeout(Cancellation)?(Exception|Error)")

    /** `timeout` and `cancelled` for errors that say so by their class; `error` for all others. */
    fun statusOf(error: Throwable): String {
        var type: Class<*>? = error.javaClass
        while (type != null && type != Throwable::class.java) {
            if (TIMEOUT.matches(type.name)) return Status.TIMEOUT
            type = type.superclass
        }
        return if (error is CancellationException || error is InterruptedException) Status.CANCELLED else Status.ERROR
    }

    /** Writes the member `exception` of an event. */
    fun write(walker: Walker, error: Throwable, hasEscaped: Boolean) {
        walker.member("exception")
        if (!walker.beginMap(null)) return
        walker.key("type")
        walker.text(error.javaClass.name)
        walker.key("message")
        walker.text(Objects.messageOf(error))
        walker.key("stacktrace")
        walker.text(stackOf(error))
        walker.key("escaped")
        walker.bool(hasEscaped)
        walker.endMap(0)
    }

    /**
     * Where an error came from, and what caused it. Without the messages: those stand beside it, where they can be cut
     * and taken away.
     */
    private fun stackOf(error: Throwable): String {
        val parts = ArrayList<String>()
        val seen = ArrayList<Throwable>()
        var cause: Throwable? = error
        while (cause != null && seen.none { it === cause } && parts.size < MOST_CAUSES) {
            seen.add(cause)
            parts.add(cause.javaClass.name + "\n" + framesOf(cause))
            cause = runCatching { cause.cause }.getOrNull()
        }
        return parts.joinToString("\n\nbecause of\n\n")
    }

    private fun framesOf(error: Throwable): String {
        val frames = runCatching { error.stackTrace.map { "    at $it" } }.getOrDefault(emptyList())
        if (frames.size <= MOST_FRAMES) return frames.joinToString("\n")
        val half = MOST_FRAMES / 2
        val between = "    … ${frames.size - MOST_FRAMES} frames …"
        return (frames.take(half) + between + frames.takeLast(half)).joinToString("\n")
    }
}
