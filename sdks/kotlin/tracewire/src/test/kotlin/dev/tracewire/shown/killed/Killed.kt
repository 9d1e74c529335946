@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown.killed

import dev.tracewire.Tracewire

fun main() {
    Tracewire.init { service = "cook" }
    Tracewire.agent("fry", input = "pancakes") {
        Tracewire.tool("heat") { it.setOutput("hot") }
        Tracewire.tool("taste", input = "pancakes") { step ->
            step.event("spoon", mapOf("temperature" to 81))
            val own = ProcessHandle.current().pid()
            ProcessBuilder("kill", "-KILL", "$own").start().waitFor()
        }
    }
}
