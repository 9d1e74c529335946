package dev.tracewire.internal.values

/**
 * Texts as UTF-8. Those of the JVM are UTF-16 that may be ill-formed: each half of a pair that stands alone becomes
 * U+FFFD (TW-VAL-010).
 */
internal object Utf8 {
    private const val REPLACEMENT = 0xFFFD

    /**
     * Writes the characters up to the first that is not ASCII; gives how many those are. There must be room for all.
     */
    fun writeAscii(text: String, bytes: ByteArray, at: Int): Int {
        val length = text.length
        for (index in 0 until length) {
            val unit = text[index].code
            if (unit > 0x7f) return index
            bytes[at + index] = unit.toByte()
        }
        return length
    }

    /** Writes the text; gives where it ends. There must be room for all. */
    fun write(text: CharSequence, bytes: ByteArray, from: Int): Int {
        var at = from
        var index = 0
        while (index < text.length) {
            val scalar = scalarAt(text, index)
            index += if (scalar > 0xFFFF) 2 else 1
            at = put(scalar, bytes, at)
        }
        return at
    }

    /** Bytes of a text. */
    fun length(text: CharSequence): Int {
        var bytes = 0L
        var index = 0
        while (index < text.length) {
            val scalar = scalarAt(text, index)
            index += if (scalar > 0xFFFF) 2 else 1
            bytes += size(scalar)
        }
        return Math.toIntExact(bytes)
    }

    /** The longest prefix of whole characters within [room] bytes. */
    fun prefix(text: String, room: Int): String {
        if (text.length * 3L <= room) return text
        var bytes = 0
        var index = 0
        while (index < text.length) {
            val scalar = scalarAt(text, index)
            val size = size(scalar)
            if (bytes + size > room) return text.substring(0, index)
            bytes += size
            index += if (scalar > 0xFFFF) 2 else 1
        }
        return text
    }

    /** Whether half of a surrogate pair stands alone somewhere. */
    fun isIllFormed(text: String): Boolean {
        var index = 0
        while (index < text.length) {
            val unit = text[index++]
            if (!unit.isSurrogate()) continue
            if (unit.isLowSurrogate() || index == text.length || !text[index].isLowSurrogate()) return true
            index++
        }
        return false
    }

    private fun scalarAt(text: CharSequence, index: Int): Int {
        val unit = text[index]
        if (!unit.isSurrogate()) return unit.code
        if (unit.isHighSurrogate() && index + 1 < text.length) {
            val low = text[index + 1]
            if (low.isLowSurrogate()) return Character.toCodePoint(unit, low)
        }
        return REPLACEMENT
    }

    private fun size(scalar: Int): Int = when {
        scalar < 0x80 -> 1
        scalar < 0x800 -> 2
        scalar < 0x10000 -> 3
        else -> 4
    }

    private fun put(scalar: Int, bytes: ByteArray, from: Int): Int {
        var at = from
        when {
            scalar < 0x80 -> bytes[at++] = scalar.toByte()

            scalar < 0x800 -> {
                bytes[at++] = (0xC0 or (scalar shr 6)).toByte()
                bytes[at++] = tail(scalar)
            }

            scalar < 0x10000 -> {
                bytes[at++] = (0xE0 or (scalar shr 12)).toByte()
                bytes[at++] = tail(scalar shr 6)
                bytes[at++] = tail(scalar)
            }

            else -> {
                bytes[at++] = (0xF0 or (scalar shr 18)).toByte()
                bytes[at++] = tail(scalar shr 12)
                bytes[at++] = tail(scalar shr 6)
                bytes[at++] = tail(scalar)
            }
        }
        return at
    }

    private fun tail(bits: Int): Byte = (0x80 or (bits and 0x3F)).toByte()
}
