package dev.tracewire.programs

import dev.tracewire.Tracewire
import dev.tracewire.TracewireException

/** What the tests of processes run, each by its name. */
object Program {
    @JvmStatic
    fun main(args: Array<String>) {
        when (args[0]) {
            "dies" -> {
                Tracewire.startSpan("begun", "agent", input = "question").update { attributes = mapOf("k" to 1) }
                Runtime.getRuntime().halt(9)
            }

            "ends" -> Tracewire.span("served") { }

            "reports" -> {
                val result = Tracewire.span("work") { 7 }
                println(
                    "$result ${Tracewire.flush().written} ${Tracewire.flush().dropped} ${Tracewire.flush().errors.keys}",
                )
            }

            "strict" -> {
                try {
                    Tracewire.init { strict = true }
                } catch (error: TracewireException) {
                    println("${error.code}: ${error.message}")
                }
            }

            "fills" -> {
                val text = "x".repeat(1000)
                val results = (1..1000).sumOf { Tracewire.span("step", "tool", input = text) { 1 } }
                val report = Tracewire.flush()
                val dropped = report.dropped.values.sum()
                println("$results ${report.written + dropped} ${report.dropped.keys} ${dropped > 1000}")
            }

            "idle" -> {
                val before = Thread.getAllStackTraces().keys.map { it.name }.toSet()
                checkNotNull(Tracewire.client)
                println(Thread.getAllStackTraces().keys.map { it.name }.toSet() - before)
            }
        }
    }
}
