package dev.tracewire.internal.recording

import dev.tracewire.SpanContext
import dev.tracewire.internal.Hot

/** A step's own 56 bytes, as the native half leaves them; nothing is made hex digits until somebody asks. */
internal object State {
    private const val PARENT = 24
    private const val FLAGS = 32
    private const val PRESENT = 33
    private const val DIGITS = "0123456789abcdef"
    private val TRACEPARENT = Regex("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

    fun traceId(state: ByteArray): String = hex(state, 0, 16)

    fun spanId(state: ByteArray): String = hex(state, 16, PARENT)

    /** Null for the root of a run. */
    fun parentId(state: ByteArray): String? =
        if ((PARENT until FLAGS).all { state[it].toInt() == 0 }) null else hex(state, PARENT, FLAGS)

    /** The ids, for whoever hands them on; null where nothing was recorded: ids of zeros are none. */
    fun contextOf(state: ByteArray?): SpanContext? =
        if (state == null || state[PRESENT].toInt() == 0) null else SpanContext(state)

    /** Whether two steps are of one trace; nothing is made a text for it. */
    fun isSameTrace(one: ByteArray?, other: ByteArray?): Boolean =
        if (one == null || other == null) one === other else (0 until 16).all { one[it] == other[it] }

    fun flags(state: ByteArray): Int = state[FLAGS].toInt() and 0xFF

    fun traceparent(state: ByteArray): String =
        "00-${hex(state, 0, 16)}-${hex(state, 16, PARENT)}-${hex(state, FLAGS, FLAGS + 1)}"

    /**
     * W3C Trace Context §3.2: lower-case hex, no zeros; version 00 has four parts, a later one may have more, ff is
     * none.
     */
    fun ofTraceparent(header: String): ByteArray? {
        val (version, traceId, spanId, flags, more) = TRACEPARENT.matchEntire(header)?.destructured ?: return null
        if (version == "ff" || (version == "00" && more.isNotEmpty())) return null
        if (traceId.all { it == '0' } || spanId.all { it == '0' }) return null
        val state = ByteArray(Hot.STATE_BYTES)
        read(traceId, state, 0)
        read(spanId, state, 16)
        read(flags, state, FLAGS)
        state[PRESENT] = 1
        return state
    }

    private fun read(hex: String, into: ByteArray, at: Int) {
        for (index in 0 until hex.length / 2) {
            into[at + index] = (DIGITS.indexOf(hex[2 * index]) * 16 + DIGITS.indexOf(hex[2 * index + 1])).toByte()
        }
    }

    private fun hex(bytes: ByteArray, from: Int, to: Int): String {
        val text = CharArray((to - from) * 2)
        for (index in from until to) {
            text[(index - from) * 2] = DIGITS[(bytes[index].toInt() shr 4) and 0xF]
            text[(index - from) * 2 + 1] = DIGITS[bytes[index].toInt() and 0xF]
        }
        return String(text)
    }
}
