package dev.tracewire.protocols

/**
 * What a short name of an event stands for.
 *
 * @property event the registry's event.
 * @property sets attributes that the name says.
 * @property fails whether it says that something failed.
 */
internal class Alias(val event: String, val sets: Map<String, String> = emptyMap(), val fails: Boolean = false)
