package dev.tracewire

import dev.tracewire.internal.json.Json

/**
 * What became of everything that a client recorded in this process.
 *
 * @property written records in the journal; they survive the death of the process.
 * @property sealed of these, events that this process has sealed into envelopes (modes `INLINE` and `BACKGROUND`).
 * @property sent of these, events that every exporter's destination has.
 * @property pending records that a destination lacks.
 * @property dropped records lost, by reason.
 * @property unsampled records of traces that `sampling` left out.
 * @property withheld traces whose content an exporter does not get, by the rules of `tail`.
 * @property errors mistakes and internal errors that cost no exception, by code.
 * @property exporters the same for each exporter, by its name.
 */
public data class FlushReport(
    public val written: Long = 0,
    public val sealed: Long = 0,
    public val sent: Long = 0,
    public val pending: Long = 0,
    public val dropped: Map<String, Long> = emptyMap(),
    public val unsampled: Long = 0,
    public val withheld: Long = 0,
    public val errors: Map<String, Long> = emptyMap(),
    public val exporters: Map<String, ExporterReport> = emptyMap(),
) {
    internal companion object {
        fun of(json: String): FlushReport {
            val found = Json.readMap(json)
            return FlushReport(
                written = number(found["written"]),
                sealed = number(found["sealed"]),
                sent = number(found["sent"]),
                pending = number(found["pending"]),
                dropped = counts(found["dropped"]),
                unsampled = number(found["unsampled"]),
                withheld = number(found["withheld"]),
            )
        }

        fun number(value: Any?): Long = (value as? Number)?.toLong() ?: 0

        fun counts(value: Any?): Map<String, Long> =
            (value as? Map<*, *>).orEmpty().entries.associate { (name, count) -> name.toString() to number(count) }
    }
}

/**
 * What became of an exporter's part.
 *
 * @property sent events of this process that its destination has.
 * @property recovered events that processes left which have died, and that this one delivered.
 * @property pending records that the destination lacks.
 * @property dropped events that the destination refused, by reason.
 * @property errors failed attempts, by code.
 */
public data class ExporterReport(
    public val sent: Long = 0,
    public val recovered: Long = 0,
    public val pending: Long = 0,
    public val dropped: Map<String, Long> = emptyMap(),
    public val errors: Map<String, Long> = emptyMap(),
)

/**
 * Numbers of a recorder, without waiting for anything.
 *
 * @property producer whose events they are; null before the first.
 * @property directory where the journal is; null where nothing is recorded.
 * @property mode who delivers.
 * @property written records in the journal.
 * @property dropped records lost, by reason.
 * @property bytes what all journals of the directory take.
 * @property quotaBytes the most that they may take.
 * @property pending for each exporter, by its name, the records that its destination lacks.
 * @property withheld traces whose content an exporter does not get, by the rules of `tail`.
 * @property unsampled records of traces that `sampling` left out.
 */
public data class Stats(
    public val producer: String? = null,
    public val directory: String? = null,
    public val mode: Mode = Mode.LOCAL,
    public val written: Long = 0,
    public val dropped: Map<String, Long> = emptyMap(),
    public val bytes: Long = 0,
    public val quotaBytes: Long = 0,
    public val pending: Map<String, Long> = emptyMap(),
    public val withheld: Long = 0,
    public val unsampled: Long = 0,
) {
    internal companion object {
        fun of(json: String): Stats {
            val found = Json.readMap(json)
            return Stats(
                found["producer"] as String?,
                found["directory"] as String?,
                (found["mode"] as String?)?.let { Mode.valueOf(it.uppercase()) } ?: Mode.LOCAL,
                FlushReport.number(found["written"]),
                FlushReport.counts(found["dropped"]),
                FlushReport.number(found["bytes"]),
                FlushReport.number(found["quota_bytes"]),
                emptyMap(),
                FlushReport.number(found["withheld"]),
                FlushReport.number(found["unsampled"]),
            )
        }
    }
}
