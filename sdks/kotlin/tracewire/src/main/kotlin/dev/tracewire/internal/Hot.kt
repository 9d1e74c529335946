package dev.tracewire.internal

/** The one call of each record: five numbers, and no copy but the one into the journal. */
internal object Hot {
    /** Begins a step. */
    const val START: Int = 0

    /** Says what must be visible before a step ends. */
    const val UPDATE: Int = 1

    /** Something happened inside a step. */
    const val SPAN_EVENT: Int = 2

    /** Ends a step. */
    const val END: Int = 3

    /** A point with a place of its own in the tree. */
    const val POINT_EVENT: Int = 4

    /** A log line. */
    const val LOG: Int = 5

    /** A sample of a counter, gauge or histogram. */
    const val METRIC: Int = 6

    /** What somebody thinks of a trace, span or session. */
    const val FEEDBACK: Int = 7

    /** Asks the guards whether a call may begin. */
    const val CHECK: Int = 8

    /** Tells the guards what a call used. */
    const val SETTLE: Int = 9

    /** A bit of what [record] gives: the guards have a verdict. */
    const val VERDICT: Int = 1

    /** What [record] gives: the recorder has something to say. */
    const val NOTICES: Int = 8

    /** Bytes of a step's or place's own state. */
    const val STATE_BYTES: Int = 56

    /** Where the texts of a record begin. */
    const val FIXED_BYTES: Int = 88

    /** Makes [record] callable; native methods belong to the class that loads their library. */
    fun load(path: String) {
        @Suppress("UnsafeDynamicallyLoadedCode")
        System.load(path)
    }

    /** The same where the platform knows the library by its name. */
    fun loadByName(name: String) {
        System.loadLibrary(name)
    }

    /**
     * Records what stands in the first [length] bytes of native memory, and leaves a start's or point's own state
     * there.
     *
     * @return a sum of 2 (the trace is left out) and [NOTICES].
     */
    @JvmStatic
    external fun record(desk: Long, operation: Int, address: Long, capacity: Int, length: Int): Int
}
