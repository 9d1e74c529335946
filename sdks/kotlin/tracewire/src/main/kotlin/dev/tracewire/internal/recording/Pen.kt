package dev.tracewire.internal.recording

import com.sun.jna.Pointer
import dev.tracewire.internal.Hot
import dev.tracewire.internal.values.Limits
import dev.tracewire.internal.values.Utf8
import dev.tracewire.internal.values.Walker
import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.concurrent.atomic.AtomicReferenceArray
import com.sun.jna.Native as Jna
import dev.tracewire.internal.ffi.Recorder as NativeRecorder

/** Writes the members of a record: for each `walker.member(name)` and then one value. It must not throw. */
internal fun interface Write<S> {
    fun write(walker: Walker, source: S)
}

/** Hears of what is no ordinary outcome. */
internal interface Listener {
    /** The recorder has sentences for the host's log. */
    fun notices(sentences: List<String>)

    /** A record could not be handed over at all. */
    fun failed(error: Throwable)

    /** A record came after the end. */
    fun closed()
}

/** What came of asking the guards. */
internal class Checked(@JvmField val reservation: Long, @JvmField val verdict: String?)

/**
 * The only one that speaks with the native recorder about records: their fixed part and, by the walker, their members.
 *
 * Whoever writes borrows a [Desk] of memory. Virtual threads are many, so these are no thread's own; and code of a
 * value that is being read may record something itself, and then borrows another one.
 */
internal class Pen(private val recorder: NativeRecorder, private val limits: Limits, private val listener: Listener) {
    private val desk = recorder.desk().toLong()
    private val spare = AtomicReferenceArray<Desk?>(SPARE)

    /** Whether the recorder is let go of: what comes then is counted, and nothing else. */
    @Volatile
    var isReleased: Boolean = false

    /**
     * Begins a step.
     *
     * @param kind from the registry of span kinds.
     * @param place the state of the step above it; null begins a trace.
     * @param correlationId the application's own id of the trace.
     * @param traceState the `tracestate` of a step above that is in another process.
     * @return the step's own state.
     */
    fun <S> start(
        kind: String,
        place: ByteArray?,
        correlationId: String?,
        traceState: String?,
        write: Write<S>,
        source: S,
    ): ByteArray {
        val state = ByteArray(Hot.STATE_BYTES)
        borrowing { desk ->
            desk.open(place)
            desk.text(KIND_LENGTH, kind)
            desk.text(CORRELATION_LENGTH, correlationId)
            desk.text(TRACE_STATE_LENGTH, traceState)
            desk.write(write, source)
            send(Hot.START, desk)
            desk.take(state)
        }
        return state
    }

    /** Asks the guards whether a call may begin: what its start would be, likewise. */
    fun <S> check(kind: String, place: ByteArray?, correlationId: String?, write: Write<S>, source: S): Checked {
        val left = ByteArray(CHECKED_BYTES)
        var verdict: String? = null
        borrowing { desk ->
            desk.open(place)
            desk.text(KIND_LENGTH, kind)
            desk.text(CORRELATION_LENGTH, correlationId)
            desk.write(write, source)
            val hasVerdict = send(Hot.CHECK, desk) and Hot.VERDICT != 0
            desk.take(left)
            val number = ByteBuffer.wrap(left).order(ByteOrder.LITTLE_ENDIAN).getInt(Long.SIZE_BYTES)
            if (hasVerdict) verdict = recorder.takeVerdict(number.toUInt())
        }
        return Checked(ByteBuffer.wrap(left).order(ByteOrder.LITTLE_ENDIAN).getLong(0), verdict)
    }

