package dev.tracewire

/** What new steps stand below: a [Span], or a place without a step of this process. */
public abstract class Current internal constructor() {
    /** Ids of what new steps stand below; null where a new trace begins. */
    internal abstract val state: ByteArray?
}
