package dev.tracewire

import dev.tracewire.exporters.Exporter

/** Called before anything is written; what it returns is recorded instead. What it throws leaves the value out. */
public fun interface Mask {
    /**
     * Gives what is recorded in a value's place.
     *
     * @param field the member's name: `input`, `output`, `attributes`, `data`, `chunks`, `message`.
     * @param value what the program gave.
     */
    public fun mask(field: String, value: Any?): Any?
}

/** Hears what tracewire has to say to whoever runs the program: each sentence once. */
public fun interface NoticeListener {
    /** Takes one sentence. What it throws is ignored. */
    public fun notice(sentence: String)
}

/** Who delivers, and when. */
public enum class Mode {
    /** Only the journal is written: the default without exporters. */
    LOCAL,

    /** A run is sealed and delivered when it ends, on its own thread's time: the default with exporters. */
    INLINE,

    /** A daemon thread delivers continuously. */
    BACKGROUND,
}

/** When rules of redaction are applied. */
public enum class RedactAt {
    /** When the journal is sealed: nobody waits, and the file holds the values until it goes. */
    SEAL,

    /** Before a record is written: what is found never reaches a disk, and the caller waits. */
    RECORD,
}

/**
 * What a client is configured to do. What is left out stands in the environment (`TRACEWIRE_…`) or in the nearest
 * `tracewire.toml` or `tracewire.yaml`, or is the default.
 *
 * ```kotlin
 * Tracewire.init {
 *     service = "research-agent"
 *     mode = Mode.BACKGROUND
 *     exporters("console")
 * }
 * ```
 */
public class Configuration {
    /** The name of the program, `service.name` of its resource. */
    public var service: String? = null

    /** The folder of the journals; else the nearest `.tracewire` from the working directory upward. */
    public var dir: String? = null

    /** Who delivers, and when. */
    public var mode: Mode? = null

    /**
     * Where traces go besides the local journal: exporters, names for them (`"console"`), or maps with `type` and
     * options.
     */
    public var exporters: List<Any>? = null

    /** The share of traces that is recorded, from 0 to 1, decided by the trace id. */
    public var sampling: Double? = null

    /** Other shares, for traces whose root is of some kind: `mapOf("http" to 0.01)`. Without [sampling] the rest is recorded. */
    public var samplingKinds: Map<String, Double>? = null

    /** Which fields are recorded; all by default. What is left out never reaches the journal. */
    public var capture: Capture? = null

    /** What is recorded in a value's place. */
    public var mask: Mask? = null

    /** Limits that calls are checked against before they begin; those that cannot be meant are refused when it is configured. */
    public var guards: Guards? = null

    /** Whether wrong use throws [TracewireException], and a flush that has lost something. */
    public var strict: Boolean? = null

    /**
     * What never leaves the journal: keys (`"password"`), detectors (`"@email"`, `"@secrets"`, `"@all"`), patterns
     * (`"/ORD-[0-9]{8}/"`), and what is allowed (`"!support@example.com"`), each with what becomes of it
     * (`"@email -> hash"`).
     */
    public var redact: List<String>? = null

    /** When that is removed. */
    public var redactAt: RedactAt? = null

    /** The key of hashes that stand for what was removed. */
    public var redactKey: String? = null

    /**
     * Whether images, sound and films are told by their bytes, in what the journal becomes, and carried once; true unless something else is
     * said.
     */
    public var media: Boolean? = null

    /** Further attributes of the program. */
    public var resource: Map<String, Any?>? = null

    /** The conversation that runs belong to, where they do not say so themselves. */
    public var sessionId: String? = null

    /** The deployment, such as `production`. */
    public var environment: String? = null

    /** The version of the program. */
    public var release: String? = null

    /** Whether nothing at all is recorded. */
    public var disabled: Boolean? = null

    /** The most that all journals of the folder may take, in bytes; what exceeds it is dropped and counted. */
    public var quotaBytes: Long? = null

    /** What goes where [quotaBytes] is reached; the new record by default. What goes is counted. */
    public var whenFull: WhenFull? = null

    /** How long a call may wait for room where [whenFull] is [WhenFull.BLOCK]; 100 milliseconds by default. */
    public var blockBound: java.time.Duration? = null

    /** Of which traces exporters get inputs and outputs; of all by default. The journal and the local store have everything. */
    public var tail: Tail? = null

    /** The size at which a journal file is closed and the next begun, in bytes. */
    public var fileBytes: Long? = null

    /** Whether each record is forced to the disk, which protects against loss of power too. */
    public var fsync: Boolean? = null

    /** Whether journals wait for the local store: true by default, on Android false. */
    public var store: Boolean? = null

    /** Bounds of records and envelopes, by their names in the specification, such as `text_bytes`. */
    public var limits: Map<String, Long>? = null

    /** Hears what there is to say; by default the platform's log does, under the name `dev.tracewire`. */
    public var onNotice: NoticeListener? = null

    /** Sets [exporters]. */
    public fun exporters(vararg exporters: Any) {
        this.exporters = exporters.asList()
    }

    /** Adds an exporter. */
    public fun exporter(exporter: Exporter) {
        exporters = exporters.orEmpty() + exporter
    }
}
