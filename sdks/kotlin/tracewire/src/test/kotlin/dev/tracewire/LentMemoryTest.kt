package dev.tracewire

import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread
import kotlin.test.Test
import kotlin.test.assertEquals

/** Memory that the native half reads in place stays until it has been read, whatever the collector does meanwhile. */
class LentMemoryTest {
    private val rows = List(ROWS) { mapOf("id" to it, "text" to "row $it of a table") }
    private val lines = Formats.encodeToBytes(rows, Format.JSONL)

    @Test
    fun `values are whole while garbage is collected`() {
        val expected = Formats.encode(rows)
        whileCollecting { assertEquals(expected, Formats.encode(rows)) }
    }

    @Test
    fun `bytes are whole while garbage is collected`() {
        val expected = Formats.convert(lines, Format.JSONL, Format.TOON).decodeToString()
        whileCollecting { assertEquals(expected, Formats.convert(lines, Format.JSONL, Format.TOON).decodeToString()) }
    }

    /** Does the same many times, so that it is compiled to machine code, while another thread collects garbage. */
    private fun whileCollecting(work: () -> Unit) {
        val isOver = AtomicBoolean()
        val collector = thread {
            while (!isOver.get()) {
                System.gc()
                // Freed memory that nobody asks for keeps its bytes: others ask for it.
                repeat(ROWS) { java.nio.ByteBuffer.allocateDirect(lines.size).put(0, 1) }
            }
        }
        try {
            repeat(TIMES) { work() }
        } finally {
            isOver.set(true)
            collector.join()
        }
    }

    private companion object {
        const val ROWS = 400
        const val TIMES = 1000
    }
}
