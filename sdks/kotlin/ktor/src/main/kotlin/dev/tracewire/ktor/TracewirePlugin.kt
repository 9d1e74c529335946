package dev.tracewire.ktor

import dev.tracewire.Client
import dev.tracewire.Status
import dev.tracewire.Tracewire
import dev.tracewire.coroutines.span
import io.ktor.client.plugins.api.ClientPlugin
import io.ktor.client.plugins.api.Send
import io.ktor.client.plugins.api.createClientPlugin
import io.ktor.client.request.HttpRequestBuilder

private const val FIRST_ERROR = 400

/** How requests of a Ktor client are recorded. */
public class TracewirePluginConfig {
    /** What records; null for the default client. */
    public var client: Client? = null
}

/**
 * Makes each request of a Ktor client a step of kind `http`, and hands its context to the server as `traceparent`.
 *
 * ```kotlin
 * val http = HttpClient { install(TracewirePlugin) }
 * ```
 *
 * Neither the name and password of the URL nor its query are recorded, and no header and no body.
 */
public val TracewirePlugin: ClientPlugin<TracewirePluginConfig> =
    createClientPlugin("Tracewire", ::TracewirePluginConfig) {
        val given = pluginConfig.client
        on(Send) { request ->
            val client = given ?: Tracewire.client
            val name = "${request.method.value} ${request.url.host}"
            span(name, "http", attributes = attributesOf(request), client = client) { step ->
                for ((header, value) in client.inject()) request.headers[header] = value
                val call = proceed(request)
                val status = call.response.status
                step.set("http.response.status_code", status.value)
                if (status.value >= FIRST_ERROR) {
                    step.set("error.type", status.value.toString()).setStatus(Status.ERROR, status.description)
                }
                call
            }
        }
    }

private fun attributesOf(request: HttpRequestBuilder): Map<String, Any?> {
    val url = request.url
    val port = if (url.port > 0) url.port else url.protocol.defaultPort
    return mapOf(
        "http.request.method" to request.method.value,
        "server.address" to url.host,
        "server.port" to port,
        "url.full" to "${url.protocol.name}://${url.host}:$port${url.encodedPathSegments.joinToString("/")}",
    )
}
