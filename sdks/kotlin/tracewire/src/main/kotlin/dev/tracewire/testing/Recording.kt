package dev.tracewire.testing

import dev.tracewire.Client
import dev.tracewire.Configuration
import dev.tracewire.FormatException
import dev.tracewire.Tracewire
import dev.tracewire.internal.formats.Whole
import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.lending
import dev.tracewire.internal.recording.Opener
import java.io.File
import java.nio.file.Files
import dev.tracewire.internal.ffi.Recorder as NativeRecorder
import dev.tracewire.internal.ffi.recoverJournal as nativeRecoverJournal
import dev.tracewire.internal.ffi.sealJournal as nativeSealJournal
import dev.tracewire.internal.ffi.testingGuard as nativeTestingGuard
import dev.tracewire.internal.ffi.testingLiveRecorders as nativeTestingLiveRecorders
import dev.tracewire.internal.ffi.testingPanic as nativeTestingPanic
import dev.tracewire.internal.ffi.testingRead as nativeTestingRead
import dev.tracewire.internal.ffi.testingRecorder as nativeTestingRecorder
import dev.tracewire.internal.ffi.testingSealDirectory as nativeTestingSealDirectory

/** The clock and ids of a test, and how its client is configured. */
public class RecordingOptions {
    /** The first reading of the clock, in nanoseconds since 1970 UTC: 2026-01-01T00:00:00Z by default. */
    public var startNanos: Long = 1_767_225_600_000_000_000

    /** The first reading of the monotonic clock, which durations are made of, in nanoseconds. */
    public var startMonotonicNanos: Long = 0

    /** How far both clocks go at each reading, in nanoseconds. */
    public var stepNanos: Long = 1_000_000

    /**
     * Readings that come before these, in order: nanoseconds since 1970 UTC, and nanoseconds of the monotonic clock.
     */
    public var moments: List<Pair<Long, Long>> = emptyList()

    /** Ids that new traces take, in order, each 32 hex digits; when they are used up, ids count from 1. */
    public var traceIds: List<String> = emptyList()

    /** The same for steps and events, 16 hex digits. */
    public var spanIds: List<String> = emptyList()

    /** The process part of the producer's name, 16 hex digits. */
    public var process: String = "0000000000000001"

    /** Attributes of the program, exactly: nothing is added to them. */
    public var resource: Map<String, Any?> = mapOf("service.name" to "test")

    /** How the client is configured. */
    public val configuration: Configuration = Configuration()

    /** Configures the client. */
    public fun configure(configure: Configuration.() -> Unit) {
        configuration.configure()
    }

    internal fun script(): String = Json.write(
        mapOf(
            "start" to listOf("$startNanos", "$startMonotonicNanos"),
            "step" to "$stepNanos",
            "moments" to moments.map { (wall, monotonic) -> listOf("$wall", "$monotonic") },
            "trace_ids" to traceIds,
            "span_ids" to spanIds,
            "process" to process,
        ),
    )
}

/**
 * What a program records, from `recording` on until [end]. What was recorded stays readable behind the end.
 *
 * @property client what records: the default client meanwhile.
 */
public class Recording internal constructor(
    public val client: Client,
    private val before: Client?,
    private val directory: File,
    private val isOwn: Boolean,
) : AutoCloseable {
    private var ended: Pair<List<Map<String, Any?>>, List<ByteArray>>? = null

    /** All events in the order of their times, each in the specification's JSON form; contents are inline. */
    public fun events(): List<Map<String, Any?>> = ended?.first ?: readEvents()

    /**
     * All steps in the order of their beginnings, each one map: what its start, updates and end say.
     *
     * `status` is absent from a step that has not ended. `events` lists what happened inside it.
     */
    public fun spans(): List<Map<String, Any?>> = TestSpans.of(events())

    /** All envelopes, each in canonical JSON: behind the end whole, before it what a flush or a limit has ended. */
    public fun envelopes(): List<ByteArray> = ended?.second ?: readEnvelopes()

    /** Ends the recording: the client of before is the default one again. */
    public fun end() {
        if (ended != null) return
        Tracewire.use(before)
        client.abandon()
        ended = readEvents() to readEnvelopes()
        if (isOwn) directory.deleteRecursively()
    }

    /** The same as [end]. */
    override fun close(): Unit = end()

    @Suppress("UNCHECKED_CAST")
    private fun readEvents(): List<Map<String, Any?>> = Native.refusing {
        Json.read(nativeTestingRead(directory.path)) as List<Map<String, Any?>>
    }

    private fun readEnvelopes(): List<ByteArray> = Native.refusing {
        nativeTestingSealDirectory(directory.path).envelopes
    }
}

