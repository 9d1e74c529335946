package dev.tracewire.internal.delivery

import dev.tracewire.FlushReport
import dev.tracewire.Mode
import dev.tracewire.exporters.Exporter
import dev.tracewire.internal.ffi.Recorder
import dev.tracewire.internal.recording.Problems
import dev.tracewire.internal.recording.added
import java.util.concurrent.ExecutionException
import java.util.concurrent.Future
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException

/**
 * Who calls the exporters, and when.
 *
 * | mode | |
 * |---|---|
 * | background | a few times a second, when something was recorded: one daemon thread looks, from the first record on |
 * | inline | at the end of a run; the calling thread waits, for a bounded time |
 * | local | at a flush only |
 *
 * An exporter runs on a daemon thread that can be left alone and that ends when it has nothing to do: one that hangs
 * costs its caller the time that the caller was ready to wait.
 */
internal class Delivery private constructor(
    private val recorder: Recorder,
    private val routes: List<Route>,
    private val mode: Mode,
) {
    private val workers = routes.map(::Worker)
    private var looker: Thread? = null

    @Volatile
    private var isStarted = mode != Mode.BACKGROUND

    @Volatile
    private var isClosed = false

    @Volatile
    private var isPaused = false

    /** A route and the thread that it has while there is something to do. */
    private class Worker(val route: Route) {
        private val threads =
            ThreadPoolExecutor(1, 1, KEEP_MILLIS, TimeUnit.MILLISECONDS, LinkedBlockingQueue()) { work ->
                Thread(work, "tracewire-${route.sink}").apply { isDaemon = true }
            }.apply { allowCoreThreadTimeOut(true) }

        fun submit(work: () -> Unit): Future<*>? = try {
            threads.submit(work)
        } catch (_: RejectedExecutionException) {
            null
        }

        val isBusy: Boolean get() = threads.activeCount > 0

        fun end(): Unit = threads.shutdown()
    }

    /** Begins to deliver in the background, if that is the mode. Cheap when it has begun. */
    fun start() {
        if (isStarted) return
        synchronized(this) {
            if (isStarted) return
            isStarted = true
            looker = Thread(::look, "tracewire").apply { isDaemon = true }
            looker?.start()
        }
    }

    private fun look() {
        var seen = ""
        try {
            while (!isClosed) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS)
                if (isPaused || isClosed) continue
                val found = runCatching { recorder.stats() }.getOrDefault(seen)
                if (found == seen && routes.none { it.pending() > 0 }) continue
                seen = found
                for (worker in workers) if (!worker.isBusy) worker.submit { worker.route.drain(null, false) }
            }
        } catch (_: InterruptedException) {
            // Closed.
        }
    }

    /** Whether the background thread leaves everything where it is. */
    fun pause(isPaused: Boolean) {
        this.isPaused = isPaused
    }

    /** A run has just ended: mode `inline` delivers now. */
    fun runEnded() {
        if (mode == Mode.INLINE && !isClosed) drain(RUN_END_MILLIS, false)
    }

    /** Delivers for at most so many milliseconds. */
    fun flush(timeoutMillis: Long): FlushReport {
        if (!isClosed) drain(timeoutMillis, true)
        return report()
    }

    /** Delivers, then lets go of the exporters. */
    fun close(timeoutMillis: Long): FlushReport {
        if (isClosed) return report()
        if (timeoutMillis > 0) drain(timeoutMillis, true)
        isClosed = true
        looker?.interrupt()
        await(workers.map { worker -> worker to worker.submit { worker.route.close() } }, deadlineIn(CLOSE_MILLIS))
        workers.forEach { it.end() }
        return report()
    }

    private fun drain(timeoutMillis: Long, isUrgent: Boolean) {
        val deadline = deadlineIn(timeoutMillis)
        val free = if (isUrgent) workers else workers.filter { !it.isBusy }
        val late = await(free.map { it to it.submit { it.route.drain(deadline, isUrgent) } }, deadline)
        for (worker in late) {
            if (isUrgent && worker.isBusy && worker.route.pending() > 0) {
                worker.route.countError(
                    "export_timeout",
                    "export() takes longer than the flush may wait; it is not interrupted",
                )
            }
        }
    }

    /** Waits for all; gives those that were not done in time. */
    private fun await(jobs: List<Pair<Worker, Future<*>?>>, deadline: Long): List<Worker> =
        jobs.filter { (_, job) -> job != null && !isDone(job, deadline) }.map { it.first }

    private fun isDone(job: Future<*>, deadline: Long): Boolean = try {
        job.get(maxOf(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)
        true
    } catch (_: TimeoutException) {
        false
    } catch (_: ExecutionException) {
        true
    } catch (_: InterruptedException) {
        Thread.currentThread().interrupt()
        false
    }

    private fun deadlineIn(millis: Long): Long = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis)

    /** What the destination of each exporter lacks. */
    fun pending(): Map<String, Long> = routes.associate { it.sink to it.pending() }

    private fun report(): FlushReport {
        val reports = routes.associate { it.sink to it.report() }
        return FlushReport(
            sent = reports.values.minOfOrNull { it.sent } ?: 0,
            pending = reports.values.maxOfOrNull { it.pending } ?: 0,
            dropped = reports.values.fold(emptyMap()) { sum, report -> added(sum, report.dropped) },
            errors = reports.values.fold(emptyMap()) { sum, report -> added(sum, report.errors) },
            exporters = reports,
        )
    }

    companion object {
        private const val POLL_MILLIS = 250L

        /** How long a run's end may keep the calling thread. */
        private const val RUN_END_MILLIS = 2000L
        private const val CLOSE_MILLIS = 1000L

        /** How long a thread without work stays. */
        private const val KEEP_MILLIS = 1000L

        /** Drains a recorder's journal into exporters; null where there are none. */
        fun of(recorder: Recorder, exporters: Map<String, Exporter>, mode: Mode, problems: Problems): Delivery? {
            if (exporters.isEmpty()) return null
            val routes = exporters.map { (sink, exporter) -> Route(recorder, sink, exporter, problems) }
            return Delivery(recorder, routes, mode)
        }
    }
}
