package dev.tracewire.internal.recording

import dev.tracewire.Current
import dev.tracewire.Span
import dev.tracewire.Status
import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReferenceArray

/**
 * Steps that the program forgets: nothing refers to them any more, and they were never ended. They end as `cancelled`.
 *
 * To register every step with the garbage collector would cost more than to record it. Most end soon, so a new step is kept in a
 * short list first, and only what is still open when that is full, or at a flush, is registered. No thread waits for the collector:
 * whoever begins a step or flushes looks.
 */
internal object Forgotten {
    /** New steps that are kept alive at most: a power of two. */
    private const val YOUNG = 256
    private val young = AtomicReferenceArray<Span?>(YOUNG)
    private val next = AtomicInteger()
    private val queue = ReferenceQueue<Span>()
    private val registered: MutableSet<Left> = ConcurrentHashMap.newKeySet()
    private val WRITE: Write<Unit> =
        Write { walker, _ -> Writing.text(walker, "status_message", "the step was dropped without an end") }

    /** What is left of a step. It does not lead to it. */
    class Left(span: Span, val state: ByteArray, val opened: Opened, val above: Current?) :
        PhantomReference<Span>(span, queue)

    /** Has a step end when the program forgets it; gives the step. */
    fun <S : Span> watch(span: S): S {
        if (span.state != null) {
            young.getAndSet(next.getAndIncrement() and (YOUNG - 1), span)?.let(::register)
            if (registered.isNotEmpty()) look()
        }
        return span
    }

    /** Registers what is still open, and ends what was forgotten. */
    fun settle() {
        for (index in 0 until YOUNG) young.getAndSet(index, null)?.let(::register)
        look()
    }

    /** A step has ended: there is nothing to wait for. */
    fun release(left: Left) {
        registered.remove(left)
        left.clear()
    }

    private fun register(span: Span) {
        val left = synchronized(
            span,
        ) { span.state?.takeUnless { span.ended }?.let { Left(span, it, span.opened, span.above) } }
        if (left == null) return
        registered.add(left)
        span.left = left
        // It may have ended meanwhile.
        if (span.ended) release(left)
    }

    private fun look() {
        while (true) {
            val left = queue.poll() as Left? ?: return
            // Of a journal that is closed readers show what did not end.
            if (!registered.remove(left) || left.opened.isClosed) continue
            left.opened.pen.end(left.state, Status.CANCELLED, WRITE, Unit)
            left.opened.stepEnded(left.above)
        }
    }
}