    /** Tells the guards what a call used for which something is reserved. */
    fun <S> settle(reservation: Long, status: String, write: Write<S>, source: S) {
        val state = ByteArray(Hot.STATE_BYTES)
        ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).putLong(0, reservation)
        later(Hot.SETTLE, state, status, write, source)
    }

    /** Says what must be visible before a step ends. */
    fun <S> update(state: ByteArray, write: Write<S>, source: S): Unit = later(Hot.UPDATE, state, null, write, source)

    /** Records something that happened inside a step. */
    fun <S> spanEvent(state: ByteArray, write: Write<S>, source: S): Unit =
        later(Hot.SPAN_EVENT, state, null, write, source)

    /** Ends a step. Whoever calls sees to it that it ends once. */
    fun <S> end(state: ByteArray, status: String, write: Write<S>, source: S): Unit =
        later(Hot.END, state, status, write, source)

    /**
     * Records what is no step.
     *
     * @param operation `POINT_EVENT`, `LOG`, `METRIC` or `FEEDBACK`.
     * @return the state of a point event; of the others what they belong to.
     */
    fun <S> point(
        operation: Int,
        kind: String?,
        place: ByteArray?,
        correlationId: String?,
        write: Write<S>,
        source: S,
    ): ByteArray {
        val state = ByteArray(Hot.STATE_BYTES)
        borrowing { desk ->
            desk.open(place)
            desk.text(KIND_LENGTH, kind)
            desk.text(CORRELATION_LENGTH, correlationId)
            desk.write(write, source)
            send(operation, desk)
            desk.take(state)
        }
        return state
    }

    private fun <S> later(operation: Int, state: ByteArray, status: String?, write: Write<S>, source: S) {
        borrowing { desk ->
            desk.open(state)
            desk.text(KIND_LENGTH, status)
            desk.write(write, source)
            send(operation, desk)
        }
    }

    private fun send(operation: Int, memory: Desk): Int {
        val result = memory.record(desk, operation)
        if (result and Hot.NOTICES != 0) listener.notices(recorder.takeNotices())
        return result
    }

    private inline fun borrowing(work: (Desk) -> Unit) {
        if (isReleased) {
            listener.closed()
            return
        }
        val desk = take()
        try {
            work(desk)
        } catch (thrown: Throwable) {
            // Recording never throws into the program, whatever there is too little of.
            listener.failed(thrown)
        } finally {
            desk.shrink()
            giveBack(desk)
        }
    }

    /** One that is not used, looked for where this thread left one; a new one where there is none near. */
    private fun take(): Desk {
        val first = Thread.currentThread().hashCode()
        for (step in 0 until TRIES) spare.getAndSet((first + step) and (SPARE - 1), null)?.let { return it }
        return Desk(Walker(limits))
    }

    private fun giveBack(desk: Desk) {
        val first = Thread.currentThread().hashCode()
        for (step in 0 until TRIES) if (spare.compareAndSet((first + step) and (SPARE - 1), null, desk)) return
        // As many as there are threads at once: the collector takes it.
    }

    /** Memory for one record at a time: what the walker writes, and a copy of it outside of the collected heap. */
    private class Desk(private val walker: Walker) {
        private var memory = ByteBuffer.allocateDirect(FIRST)
        private var address = addressOf(memory)
        private var end = 0

        /** The fixed part, with no texts yet. */
        fun open(state: ByteArray?) {
            val bytes = walker.bytes
            if (state == null) {
                bytes.fill(0, 0, Hot.FIXED_BYTES)
            } else {
                state.copyInto(bytes)
                bytes.fill(0, Hot.STATE_BYTES, Hot.FIXED_BYTES)
            }
            bytes.fill(-1, KIND_LENGTH, TRACE_STATE_LENGTH + 4)
            end = Hot.FIXED_BYTES
        }

        /** Writes one of the texts of the fixed part. */
        fun text(length: Int, text: String?) {
            if (text == null) return
            walker.at = end
            walker.reserve(Math.multiplyExact(text.length, MOST_BYTES))
            val bytes = walker.bytes
            val from = end
            end = Utf8.write(text, bytes, from)
            val count = end - from
            for (index in 0 until 4) bytes[length + index] = (count shr (8 * index)).toByte()
        }

        fun <S> write(write: Write<S>, source: S) {
            walker.begin(end)
            write.write(walker, source)
        }

        fun record(desk: Long, operation: Int): Int {
            val length = walker.at
            if (length > memory.capacity()) allocate(maxOf(length, minOf(memory.capacity() * 2, KEPT)))
            val memory = memory
            memory.clear()
            memory.put(walker.bytes, 0, length)
            val result = Hot.record(desk, operation, address, memory.capacity(), length)
            Reference.reachabilityFence(memory)
            return result
        }

        /** Copies the state that the recorder wrote over the fixed part. */
        fun take(state: ByteArray) {
            memory.clear()
            memory.get(state)
        }

        /** Lets go of the memory of one large record. */
        fun shrink() {
            walker.shrink()
            if (memory.capacity() > KEPT) allocate(FIRST)
        }

        private fun allocate(bytes: Int) {
            memory = ByteBuffer.allocateDirect(bytes)
            address = addressOf(memory)
        }

        private fun addressOf(memory: ByteBuffer): Long = Pointer.nativeValue(Jna.getDirectBufferPointer(memory))
    }

    private companion object {
        /** Desks that are kept for later: a power of two. */
        const val SPARE = 64

        /** Places in which one is looked for. */
        const val TRIES = 4
        const val FIRST = 8 shl 10
        const val KEPT = 256 shl 10

        /** A reservation and the number of a verdict. */
        const val CHECKED_BYTES = 12
        const val KIND_LENGTH = 72
        const val CORRELATION_LENGTH = 76
        const val TRACE_STATE_LENGTH = 80

        /** Bytes of UTF-8 that one unit of UTF-16 takes at most. */
        const val MOST_BYTES = 3
    }
}
