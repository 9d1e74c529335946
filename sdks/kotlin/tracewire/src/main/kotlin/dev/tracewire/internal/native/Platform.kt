package dev.tracewire.internal.native

/** What differs between the JVM of a desktop or server and the one of a phone. */
internal object Platform {
    val isAndroid: Boolean = System.getProperty("java.vm.name") == "Dalvik"
}
