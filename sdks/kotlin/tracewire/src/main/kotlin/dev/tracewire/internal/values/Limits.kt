package dev.tracewire.internal.values

/** Bounds of one record (requirements TW-LIM of the specification); what they are stands in every journal's header. */
internal class Limits(
    /** Deepest nesting of lists and maps inside one value. */
    @JvmField val depth: Int = 64,
    /** Most values (scalars, lists, maps, keys) inside one record. */
    @JvmField val nodes: Int = 50_000,
    /** Longest text or byte string, in bytes of UTF-8; what is longer is cut. */
    @JvmField val textBytes: Int = 1 shl 20,
    /** Largest record, in bytes of CBOR; values beyond it are cut. */
    @JvmField val recordBytes: Int = 4 shl 20,
) {
    internal companion object {
        /** The bounds from limits by their names on the wire; what is not named is the specification's. */
        fun of(given: Map<String, Any?>?): Limits {
            val default = Limits()

            fun bound(name: String, otherwise: Int): Int =
                (given?.get(name) as? Number)?.toLong()?.coerceIn(0, MOST.toLong())?.toInt() ?: otherwise
            return Limits(
                depth = bound("depth", default.depth),
                nodes = bound("nodes", default.nodes),
                textBytes = bound("text_bytes", default.textBytes),
                recordBytes = bound("record_bytes", default.recordBytes),
            )
        }

        /** What an array can hold, and a head behind it. */
        const val MOST: Int = Int.MAX_VALUE - 64
    }
}
