package dev.tracewire

import dev.tracewire.internal.recording.Chunks
import dev.tracewire.internal.recording.Opened

/**
 * A step that yields chunks: made by `stream(…)`. What came is written while it goes on.
 *
 * [chunk] and [event] are cheap enough for many thousands of chunks a second. Chunks of one name that follow each other
 * are written together: the first at once, then 64 at a time, or what came in a tenth of a second; the order of all is
 * kept. When the first one came is recorded as time to first chunk.
 */
public class Stream internal constructor(opened: Opened, name: String, above: Current) : Span(opened, name, above) {
    private val chunks = Chunks(this) { event, items -> super.event(event, null, null, items) }

    /** Records one chunk as it is. Texts together are the output, unless another one is set. */
    public fun chunk(item: Any?): Stream {
        if (ended) late() else chunks.add("chunk", item)
        return this
    }

    /**
     * Records something that comes often, such as `stream.event("chunk", mapOf("text" to "Otters"))`.
     *
     * @param name what comes.
     * @param attributes what came with it.
     * @param data the same, for what is no map.
     */
    override fun event(name: String?, attributes: Map<String, Any?>?, data: Any?, chunks: List<Any?>?): Span {
        if (chunks != null) return super.event(name, attributes, data, chunks)
        if (ended) return late()
        // A copy: what is written together is read later.
        val item: Any = when {
            data == null -> LinkedHashMap(attributes.orEmpty())
            attributes == null -> data
            else -> attributes + ("data" to data)
        }
        this.chunks.add(name.orEmpty(), item)
        return this
    }

    internal override fun finish() {
        if (!ended) chunks.end()
        super.finish()
    }

    /** Takes what a wrapped stream yields. */
    internal fun yielded(item: Any?) {
        chunks.add("stream.chunks", item, isLent = true)
    }

    /** Notes that something came which is not recorded itself. */
    internal fun arrived() {
        chunks.arrived()
    }

    /** Whoever reads did not want the rest of it. */
    internal fun abandon() {
        setStatus(Status.CANCELLED, "closed before its end")
        finish()
    }
}
