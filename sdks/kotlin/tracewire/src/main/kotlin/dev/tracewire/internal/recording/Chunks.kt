package dev.tracewire.internal.recording

import dev.tracewire.Span
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/**
 * What a step yields, written many in one event and in order: the first one at once, then 64 at a time or what came in
 * a tenth of a second.
 */
internal class Chunks(
    private val step: Span,
    /** Writes one event of the step. */
    private val write: (name: String, chunks: List<Any?>) -> Unit,
) {
    private val began = System.nanoTime()
    private var written = began
    private var firstNanos = -1L
    private var name = "chunk"
    private var waiting = ArrayList<Any?>()
    private var texts: StringBuilder? = StringBuilder()
    private var hasTexts = false
    private var timer: Job? = null
    private var isOver = false

    /**
     * Takes one chunk.
     *
     * @param name of the event; chunks of one name that follow each other are written together.
     * @param isLent whether whoever yielded it may fill it anew: then it is written while it is what was yielded.
     */
    @Synchronized
    fun add(name: String, item: Any?, isLent: Boolean = false) {
        if (isOver) return
        val now = arrived()
        if (name != this.name) {
            flush(now)
            this.name = name
        }
        waiting.add(item)
        keepText(item)
        val isDue = firstNanos == now - began || now - written >= LONGEST_WAIT_NANOS
        if ((isLent && !isImmutable(item)) || isDue || waiting.size >= MOST_CHUNKS) flush(now) else wake()
    }

    private fun isImmutable(item: Any?): Boolean =
        item == null || item is String || item is Number || item is Boolean || item is Char || item is Enum<*>

    /** Notes the time of a chunk. */
    @Synchronized
    fun arrived(): Long {
        val now = System.nanoTime()
        if (firstNanos < 0) firstNanos = now - began
        return now
    }

    @OptIn(DelicateCoroutinesApi::class)
    private fun wake() {
        if (timer != null) return
        timer = GlobalScope.launch(Dispatchers.Default) {
            delay(LONGEST_WAIT_MILLIS)
            // Nobody waits for it: what strict mode throws is counted already.
            runCatching { flushLate() }
        }
    }

    @Synchronized
    private fun flushLate(): Unit = flush(System.nanoTime())

    private fun flush(now: Long) {
        timer?.cancel()
        timer = null
        written = now
        if (waiting.isEmpty()) return
        val chunks = waiting
        waiting = ArrayList()
        write(name, chunks)
    }

    /**
     * Writes the rest, and tells the step what it ends with: the texts together are its output, unless another one is
     * set.
     */
    @Synchronized
    fun end() {
        if (isOver) return
        isOver = true
        flush(written)
        if (firstNanos >= 0) step.firstChunkCame(firstNanos)
        if (hasTexts) texts?.let { step.offerOutput(it.toString()) }
    }

    private fun keepText(item: Any?) {
        val kept = texts ?: return
        if (item is CharSequence && kept.length + item.length <= MOST_OUTPUT_LENGTH) {
            kept.append(item)
            hasTexts = true
        } else {
            texts = null
        }
    }

    private companion object {
        const val MOST_CHUNKS = 64
        const val LONGEST_WAIT_MILLIS = 100L
        const val LONGEST_WAIT_NANOS = 100_000_000L
        const val MOST_OUTPUT_LENGTH = 1 shl 20
    }
}
