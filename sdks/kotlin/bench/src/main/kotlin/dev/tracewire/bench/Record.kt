package dev.tracewire.bench

import com.sun.management.ThreadMXBean
import dev.tracewire.Client
import dev.tracewire.Formats
import dev.tracewire.coroutines.span
import io.opentelemetry.api.common.AttributeKey
import io.opentelemetry.sdk.common.CompletableResultCode
import io.opentelemetry.sdk.trace.SdkTracerProvider
import io.opentelemetry.sdk.trace.data.SpanData
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor
import io.opentelemetry.sdk.trace.export.SpanExporter
import kotlinx.coroutines.runBlocking
import java.io.File
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.util.concurrent.TimeUnit

// What recording one step costs on the JVM, beside OpenTelemetry's SDK in the same run:
//
//     java -cp "bench/target/lib/ *" dev.tracewire.bench.RecordKt --rounds 5      (without the space)
//
// The step is that of the other languages: 8 attributes and 1 kB of input at its start, 1 kB of output at its end.
// tracewire writes both records to its journal before the calls return; OpenTelemetry keeps spans in memory (a batch
// processor and an exporter that does nothing). Subjects take turns, one JSON line each round; the first rounds warm
// the JVM up. A run in which a record was not written fails.

private val INPUT = "query ".repeat(170) + "end."
private val OUTPUT = "found ".repeat(170) + "end."

private const val WARM_UP = 50_000
private const val STEPS = 50_000

/** Steps between two turns. */
private const val TURN = 250

private interface Subject : AutoCloseable {
    val name: String
    val version: String

    /** One step. */
    fun one()

    /** How long each of so many steps takes, in nanoseconds. */
    fun times(steps: Int): LongArray {
        val times = LongArray(steps)
        for (index in 0 until steps) {
            if (index % TURN == 0) turn()
            val began = System.nanoTime()
            one()
            times[index] = System.nanoTime() - began
        }
        return times
    }

    /** Time to deliver, untimed. */
    fun turn() {
        // Most have nothing to deliver.
    }
}

private open class OfTracewire(private val folder: File) : Subject {
    override val name = "tracewire (jvm)"
    override val version = "0.1.0"
    protected var steps = 0L
    protected val client = Client {
        dir = folder.path
        service = "bench"
        store = false
        quotaBytes = 8L shl 30
    }

    override fun one() {
        steps++
        client.startSpan("search", "tool", INPUT, attributes()).setOutput(OUTPUT).end()
    }

    protected fun attributes(): Map<String, Any?> {
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

private class OfCoroutine(folder: File) : OfTracewire(folder) {
    override val name = "tracewire (coroutine)"

    override fun times(steps: Int): LongArray = runBlocking {
        LongArray(steps) {
            val began = System.nanoTime()
            this@OfCoroutine.steps++
            span("search", "tool", INPUT, attributes(), client = client) { it.setOutput(OUTPUT) }
            System.nanoTime() - began
        }
    }
}

private object Nowhere : SpanExporter {
    override fun export(spans: Collection<SpanData>): CompletableResultCode = CompletableResultCode.ofSuccess()

    override fun flush(): CompletableResultCode = CompletableResultCode.ofSuccess()

    override fun shutdown(): CompletableResultCode = CompletableResultCode.ofSuccess()
}

private class OfOpenTelemetry : Subject {
    override val name = "opentelemetry-sdk (jvm)"
    override val version = "1.67.0"
    private val processor = BatchSpanProcessor.builder(Nowhere).setMaxQueueSize(65_536).build()
    private val provider = SdkTracerProvider.builder().addSpanProcessor(processor).build()
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

/** Bytes that this thread has allocated. */
private fun allocated(): Long = (ManagementFactory.getThreadMXBean() as ThreadMXBean).currentThreadAllocatedBytes

private fun measure(subject: Subject) {
    val before = allocated()
    val times = subject.times(STEPS)
    val bytes = (allocated() - before - STEPS * Long.SIZE_BYTES) / STEPS
    times.sort()
    row(subject, "p50", "µs", times[STEPS / 2] / 1e3)
    row(subject, "p99", "µs", times[STEPS - 1 - STEPS / 100] / 1e3)
    row(subject, "allocated", "B", bytes)
}

private fun row(subject: Subject, metric: String, unit: String, value: Number) {
    val about = linkedMapOf<String, Any?>("bench" to "record", "subject" to subject.name, "version" to subject.version)
    println(Formats.encode(about + mapOf("metric" to metric, "unit" to unit, "value" to value)))
}

/** Measures: `--rounds` says how often. */
fun main(args: Array<String>) {
    val rounds = args.getOrNull(args.indexOf("--rounds") + 1)?.toIntOrNull() ?: 5
    val above = File(System.getenv("BENCH_DIR") ?: System.getProperty("java.io.tmpdir"))

    fun folder() = Files.createTempDirectory(above.toPath(), "tracewire-bench-").toFile()
    val subjects = listOf(OfTracewire(folder()), OfCoroutine(folder()), OfOpenTelemetry())
    for (subject in subjects) subject.times(WARM_UP)
    repeat(rounds) { for (subject in subjects) measure(subject) }
    subjects.forEach { it.close() }
}
