package dev.tracewire.internal.values

/**
 * Lists, maps and keys within the budget of a record, and what becomes of a value for which nothing is left: the open
 * list or map counts it (TW-LIM-004).
 */
internal open class Budget(private val limits: Limits) : Output() {
    @JvmField protected val byteLimit: Int = limits.recordBytes
    private var textLimit = 0
    private var nodesLeft = 0

    /** Lists, sets and maps that are open: the host's object (cycles), whether it is a map, what found no room. */
    private var open = arrayOfNulls<Any>(FIRST_LEVELS)
    private var maps = BooleanArray(FIRST_LEVELS)
    private var missing = LongArray(FIRST_LEVELS)

    /** How many lists and maps are open. */
    var level: Int = 0
        private set

    /** Where the last key ended: a value is owed while nothing follows it. */
    private var keyEnd = -1

    /** Whether the value that comes next belongs to an entry that was left out. */
    private var skipsValue = false

    /** Keys that are no text and stand open. */
    var keyLevel: Int = 0
        private set

    /** Whether a key stands and its value does not yet. */
    val owesValue: Boolean get() = keyEnd == at

    /** Whether another value still fits; a host stops iterating when it does not. */
    val hasBudget: Boolean get() = nodesLeft > 0 && at < byteLimit

    /** Begins a record: what is written stands from [offset] on, with the whole budget. */
    fun begin(offset: Int) {
        at = offset
        nodesLeft = limits.nodes
        textLimit = limits.textBytes
        // What a record that failed has left open holds the host's objects.
        if (level > 0) open.fill(null)
        level = 0
        keyEnd = -1
        skipsValue = false
        keyLevel = 0
    }

    /**
     * Opens a list, set or map, behind [tag] unless that is 0; false: it is left out, or a mark stands in its place.
     */
    protected open fun opens(identity: Any?, isMap: Boolean, tag: Int): Boolean {
        if (!take()) return false
        if (identity != null && isOpen(identity)) {
            cycle()
            return false
        }
        if (level >= limits.depth) {
            tooDeep()
            return false
        }
        if (tag != 0) head(TAG, tag)
        if (level == open.size) deepen()
        open[level] = identity
        maps[level] = isMap
        missing[level] = 0
        level++
        byte(if (isMap) OPEN_MAP else OPEN_LIST)
        return true
    }

    private fun deepen() {
        open = open.copyOf(level * 2)
        maps = maps.copyOf(level * 2)
        missing = missing.copyOf(level * 2)
    }

    /** Whether this very object is being written. */
    private fun isOpen(identity: Any): Boolean {
        for (index in level - 1 downTo 0) if (open[index] === identity) return true
        return false
    }

    /** The mark of a value that contains itself. */
    protected open fun cycle() {
        head(TAG, TAG_WIRE)
        head(MAP, 1)
        putText("\$unserializable")
        putText("cycle")
    }

    protected open fun tooDeep() {
        head(TAG, TAG_WIRE)
        head(MAP, 2)
        putText("\$cut")
        byte(NULL)
        putText("missing_depth")
        head(UINT, 1)
    }

    /**
     * Writes a text key of the open map: whole, for half a key is another one. Where it has no room, its entry is
     * counted as missing, and the value that follows is passed over.
     */
    open fun key(key: String) {
        val room = byteLimit - at
        if (nodesLeft > 0 && room > 0 && (key.length * 3L <= room || Utf8.length(key) <= room)) {
            nodesLeft--
            putText(key)
            keyEnd = at
        } else {
            leaveEntryOut()
        }
    }

    /**
     * Begins a key that is no text: one value and [endKey] follow. Nothing in it is cut for its length.
     *
     * False: its entry has no room. Neither the key's value nor [endKey] follows, but the entry's value does, and is
     * passed over.
     */
    open fun beginKey(): Boolean {
        if (!hasBudget) {
            leaveEntryOut()
            return false
        }
        keyLevel++
        textLimit = Limits.MOST
        return true
    }

    fun endKey() {
        keyLevel--
        if (keyLevel == 0) textLimit = limits.textBytes
        keyEnd = at
    }

    /** Closes the open list or set; [missing] is how many items the host did not give. */
    open fun endList(missing: Long) {
        val sum = close(missing)
        if (sum > 0) {
            head(TAG, TAG_CUT)
            head(UINT, sum)
        }
        byte(BREAK)
    }

    /** Closes the open map; [missing] is how many entries the host did not give. */
    open fun endMap(missing: Long) {
        val sum = close(missing)
        if (sum > 0) {
            byte(UNDEFINED)
            head(UINT, sum)
        }
        byte(BREAK)
    }

    private fun close(more: Long): Long {
        level--
        open[level] = null
        return minOf(MOST_MISSING, missing[level] + more)
    }

    /** Goes back to where a value began that failed in the middle. What it took from the budget stays taken. */
    fun rewind(at: Int, level: Int, keyLevel: Int, owesValue: Boolean) {
        for (index in level until this.level) open[index] = null
        this.at = at
        this.level = level
        this.keyLevel = keyLevel
        textLimit = if (keyLevel == 0) limits.textBytes else Limits.MOST
        keyEnd = if (owesValue) at else -1
        skipsValue = false
    }

    /** Takes one node from the budget, or does what is to be done with a value that has no room. */
    protected fun take(): Boolean {
        if (nodesLeft > 0 && at < byteLimit) {
            nodesLeft--
            return true
        }
        leaveOut()
        return false
    }

    /** A value for which nothing is left: the open list or map counts it. */
    private fun leaveOut() {
        if (skipsValue) {
            skipsValue = false
        } else if (level > 0 && keyEnd != at) {
            missing[level - 1]++
            skipsValue = maps[level - 1]
        } else {
            markMissing()
        }
    }

    /** A key for which nothing is left: its entry is counted, and nothing smaller comes in behind it either. */
    private fun leaveEntryOut() {
        nodesLeft = 0
        if (level > 0) missing[level - 1]++
        skipsValue = true
    }

    protected fun markMissing() {
        head(TAG, TAG_CUT)
        byte(NULL)
    }

    protected fun room(): Int = maxOf(0, minOf(textLimit, byteLimit - at))

    private companion object {
        const val FIRST_LEVELS = 16

        /** What a missing number of items is at most: what a number of every host holds exactly. */
        const val MOST_MISSING = (1L shl 53) - 1
    }
}
