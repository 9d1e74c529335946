package dev.tracewire

import dev.tracewire.testing.Testing
import java.math.BigDecimal
import java.math.BigInteger
import java.nio.ByteBuffer
import java.time.Instant
import java.time.LocalDate
import java.time.LocalTime
import java.time.OffsetDateTime
import java.util.Date
import java.util.Optional
import java.util.UUID
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

/** What values of the JVM become, and that none of them breaks a record. */
class ValuesTest {
    private enum class Colour { RED }

    data class Account(val id: String, val limit: Int, private val key: String = "secret")

    class Plain

    class Own(private val form: Any?) : Recordable {
        override fun toRecorded(): Any? = form
    }

    private fun json(value: Any?): String = Formats.encode(value, options = WriteOptions(lenient = true))

    @Test
    fun `numbers keep what they are`() {
        val given = listOf<Any>(1.toByte(), 2.toShort(), 3, 4L, 5.0, -0.0, 1.5f, 0.1, 6.toUByte(), UInt.MAX_VALUE)
        assertEquals("[1,2,3,4,5,0,1.5,0.1,6,4294967295]", json(given))
        val big = listOf(Long.MIN_VALUE, ULong.MAX_VALUE, BigInteger.TEN.pow(30), 1e300)
        assertTrue(
            json(big).startsWith("""[{"${"$"}int":"-9223372036854775808"},{"${"$"}int":"18446744073709551615"},"""),
        )
        assertEquals("""[{"${"$"}float":"NaN"},{"${"$"}float":"-Infinity"}]""", json(listOf(Double.NaN, -1 / 0.0)))
        assertEquals("""{"${"$"}decimal":"1.50"}""", json(BigDecimal("1.50")))
        assertEquals("0.10000000149011612", json(0.1f))
    }

    @Test
    fun `texts, times and bytes have one form`() {
        val uuid = UUID(1, 2)
        assertEquals("""["a","$uuid","RED","builder"]""", json(listOf('a', uuid, Colour.RED, StringBuilder("builder"))))
        assertEquals("\"\uFFFDx\uD83D\uDE00\"", json("\uD800x\uD83D\uDE00"))
        assertEquals("""{"${"$"}bytes":"AAEC"}""", json(byteArrayOf(0, 1, 2)))
        assertEquals("""{"${"$"}bytes":"AQI="}""", json(ByteBuffer.wrap(byteArrayOf(0, 1, 2)).position(1)))
        assertEquals(
            """{"${"$"}time":"2026-11-21T04:30:00.500000000Z"}""",
            json(OffsetDateTime.parse("2026-11-21T05:30:00.5+01:00")),
        )
        assertEquals("""{"${"$"}time":"1969-12-31T23:59:59.999000000Z"}""", json(Date(-1)))
        assertEquals(
            """[{"${"$"}time":"2026-11-21"},{"${"$"}time":"05:30:00.000000000"}]""",
            json(listOf(LocalDate.of(2026, 11, 21), LocalTime.of(5, 30))),
        )
        assertEquals("[1.5,0.25]", json(listOf(java.time.Duration.ofMillis(1500), 250.milliseconds)))
    }

    @Test
    fun `collections, maps and classes have one form`() {
        assertEquals("[1,2]", json(intArrayOf(1, 2)))
        assertEquals("[\"a\",1]", json(setOf(1, "a")))
        assertEquals(
            """{"1":"a","[1,\"b\"]":null,"null":2}""",
            json(linkedMapOf(1 to "a", null to 2, listOf(1, "b") to Unit)),
        )
        assertEquals("""{"first":1,"second":[2]}""", json(1 to arrayOf(2)))
        assertEquals("""{"id":"a","limit":7}""", json(Account("a", 7)))
        assertEquals("[1,null]", json(listOf(Optional.of(1), Optional.empty<Int>())))
        assertEquals("""{"message":"no","type":"java.lang.IllegalStateException"}""", json(IllegalStateException("no")))
        assertEquals("""{"${"$$"}ref":"mine"}""", json(mapOf("${"$"}ref" to "mine")))
        assertEquals("""{"${"$"}unserializable":"dev.tracewire.ValuesTest${"$"}Plain"}""", json(Plain()))
        assertEquals("""{"${"$"}unserializable":"function"}""", json({ 1 }))
        assertEquals("[1,2]", json(Own(listOf(1, 2))))
        val itself = mutableListOf<Any?>(1).also { it.add(it) }
        assertEquals("""[1,{"${"$"}unserializable":"cycle"}]""", json(itself))
    }

