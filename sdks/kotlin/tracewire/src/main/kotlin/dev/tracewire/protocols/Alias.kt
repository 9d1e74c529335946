package dev.tracewire.protocols

/** What a short name of an event stands for: the event, the attributes that it sets, and whether it says that something failed. */
internal class Alias(
    val event: String,
    val sets: Map<String, String>,
    val fails: Boolean,
)
