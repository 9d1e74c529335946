package dev.tracewire.internal.recording

import dev.tracewire.Capture
import dev.tracewire.Configuration
import dev.tracewire.Mode
import dev.tracewire.Tail
import dev.tracewire.VERSION
import dev.tracewire.WarningListener
import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.ffi.TracewireException as Refusal
import dev.tracewire.internal.ffi.checkGuards as nativeCheckGuards
import dev.tracewire.internal.ffi.loadConfig as nativeLoadConfig

/**
 * What a client is configured to do: arguments over `TRACEWIRE_…` in the environment over `tracewire.toml` or `.yaml`.
 *
 * A value that cannot be used is named with its key, its source and a remedy, once; recording goes on with what comes
 * after it.
 */
internal class Settings(given: Configuration) {
    /** By the name on the wire. What nobody said is absent. */
    private val values = LinkedHashMap<String, Any?>()
    private val sources = HashMap<String, String>()

    /** Sentences about what could not be used. */
    val problems: MutableList<String> = ArrayList()

    val mask = given.mask
    val onNotice = given.onNotice
    val limits: Map<String, Long>? = given.limits
    val isStored: Boolean? = given.store

    /** Limits of guards as the native half reads them. */
    var guardLimits: Map<String, Any?>? = null
        private set
    val onWarning: WarningListener? = given.guards?.onWarning

    /** What is wrong with guards. Without the limits that somebody asked for, a program must not go on unnoticed. */
    var refused: String? = null
        private set

    init {
        load()
        take("capture", given.capture)
        text("dir", given.dir, "\".tracewire\"")
        take("disabled", given.disabled)
        text("environment", given.environment, "\"production\"")
        take("exporters", given.exporters)
        bytes("file_bytes", given.fileBytes, "67108864")
        take("fsync", given.fsync)
        take("mode", given.mode?.name?.lowercase())
        bytes("quota_bytes", given.quotaBytes, "4294967296")
        take("when_full", given.whenFull?.name?.lowercase())
        val bound = given.blockBound
        check("block_bound", bound?.let(Tail::seconds), bound?.isNegative != true, "a time", "Duration.ofMillis(50)")
        val tail = given.tail
        check("tail", tail?.rules(), tail?.isUsable() != false, "rules that can be meant", "Tail(errors = true)")
        take("redact", given.redact)
        take("redact_at", given.redactAt?.name?.lowercase())
        take("redact_key", given.redactKey)
        take("media", given.media)
        text("release", given.release, "\"2026.11.1\"")
        take("resource", given.resource)
        val sampling = given.sampling
        check("sampling", sampling, sampling == null || sampling in 0.0..1.0, "a number from 0 to 1", "0.1")
        samplingKinds(given.samplingKinds)
        text("service", given.service, "\"research-agent\"")
        text("session_id", given.sessionId, "\"chat-7\"")
        take("strict", given.strict)
        take("guards", given.guards?.let(Guarding::limits))
        checkGuards()
    }

    private fun checkGuards() {
        @Suppress("UNCHECKED_CAST")
        val found = values["guards"] as Map<String, Any?>? ?: return
        if (Native.problem != null) return
        try {
            nativeCheckGuards(Json.write(found))
            guardLimits = found.ifEmpty { null }
        } catch (refusal: Refusal.Refused) {
            refused = "guards (${sources["guards"]}): ${refusal.reason}"
            problems += "$refused; nothing is guarded"
        }
    }

    private fun load() {
        if (Native.problem != null) return
        val loaded = runCatching { Json.readMap(nativeLoadConfig()) }.getOrElse {
            problems += "settings cannot be read: ${it.message}; the defaults are used"
            return
        }
        for ((key, value) in loaded["settings"] as Map<*, *>) values[key.toString()] = value
        for ((key, source) in loaded["sources"] as Map<*, *>) sources[key.toString()] = source.toString()
        for (problem in loaded["problems"] as List<*>) {
            val (key, message) = (problem as Map<*, *>).let { it["key"].toString() to it["message"] }
            problems += "$message; ${instead(key)}"
        }
    }

