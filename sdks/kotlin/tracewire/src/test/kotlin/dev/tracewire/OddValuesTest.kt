package dev.tracewire

import java.math.BigDecimal
import java.math.BigInteger
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals

/** Values that JSON has no word for, each with the one form that all languages give it. */
class OddValuesTest {
    private enum class Colour {
        RED,
        GREEN {
            override fun toString() = "a colour"
        },
    }

    private fun json(value: Any?): String =
        Formats.encode(value, options = WriteOptions(lenient = true)).replace("\"$", "\"@")

    @Test
    fun `integers of any size keep all their digits`() {
        assertEquals("9007199254740991", json(9007199254740991L))
        assertEquals("""{"@int":"9007199254740992"}""", json(9007199254740992L))
        assertEquals("""{"@int":"170141183460469231731687303715884105728"}""", json(BigInteger.TWO.pow(127)))
        assertEquals(
            """{"@int":"-340282366920938463463374607431768211457"}""",
            json(-BigInteger.TWO.pow(128) - BigInteger.ONE),
        )
        assertEquals("7", json(BigInteger.valueOf(7)))
        assertEquals("1" + "0".repeat(3000), json(BigInteger.TEN.pow(3000)).filter { it.isDigit() })
    }

    @Test
    fun `unsigned numbers are what they count`() {
        assertEquals("[255,65535,4294967295]", json(listOf(UByte.MAX_VALUE, UShort.MAX_VALUE, UInt.MAX_VALUE)))
        assertEquals("""{"@int":"18446744073709551615"}""", json(ULong.MAX_VALUE))
        assertEquals("7", json(7uL))
    }

    @Test
    fun `decimals keep the digits that they were given`() {
        assertEquals("""{"@decimal":"1.500"}""", json(BigDecimal("1.500")))
        assertEquals("""{"@decimal":"0.00"}""", json(BigDecimal("0.00")))
        assertEquals("""{"@decimal":"1E+3"}""", json(BigDecimal("1E+3")))
        assertEquals("""{"@decimal":"-0.1"}""", json(BigDecimal("-0.1")))
    }

    @Test
    fun `floats are what they are, and whole ones are integers`() {
        assertEquals("[0.10000000149011612,0.1,3,0]", json(listOf(0.1f, 0.1, 3.0, -0.0)))
        val ends = listOf(Float.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
        assertEquals("""[{"@float":"NaN"},{"@float":"Infinity"},{"@float":"-Infinity"}]""", json(ends))
        assertEquals("5e-324", json(Double.MIN_VALUE))
    }

    @Test
    fun `keys of any type are their canonical text`() {
        val map = linkedMapOf(null to 1, 2 to 2, 2.5 to 3, true to 4, listOf(1, "b") to 5, Colour.RED to 6, 'c' to 7)
        assertEquals("""{"2":2,"2.5":3,"RED":6,"[1,\"b\"]":5,"c":7,"null":1,"true":4}""", json(map))
    }

    @Test
    fun `enums are their names, whatever they print`() {
        assertEquals("""["RED","GREEN","SECONDS"]""", json(listOf(Colour.RED, Colour.GREEN, TimeUnit.SECONDS)))
    }

    @Test
    fun `what contains itself is marked where it comes again`() {
        val map = LinkedHashMap<String, Any?>()
        map["list"] = listOf(map)
        assertEquals("""{"list":[{"@unserializable":"cycle"}]}""", json(map))
        val twice = listOf(1)
        assertEquals("[[1],[1]]", json(listOf(twice, twice)))
        val array = arrayOfNulls<Any>(1).also { it[0] = it }
        assertEquals("""[{"@unserializable":"cycle"}]""", json(array))
    }

    @Test
    fun `half of a surrogate pair is one replacement character`() {
        assertEquals("\"a\uFFFDb\"", json("a\uD83Db"))
        assertEquals("\"\uFFFD\uFFFD\"", json("\uDE00\uD83D"))
        assertEquals("\"\uD83D\uDE00\"", json("\uD83D\uDE00"))
        assertEquals("\"\uFFFD\"", json('\uD83D'))
        assertEquals("{\"\uFFFD\":1}", json(mapOf("\uD83D" to 1)))
    }

    @Test
    @OptIn(ExperimentalUnsignedTypes::class)
    fun `primitive arrays are lists, and those of bytes are bytes`() {
        assertEquals("[1,-2]", json(intArrayOf(1, -2)))
        assertEquals("""[{"@int":"-9223372036854775808"}]""", json(longArrayOf(Long.MIN_VALUE)))
        assertEquals("[1,2]", json(shortArrayOf(1, 2)))
        assertEquals("[true,false]", json(booleanArrayOf(true, false)))
        assertEquals("""["a","b"]""", json(charArrayOf('a', 'b')))
        assertEquals("[0.5]", json(floatArrayOf(0.5f)))
        assertEquals("""[{"@float":"NaN"}]""", json(doubleArrayOf(Double.NaN)))
        assertEquals("""{"@bytes":"AP8="}""", json(byteArrayOf(0, -1)))
        assertEquals("""{"@bytes":"AP8="}""", json(ubyteArrayOf(0u, 255u)))
        assertEquals("[1,4294967295]", json(uintArrayOf(1u, UInt.MAX_VALUE)))
        assertEquals("""[1,{"@int":"18446744073709551615"}]""", json(ulongArrayOf(1u, ULong.MAX_VALUE)))
        assertEquals("[65535]", json(ushortArrayOf(UShort.MAX_VALUE)))
        assertEquals("[[1],null]", json(arrayOf(intArrayOf(1), null)))
    }
}
