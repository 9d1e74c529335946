package dev.tracewire.internal.formats

import dev.tracewire.FormatException
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.lending
import dev.tracewire.internal.values.Forms
import dev.tracewire.internal.values.Limits
import dev.tracewire.internal.values.Utf8
import dev.tracewire.internal.values.Walker
import java.math.BigInteger
import dev.tracewire.internal.ffi.encode as nativeEncode

/** Writes a whole value: nothing is cut, and the first thing in it that has no form is remembered. */
internal class Whole(private val keepsTags: Boolean) :
    Walker(Limits(MOST_LEVELS, MOST_PARTS, Limits.MOST, Limits.MOST)) {
    /** The first thing that has no form. */
    var problem: FormatException? = null
        private set

    /** For each level that is open: the key that stands there, or how many elements were begun. */
    private val places = arrayOfNulls<Any>(MOST_LEVELS)

    /** Whether the map that is open at a level is a tag, and how many tags are open around it. */
    private val isTag = BooleanArray(MOST_LEVELS)
    private var tags = 0
    private var opensTag = false

    init {
        begin(0)
    }

    private fun complain(code: String, reason: String) {
        if (problem != null) return
        val path = (0 until level).joinToString("") {
            "/" + places[it].toString().replace("~", "~0").replace("/", "~1")
        }
        problem = FormatException(code, reason, path = path)
    }

    override fun value(value: Any?) {
        if (level > 0) (places[level - 1] as? Int)?.let { places[level - 1] = it + 1 }
        super.value(value)
    }

    override fun text(value: String) {
        checkPairs(value)
        super.text(value)
    }

    override fun key(key: String) {
        checkPairs(key)
        places[level - 1] = key
        // Inside of a tag all keys stand as they are written, so the program's own are escaped here.
        val escapes = tags > 0 && !isTag[level - 1] && key.startsWith("$")
        super.key(if (escapes) "$$key" else key)
    }

    private fun checkPairs(text: String) {
        if (problem == null && Utf8.isIllFormed(text)) {
            complain("value_surrogate", "a text with half of a surrogate pair, which UTF-8 cannot hold")
        }
    }

    override fun beginKey(): Boolean {
        places[level - 1] = ""
        return super.beginKey()
    }

    override fun opens(identity: Any?, isMap: Boolean, tag: Int): Boolean {
        val isTag = opensTag
        opensTag = false
        if (!super.opens(identity, isMap, if (isTag) dev.tracewire.internal.values.TAG_WIRE else tag)) return false
        places[level - 1] = if (isMap) "" else -1
        this.isTag[level - 1] = isTag
        return true
    }

    override fun wire(members: Map<String, Any?>) {
        if (keepsTags) {
            super.wire(members)
            return
        }
        opensTag = true
        tags++
        Forms.writeMap(this, members)
        tags--
    }

    override fun endList(missing: Long) {
        checkMissing(missing)
        super.endList(missing)
    }

    override fun endMap(missing: Long) {
        checkMissing(missing)
        super.endMap(missing)
    }

    private fun checkMissing(missing: Long) {
        if (missing <= 0) return
        if (hasBudget) {
            complain("value_unreadable", "$missing of its members could not be read")
        } else {
            complain("value_too_large", "it has more than $MOST_PARTS parts: write it in pieces")
        }
    }

    override fun unserializable(typeName: String, description: String?) {
        val fix = "convert it first, or encode with lenient = true for a mark in its place"
        complain("value_unserializable", "a value of type $typeName has no form on the wire: $fix")
        super.unserializable(typeName, description)
    }

    override fun unreadable() {
        complain("value_unreadable", "it threw when it was read")
        super.unreadable()
    }

    override fun cycle() {
        complain("value_cycle", "it contains itself: write a copy without the circle")
        super.cycle()
    }

    override fun tooDeep() {
        val reason = "it is nested deeper than $MOST_LEVELS levels, which no reader takes: write it flatter"
        complain("value_too_deep", reason)
        super.tooDeep()
    }

    override fun longInteger(value: BigInteger, bytes: Int): Unit = tagged("\$int", value.toString())

    /** Values as bytes. */
    companion object {
        /** Deepest nesting that is taken: what every reader reads. */
        private const val MOST_LEVELS = 128

        /** Most parts that are taken: an iteration without an end must not take all memory. */
        private const val MOST_PARTS = 1 shl 26

        /**
         * The whole value in a format.
         *
         * @param format the format's name on the wire.
         * @param given its options, as JSON.
         * @param keepsTags whether maps in the wire's form stay what they are.
         * @param isLenient whether marks stand for what has no form.
         * @throws FormatException for the first thing in it that has no form, with its path.
         */
        fun encode(value: Any?, format: String, given: String, keepsTags: Boolean, isLenient: Boolean): ByteArray {
            val walker = Whole(keepsTags)
            walker.value(value)
            if (!isLenient) walker.problem?.let { throw it }
            return Native.refusing {
                lending(walker.bytes, walker.at) { nativeEncode(it, format, given, keepsTags) }
            }
        }

        /** A value as JSON in wire form, by the same walk as every recorded value. */
        fun json(value: Any?): String = encode(value, "json", "", keepsTags = false, isLenient = true).decodeToString()
    }
}
