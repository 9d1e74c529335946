package dev.tracewire

/** Given as a `parent`: nothing is above, so a new trace begins whatever is current. */
public object NoParent : Current() {
    internal override val state: ByteArray? get() = null
}
