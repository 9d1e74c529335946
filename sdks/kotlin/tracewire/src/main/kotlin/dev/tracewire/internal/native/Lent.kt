package dev.tracewire.internal.native

import java.lang.ref.Reference
import java.nio.ByteBuffer

/**
 * Copies bytes out of the collected heap, where the native half reads them in place, and lends them to one call.
 *
 * What uniffi generates takes the memory's address before it calls, and does not look at the buffer again. Compiled
 * code ends a value's life at its last use, so the collector could free the memory while it is read: it is kept
 * reachable until the call is over.
 */
internal inline fun <T> lending(bytes: ByteArray, length: Int = bytes.size, work: (ByteBuffer) -> T): T {
    val memory = ByteBuffer.allocateDirect(length)
    try {
        memory.put(bytes, 0, length).flip()
        return work(memory)
    } finally {
        Reference.reachabilityFence(memory)
    }
}
