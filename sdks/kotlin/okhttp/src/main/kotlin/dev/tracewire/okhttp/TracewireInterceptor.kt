package dev.tracewire.okhttp

import dev.tracewire.Client
import dev.tracewire.SpanContext
import dev.tracewire.Status
import dev.tracewire.Tracewire
import okhttp3.Interceptor
import okhttp3.Request
import okhttp3.Response

/**
 * Makes each HTTP request a step of kind `http`, and hands its context to the server as `traceparent`.
 *
 * ```kotlin
 * val http = OkHttpClient.Builder().addInterceptor(TracewireInterceptor()).build()
 * ```
 *
 * Added by `addInterceptor` it sees a call once; by `addNetworkInterceptor` each attempt and redirect. Calls that are enqueued run
 * on OkHttp's own threads: [traced] keeps the step that is current where the request is built. Neither the name and password of
 * the URL nor its query are recorded, and no header and no body.
 *
 * @param client what records; the default client.
 */
public class TracewireInterceptor
@JvmOverloads
constructor(private val client: Client? = null) : Interceptor {
    /** Runs the request as a step. What comes out of it, or is thrown, goes on as it was. */
    override fun intercept(chain: Interceptor.Chain): Response {
        val client = client ?: Tracewire.client
        val request = chain.request()
        val url = request.url
        val attributes = mapOf(
            "http.request.method" to request.method,
            "server.address" to url.host,
            "server.port" to url.port,
            "url.full" to "${url.scheme}://${url.host}:${url.port}${url.encodedPath}",
        )
        val parent = request.tag(SpanContext::class.java)
        return client.span("${request.method} ${url.host}", "http", null, attributes, parent) { step ->
            val asked = request.newBuilder()
            for ((name, value) in client.inject()) asked.header(name, value)
            val response = chain.proceed(asked.build())
            step.set("http.response.status_code", response.code)
            if (response.code >= FIRST_ERROR) {
                step.set("error.type", response.code.toString()).setStatus(Status.ERROR, response.message)
            }
            response
        }
    }

    private companion object {
        const val FIRST_ERROR = 400
    }
}

/** Keeps the current step with a request, as the parent of its own step on whatever thread it is sent. */
public fun Request.Builder.traced(): Request.Builder = tag(SpanContext::class.java, Tracewire.currentContext())
