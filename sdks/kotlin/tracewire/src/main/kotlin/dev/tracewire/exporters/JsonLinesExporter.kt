package dev.tracewire.exporters

import java.io.File
import java.io.FileOutputStream
import java.nio.file.Files
import java.nio.file.StandardCopyOption

/**
 * Appends envelopes to a file of JSON Lines, one envelope a line.
 *
 * With a limit, a file that would grow beyond it is moved to `<path>.1`, that one to `<path>.2`, and so on. Several
 * processes may write to one file without a limit.
 *
 * ```kotlin
 * Tracewire.init { exporters(JsonLinesExporter("traces.jsonl", maxBytes = 50_000_000)) }
 * ```
 *
 * @param path the file, made when the first envelope is there.
 * @param maxBytes the size that a file does not exceed, unless a single envelope does; null for no limit.
 * @param keep how many files to keep besides the current one; the oldest is removed.
 * @param fsync whether each batch is on the disk before it counts as delivered.
 * @param name names the destination; the file's path by default.
 * @throws IllegalArgumentException for limits that are none.
 */
public class JsonLinesExporter
@JvmOverloads
constructor(
    path: String = "tracewire.jsonl",
    private val maxBytes: Long? = null,
    private val keep: Int = 4,
    private val fsync: Boolean = false,
    name: String? = null,
) : Exporter {
    private val file = File(path).absoluteFile

    init {
        require(maxBytes == null || maxBytes > 0) { "maxBytes must be positive: $maxBytes" }
        require(keep >= 0) { "keep must not be negative: $keep" }
    }

    override val name: String = name ?: "jsonl:$file"

    override val usesEvents: Boolean get() = false

    /** Appends the envelopes; when it returns, they are with the system. */
    override fun export(batch: Batch) {
        var lines = ArrayList<ByteArray>()
        var size = if (maxBytes == null) 0 else file.length()
        for (envelope in batch.envelopes) {
            if (maxBytes != null && size > 0 && size + envelope.size + 1 > maxBytes) {
                append(lines)
                rotate()
                lines = ArrayList()
                size = 0
            }
            lines.add(envelope)
            size += envelope.size + 1
        }
        append(lines)
    }

    private fun append(envelopes: List<ByteArray>) {
        if (envelopes.isEmpty()) return
        file.parentFile?.mkdirs()
        FileOutputStream(file, true).use { out ->
            // In one write, so that lines of several processes stay whole.
            out.write(Bytes.joined(envelopes, "", "\n", "\n"))
            if (fsync) out.fd.sync()
        }
    }

    private fun rotate() {
        if (keep == 0) file.delete()
        for (number in keep downTo 1) {
            val from = if (number == 1) file else File("$file.${number - 1}")
            if (!from.exists()) continue
            Files.move(from.toPath(), File("$file.$number").toPath(), StandardCopyOption.REPLACE_EXISTING)
        }
    }
}

/** Envelopes one after the other. */
internal object Bytes {
    fun joined(envelopes: List<ByteArray>, before: String, between: String, after: String): ByteArray {
        val out = java.io.ByteArrayOutputStream(envelopes.sumOf { it.size + between.length } + 2)
        out.write(before.encodeToByteArray())
        envelopes.forEachIndexed { index, envelope ->
            if (index > 0) out.write(between.encodeToByteArray())
            out.write(envelope)
        }
        out.write(after.encodeToByteArray())
        return out.toByteArray()
    }
}
