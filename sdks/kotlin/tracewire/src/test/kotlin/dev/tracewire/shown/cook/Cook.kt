@file:Suppress("ktlint") // Lines stand as a page has room for them.

package dev.tracewire.shown.cook

import dev.tracewire.SessionOptions
import dev.tracewire.Tracewire
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers

val http: HttpClient = HttpClient.newHttpClient()

fun stock(server: String, item: String): Int {
    val request = HttpRequest.newBuilder(URI("$server/$item"))
    Tracewire.inject().forEach(request::header)
    return http.send(request.build(), BodyHandlers.ofString()).body().toInt()
}

fun cook(server: String, wish: String): String {
    val options = SessionOptions {
        sessionId = "monday"
        userId = "u-1"
        input = wish
    }
    return Tracewire.session("cook", options) { run ->
        // Stands in for a language model.
        val items = run.llmCall("choose", input = wish) { step ->
            step.usage(inputTokens = 9, outputTokens = 3)
            listOf("eggs", "flour").also { step.setOutput(it) }
        }
        val missing = items.filter { item ->
            run.toolCall("stock", input = item) { step ->
                stock(server, item).also { step.setOutput(it) } == 0
            }
        }
        "buy ${missing.joinToString()}".also { run.setOutput(it) }
    }
}

fun main() {
    Tracewire.init { service = "cook" }
    println(cook("http://127.0.0.1:8017", "pancakes"))
}
