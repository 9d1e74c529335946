package dev.tracewire.internal.values

import java.math.BigInteger
import java.nio.ByteBuffer

/**
 * Writes one host value after the other as CBOR, within a budget: the same as `cbor::Walker` of the recorder.
 *
 * No method throws, and the result is one well-formed item for each call outside of a list or map. What comes when the
 * budget is used up is counted by the list or map that is open, which says at its end how much it misses; where none
 * is, or where a key stands already, a mark takes the value's place (TW-LIM-004).
 */
internal open class Walker(limits: Limits) : Budget(limits) {
    /** Objects whose own form is being written: one that gives itself again is a cycle. */
    @JvmField internal val asked: ArrayList<Any> = ArrayList(0)

    /** Writes the name of a member of the event itself, outside of the budget. One value follows. */
    fun member(name: String) {
        putText(name)
    }

    /** Writes any value, by the specification's table. */
    open fun value(value: Any?) {
        when (value) {
            null -> nothing()
            is String -> text(value)
            is Int -> integer(value.toLong())
            is Boolean -> bool(value)
            is Long -> integer(value)
            is Double -> number(value)
            else -> Forms.write(this, value)
        }
    }

    /** Writes null. */
    fun nothing() {
        if (take()) byte(NULL)
    }

    fun bool(value: Boolean) {
        if (take()) byte(if (value) TRUE else FALSE)
    }

    fun integer(value: Long) {
        if (!take()) return
        if (value >= 0) head(UINT, value) else head(NEGATIVE, -1 - value)
    }

    /** Writes a number: integral ones within ±(2^53 - 1) as integers, all others as doubles. */
    fun number(value: Double) {
        if (!take()) return
        val whole = value.toLong()
        if (whole.toDouble() == value && whole in -LARGEST..LARGEST) {
            if (whole >= 0) head(UINT, whole) else head(NEGATIVE, -1 - whole)
        } else {
            putDouble(value)
        }
    }

    /** Writes an integer of any size; beyond 1,024 bytes only its size is kept. */
    fun bigInteger(value: BigInteger) {
        val isNegative = value.signum() < 0
        val magnitude = if (isNegative) value.not() else value
        if (magnitude.bitLength() <= 64) {
            if (take()) head(if (isNegative) NEGATIVE else UINT, magnitude.toLong())
            return
        }
        val absoluteBytes = (value.abs().bitLength() + 7) / 8
        if (absoluteBytes > BIG_INT_BYTES) {
            longInteger(value, absoluteBytes)
            return
        }
        if (take()) {
            head(TAG, if (isNegative) 3 else 2)
            val digits = magnitude.toByteArray()
            // A positive number whose first bit is set has a byte for its sign before it.
            putBytes(if (digits[0].toInt() == 0) digits.copyOfRange(1, digits.size) else digits)
        }
    }

    /** Writes an integer beyond the bound: its size alone. */
    protected open fun longInteger(value: BigInteger, bytes: Int) {
        unserializable("int", "$bytes bytes")
    }

    /** Writes a text, cut between characters when it is too long. */
    open fun text(value: String) {
        if (!take()) return
        val room = room()
        if (value.length * 3L <= room) putText(value) else boundedText(value, room)
    }

    private fun boundedText(value: String, room: Int) {
        val whole = Utf8.length(value)
        if (whole <= room) {
            putText(value)
            return
        }
        val kept = Utf8.prefix(value, room)
        val bytes = Utf8.length(kept)
        head(TAG, TAG_CUT)
        head(LIST, 2)
        putText(kept)
        head(UINT, whole - bytes)
    }

    /** Writes a byte string, cut when it is too long. */
    fun binary(value: ByteArray) {
        if (!take()) return
        val room = room()
        if (value.size <= room) {
            putBytes(value)
            return
        }
        head(TAG, TAG_CUT)
        head(LIST, 2)
        putBytes(value, room)
        head(UINT, value.size - room)
    }

    /** Writes what a buffer has left, which stays there. */
    fun binary(value: ByteBuffer) {
        if (!take()) return
        val room = room()
        val whole = value.remaining()
        val kept = minOf(whole, room)
        if (whole > room) {
            head(TAG, TAG_CUT)
            head(LIST, 2)
        }
        head(BYTES, kept)
        reserve(kept)
        value.duplicate().get(bytes, at, kept)
        at += kept
        if (whole > room) head(UINT, whole - room)
    }

    /** Writes a moment as `$time`, in the specification's text form. */
    fun time(value: String): Unit = tagged("\$time", value)

    /** Writes a decimal number, with its digits as they are. */
    fun decimal(value: String): Unit = tagged("\$decimal", value)

    /** Writes the mark of a value that has no form, with a bounded description. */
    open fun unserializable(typeName: String, description: String? = null): Unit =
        tagged("\$unserializable", Utf8.prefix(typeName, TYPE_NAME_BYTES), description)

    /** Writes the mark of a value that a rule of this name took away (TW-POL-001). */
    fun redacted(rule: String): Unit = tagged("\$redacted", rule)

    protected fun tagged(tag: String, value: String, description: String? = null) {
        if (!take()) return
        val room = byteLimit - at
        if (value.length * 3L > room && Utf8.length(value) > room) {
            markMissing()
            return
        }
        head(TAG, TAG_WIRE)
        head(MAP, if (description == null) 1 else 2)
        putText(tag)
        putText(value)
        if (description != null) {
            putText("text")
            putText(Utf8.prefix(description, DESCRIPTION_BYTES))
        }
    }

    /**
     * Opens a list. False: it is left out, or a mark stands in its place (cycle, depth), and [endList] must not be
     * called.
     *
     * @param identity the host's object, or null where no cycle is possible.
     */
    fun beginList(identity: Any?): Boolean = opens(identity, false, 0)

    /** Opens a set; readers see its members sorted by their canonical bytes. It ends by [endList]. */
    fun beginSet(identity: Any?): Boolean = opens(identity, false, TAG_SET)

    /** Opens a map; then [key], or what stands between [beginKey] and [endKey], and a value in turn. */
    fun beginMap(identity: Any?): Boolean = opens(identity, true, 0)

    /** The mark of a value that could not be read. */
    open fun unreadable(): Unit = unserializable("unreadable")

    /**
     * Writes a value of the wire that the host has none for: in a record its members are the user's like any other's.
     */
    open fun wire(members: Map<String, Any?>): Unit = Forms.writeMap(this, members)

    private companion object {
        const val LARGEST = (1L shl 53) - 1

        /** Longest magnitude of an integer that is written exactly, in bytes (about 2,500 digits). */
        const val BIG_INT_BYTES = 1024

        /** Longest name of a type without a form, and longest description of its value, in bytes. */
        const val TYPE_NAME_BYTES = 4096
        const val DESCRIPTION_BYTES = 512
    }
}