    private fun take(key: String, value: Any?) {
        if (value == null) return
        values[key] = value
        sources[key] = "argument"
    }

    private fun samplingKinds(kinds: Map<String, Double>?) {
        if (kinds == null) return
        if (kinds.any { (kind, share) -> kind.isEmpty() || share !in 0.0..1.0 }) {
            val expected = "shares from 0 to 1 by kind is expected, such as samplingKinds = mapOf(\"http\" to 0.01)"
            problems += "samplingKinds = ${Texts.shown(kinds)} (argument): $expected; ${instead("sampling")}"
            return
        }
        val rate = if (sources["sampling"] == "argument") values["sampling"] else 1.0
        take("sampling", mapOf("rate" to rate, "kinds" to kinds))
    }

    private fun text(key: String, value: String?, example: String): Unit =
        check(key, value, value != "", "a text", example)

    private fun bytes(key: String, value: Long?, example: String): Unit =
        check(key, value, value == null || value > 0, "a number of bytes", example)

    private fun check(key: String, value: Any?, fits: Boolean, expected: String, example: String) {
        if (fits) {
            take(key, value)
        } else {
            val (name, shown) = camel(key) to Texts.shown(value)
            problems += "$name = $shown (argument): $expected is expected, such as $name = $example; ${instead(key)}"
        }
    }

    private fun instead(key: String): String =
        if (key in values) "${Texts.shown(values[key])} of ${sources[key]} is used" else "the default is used"

    private fun camel(key: String): String = Regex("_([a-z])").replace(key) { it.groupValues[1].uppercase() }

    /** A setting as it was found; null where nobody said it. */
    operator fun get(key: String): Any? = values[key]

    val dir: String? get() = values["dir"] as String?
    val isDisabled: Boolean get() = values["disabled"] == true
    val isStrict: Boolean get() = values["strict"] == true

    val exporters: List<Any> get() = (values["exporters"] as List<*>?).orEmpty().filterNotNull()

    val capture: Capture
        get() = when (val found = values["capture"]) {
            is Capture -> found
            is Map<*, *> -> Capture.of(found)
            false -> Capture.NONE
            "input" -> Capture.INPUT
            "output" -> Capture.OUTPUT
            else -> Capture.ALL
        }

    /** Who delivers: with exporters it is `inline` by default, since they would be for nothing otherwise. */
    val mode: Mode
        get() =
            (values["mode"] as String?)?.let { Mode.valueOf(it.uppercase()) }
                ?: if (exporters.isEmpty()) Mode.LOCAL else Mode.INLINE

    /** What the root of each run says. */
    val rootFields: RootFields?
        get() {
            val fields = listOf("environment", "release", "session_id").map { values[it] as? String }
            return if (fields.all { it == null }) null else RootFields(fields[0], fields[1], fields[2])
        }

    /** What the program is, under OpenTelemetry's names, but for what it says itself. */
    val resource: Map<String, Any?>
        get() {
            val found = LinkedHashMap<String, Any?>()
            found["process.runtime.name"] = System.getProperty("java.runtime.name")
            found["process.runtime.version"] = System.getProperty("java.runtime.version")
            found["service.name"] = System.getenv("OTEL_SERVICE_NAME")?.ifEmpty { null } ?: programName()
            found["telemetry.sdk.language"] = "kotlin"
            found["telemetry.sdk.name"] = "tracewire"
            found["telemetry.sdk.version"] = VERSION
            values["service"]?.let { found["service.name"] = it }
            values["environment"]?.let { found["deployment.environment.name"] = it }
            values["release"]?.let { found["service.version"] = it }
            return found.filterValues { it != null }
        }

    /** The main class or the jar, without its folder. */
    private fun programName(): String {
        val command = System.getProperty("sun.java.command").orEmpty().substringBefore(' ')
        return command.substringAfterLast('/').substringAfterLast('\\').ifEmpty { "java" }
    }
}
