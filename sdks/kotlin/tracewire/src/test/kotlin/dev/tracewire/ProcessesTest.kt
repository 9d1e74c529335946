package dev.tracewire

import com.sun.jna.Platform
import dev.tracewire.internal.native.Native
import dev.tracewire.programs.Program
import dev.tracewire.testing.Testing
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import dev.tracewire.internal.ffi.testingRead as nativeTestingRead
import dev.tracewire.internal.ffi.testingSealDirectory as nativeTestingSealDirectory

/** Programs of their own: what survives them, and where their settings come from. */
class ProcessesTest {
    @TempDir
    lateinit var folder: File

    /** Runs a program; gives what it printed. */
    private fun run(
        program: String,
        vararg environment: Pair<String, String>,
        exit: Int = 0,
        limits: List<String> = emptyList(),
    ): String {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val line = listOf(java, "-cp", System.getProperty("java.class.path"), Program::class.java.name, program)
        val builder = ProcessBuilder(limits + line)
        builder.directory(folder)
        builder.environment().putAll(environment)
        val said = File(folder, "$program.txt")
        builder.redirectOutput(said).redirectError(ProcessBuilder.Redirect.DISCARD)
        val process = builder.start()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        assertEquals(exit, process.exitValue())
        return said.readText().trim()
    }

    /** The library that comes in the jar. */
    private fun library(): ByteArray {
        val name = "/${Platform.RESOURCE_PREFIX}/${System.mapLibraryName("tracewire_uniffi")}"
        return checkNotNull(Native::class.java.getResource(name)).readBytes()
    }

    private fun events(): List<Map<*, *>> {
        val directory = File(folder, ".tracewire").path
        return (
            Formats.decode(nativeTestingRead(directory)) as List<*>
            ).map { it as Map<*, *> }
    }

    @Test
    fun `what was recorded survives the death of the process`() {
        assertNull(Native.problem)
        run("dies", exit = 9)
        val (start, update) = events()
        assertEquals("question", (start["body"] as Map<*, *>)["input"])
        assertEquals(mapOf("k" to 1L), (update["body"] as Map<*, *>)["attributes"])
        val journal = checkNotNull(
            File(folder, ".tracewire").walk().first {
                it.isFile && it.length() > 100 &&
                    it.extension != "json"
            },
        )
        assertTrue(Testing.seal(Testing.recover(journal.readBytes())).envelopes.isNotEmpty())
    }

    @Test
    fun `settings come from the environment and the nearest file, and the step that started a process is above it`() {
        File(folder, "tracewire.toml").writeText("service = \"of-file\"\nrelease = \"7\"\n")
        val parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        run("ends", "TRACEWIRE_SERVICE" to "of-environment", "TRACEPARENT" to parent)
        val (start) = events()
        assertEquals("b7ad6b7169203331", start["parent_id"])
        val envelope = nativeTestingSealDirectory(File(folder, ".tracewire").path).envelopes.first()
        val resource = (Formats.decode(envelope) as Map<*, *>)["resource"] as Map<*, *>
        assertEquals("of-environment", resource["service.name"])
        assertEquals("7", resource["service.version"])
    }

    @Test
    fun `a disk without room costs records that are counted, and nothing else`() {
        // In a file of its own: the copy out of the jar would be larger than a file may be.
        val library = File(folder, "library.so").apply { writeBytes(library()) }
        val limits = listOf("bash", "-c", "ulimit -f 300; exec \"$0\" \"$@\"")
        assertEquals(
            "1000 2000 [file_size_limit] true",
            run("fills", "TRACEWIRE_NATIVE" to library.path, limits = limits),
        )
    }

    @Test
    fun `without the library nothing is recorded, which is counted, and strict mode throws`() {
        val nowhere = "TRACEWIRE_NATIVE" to File(folder, "nowhere.so").path
        assertEquals("7 0 {unavailable=1} [unavailable]", run("reports", nowhere))
        val said = run("strict", nowhere)
        assertTrue(said.startsWith("unavailable: the native library cannot be loaded: "), said)
        assertTrue(said.endsWith("or name a library by TRACEWIRE_NATIVE"), said)
    }

    @Test
    fun `a library of another release records nothing, and the error names both`() {
        val other = File(folder, "other.so")
        // Each byte is a character of this charset, so nothing else of the file changes.
        val text = library().toString(Charsets.ISO_8859_1).replace("0.1.0\u0000", "0.2.0\u0000")
        other.writeText(text, Charsets.ISO_8859_1)
        val native = "TRACEWIRE_NATIVE" to other.path
        assertEquals("7 0 {unavailable=1} [library]", run("reports", native))
        assertEquals(
            "library: the native library is 0.2.0 and speaks contract 1, this package is 0.1.0 and speaks 1: " +
                "use the library of the same release",
            run("strict", native),
        )
    }

    @Test
    fun `no thread is started before something is recorded`() {
        assertEquals("[]", run("idle"))
    }
}
