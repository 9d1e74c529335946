package dev.tracewire.internal.native

import com.sun.jna.NativeLibrary
import dev.tracewire.FlushReport
import dev.tracewire.FormatException
import dev.tracewire.TracewireException
import dev.tracewire.VERSION
import dev.tracewire.internal.Hot
import dev.tracewire.internal.json.Json
import java.io.File
import com.sun.jna.Native as Jna
import dev.tracewire.internal.ffi.TracewireException as Refusal
import dev.tracewire.internal.ffi.internalErrors as nativeInternalErrors
import dev.tracewire.internal.ffi.uniffiEnsureInitialized as nativeUniffiEnsureInitialized

/** The native half: found, loaded and compared once, at its first use. */
internal object Native {
    /** What this package speaks. */
    private const val CONTRACT = 1
    private const val NAME = "tracewire_uniffi"

    /** Names a library of one's own, before the one in the jar. */
    private const val PROPERTY = "tracewire.native"
    private const val VARIABLE = "TRACEWIRE_NATIVE"

    /** Where the generated binding looks for the library. */
    private const val OVERRIDE = "uniffi.component.tracewire.libraryOverride"

    /** Why nothing can be recorded; null where everything can. */
    val problem: TracewireException? by lazy(::load)

    /** Throws [problem], if there is one. */
    fun require() {
        problem?.let { throw TracewireException(it.code, it.message.orEmpty(), it) }
    }

    private fun load(): TracewireException? = try {
        if (Platform.isAndroid) {
            // The package manager has put it where both find it.
            Hot.loadByName(NAME)
            compare(NativeLibrary.getInstance(NAME))
        } else {
            loadFile()
        }
    } catch (thrown: Throwable) {
        // A missing library, one of another platform, a linker that refuses: all of them are LinkageErrors and
        // worse.
        TracewireException(
            "unavailable",
            "the native library cannot be loaded: ${reasonOf(thrown)}; $REMEDY",
            thrown,
        )
    }

    private fun loadFile(): TracewireException? {
        val named = System.getProperty(PROPERTY) ?: System.getenv(VARIABLE)
        val isOwn = named.isNullOrEmpty()
        val file = if (isOwn) Jna.extractFromResourcePath(NAME, Native::class.java.classLoader) else File(named)
        Hot.load(file.absolutePath)
        // The generated binding is not asked: it knows no release, and refuses whatever differs with words of its own.
        val mismatch = compare(NativeLibrary.getInstance(file.absolutePath))
        if (mismatch != null) return mismatch
        if (System.getProperty(OVERRIDE) == null) System.setProperty(OVERRIDE, file.absolutePath)
        nativeUniffiEnsureInitialized()
        // Both have it open. A process that is killed would leave the copy behind for ever; where open files cannot be
        // deleted, JNA does it at the end.
        if (isOwn) file.delete()
        return null
    }

    /** What is wrong with a library's release; null for nothing. */
    private fun compare(library: NativeLibrary): TracewireException? {
        val contract = library.getFunction("tracewire_contract_version").invokeInt(emptyArray())
        val version = library.getFunction("tracewire_library_version").invokeString(emptyArray(), false)
        if (contract == CONTRACT && version == VERSION) return null
        val found = "the native library is $version and speaks contract $contract"
        val own = "this package is $VERSION and speaks $CONTRACT"
        return TracewireException("library", "$found, $own: use the library of the same release")
    }

    private fun reasonOf(thrown: Throwable): String = thrown.message ?: thrown.javaClass.name

    private const val REMEDY =
        "add dev.tracewire:tracewire-native for this platform, or name a library by TRACEWIRE_NATIVE"

    /** Codes of the native half that say nothing of a format. */
    private val OF_THE_LIBRARY = setOf("internal", "unavailable", "config", "io", "closed")

    /** Does what the native half can refuse; a refusal becomes one of the package's own exceptions. */
    inline fun <T> refusing(work: () -> T): T {
        require()
        try {
            return work()
        } catch (refusal: Refusal.Refused) {
            throw translated(refusal)
        }
    }

    /** What the native half stopped inside itself. */
    fun internalErrors(): Map<String, Long> {
        val count = FlushReport.number(Json.readMap(nativeInternalErrors())["count"])
        return if (count > 0) mapOf("internal_error" to count) else emptyMap()
    }

    /** The package's own exception for a refusal. */
    fun translated(refusal: Refusal.Refused): TracewireException {
        val (code, reason) = refusal.code to refusal.reason
        if (code in OF_THE_LIBRARY) return TracewireException(code, reason)
        return FormatException(code, reason, refusal.offset?.toLong(), refusal.line?.toLong(), refusal.path)
    }
}
