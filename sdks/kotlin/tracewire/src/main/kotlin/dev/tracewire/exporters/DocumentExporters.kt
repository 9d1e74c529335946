package dev.tracewire.exporters

import dev.tracewire.Delimiter
import dev.tracewire.Format
import dev.tracewire.Formats
import dev.tracewire.WriteOptions
import java.io.File
import java.nio.file.Files
import java.nio.file.StandardCopyOption

/** Where a document of each envelope goes: a folder, or whatever texts can be appended to. */
public abstract class DocumentExporter internal constructor(
    private val suffix: String,
    folder: String,
    private val stream: Appendable?,
    private val flatten: Boolean,
    name: String?,
) : Exporter {
    private val folder = File(folder).absoluteFile

    override val name: String = name ?: if (stream == null) "$suffix:${this.folder}" else "$suffix:stream"

    /** An envelope alone has references; rows have what they stand for. */
    override val usesEvents: Boolean get() = flatten

    /** A stream is this process's; what another one has left does not belong there. */
    override val onlyThisProcess: Boolean get() = stream != null

    /** Writes the documents, whole; one that comes twice replaces itself. */
    override fun export(batch: Batch) {
        var at = 0
        batch.documents().forEachIndexed { index, document ->
            val count = (document["events"] as List<*>).size
            val rows = if (flatten) FlatRows.of(batch.events().subList(at, at + count)) else emptyList()
            at += count
            // The one that closes a journal mostly holds nothing.
            if (flatten && rows.isEmpty()) return@forEachIndexed
            val text = if (flatten) rows(rows) else document(batch.envelopes[index], stream == null)
            write(batch.producer, document["first_seq"], text)
        }
    }

    private fun write(producer: String, first: Any?, text: String) {
        if (stream != null) {
            stream.append(text).append(between())
            return
        }
        Files.createDirectories(folder.toPath())
        val name = producer.replace(Regex("[^\\p{L}\\p{N}_-]"), "_").take(MOST_NAME_CHARS) + "-$first.$suffix"
        val whole = Files.createTempFile(folder.toPath(), ".", ".tmp")
        try {
            Files.write(whole, text.encodeToByteArray())
            Files.move(whole, File(folder, name).toPath(), StandardCopyOption.REPLACE_EXISTING)
        } finally {
            // It is there still where the disk had no room, and the batch comes again.
            Files.deleteIfExists(whole)
        }
    }

    /** What ends a document in a stream. */
    internal open fun between(): String = "\n"

    /** The text of an envelope. */
    internal abstract fun document(envelope: ByteArray, isFile: Boolean): String

    /** The text of rows. */
    internal abstract fun rows(rows: List<Map<String, Any?>>): String

    private companion object {
        const val MOST_NAME_CHARS = 150
    }
}

/**
 * Writes each envelope as a JSON document of its own: in a folder as `<producer>-<number of the first event>.json`.
 *
 * ```kotlin
 * Tracewire.init { exporters(JsonExporter("traces", indent = 2)) }
 * ```
 *
 * @param folder made when the first document is there.
 * @param stream written to instead of a folder.
 * @param indent spaces for each level, for people; by default the document is the envelope's canonical bytes.
 * @param flatten whether tables of events are written instead: short, and not made to be read back.
 * @param name names the destination; the folder's path by default.
 */
public class JsonExporter
@JvmOverloads
constructor(
    folder: String = "tracewire-json",
    stream: Appendable? = null,
    private val indent: Int? = null,
    flatten: Boolean = false,
    name: String? = null,
) : DocumentExporter("json", folder, stream, flatten, name) {
    override fun document(envelope: ByteArray, isFile: Boolean): String {
        if (indent == null) return envelope.decodeToString()
        val options = WriteOptions(indent = indent)
        val text = Formats.convert(envelope.decodeToString(), Format.JSON, Format.JSON, options)
        return if (isFile) text + "\n" else text
    }

    override fun rows(rows: List<Map<String, Any?>>): String =
        Formats.encode(rows, Format.JSON, WriteOptions(indent = indent, keepTags = true))
}

/**
 * Writes each envelope as a TOON document, for language models to read; decoding gives the envelope back, to the last
 * byte of its digest. With [flatten] a document is a table: one row for each event, which is much shorter.
 *
 * @param folder made when the first document is there.
 * @param stream written to instead of a folder.
 * @param delimiter what separates cells; a tab is mostly the fewest tokens.
 * @param flatten whether tables of events are written instead.
 * @param name names the destination; the folder's path by default.
 */
public class ToonExporter
@JvmOverloads
constructor(
    folder: String = "tracewire-toon",
    stream: Appendable? = null,
    private val delimiter: Delimiter? = null,
    flatten: Boolean = false,
    name: String? = null,
) : DocumentExporter("toon", folder, stream, flatten, name) {
    override fun between(): String = "\n\n"

    override fun document(envelope: ByteArray, isFile: Boolean): String =
        Formats.convert(envelope.decodeToString(), Format.JSON, Format.TOON, WriteOptions(delimiter))

    override fun rows(rows: List<Map<String, Any?>>): String =
        Formats.encode(rows, Format.TOON, WriteOptions(delimiter, keepTags = true))
}
