@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown.compare

import dev.tracewire.Tracewire
import dev.tracewire.coroutines.agent
import dev.tracewire.coroutines.tool
import dev.tracewire.coroutines.traced
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking

suspend fun forecast(city: String) = tool("forecast", input = city) { step ->
    delay(20)
    "$city: dry".also { step.setOutput(it) }
}

// Stands in for a language model.
fun say(forecasts: List<String>): Flow<String> = flow {
    for (forecast in forecasts) emit("$forecast. ")
}

suspend fun compare(cities: List<String>) = agent("compare", input = cities) {
    val found = coroutineScope {
        cities.map { city -> async { forecast(city) } }.awaitAll()
    }
    say(found).traced("chat", "llm").collect(::print)
    println()
}

fun main() {
    Tracewire.init { service = "weather" }
    runBlocking { compare(listOf("Ghent", "Oslo")) }
}
