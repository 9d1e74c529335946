package dev.tracewire

/** What goes where the quota of the journals is reached. */
public enum class WhenFull {
    /** The new record. */
    DROP_NEWEST,

    /** The oldest journals that nobody writes. */
    DROP_OLDEST,

    /** The new record, after a wait for room. */
    BLOCK,
}
