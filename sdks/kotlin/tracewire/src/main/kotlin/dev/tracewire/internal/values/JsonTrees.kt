package dev.tracewire.internal.values

import java.math.BigDecimal

/**
 * JSON trees of other libraries, known by the names of their classes: none of them is a dependency, and none is loaded
 * for it. Those that are lists and maps already need nothing.
 */
internal object JsonTrees {
    /** Writes a node; false for any other object. */
    fun write(out: Walker, value: Any): Boolean {
        var type: Class<*>? = value.javaClass
        while (type != null && type != Any::class.java) {
            val name = type.name
            when {
                name == "kotlinx.serialization.json.JsonPrimitive" -> return true.also { writeKotlinx(out, value) }
                name.endsWith(".databind.JsonNode") -> return true.also { writeJackson(out, value) }
                name == "com.google.gson.JsonElement" -> return true.also { writeGson(out, value) }
                name.startsWith("org.json.JSON") -> return writeOrgJson(out, value)
            }
            type = type.superclass
        }
        return false
    }

    private fun call(value: Any, name: String, vararg arguments: Any): Any? {
        val types = arguments.map { if (it is Int) Int::class.java else it.javaClass }.toTypedArray()
        return Objects.open(value.javaClass.getMethod(name, *types)).invoke(value, *arguments)
    }

    private fun writeKotlinx(out: Walker, value: Any) {
        val content = call(value, "getContent") as String
        when {
            call(value, "isString") == true -> out.text(content)
            content == "null" -> out.nothing()
            content == "true" || content == "false" -> out.bool(content == "true")
            else -> writeLiteral(out, content)
        }
    }

    /** A number as JSON has it: digits alone are an integer of any size. */
    private fun writeLiteral(out: Walker, text: String) {
        val decimal = text.toBigDecimalOrNull()
        when {
            decimal == null -> out.text(text)
            text.all { it.isDigit() || it == '-' } -> out.bigInteger(decimal.toBigInteger())
            else -> out.number(decimal.toDouble())
        }
    }

    private fun writeJackson(out: Walker, value: Any) {
        when {
            call(value, "isObject") == true -> writeObject(out, value, jacksonEntries(value))
            call(value, "isArray") == true -> writeItems(out, value, (value as Iterable<*>).iterator())
            call(value, "isTextual") == true -> out.text(call(value, "asText") as String)
            call(value, "isBoolean") == true -> out.bool(call(value, "booleanValue") as Boolean)
            call(value, "isNumber") == true -> out.value(call(value, "numberValue"))
            call(value, "isBinary") == true -> out.value(call(value, "binaryValue"))
            call(value, "isNull") == true || call(value, "isMissingNode") == true -> out.nothing()
            else -> out.unserializable(value.javaClass.name)
        }
    }

    private fun jacksonEntries(value: Any): Iterator<Pair<String, Any?>> {
        val names = runCatching { call(value, "fieldNames") as Iterator<*> }
            .getOrElse { (call(value, "propertyNames") as Iterable<*>).iterator() }
        return names.asSequence().map { it.toString() to call(value, "get", it.toString()) }.iterator()
    }

    private fun writeGson(out: Walker, value: Any) {
        when {
            call(value, "isJsonNull") == true -> out.nothing()

            call(value, "isJsonArray") == true -> writeItems(out, value, (value as Iterable<*>).iterator())

            call(value, "isJsonObject") == true -> {
                val entries = (call(value, "entrySet") as Set<*>).asSequence().map { it as Map.Entry<*, *> }
                writeObject(out, value, entries.map { it.key.toString() to it.value }.iterator())
            }

            call(value, "isBoolean") == true -> out.bool(call(value, "getAsBoolean") as Boolean)

            call(value, "isNumber") == true -> writeLiteral(out, call(value, "getAsString") as String)

            else -> out.text(call(value, "getAsString") as String)
        }
    }

    private fun writeOrgJson(out: Walker, value: Any): Boolean {
        when (value.javaClass.name) {
            "org.json.JSONObject" -> {
                val keys = (call(value, "keys") as Iterator<*>).asSequence()
                writeObject(out, value, keys.map { it.toString() to call(value, "opt", it.toString()) }.iterator())
            }

            "org.json.JSONArray" -> {
                val length = call(value, "length") as Int
                writeItems(out, value, (0 until length).asSequence().map { call(value, "opt", it) }.iterator())
            }

            // What stands for null there.
            "org.json.JSONObject\$Null", "org.json.JSONObject\$1" -> out.nothing()

            else -> return false
        }
        return true
    }

    private fun writeObject(out: Walker, identity: Any, entries: Iterator<Pair<String, Any?>>) {
        if (!out.beginMap(identity)) return
        var missing = 0L
        for ((key, item) in entries) {
            if (!out.hasBudget) {
                missing++
                continue
            }
            out.key(key)
            out.value(item)
        }
        out.endMap(missing)
    }

    private fun writeItems(out: Walker, identity: Any, items: Iterator<Any?>) {
        if (!out.beginList(identity)) return
        var missing = 0L
        for (item in items) if (out.hasBudget) out.value(item) else missing++
        out.endList(missing)
    }

    private fun String.toBigDecimalOrNull(): BigDecimal? = runCatching { BigDecimal(this) }.getOrNull()
}
