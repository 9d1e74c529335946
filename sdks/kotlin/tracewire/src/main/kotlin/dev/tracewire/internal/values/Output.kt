package dev.tracewire.internal.values

internal const val UINT: Int = 0 shl 5
internal const val NEGATIVE: Int = 1 shl 5
internal const val BYTES: Int = 2 shl 5
internal const val TEXT: Int = 3 shl 5
internal const val LIST: Int = 4 shl 5
internal const val MAP: Int = 5 shl 5
internal const val TAG: Int = 6 shl 5
internal const val FALSE: Int = 0xf4
internal const val TRUE: Int = 0xf5
internal const val NULL: Int = 0xf6
internal const val UNDEFINED: Int = 0xf7
internal const val DOUBLE: Int = 0xfb
internal const val OPEN_LIST: Int = 0x9f
internal const val OPEN_MAP: Int = 0xbf
internal const val BREAK: Int = 0xff

/** A value that is in wire form already: a map whose `$` keys are tags. */
internal const val TAG_WIRE: Int = 0x7457

/** What was cut: what was kept, or how many items are missing. */
internal const val TAG_CUT: Int = 0x7458
internal const val TAG_SET: Int = 258

/** Writes items of CBOR (RFC 8949) with the shortest heads, without any bound: [Walker] keeps those. */
internal open class Output {
    /** Where it is written to; another one whenever it has to grow. */
    @JvmField var bytes: ByteArray = ByteArray(FIRST)

    /** Index behind the last byte. */
    @JvmField var at: Int = 0

    /** Lets go of a buffer that one large value has made. */
    fun shrink() {
        if (bytes.size > KEPT) bytes = ByteArray(FIRST)
    }

    /** Makes room for so many more bytes. */
    fun reserve(count: Int) {
        if (count > bytes.size - at) grow(count)
    }

    private fun grow(count: Int) {
        val least = at.toLong() + count
        check(least <= Limits.MOST) { "more bytes than an array can hold" }
        bytes = bytes.copyOf(maxOf(least, minOf(bytes.size * 2L, Limits.MOST.toLong())).toInt())
    }

    protected fun byte(value: Int) {
        reserve(1)
        bytes[at++] = value.toByte()
    }

    protected fun head(major: Int, argument: Int) {
        reserve(HEAD)
        val bytes = bytes
        when {
            argument < 24 -> bytes[at++] = (major or argument).toByte()

            argument < 0x100 -> {
                bytes[at++] = (major or 24).toByte()
                bytes[at++] = argument.toByte()
            }

            argument < 0x1_0000 -> {
                bytes[at++] = (major or 25).toByte()
                bytes[at++] = (argument shr 8).toByte()
                bytes[at++] = argument.toByte()
            }

            else -> {
                bytes[at++] = (major or 26).toByte()
                for (shift in 24 downTo 0 step 8) bytes[at++] = (argument shr shift).toByte()
            }
        }
    }

    /** A head whose argument is an unsigned number of 64 bits. */
    protected fun head(major: Int, argument: Long) {
        if (argument in 0..Int.MAX_VALUE) {
            head(major, argument.toInt())
            return
        }
        reserve(HEAD)
        val isShort = argument ushr 32 == 0L
        bytes[at++] = (major or if (isShort) 26 else 27).toByte()
        for (shift in (if (isShort) 24 else 56) downTo 0 step 8) bytes[at++] = (argument ushr shift).toByte()
    }

    protected fun putDouble(value: Double) {
        reserve(HEAD)
        val bits = value.toRawBits()
        bytes[at++] = DOUBLE.toByte()
        for (shift in 56 downTo 0 step 8) bytes[at++] = (bits ushr shift).toByte()
    }

    /** A text with its head, all of it. */
    protected fun putText(text: String) {
        val length = text.length
        reserve(length + HEAD)
        // Where it stands if all of it is ASCII, as most is.
        val begin = at + headBytes(length)
        if (Utf8.writeAscii(text, bytes, begin) == length) {
            head(TEXT, length)
            at = begin + length
        } else {
            val whole = Utf8.length(text)
            reserve(whole + HEAD)
            head(TEXT, whole)
            at = Utf8.write(text, bytes, at)
        }
    }

    protected fun putBytes(value: ByteArray, count: Int = value.size) {
        head(BYTES, count)
        reserve(count)
        value.copyInto(bytes, at, 0, count)
        at += count
    }

    private fun headBytes(argument: Int): Int = when {
        argument < 24 -> 1
        argument < 0x100 -> 2
        argument < 0x1_0000 -> 3
        else -> 5
    }

    private companion object {
        /** Most bytes of a head. */
        const val HEAD = 9

        /** What a buffer begins with, and what is kept of it, in bytes. */
        const val FIRST = 4096
        const val KEPT = 256 shl 10
    }
}