    @Test
    fun `what throws while it is read costs the value, never the record`() {
        val hostile = mapOf(
            "list" to object : AbstractList<Int>() {
                override val size get() = error("no size")

                override fun get(index: Int) = 1
            },
            "form" to Recordable { error("no form") },
            "endless" to Recordable { endless() },
            "iterator" to listOf(1).iterator(),
            "fine" to 1,
        )
        val recorded = Testing.recording()
        recorded.use { Tracewire.span("hostile", attributes = hostile) { it.setOutput(hostile["form"]) } }
        val span = recorded.spans().single()
        val attributes = span["attributes"] as Map<*, *>
        val unreadable = mapOf("\$unserializable" to "unreadable")
        assertEquals(unreadable, attributes["list"])
        assertEquals(unreadable, attributes["form"])
        assertEquals(unreadable, attributes["endless"])
        assertEquals(1L, attributes["fine"])
        assertEquals(unreadable, span["output"])
        assertEquals("ok", span["status"])
    }

    private fun endless(): Any? = endless() ?: 1

    @Test
    fun `a value may record something itself while it is read`() {
        val recorded = Testing.recording()
        recorded.use {
            Tracewire.span("outer", input = Recordable { Tracewire.span("inner") { "said" } }) { }
        }
        val spans = recorded.spans().associateBy { it["name"] }
        assertEquals("said", spans["outer"]?.get("input"))
        assertTrue("inner" in spans)
    }

    @Test
    fun `what is too large is cut and says so`() {
        val recorded = Testing.recording { configure { limits = mapOf("text_bytes" to 5L, "depth" to 2L) } }
        recorded.use { Tracewire.span("big", input = listOf("äöüß", listOf(listOf(1)))) { } }
        val (text, nested) = recorded.spans().single()["input"] as List<*>
        assertEquals(mapOf("\$cut" to "äö", "missing_bytes" to 4L), text)
        assertEquals(listOf(mapOf("\$cut" to null, "missing_depth" to 1L)), nested)
    }

    @Test
    fun `values come back as what they were`() {
        val values = listOf(
            1L,
            1.5,
            "x",
            BigInteger.TEN.pow(20),
            BigDecimal("1.50"),
            Instant.parse("2026-11-21T04:30:00.123456789Z"),
        )
        assertEquals(values, Formats.decode(Formats.encode(values)))
        val tag = Tag(mapOf("\$ref" to "sha256:00"))
        assertEquals(
            listOf(tag, mapOf("\$ref" to "mine")),
            Formats.decode("""[{"${"$"}ref":"sha256:00"},{"${"$$"}ref":"mine"}]"""),
        )
        assertEquals("""{"${"$"}ref":"sha256:00"}""", Formats.encode(tag))
        assertEquals("id,name\r\n1,plan\r\n", Formats.convert("""[{"id":1,"name":"plan"}]""", Format.JSON, Format.CSV))
        val toon = Formats.encode(mapOf("rows" to listOf(mapOf("id" to 1), mapOf("id" to 2))), Format.TOON)
        assertEquals("rows[2]{id}:\n  1\n  2", toon)
    }

    @Test
    fun `formats refuse with a code and the place`() {
        val syntax = assertFailsWith<FormatException> { Formats.decode("{\"a\":1,}") }
        assertEquals("line 1, byte 7: a key is expected", syntax.message?.take(33))
        assertEquals(7L, syntax.offset)
        val strict = assertFailsWith<FormatException> { Formats.encode(mapOf("a" to listOf(1, Plain()))) }
        assertEquals("value_unserializable" to "/a/1", strict.code to strict.path)
        assertEquals("format_unknown", assertFailsWith<FormatException> { Format.of("xml") }.code)
        assertFailsWith<IllegalArgumentException> { Formats.encode(1, Format.TOON, WriteOptions(formulaSafe = true)) }
        val line = """{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}""".encodeToByteArray()
        assertEquals(listOf("TW0107"), Validation.validate(line).findings.map { it.code })
    }
}
