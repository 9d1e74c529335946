package dev.tracewire

/** The version of this package. */
internal const val VERSION: String = "0.1.0"
