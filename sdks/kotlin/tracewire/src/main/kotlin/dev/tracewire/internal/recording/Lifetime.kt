package dev.tracewire.internal.recording

import dev.tracewire.Configuration
import dev.tracewire.FlushReport
import dev.tracewire.Stats
import dev.tracewire.TracewireException
import dev.tracewire.internal.native.Native

/**
 * A client's recorder from its first step to its end: opened when it is needed, replaced by another configuration, closed
 * once, and asked at any time what became of everything.
 *
 * @param opener opens the native recorder; null for the one that every program has.
 */
internal class Lifetime(private val opener: Opener?) {
    val problems = Problems()

    /** What records; absent until it is needed. */
    @Volatile
    private var opened: Opened? = null

    /** Opens a recorder with these settings, and closes the one before. [isLate]: nobody asked for it now. */
    fun configure(configuration: Configuration, isLate: Boolean = false) {
        val previous: Opened?
        val settings: Settings
        synchronized(this) {
            // Recording goes on whatever is wrong, so strict mode throws last; until then nothing does.
            problems.isStrict = false
            problems.notice = configuration.onNotice?.let { it::notice }
            for (code in OF_OPENING) problems.forget(code) // Said again: it is another configuration.
            settings = Settings(configuration)
            previous = opened
            opened = if (opener == null) Opened(settings, problems) else Opened(settings, problems, opener)
        }
        previous?.close(REPLACED_MILLIS)
        if (settings.problems.isNotEmpty()) {
            val before = problems.countOf("configuration")
            problems.forget("configuration") // Said in one sentence of their own.
            problems.count("configuration", settings.problems.joinToString("; "), before + settings.problems.size)
        }
        settings.refused?.let { if (!isLate) throw TracewireException("configuration", it) }
        problems.isStrict = settings.isStrict
        if (settings.isStrict) refuse(settings)
    }

    /** Throws what strict mode does not go on with. */
    private fun refuse(settings: Settings) {
        Native.problem?.let { if (!settings.isDisabled) throw TracewireException(it.code, it.message.orEmpty(), it) }
        if (problems.countOf("configuration") == 0L) return
        val said = settings.problems.joinToString("; ")
        throw TracewireException("configuration", "the configuration cannot be used as it is: $said")
    }

    /** What records; opened with what the environment says where nobody has configured it. */
    fun opened(): Opened = opened ?: synchronized(this) {
        if (opened == null) configure(Configuration(), isLate = true)
        checkNotNull(opened)
    }

    /** Delivers what the mode delivers, for at most so many milliseconds. */
    fun flush(timeoutMillis: Long): FlushReport {
        Forgotten.settle()
        return report(opened?.flush(maxOf(0, timeoutMillis)))
    }

    /** Delivers, and closes the journal. */
    fun close(timeoutMillis: Long): FlushReport = report(opened?.close(maxOf(0, timeoutMillis)))

    /** Closes, lets go of the native recorder, and throws what strict mode does. */
    fun release(timeoutMillis: Long) {
        report(opened?.release(timeoutMillis))
    }

    /** Closes without delivering, and lets go of the native recorder. */
    fun abandon() {
        opened?.release(0)
    }

    /** Whether the background thread leaves everything where it is. */
    fun pause(isPaused: Boolean) {
        opened?.delivery?.pause(isPaused)
    }

    fun stats(): Stats = opened?.stats() ?: Stats()

    private fun report(counts: FlushReport?): FlushReport {
        var errors = added(problems.report(), counts?.errors.orEmpty())
        if (opened?.recorder != null) errors = added(errors, Native.internalErrors())
        val report = (counts ?: FlushReport()).copy(errors = errors)
        if (problems.isStrict && report.dropped.isNotEmpty()) {
            throw TracewireException("records_dropped", "records were dropped: ${report.dropped}")
        }
        return report
    }

    private companion object {
        /** The longest that a recorder which is replaced may go on delivering. */
        const val REPLACED_MILLIS = 2000L
        val OF_OPENING = listOf("configuration", "unavailable", "library")
    }
}
