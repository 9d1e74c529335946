@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown.delivered

import dev.tracewire.Mode
import dev.tracewire.Tracewire
import dev.tracewire.exporters.JsonLinesExporter

fun main() {
    Tracewire.init {
        service = "weather"
        mode = Mode.BACKGROUND
        exporters(JsonLinesExporter("traces.jsonl"))
    }
    Tracewire.agent("plan") { it.setOutput("row") }
    val report = Tracewire.flush(timeoutMillis = 2000)
    println("written ${report.written}, sent ${report.sent}, pending ${report.pending}")
    println("dropped ${report.dropped}, errors ${report.errors}")
}
