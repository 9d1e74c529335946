package dev.tracewire.exporters

import dev.tracewire.Delimiter
import dev.tracewire.Format
import dev.tracewire.Formats
import dev.tracewire.WriteOptions
import java.io.File
import java.io.FileOutputStream

/**
 * Appends events to a table, one row for each: RFC 4180, with contents in their places. A missing member is an empty
 * cell, and decoding the text gives the rows back. An event that came twice has the same `producer` and `seq`.
 *
 * ```kotlin
 * Tracewire.init { exporters(CsvExporter("events.csv")) }
 * ```
 *
 * @param path the file, made when the first event is there.
 * @param stream written to instead of a file.
 * @param delimiter what separates cells.
 * @param formulaSafe whether a `'` is put before texts that a spreadsheet would take for a formula. Lossy.
 * @param name names the destination; the file's path by default.
 */
public class CsvExporter
@JvmOverloads
constructor(
    path: String = "tracewire.csv",
    private val stream: Appendable? = null,
    private val delimiter: Delimiter? = null,
    private val formulaSafe: Boolean = false,
    name: String? = null,
) : Exporter {
    private val file = File(path).absoluteFile
    private var hasHeader = false

    override val name: String = name ?: if (stream == null) "csv:$file" else "csv:stream"

    override val onlyThisProcess: Boolean get() = stream != null

    /** Appends the rows; when it returns, they are with the system. */
    override fun export(batch: Batch) {
        if (stream != null) {
            stream.append(text(batch, !hasHeader))
            hasHeader = true
            return
        }
        file.parentFile?.mkdirs()
        FileOutputStream(file, true).use { it.write(text(batch, file.length() == 0L).encodeToByteArray()) }
    }

    /**
     * Each batch has all columns in one order, whatever its events have: a row before them says so, under names
     * that keep their order when they are sorted, and is cut off again.
     */
    private fun text(batch: Batch, withHeader: Boolean): String {
        val header = if (withHeader) COLUMNS.joinToString((delimiter ?: Delimiter.COMMA).sign) + "\r\n" else ""
        val all = COLUMNS.indices.associate { nameOf(it) to 0 }
        val rows = listOf(all) + batch.events().map { rowOf(batch.producer, it) }
        val options = WriteOptions(delimiter, formulaSafe = formulaSafe, keepTags = true)
        val table = Formats.encode(rows, Format.CSV, options)
        val second = table.indexOf("\r\n") + 2
        return header + table.substring(table.indexOf("\r\n", second) + 2)
    }

    private companion object {
        /** TW-CSV-005. */
        val COLUMNS = listOf("producer", "seq", "type", "time", "trace_id", "span_id", "parent_id", "kind") +
            listOf("status", "duration_nanos", "nonce", "body", "other")

        fun nameOf(index: Int): String = ('a' + index).toString()

        /** An event's members by column; what no column names is in `other`. */
        fun rowOf(producer: String, event: Map<String, Any?>): Map<String, Any?> {
            val row = LinkedHashMap<String, Any?>()
            row[nameOf(0)] = producer
            val other = LinkedHashMap<String, Any?>()
            for ((name, value) in event) {
                val index = COLUMNS.indexOf(name)
                if (index > 0 && name != "other") row[nameOf(index)] = value else other[name] = value
            }
            if (other.isNotEmpty()) row[nameOf(COLUMNS.size - 1)] = other
            return row
        }
    }
}
