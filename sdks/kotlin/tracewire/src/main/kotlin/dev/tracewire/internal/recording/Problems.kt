package dev.tracewire.internal.recording

import dev.tracewire.TracewireException
import dev.tracewire.internal.json.Json
import java.util.concurrent.ConcurrentHashMap

/** What goes wrong in recording: counted by a code, said once for each code, thrown in strict mode alone. */
internal class Problems(
    /** Says a sentence to whoever runs the program. */
    @Volatile var notice: ((String) -> Unit)? = null,
) {
    private val counts = ConcurrentHashMap<String, Long>()

    /** Whether they are thrown. */
    @Volatile
    var isStrict: Boolean = false

    /**
     * What strict mode has to throw once the record that is being written stands; by thread, for others write
     * meanwhile.
     */
    private val owedHere = ThreadLocal<TracewireException?>()

    @Volatile
    private var owesSomewhere = false

    /** Counts something, says it the first time, and in strict mode throws it. */
    fun note(code: String, message: String, cause: Throwable? = null) {
        count(code, message)
        if (isStrict) throw TracewireException(code, message, cause)
    }

    /** The same in the middle of a record, which is completed first; see [settle]. */
    fun noteLater(code: String, message: String, cause: Throwable? = null) {
        count(code, message)
        if (isStrict && owedHere.get() == null) {
            owedHere.set(TracewireException(code, message, cause))
            owesSomewhere = true
        }
    }

    /** Throws what is owed. */
    fun settle() {
        if (!owesSomewhere) return
        val owed = owedHere.get() ?: return
        owedHere.remove()
        throw owed
    }

    /** Counts and says, whatever the mode. */
    fun count(code: String, message: String, count: Long = 1) {
        if (counts.merge(code, count, Long::plus) == count) say(message)
    }

    /** How often something was counted. */
    fun countOf(code: String): Long = counts[code] ?: 0

    /** Counts anew. */
    fun forget(code: String) {
        counts.remove(code)
    }

    /** By code, for a report. */
    fun report(): Map<String, Long> = counts.toSortedMap()

    /** Says something to whoever runs the program; never an exception of theirs. */
    fun say(message: String): Unit = Notices.say(notice, message)
}

/** Texts for messages. */
internal object Texts {
    private const val MOST_SHOWN = 80

    /** A value for a message. Code of the host is not run for it. */
    fun shown(value: Any?): String = when (value) {
        is String -> short(StringBuilder().also { Json.quote(it, value) }.toString())
        null, is Number, is Boolean, is Char -> short(value.toString())
        is Enum<*> -> value.name
        is Function<*> -> "a function"
        else -> "a ${typeName(value)}"
    }

    /** What an object is called by its class. */
    fun typeName(value: Any?): String = if (value == null) "null" else short(value.javaClass.name)

    /** A text that a program gave, or the text of something else. */
    fun textOf(value: Any?): String = try {
        value.toString()
    } catch (_: Exception) {
        typeName(value)
    }

    private fun short(text: String): String = if (text.length <= MOST_SHOWN) text else text.take(MOST_SHOWN) + "…"
}
