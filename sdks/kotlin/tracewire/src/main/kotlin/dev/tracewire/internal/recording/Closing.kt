package dev.tracewire.internal.recording

import java.lang.ref.WeakReference

/** Recorders that the end of the process has to close. They may be collected before: nobody else knows of them then. */
internal object Closing {
    private const val EXIT_MILLIS = 2000L
    private val live = ArrayList<WeakReference<Opened>>()
    private var isHooked = false

    fun register(opened: Opened) {
        synchronized(live) {
            live.removeAll { it.get() == null }
            live.add(WeakReference(opened))
            if (isHooked) return
            isHooked = true
        }
        // While the process ends already no hook can be added, and none is needed: readers close what is left.
        runCatching { Runtime.getRuntime().addShutdownHook(Thread(::closeAll, "tracewire-exit")) }
    }

    fun forget(opened: Opened) {
        synchronized(live) { live.removeAll { it.get().let { known -> known == null || known === opened } } }
    }

    private fun closeAll() {
        val all = synchronized(live) { live.mapNotNull { it.get() } }
        // Nobody is left to tell what goes wrong here, and the others are to be closed all the same.
        for (opened in all) runCatching { opened.close(EXIT_MILLIS) }
    }
}
