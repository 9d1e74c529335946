package dev.tracewire

/**
 * Which fields of records are written at all: the names that a [Mask] is called with. All others are structure, and stay: names,
 * kinds, status, errors, usage, cost.
 *
 * ```kotlin
 * Tracewire.init { capture = Capture(message = false) }
 * ```
 *
 * @property input what goes into steps.
 * @property output what comes out of them.
 * @property chunks what streams yield, one by one.
 * @property data what events carry.
 * @property attributes facts about steps and events, such as the name of a model.
 * @property message the lines of logs.
 */
public data class Capture @JvmOverloads constructor(
    public val input: Boolean = true,
    public val output: Boolean = true,
    public val chunks: Boolean = true,
    public val data: Boolean = true,
    public val attributes: Boolean = true,
    public val message: Boolean = true,
) {
    /** The names of what is not recorded. */
    internal val leftOut: Set<String>
        get() {
            val kept = listOf(input, output, chunks, data, attributes, message)
            return FIELDS.filterIndexedTo(LinkedHashSet()) { at, _ -> !kept[at] }
        }

    /** Neither inputs nor outputs; what is left out besides stays so. */
    internal fun withoutContent(): Capture = copy(input = false, output = false, chunks = false, data = false)

    /** The usual choices. */
    public companion object {
        /** What can be left out. */
        internal val FIELDS = listOf("input", "output", "chunks", "data", "attributes", "message")

        /** Everything. */
        @JvmField
        public val ALL: Capture = Capture()

        /** Neither inputs nor outputs, chunks and data. */
        @JvmField
        public val NONE: Capture = ALL.withoutContent()

        /** Of inputs and outputs, inputs alone. */
        @JvmField
        public val INPUT: Capture = NONE.copy(input = true)

        /** Of inputs and outputs, outputs alone. */
        @JvmField
        public val OUTPUT: Capture = Capture(input = false)

        /** A table of a file. */
        internal fun of(fields: Map<*, *>): Capture {
            fun keeps(name: String) = fields[name] != false
            return Capture(
                keeps("input"),
                keeps("output"),
                keeps("chunks"),
                keeps("data"),
                keeps("attributes"),
                keeps("message"),
            )
        }
    }
}
