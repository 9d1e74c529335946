package dev.tracewire

import dev.tracewire.internal.formats.FormatOptions
import dev.tracewire.internal.formats.FromWire
import dev.tracewire.internal.formats.Whole
import dev.tracewire.internal.json.Json
import dev.tracewire.internal.native.Native
import dev.tracewire.internal.native.lending
import dev.tracewire.internal.ffi.convert as nativeConvert
import dev.tracewire.internal.ffi.decode as nativeDecode

/** A format of the wire. */
public enum class Format(internal val wire: String) {
    /** Any value; canonical (RFC 8785): equal values have equal bytes. */
    JSON("json"),

    /** The items of a list, one in each line; each line canonical JSON. */
    JSONL("jsonl"),

    /** Any value as TOON 4.4, for language models to read. */
    TOON("toon"),

    /** A list of maps as CSV (RFC 4180); missing, null, `""` and `"1"` stay apart. */
    CSV("csv"),

    /** Any value as protobuf, `tracewire.v1`. */
    PROTO("proto"),
    ;

    /** Formats by their names. */
    public companion object {
        /**
         * The format of a name such as `toon`.
         *
         * @throws FormatException `format_unknown` for a name of none.
         */
        @JvmStatic
        public fun of(name: String): Format = entries.firstOrNull { it.wire == name }
            ?: throw FormatException("format_unknown", "$name is not one of ${entries.joinToString { it.wire }}")
    }
}

/** What stands between the cells of TOON and CSV. */
public enum class Delimiter(internal val sign: String) {
    /** `,` */
    COMMA(","),

    /** A tab: mostly the fewest tokens. */
    TAB("\t"),

    /** `|` */
    PIPE("|"),
}

/** How lists of maps are made uniform before they are written. Both change the value, and nothing restores it. */
public enum class Uniform {
    /** A list with maps of several shapes becomes a map of lists. */
    GROUP,

    /** Each map gets all keys, null where there was none. */
    FILL,
}

/**
 * How a value is written.
 *
 * @property delimiter what separates the cells of TOON and CSV: a comma by default.
 * @property indent spaces for each level, of TOON (2 by default) and JSON (by default one line without any): 1 to 64.
 * @property formulaSafe whether a `'` is put before texts of CSV that a spreadsheet would take for a formula. Lossy.
 * @property uniform how lists of maps are made uniform.
 * @property lenient writing: marks stand in the place of what has no form; converting: what writers of TOON get wrong
 *   is mended.
 * @property keepTags whether the value is in the wire's form already, where a map with a key that begins with `$` is a
 *   tag.
 */
public data class WriteOptions
@JvmOverloads
constructor(
    public val delimiter: Delimiter? = null,
    public val indent: Int? = null,
    public val formulaSafe: Boolean = false,
    public val uniform: Uniform? = null,
    public val lenient: Boolean = false,
    public val keepTags: Boolean = false,
)

/**
 * How a value is read.
 *
 * @property delimiter what separates the cells of CSV; TOON says it itself.
 * @property indent spaces for each level of TOON: 2 by default.
 * @property lenient whether what writers of TOON get wrong most is mended.
 * @property keepTags whether tags stay maps in the wire's form.
 */
public data class ReadOptions
@JvmOverloads
constructor(
    public val delimiter: Delimiter? = null,
    public val indent: Int? = null,
    public val lenient: Boolean = false,
    public val keepTags: Boolean = false,
)

/**
 * Values and recordings in every format of the wire.
 *
 * What goes in is any value of the JVM; what that becomes is the table of the specification, section 1. What comes out
 * are maps, lists, texts, `Long`, `Double`, booleans and null; a tag of the wire becomes what it stands for where
 * writing that again gives the same tag (`BigInteger`, `BigDecimal`, `ByteArray`, `Instant`, `LocalDate`, …), and any
 * other stays a [Tag].
 */
public object Formats {
    /**
     * Writes a value as text. JSON has its keys in canonical order; TOON and CSV keep the value's own.
     *
     * ```kotlin
     * Formats.encode(mapOf("rows" to rows), Format.TOON)
     * ```
     *
     * @throws FormatException for what has no form, with its `path`; `csv_shape` for what is no table.
     * @throws IllegalArgumentException for an option that is none of the format's, and for [Format.PROTO], which is
     *   bytes.
     */
    @JvmStatic
    @JvmOverloads
    public fun encode(value: Any?, format: Format = Format.JSON, options: WriteOptions = WriteOptions()): String {
        require(format != Format.PROTO) { "proto is bytes, not text: use encodeToBytes" }
        return encodeToBytes(value, format, options).decodeToString()
    }

    /**
     * The same as bytes: of a text in UTF-8.
     *
     * @throws FormatException as [encode].
     */
    @JvmStatic
    @JvmOverloads
    public fun encodeToBytes(
        value: Any?,
        format: Format = Format.JSON,
        options: WriteOptions = WriteOptions(),
    ): ByteArray {
        val given = FormatOptions.writing(format, options)
        return Whole.encode(value, format.wire, given, options.keepTags, options.lenient)
    }

    /**
     * Reads a value. JSON Lines and CSV give a list.
     *
     * @throws FormatException for what the format does not allow, with its `line`, and `offset` where known.
     */
    @JvmStatic
    @JvmOverloads
    public fun decode(data: ByteArray, format: Format = Format.JSON, options: ReadOptions = ReadOptions()): Any? {
        val given = FormatOptions.reading(format, options)
        val text = Native.refusing { lending(data) { nativeDecode(it, format.wire, given) } }
        val value = Json.read(text.decodeToString())
        return if (options.keepTags) value else FromWire.value(value)
    }

    /** The same for a text. */
    @JvmStatic
    @JvmOverloads
    public fun decode(data: String, format: Format = Format.JSON, options: ReadOptions = ReadOptions()): Any? =
        decode(data.encodeToByteArray(), format, options)

    /**
     * Writes in one format what is read from another, without values of the JVM in between.
     *
     * ```kotlin
     * Formats.convert("id,name\r\n1,plan\r\n", Format.CSV, Format.JSON) // [{"id":1,"name":"plan"}]
     * ```
     *
     * @throws FormatException as [decode] and [encode].
     */
    @JvmStatic
    @JvmOverloads
    public fun convert(
        data: ByteArray,
        from: Format,
        to: Format,
        options: WriteOptions = WriteOptions(),
        reading: ReadOptions = ReadOptions(lenient = options.lenient),
    ): ByteArray {
        val (source, target) = FormatOptions.reading(from, reading) to FormatOptions.writing(to, options)
        return Native.refusing { lending(data) { nativeConvert(it, from.wire, source, to.wire, target) } }
    }

    /** The same for texts. */
    @JvmStatic
    @JvmOverloads
    public fun convert(
        data: String,
        from: Format,
        to: Format,
        options: WriteOptions = WriteOptions(),
        reading: ReadOptions = ReadOptions(lenient = options.lenient),
    ): String = convert(data.encodeToByteArray(), from, to, options, reading).decodeToString()
}
