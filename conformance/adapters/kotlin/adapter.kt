/* The conformance adapter of the Kotlin package: a request becomes calls of its public API, the answer is what it gives. */

import dev.tracewire.*
import dev.tracewire.testing.Testing
import java.math.*
import java.time.*
import java.util.AbstractMap.SimpleEntry
import java.util.Base64

typealias Json = Map<String, Any?>
val CONVERSIONS = Format.entries.map { "convert:${it.name.lowercase()}" }
val OPERATIONS = "record record:media seal recover verify withhold guard".split(" ") + CONVERSIONS

class Absent(what: String) : Exception(what)
class Widget // It has no form.

fun main() {
    val keep = ReadOptions(keepTags = true)
    for (line in System.`in`.bufferedReader().lines()) println(Formats.encode(answer(Formats.decode(line, options = keep) as Json)))
}

/** Answers one request. */
fun answer(request: Json): Json {
    val id = "id" to request["id"]
    val about = mapOf("name" to "tracewire-kotlin", "version" to "0.1.0", "language" to "Kotlin", "protocol" to "1.0")
    if (request["do"] == "start") return about + ("capabilities" to OPERATIONS) + id
    return try {
        mapOf("result" to run(request.map("case")), id)
    } catch (absent: Absent) {
        mapOf("skipped" to "the JVM has no ${absent.message}", id)
    } catch (error: FormatException) {
        mapOf("error" to mapOf("code" to error.code, "message" to error.message), id)
    }
}

/** Does what a case asks for. */
fun run(case: Json): Json = when (case["operation"]) {
    "record" -> mapOf("envelopes" to record(case.map("settings"), case.list("script")).map(::text))
    "seal" -> Testing.seal(bytes(case["journal"])).let { mapOf("envelopes" to it.envelopes.map(::text), "pending" to it.pending) }
    "recover" -> mapOf("journal" to text(Testing.recover(bytes(case["journal"]))))
    "verify" -> Envelopes.verify(case.list("envelopes").map(::bytes)).let {
        mapOf("sound" to it.isSound, "complete" to it.isComplete, "findings" to it.codes)
    }
    "withhold" -> mapOf("envelope" to text(withhold(case)))
    "guard" -> Testing.checkScript(Formats.encode(case, options = WriteOptions(keepTags = true))).let {
        mapOf("verdicts" to text(it.toByteArray()))
    }
    else -> mapOf("bytes" to text(convert(case, case.map("options"))))
}

fun withhold(case: Json): ByteArray {
    val (contents, bodies) = case.list("contents").map { it.toString() } to case.list("bodies").map { it as Long }
    val remove = if (case["mark"] == "erased") Envelopes::erase else { envelope, _, _ -> Envelopes.withhold(envelope, contents, bodies) }
    return Envelopes.withhold(remove(bytes(case["envelope"]), contents, bodies), events = case.list("events").map { it as Long })
}

fun convert(case: Json, given: Json): ByteArray {
    val (from, to) = Format.of(case["from"].toString()) to Format.of(case["to"].toString())
    val delimiter = given["delimiter"]?.takeIf { to == Format.TOON }?.let { Delimiter.valueOf(it.toString().uppercase()) }
    val options = WriteOptions(delimiter, formulaSafe = given["formula_safe"] == true, lenient = given["lenient"] == true)
    return Formats.convert(bytes(case["bytes"]), from, to, options)
}

/** Records a script with injected clock and ids. */
fun record(settings: Json, script: List<Any?>): List<ByteArray> {
    val recorded = Testing.recording {
        val clock = settings.map("clock")
        clock["wall_nanos"]?.let { startNanos = long(it) }
        clock["monotonic_nanos"]?.let { startMonotonicNanos = long(it) }
        clock["step_nanos"]?.let { stepNanos = long(it) }
        moments = clock.list("moments").map { (it as List<*>).let { (wall, other) -> long(wall) to long(other) } }
        traceIds = settings.list("trace_ids").map { it.toString() }
        spanIds = settings.list("span_ids").map { it.toString() }
        settings["process"]?.let { process = it.toString() }
        val pairs = if ("resource" in settings) settings.list("resource") else listOf(listOf("service.name", "conformance"))
        val wire = WriteOptions(keepTags = true)
        resource = pairs.associate { (it as List<*>)[0].toString() to Formats.decode(Formats.encode(it[1], options = wire)) }
        configure {
            limits = settings.map("limits").mapValues { it.value as Long }
            redact = settings.list("redact").map { it.toString() }
            redactKey = settings["redact_key"]?.toString()
            capture = settings["capture"]?.let(::captured)
            media = settings["media"] == true
            val rates = settings["sampling"]
            sampling = ((rates as? Json)?.get("rate") ?: rates as? Number)?.let { (it as Number).toDouble() }
            (rates as? Json)?.map("kinds")?.let { kinds ->
                samplingKinds = kinds.entries.associate { (kind, rate) -> kind.toString() to (rate as Number).toDouble() }
            }
        }
    }
    recorded.use { HashMap<Any?, Any?>().let { named -> for (step in script) play(step as Json, named) } }
    return recorded.envelopes()
}

