package dev.tracewire

/**
 * Gives a type a form of its own wherever it is recorded or encoded.
 *
 * ```kotlin
 * class Account(val id: String, private val key: String) : Recordable {
 *     override fun toRecorded(): Any? = mapOf("id" to id)
 * }
 * ```
 */
public fun interface Recordable {
    /** What is recorded in the object's place: any value. What it throws costs the value, never the program. */
    public fun toRecorded(): Any?
}
