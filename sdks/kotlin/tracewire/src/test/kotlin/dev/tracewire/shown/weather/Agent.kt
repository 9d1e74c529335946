@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown.weather

import dev.tracewire.Tracewire

fun forecast(city: String) = Tracewire.tool("forecast", input = city) { step ->
    "$city: dry".also { step.setOutput(it) }
}

fun plan(question: String) = Tracewire.agent("plan", input = question) { step ->
    Tracewire.span("think", "llm", input = question) { think ->
        think.usage(inputTokens = 12, outputTokens = 5)
        think.setOutput("ask")
    }
    forecast("Ghent").also { step.setOutput(it) }
}

fun main() {
    Tracewire.init { service = "weather" }
    println(plan("Shall we row?"))
}
