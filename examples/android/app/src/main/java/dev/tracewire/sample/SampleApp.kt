package dev.tracewire.sample

import android.app.Application
import dev.tracewire.Mode
import dev.tracewire.Tracewire
import dev.tracewire.exporters.HttpExporter
import java.io.File

/** Opens the recorder before anything else. */
class SampleApp : Application() {
    override fun onCreate() {
        super.onCreate()
        Tracewire.init {
            service = "assistant"
            release = "1.0"
            // Recorded here first, whether or not there is a network.
            dir = File(filesDir, "tracewire").path
            quotaBytes = 32L shl 20
            mode = Mode.BACKGROUND
            // Your own server: no key of a model or of a vendor is in the app. Small batches wait for more.
            exporters(HttpExporter("https://traces.example.com/v1/envelopes", minBytes = 64_000, maxDelayMillis = 60_000))
        }
    }
}
