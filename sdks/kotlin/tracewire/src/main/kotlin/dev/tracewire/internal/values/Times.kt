package dev.tracewire.internal.values

import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.LocalTime
import java.time.OffsetDateTime
import java.time.ZoneOffset
import java.time.ZonedDateTime
import java.time.temporal.TemporalAccessor
import java.util.Date

/** Moments, dates and times of day in the specification's text form (TW-VAL-006, TW-TIME-001). */
internal object Times {
    private const val LAST_YEAR = 9999
    private val FIRST_SECOND = LocalDateTime.of(0, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC)
    private val LAST_SECOND = LocalDateTime.of(LAST_YEAR, 12, 31, 23, 59, 59).toEpochSecond(ZoneOffset.UTC)

    /** Writes a value of `java.time`. */
    fun write(out: Walker, value: TemporalAccessor) {
        when (value) {
            is Instant -> write(out, value.epochSecond, value.nano)

            is OffsetDateTime -> write(out, value.toEpochSecond(), value.nano)

            is ZonedDateTime -> write(out, value.toEpochSecond(), value.nano)

            is LocalDateTime -> bounded(out, value, value.year) {
                date(value.toLocalDate()) + "T" + time(value.toLocalTime())
            }

            is LocalDate -> bounded(out, value, value.year) { date(value) }

            is LocalTime -> out.time(time(value))

            else -> out.text(value.toString())
        }
    }

    /** Writes a date of the old kind, with milliseconds as it has them; those of SQL say what they mean. */
    fun write(out: Walker, value: Date) {
        val millis = value.time
        when (value.javaClass.name) {
            "java.sql.Timestamp" -> {
                write(out, Math.floorDiv(millis, MILLIS), (value.javaClass.getMethod("getNanos").invoke(value) as Int))
            }

            "java.sql.Date", "java.sql.Time" -> out.text(value.toString())

            else -> {
                write(out, Math.floorDiv(millis, MILLIS), Math.floorMod(millis, MILLIS).toInt() * NANOS_OF_MILLI)
            }
        }
    }

    /** Writes a moment, given by the seconds since 1970 UTC and the nanoseconds of its second. */
    fun write(out: Walker, seconds: Long, nanos: Int) {
        if (seconds !in FIRST_SECOND..LAST_SECOND) {
            out.unserializable("java.time.Instant", Instant.ofEpochSecond(seconds, nanos.toLong()).toString())
            return
        }
        val utc = LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC)
        out.time(date(utc.toLocalDate()) + "T" + time(utc.toLocalTime()) + "Z")
    }

    private inline fun bounded(out: Walker, value: Any, year: Int, text: () -> String) {
        if (year in 0..LAST_YEAR) out.time(text()) else out.unserializable(value.javaClass.name, value.toString())
    }

    private fun date(date: LocalDate): String =
        "${digits(date.year, YEAR_DIGITS)}-${digits(date.monthValue, 2)}-${digits(date.dayOfMonth, 2)}"

    private fun time(time: LocalTime): String =
        "${digits(time.hour, 2)}:${digits(time.minute, 2)}:${digits(time.second, 2)}.${digits(time.nano, NANO_DIGITS)}"

    private fun digits(number: Int, width: Int): String = number.toString().padStart(width, '0')

    private const val MILLIS = 1000L
    private const val NANOS_OF_MILLI = 1_000_000
    private const val YEAR_DIGITS = 4
    private const val NANO_DIGITS = 9
}
