package dev.tracewire.internal.recording

import dev.tracewire.Span

/** Runs work as a step: current inside, ended when the work returns or throws. What comes out goes on as it was. */
internal object Running {
    inline fun <S : Span, T> runInStep(span: S, work: (S) -> T): T {
        val result: T
        val before = Places.onThread()
        Places.set(span)
        try {
            result = work(span)
        } catch (thrown: Throwable) {
            Places.set(before)
            failed(span, thrown)
            throw thrown
        }
        Places.set(before)
        span.finish()
        return result
    }

    /** Ends a step that something was thrown out of. What strict mode owes then is said beside it. */
    fun failed(span: Span, thrown: Throwable) {
        try {
            span.fail(thrown)
        } catch (owed: RuntimeException) {
            if (owed !== thrown) thrown.addSuppressed(owed)
        }
    }
}
