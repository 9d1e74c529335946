package dev.tracewire

import dev.tracewire.testing.Testing
import java.time.Duration
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse

/** Steps that the program forgets end as cancelled, whenever the garbage collector finds them. */
class ForgottenTest {
    /** In a function of its own, so that nothing on the stack keeps the step. */
    private fun forget(): String = Tracewire.startSpan("forgotten").set("a", 1).spanId

    @Test
    fun `a forgotten step ends as cancelled, and one that is kept does not`() {
        val recorded = Testing.recording()
        recorded.use {
            val id = forget()
            val kept = Tracewire.startSpan("kept")
            Tracewire.flush() // What is open then is young no more.
            val until = System.nanoTime() + Duration.ofSeconds(30).toNanos()
            while (recorded.spans().first()["status"] == null && System.nanoTime() < until) {
                System.gc()
                Tracewire.flush()
            }
            val (forgotten, open) = recorded.spans()
            assertEquals(id, forgotten["span_id"])
            assertEquals("cancelled", forgotten["status"])
            assertEquals("the step was dropped without an end", forgotten["status_message"])
            assertFalse("status" in open)
            kept.end()
            Tracewire.flush()
            assertEquals("ok", recorded.spans().last()["status"])
        }
    }
}