fun captured(given: Any): Capture {
    val words = mapOf<Any, Capture>(false to Capture.NONE, "input" to Capture.INPUT, "output" to Capture.OUTPUT)
    if (given !is Map<*, *>) return words[given] ?: Capture.ALL
    val (input, output, chunks, data, attributes) = "input output chunks data attributes".split(" ").map { given[it] != false }
    return Capture(input, output, chunks, data, attributes, message = given["message"] != false)
}

/** Does one step. */
fun play(step: Json, named: MutableMap<Any?, Any?>) {
    val body: Body = step.map("body").mapValues { host(it.value) }
    val place = step["parent"] as? Map<*, *>
    val far = place?.let { SpanContext.fromTraceparent(it["traceparent"].toString(), it["tracestate"] as String?) }
    val parent = far ?: named[step["parent"]]
    val (span, manual) = (named[step["span"]] as? ManualStep) to Tracewire.manual
    when (step["do"]) {
        "start" -> named[step["as"]] = manual.start(step["kind"].toString(), body, parent)
        "update" -> span?.update(body)
        "happen" -> span?.event(body)
        "end" -> span?.end(step["status"].toString(), body)
        "flush" -> Tracewire.flush()
        "close" -> Tracewire.shutdown()
        else -> when (step["type"]) {
            "event" -> named[step["as"] ?: ""] = manual.event(body, step["kind"] as String?, parent)
            "log" -> manual.log(body, parent)
            "metric" -> manual.metric(body, parent)
            else -> manual.feedback(body, parent)
        }
    }
}

/** The value of a notation. */
fun host(value: Any?): Any? {
    if (value is List<*>) return value.map(::host)
    val (notation, given) = (value as? Map<*, *> ?: return value).entries.first()
    return when (notation) {
        "bytes" -> bytes(given)
        "cycle" -> if (given == "list") ArrayList<Any?>().also { it.add(it) } else LinkedHashMap<String, Any?>().also { it["k"] = it }
        "date" -> LocalDate.parse(given.toString())
        "decimal" -> BigDecimal(given.toString())
        "double" -> Double.fromBits(given.toString().toULong(16).toLong())
        "float" -> Float.fromBits(given.toString().toUInt(16).toInt())
        "foreign" -> Widget()
        "int" -> BigInteger(given.toString())
        "local" -> exactly { LocalDateTime.parse(given.toString()) }
        "map" -> (given as List<*>).map { (it as List<*>).map(::host) }.let(::mapOfAll)
        "moment" -> exactly { OffsetDateTime.parse(given.toString()) }
        "nest" -> (given as List<*>).let { (kind, levels, inner) ->
            (1..levels as Long).fold(host(inner)) { value, _ -> if (kind == "list") listOf(value) else mapOf("k" to value) }
        }
        "set" -> (given as List<*>).map(::host).let(::Several)
        "time" -> exactly { LocalTime.parse(given.toString()) }
        "utf16" -> given.toString().chunked(4).map { it.toInt(16).toChar() }.joinToString("")
        else -> throw Absent(if (notation == "utf8") "text of bytes" else notation.toString())
    }
}

/** A map whose keys are compared by nobody, so that it has all of them, in their order. */
fun mapOfAll(pairs: List<List<Any?>>): Map<Any?, Any?> {
    val all = Several(pairs.map { (key, item) -> SimpleEntry(key, item) as Map.Entry<Any?, Any?> })
    return object : AbstractMap<Any?, Any?>() {
        override val entries: Set<Map.Entry<Any?, Any?>> get() = all
    }
}

/** A set whose members are compared by nobody. */
class Several<T>(all: List<T>) : AbstractSet<T>(), Collection<T> by all

fun <T> exactly(parse: () -> T): T = runCatching(parse).getOrElse { throw Absent("time finer than a nanosecond") }

fun long(number: Any?): Long = number.toString().toLong()
fun text(bytes: ByteArray): String = Base64.getEncoder().encodeToString(bytes)
fun bytes(base64: Any?): ByteArray = Base64.getDecoder().decode(base64.toString())
fun Json.map(name: String): Json = this[name] as Json? ?: emptyMap()
fun Json.list(name: String): List<Any?> = this[name] as List<Any?>? ?: emptyList()
