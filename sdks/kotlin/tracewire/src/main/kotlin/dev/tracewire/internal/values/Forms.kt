package dev.tracewire.internal.values

import dev.tracewire.Recordable
import dev.tracewire.Tag
import java.math.BigDecimal
import java.math.BigInteger
import java.nio.ByteBuffer
import java.time.temporal.TemporalAccessor
import java.util.Date
import java.util.Optional
import java.util.UUID
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong

/**
 * The forms of the JVM's objects: the column "Kotlin, Java" of the specification's table (TW-VAL).
 *
 * Whatever runs the host's code (iterators, components, `toString`) may throw; then the value is `unreadable`.
 */
internal object Forms {
    /** Writes an object with exactly one item, whatever becomes of it. */
    fun write(out: Walker, value: Any) {
        val at = out.at
        val level = out.level
        val keyLevel = out.keyLevel
        val owes = out.owesValue
        val asked = out.asked.size
        try {
            writeObject(out, value)
        } catch (thrown: Throwable) {
            // An iterator of the host's, a component, a stack that ends.
            if (thrown is OutOfMemoryError) throw thrown
            while (out.asked.size > asked) out.asked.removeAt(out.asked.size - 1)
            out.rewind(at, level, keyLevel, owes)
            out.unreadable()
        }
    }

    private fun writeObject(out: Walker, value: Any) {
        when (value) {
            is Recordable -> writeRecordable(out, value)
            is Map<*, *> -> writeMap(out, value)
            is List<*> -> writeList(out, value)
            is Number -> writeNumber(out, value)
            is CharSequence -> out.text(value.toString())
            is Char -> out.text(value.toString())
            is Enum<*> -> out.text(value.name)
            is ByteArray -> out.binary(value)
            is UUID -> out.text(value.toString())
            is Throwable -> writeThrowable(out, value)
            is Array<*> -> writeArray(out, value, value.size) { out.value(value[it]) }
            else -> if (!writeScalar(out, value) && !writePrimitives(out, value)) writeOther(out, value)
        }
    }

    private fun writeNumber(out: Walker, value: Number) {
        when (value) {
            is Float -> out.number(value.toDouble())
            is Short, is Byte -> out.integer(value.toLong())
            is BigInteger -> out.bigInteger(BigInteger(value.toByteArray()))
            is BigDecimal -> out.decimal(value.toString())
            is AtomicInteger, is AtomicLong -> out.integer(value.toLong())
            else -> writeOther(out, value)
        }
    }

    private fun writeScalar(out: Walker, value: Any): Boolean {
        when (value) {
            is UByte -> out.integer(value.toLong())
            is UShort -> out.integer(value.toLong())
            is UInt -> out.integer(value.toLong())
            is ULong -> out.bigInteger(BigInteger(value.toString()))
            is Unit -> out.nothing()
            is TemporalAccessor -> Times.write(out, value)
            is Date -> Times.write(out, value)
            is kotlin.time.Instant -> Times.write(out, value.epochSeconds, value.nanosecondsOfSecond)
            is java.time.Duration -> out.number(value.seconds + value.nano / 1e9)
            is kotlin.time.Duration -> out.number(seconds(value))
            is Optional<*> -> out.value(value.orElse(null))
            is Result<*> -> out.value(value.getOrElse { it })
            is Tag -> out.wire(value.members)
            is java.net.URI, is java.net.URL, is java.io.File, is java.nio.file.Path -> out.text(value.toString())
            is ByteBuffer -> out.binary(value)
            is AtomicBoolean -> out.bool(value.get())
            is Map.Entry<*, *> -> writePair(out, value)
            else -> return false
        }
        return true
    }

    private fun seconds(value: kotlin.time.Duration): Double =
        value.toComponents { seconds, nanoseconds -> seconds + nanoseconds / 1e9 }

