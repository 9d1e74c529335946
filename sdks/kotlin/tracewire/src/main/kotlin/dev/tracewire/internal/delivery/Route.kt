package dev.tracewire.internal.delivery

import dev.tracewire.ExporterReport
import dev.tracewire.Stats
import dev.tracewire.exporters.EnvelopeBatch
import dev.tracewire.exporters.Exporter
import dev.tracewire.exporters.RetryLater
import dev.tracewire.exporters.Undeliverable
import dev.tracewire.internal.ffi.Batch
import dev.tracewire.internal.ffi.Recorder
import dev.tracewire.internal.ffi.Shipper
import dev.tracewire.internal.recording.Places
import dev.tracewire.internal.recording.Problems
import dev.tracewire.internal.recording.Texts
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong

/** Thrown by an exporter of ours that leaves a small batch where it is for a while: neither an error nor delivered. */
internal class WaitsForMore(val millis: Long) : Exception()

/**
 * One exporter's way: batches from its shipper, what it says about each, and what is counted.
 *
 * What an exporter does is never trusted: it may throw anything, and never return. Who waits for it waits for a bounded
 * time, and a batch stays with the journal until the exporter has returned.
 */
internal class Route(
    private val recorder: Recorder,
    val sink: String,
    private val exporter: Exporter,
    private val problems: Problems,
) {
    private val shipper: Shipper = recorder.shipper(sink, exporter.usesEvents)
    private val dropped = ConcurrentHashMap<String, Long>()
    private val errors = ConcurrentHashMap<String, Long>()
    private val sent = AtomicLong()
    private val recovered = AtomicLong()
    private val ownDropped = AtomicLong()
    private var failures = 0

    @Volatile
    private var notBefore = System.nanoTime()

    @Volatile
    private var isServerWait = false

    @Volatile
    private var isClosed = false

    /**
     * Delivers until all is delivered, the deadline has passed, or the exporter fails. Never throws.
     *
     * @param deadline of `System.nanoTime()`; null where nobody waits.
     * @param isUrgent whether somebody asked for it: a failure is then tried again until the deadline.
     */
    fun drain(deadline: Long?, isUrgent: Boolean) {
        if (isUrgent && !isServerWait) notBefore = System.nanoTime()
        try {
            while (!isClosed) {
                val now = System.nanoTime()
                if (deadline != null && deadline - now <= 0) return
                val wait = notBefore - now
                if (wait > 0) {
                    if (!isUrgent || deadline == null || wait >= deadline - now) return
                    TimeUnit.NANOSECONDS.sleep(wait)
                } else if (!step(deadline)) {
                    return
                }
            }
        } catch (_: InterruptedException) {
            Thread.currentThread().interrupt()
        } catch (thrown: Throwable) {
            countError("internal_error", Texts.textOf(thrown))
        }
    }

    /** Hands one batch over; false when there is none. */
    private fun step(deadline: Long?): Boolean {
        val native = try {
            shipper.nextBatch(MOST_BATCH_BYTES) ?: return false
        } catch (error: Exception) {
            countError("journals_unreadable", error.message.orEmpty())
            return false
        }
        if (!native.isOwn && exporter.onlyThisProcess) {
            acknowledge(native)
            return true
        }
        val events = native.events.toInt()
        val batch = EnvelopeBatch(native.producer, native.envelopes, events, deadline, native.eventsJson)
        try {
            // What an exporter does belongs to no step of the program.
            Places.within(Places.NOWHERE) { exporter.export(batch) }
            acknowledge(native)
            countSent(native.events.toLong(), native.isOwn)
        } catch (waits: WaitsForMore) {
            shipper.batchResult(native.id, false)
            notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waits.millis)
            return false
        } catch (refused: Undeliverable) {
            drop(native, refused)
        } catch (thrown: Throwable) {
            failed(native, thrown)
        }
        return true
    }

    private fun drop(native: Batch, refused: Undeliverable) {
        acknowledge(native)
        val all = native.events.toLong()
        val lost = (refused.events?.toLong() ?: all).coerceIn(0, all)
        dropped.merge(refused.reason, lost, Long::plus)
        if (native.isOwn) ownDropped.addAndGet(lost)
        countSent(all - lost, native.isOwn)
        if (dropped[refused.reason] == lost) say("$lost events were dropped: ${refused.message}")
    }

    private fun acknowledge(native: Batch) {
        try {
            shipper.batchResult(native.id, true)
        } catch (error: Exception) {
            // It is delivered all the same; after a restart it comes again.
            countError("acknowledgement_lost", error.message.orEmpty())
        }
    }

    private fun countSent(events: Long, isOwn: Boolean) {
        (if (isOwn) sent else recovered).addAndGet(events)
        failures = 0
        notBefore = System.nanoTime()
        isServerWait = false
    }

    private fun failed(native: Batch, error: Throwable) {
        try {
            shipper.batchResult(native.id, false)
        } catch (reason: Exception) {
            countError("acknowledgement_lost", reason.message.orEmpty())
        }
        val later = error as? RetryLater
        val asked = later?.afterMillis
        isServerWait = asked != null
        val after = asked?.coerceIn(0, LONGEST_SERVER_WAIT_MILLIS) ?: ownWait()
        failures++
        notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(after)
        countError(
            later?.code ?: "export_failed",
            if (later != null) later.message.orEmpty() else "${Texts.typeName(error)}: ${error.message}",
        )
    }

    /** The first wait is the shortest; jitter keeps many processes from coming back at once. */
    private fun ownWait(): Long {
        val whole = minOf(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS shl minOf(failures, MOST_DOUBLINGS))
        return whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1)
    }

    /** Counts something that cost no event. */
    fun countError(code: String, message: String) {
        if (errors.merge(code, 1, Long::plus) == 1L) say(message)
    }

    private fun say(message: String): Unit = problems.say("exporter $sink: ${message.take(MOST_SAID)}")

    /** Lets go of the exporter. */
    fun close() {
        isClosed = true
        try {
            exporter.close()
        } catch (thrown: Throwable) {
            countError("internal_error", "${Texts.typeName(thrown)}: ${thrown.message}")
        }
        release()
    }

    /** Lets other processes deliver what this one has open. */
    fun release() {
        runCatching { shipper.release() }
    }

    /** How many events of this process the destination lacks. */
    fun pending(): Long {
        val written = runCatching { Stats.of(recorder.stats()).written }.getOrDefault(0)
        return maxOf(0, written - sent.get() - ownDropped.get())
    }

    fun report(): ExporterReport =
        ExporterReport(sent.get(), recovered.get(), pending(), dropped.toSortedMap(), errors.toSortedMap())

    private companion object {
        /** So much is sealed at once. */
        const val MOST_BATCH_BYTES: ULong = 262_144UL
        const val FIRST_WAIT_MILLIS = 500L
        const val LONGEST_WAIT_MILLIS = 60_000L
        const val LONGEST_SERVER_WAIT_MILLIS = 3_600_000L
        const val MOST_DOUBLINGS = 16
        const val MOST_SAID = 500
    }
}