/** For tests: a clock and ids that are the same in every run, and what was recorded. */
public object Testing {
    /**
     * Records with injected clock and ids, in place of the process's recorder, until the recording is ended.
     *
     * ```kotlin
     * val recorded = Testing.recording { traceIds = listOf("0af7651916cd43dd8448eb211c80319c") }
     * recorded.use { Tracewire.span("plan") { } }
     * recorded.spans().single()["name"] // "plan"
     * ```
     *
     * @throws FormatException for an option that cannot be used.
     */
    @JvmStatic
    @JvmOverloads
    public fun recording(configure: RecordingOptions.() -> Unit = {}): Recording =
        recording(RecordingOptions().apply(configure))

    /** The same with options that were made before. */
    @JvmStatic
    public fun recording(options: RecordingOptions): Recording {
        Native.require()
        val given = options.configuration.dir
        val directory = if (given != null) File(given) else Files.createTempDirectory("tracewire").toFile()
        options.configuration.dir = directory.path
        val resource = Json.readMap(Whole.json(options.resource))
        var failure: Throwable? = null
        val client = Client(
            Opener { settings ->
                // It is tried again with the defaults, and these are no test's.
                failure?.let { throw it }
                runCatching { open(settings + ("resource" to resource), options.script()) }
                    .onFailure { failure = it }
                    .getOrThrow()
            },
        )
        client.configure(options.configuration)
        failure?.let {
            if (given == null) directory.deleteRecursively()
            throw if (it is dev.tracewire.internal.ffi.TracewireException.Refused) Native.translated(it) else it
        }
        return Recording(client, Tracewire.use(client), directory, given == null)
    }

    private fun open(options: Map<String, Any?>, script: String): NativeRecorder =
        nativeTestingRecorder(Json.write(options), script)

    /**
     * The envelopes of a journal, given by the bytes of its file.
     *
     * @throws FormatException `journal_foreign`, `journal_header` or `journal_newer` for what cannot be read as one.
     */
    @JvmStatic
    public fun seal(journal: ByteArray): Sealed = Native.refusing {
        val sealed = lending(journal) { nativeSealJournal(it) }
        Sealed(sealed.envelopes, sealed.pending.toLong())
    }

    /**
     * The bytes of a journal's file as they are left by whoever finds it and knows that its writer is dead. What cannot
     * be read as a journal stays as it is.
     */
    @JvmStatic
    public fun recover(journal: ByteArray): ByteArray = Native.refusing {
        lending(journal) { nativeRecoverJournal(it) }
    }

    /**
     * Runs checks and settlements of guards, given as JSON with their times: the operation `guard` of the conformance kit.
     *
     * @throws FormatException `option` for what is no script.
     */
    @JvmStatic
    public fun checkScript(script: String): String = Native.refusing { nativeTestingGuard(script) }

    /** How many recorders this process has not let go of: 0 where everything that was opened was ended. */
    @JvmStatic
    public fun liveRecorders(): Long = Native.refusing { nativeTestingLiveRecorders().toLong() }

    /** Panics inside the native library, to see that the program survives it: throws code `internal`. */
    @JvmStatic
    public fun panic(): Unit = Native.refusing { nativeTestingPanic() }
}

/**
 * What a journal becomes.
 *
 * @property envelopes each envelope in canonical JSON, in order.
 * @property pending how many events stand behind the last boundary.
 */
public class Sealed internal constructor(public val envelopes: List<ByteArray>, public val pending: Long)