    @OptIn(ExperimentalUnsignedTypes::class)
    private fun writePrimitives(out: Walker, value: Any): Boolean {
        when (value) {
            is IntArray -> writeArray(out, value, value.size) { out.integer(value[it].toLong()) }
            is LongArray -> writeArray(out, value, value.size) { out.integer(value[it]) }
            is DoubleArray -> writeArray(out, value, value.size) { out.number(value[it]) }
            is FloatArray -> writeArray(out, value, value.size) { out.number(value[it].toDouble()) }
            is ShortArray -> writeArray(out, value, value.size) { out.integer(value[it].toLong()) }
            is BooleanArray -> writeArray(out, value, value.size) { out.bool(value[it]) }
            is CharArray -> writeArray(out, value, value.size) { out.text(value[it].toString()) }
            is UByteArray -> out.binary(value.asByteArray())
            is Set<*> -> if (out.beginSet(value)) writeAll(out, value.iterator(), sizeOf(value))
            is Iterable<*> -> writeIterable(out, value)
            else -> return false
        }
        return true
    }

    private inline fun writeArray(out: Walker, identity: Any, size: Int, write: (Int) -> Unit) {
        if (!out.beginList(identity)) return
        var index = 0
        while (index < size && out.hasBudget) write(index++)
        out.endList((size - index).toLong())
    }

    private fun writeList(out: Walker, value: List<*>) {
        if (!out.beginList(value)) return
        if (value !is RandomAccess) {
            writeAll(out, value.iterator(), sizeOf(value))
            return
        }
        var index = 0
        // The size is asked for each time: the walk itself can change it.
        while (index < value.size && out.hasBudget) out.value(value[index++])
        out.endList(maxOf(0, value.size - index).toLong())
    }

    private fun writeIterable(out: Walker, value: Iterable<*>) {
        if (JsonTrees.write(out, value)) return
        val iterator = value.iterator()
        // Reading one that gives itself would take it from the program.
        if (iterator === value) {
            Objects.writeMark(out, value)
        } else if (out.beginList(value)) {
            writeAll(out, iterator, sizeOf(value))
        }
    }

    private fun sizeOf(value: Any): Int = (value as? Collection<*>)?.size ?: 0

    /** What the host says about its size is used for one thing only: how much is missing. */
    private fun writeAll(out: Walker, iterator: Iterator<*>, size: Int) {
        var written = 0
        var missing = 0L
        while (true) {
            val hasNext = try {
                iterator.hasNext()
            } catch (_: Exception) {
                missing = maxOf(1, size - written).toLong()
                false
            }
            if (!hasNext) break
            if (!out.hasBudget) {
                missing = maxOf(1, size - written).toLong()
                break
            }
            val item = try {
                iterator.next()
            } catch (_: Exception) {
                missing = maxOf(1, size - written).toLong()
                break
            }
            out.value(item)
            written++
        }
        out.endList(missing)
    }

    /** Writes a map in its own order, with keys of any type. */
    fun writeMap(out: Walker, map: Map<*, *>) {
        if (!out.beginMap(map)) return
        var written = 0
        var missing = 0L
        for ((key, item) in map) {
            if (!out.hasBudget) {
                missing = maxOf(1, map.size - written).toLong()
                break
            }
            writeEntry(out, key, item)
            written++
        }
        out.endMap(missing)
    }

    private fun writePair(out: Walker, entry: Map.Entry<*, *>) {
        if (!out.beginMap(entry)) return
        writeEntry(out, entry.key, entry.value)
        out.endMap(0)
    }

    private fun writeEntry(out: Walker, key: Any?, item: Any?) {
        if (key is String) {
            out.key(key)
        } else if (out.beginKey()) {
            out.value(key)
            out.endKey()
        }
        out.value(item)
    }

    private fun writeThrowable(out: Walker, error: Throwable) {
        if (!out.beginMap(error)) return
        out.key("type")
        out.text(error.javaClass.name)
        out.key("message")
        out.text(Objects.messageOf(error))
        out.endMap(0)
    }

    private fun writeRecordable(out: Walker, value: Recordable) {
        if (out.asked.any { it === value }) {
            out.unserializable("cycle")
            return
        }
        out.asked.add(value)
        val given = value.toRecorded()
        if (given === value) Objects.writeMark(out, value) else out.value(given)
        out.asked.removeAt(out.asked.size - 1)
    }

    private fun writeOther(out: Walker, value: Any) {
        if (!JsonTrees.write(out, value) && !Objects.writeMembers(out, value)) Objects.writeMark(out, value)
    }
}
