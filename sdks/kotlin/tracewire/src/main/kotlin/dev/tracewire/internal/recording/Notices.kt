package dev.tracewire.internal.recording

import dev.tracewire.internal.native.Platform

/** Sentences for whoever runs the program: to a hook of theirs, else to the platform's log. Never to a stream. */
internal object Notices {
    private const val NAME = "dev.tracewire"

    fun say(hook: ((String) -> Unit)?, message: String) {
        try {
            val sentence = "tracewire: $message"
            if (hook != null) hook(sentence) else log(sentence)
        } catch (_: Exception) {
            // Whatever a log does.
        } catch (_: LinkageError) {
            // Or lacks.
        }
    }

    private fun log(sentence: String) {
        if (Platform.isAndroid) {
            val log = Class.forName("android.util.Log").getMethod("w", String::class.java, String::class.java)
            log.invoke(null, "tracewire", sentence)
        } else {
            System.getLogger(NAME).log(System.Logger.Level.WARNING, sentence)
        }
    }
}
