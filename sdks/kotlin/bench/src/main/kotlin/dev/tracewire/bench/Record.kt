package dev.tracewire.bench

import dev.tracewire.Client
import dev.tracewire.Formats
import io.opentelemetry.api.common.AttributeKey
import io.opentelemetry.sdk.common.CompletableResultCode
import io.opentelemetry.sdk.trace.SdkTracerProvider
import io.opentelemetry.sdk.trace.data.SpanData
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor
import io.opentelemetry.sdk.trace.export.SpanExporter
import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit

// What recording one step costs on the JVM, beside OpenTelemetry's SDK in the same run:
//
//     java -cp "bench/target/lib/ *" dev.tracewire.bench.RecordKt [rounds] [steps]      (without the space)
//
// The step is that of the other languages: 8 attributes and 1 kB of input at its start, 1 kB of output at its end.
// tracewire writes both records to its journal before the calls return; OpenTelemetry keeps spans in memory (a batch
// processor and an exporter that does nothing). Subjects take turns, one JSON line each round; the first rounds warm
// the JVM up. A run in which a record was not written fails.

private val INPUT = "query ".repeat(170) + "end."
private val OUTPUT = "found ".repeat(170) + "end."

/** Steps between two turns. */
private const val TURN = 250

private interface Subject : AutoCloseable {
    val name: String
    val version: String

    /** One step. */
    fun one()

    /** Time to deliver, untimed. */
    fun turn() {
        // Most have nothing to deliver.
    }
}

private class OfTracewire(
    private val folder: File,
) : Subject {
    override val name = "tracewire"
    override val version = "0.1.0"
    private var steps = 0L
    private val client =
        Client {
            dir = folder.path
            service = "bench"
            store = false
            quotaBytes = 8L shl 30
        }

    override fun one() {
        steps++
        client.startSpan("search", "tool", INPUT, attributes()).setOutput(OUTPUT).end()
    }

    private fun attributes(): Map<String, Any?> {
        val attributes = HashMap<String, Any?>(16)
        attributes["gen_ai.operation.name"] = "execute_tool"
        attributes["gen_ai.tool.name"] = "search"
        attributes["gen_ai.tool.call.id"] = "call_4f8a"
        attributes["gen_ai.request.model"] = "model-x"
        attributes["server.address"] = "api.example.org"
        attributes["attempt"] = 1
        attributes["score"] = 0.25
        attributes["cached"] = false
        return attributes
    }

    override fun close() {
        val report = client.shutdown()
        check(report.written == 2 * steps && report.dropped.isEmpty()) { "records were lost: $report" }
        client.close()
        folder.deleteRecursively()
    }
}

private object Nowhere : SpanExporter {
    override fun export(spans: Collection<SpanData>): CompletableResultCode = CompletableResultCode.ofSuccess()

    override fun flush(): CompletableResultCode = CompletableResultCode.ofSuccess()

    override fun shutdown(): CompletableResultCode = CompletableResultCode.ofSuccess()
}

private class OfOpenTelemetry : Subject {
    override val name = "opentelemetry"
    override val version = "1.67.0"
    private val provider =
        SdkTracerProvider
            .builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(Nowhere).setMaxQueueSize(65_536).build(),
            ).build()
    private val tracer = provider.get("bench")

    override fun one() {
        val span = tracer.spanBuilder("search").startSpan()
        span.setAttribute(OPERATION, "execute_tool")
        span.setAttribute(TOOL, "search")
        span.setAttribute(CALL, "call_4f8a")
        span.setAttribute(MODEL, "model-x")
        span.setAttribute(ADDRESS, "api.example.org")
        span.setAttribute(ATTEMPT, 1L)
        span.setAttribute(SCORE, 0.25)
        span.setAttribute(CACHED, false)
        span.setAttribute(IN, INPUT)
        span.setAttribute(OUT, OUTPUT)
        span.end()
    }

    override fun turn() {
        provider.forceFlush().join(1, TimeUnit.SECONDS)
    }

    override fun close(): Unit = provider.close()

    private companion object {
        val OPERATION: AttributeKey<String> = AttributeKey.stringKey("gen_ai.operation.name")
        val TOOL: AttributeKey<String> = AttributeKey.stringKey("gen_ai.tool.name")
        val CALL: AttributeKey<String> = AttributeKey.stringKey("gen_ai.tool.call.id")
        val MODEL: AttributeKey<String> = AttributeKey.stringKey("gen_ai.request.model")
        val ADDRESS: AttributeKey<String> = AttributeKey.stringKey("server.address")
        val ATTEMPT: AttributeKey<Long> = AttributeKey.longKey("attempt")
        val SCORE: AttributeKey<Double> = AttributeKey.doubleKey("score")
        val CACHED: AttributeKey<Boolean> = AttributeKey.booleanKey("cached")
        val IN: AttributeKey<String> = AttributeKey.stringKey("gen_ai.input.messages")
        val OUT: AttributeKey<String> = AttributeKey.stringKey("gen_ai.output.messages")
    }
}

private fun round(
    subject: Subject,
    steps: Int,
): Map<String, Any?> {
    val times = LongArray(steps)
    val first = System.nanoTime()
    for (index in 0 until steps) {
        if (index % TURN == 0) subject.turn()
        val began = System.nanoTime()
        subject.one()
        times[index] = System.nanoTime() - began
    }
    val total = System.nanoTime() - first
    times.sort()
    return linkedMapOf(
        "p50_us" to times[steps / 2] / 1e3,
        "p99_us" to times[steps - 1 - steps / 100] / 1e3,
        "p999_us" to times[steps - 1 - steps / 1000] / 1e3,
        "spans_per_second" to (steps * 1e9 / total).toLong(),
    )
}

/** Measures: how many rounds, of how many steps of each subject. */
fun main(args: Array<String>) {
    val rounds = args.getOrNull(0)?.toInt() ?: 10
    val steps = args.getOrNull(1)?.toInt() ?: 50_000
    val above = File(System.getenv("BENCH_DIR") ?: System.getProperty("java.io.tmpdir"))
    val folder = Files.createTempDirectory(above.toPath(), "tracewire-bench-")
    val subjects = listOf(OfTracewire(folder.toFile()), OfOpenTelemetry())
    for (round in 1..rounds) {
        for (subject in subjects) {
            val about =
                linkedMapOf<String, Any?>(
                    "bench" to "record",
                    "subject" to subject.name,
                    "version" to subject.version,
                )
            val row = about + mapOf("round" to round, "steps" to steps) + round(subject, steps)
            println(Formats.encode(row))
        }
    }
    subjects.forEach { it.close() }
}
