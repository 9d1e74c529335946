//! Time on the wire: RFC 3339 in UTC with nine fractional digits (TW-TIME-001).

use crate::error::WireError;
use std::fmt;
use std::str::FromStr;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// A moment: nanoseconds since 1970-01-01 UTC (years 1677 to 2262).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Length of a time as text.
pub(crate) const TIME_TEXT: usize = 30;

impl Timestamp {
    /// The text, in a buffer: `2026-11-21T04:30:00.123456789Z`.
    pub(crate) fn text(self) -> [u8; TIME_TEXT] {
        let moment =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut out = *b"0000-00-00T00:00:00.000000000Z";
        digits(&mut out[0..4], moment.year().unsigned_abs());
        digits(&mut out[5..7], u32::from(u8::from(moment.month())));
        digits(&mut out[8..10], u32::from(moment.day()));
        digits(&mut out[11..13], u32::from(moment.hour()));
        digits(&mut out[14..16], u32::from(moment.minute()));
        digits(&mut out[17..19], u32::from(moment.second()));
        digits(&mut out[20..29], moment.nanosecond());
        out
    }
}

fn digits(out: &mut [u8], mut value: u32) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl FromStr for Timestamp {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        parse(text.as_bytes()).ok_or_else(|| {
            WireError::shape("time", "", "RFC 3339 in UTC with nine fractional digits and `Z` is expected")
        })
    }
}

fn parse(text: &[u8]) -> Option<Timestamp> {
    i64::try_from(moment(text)?.unix_timestamp_nanos()).ok().map(Timestamp)
}

/// Whether a text is a moment of the years 0000 to 9999, which a value may be (TW-TIME-001).
pub(crate) fn is_moment(text: &str) -> bool {
    moment(text.as_bytes()).is_some()
}

fn moment(text: &[u8]) -> Option<OffsetDateTime> {
    let shape = b"dddd-dd-ddTdd:dd:dd.dddddddddZ";
    let fits = text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    if !fits {
        return None;
    }
    let number = |from: usize, to: usize| {
        text.get(from..to).unwrap_or_default().iter().fold(0u32, |value, byte| value * 10 + u32::from(byte - b'0'))
    };
    let small = |from| u8::try_from(number(from, from + 2)).unwrap_or(u8::MAX);
    let month = Month::try_from(small(5)).ok()?;
    let date = Date::from_calendar_date(i32::try_from(number(0, 4)).ok()?, month, small(8)).ok()?;
    let time = Time::from_hms_nano(small(11), small(14), small(17), number(20, 29)).ok()?;
    Some(OffsetDateTime::new_in_offset(date, time, UtcOffset::UTC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_nanoseconds_are_one() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_795_235_400_123_456_789, "2026-11-21T04:30:00.123456789Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
        ] {
            assert_eq!(Timestamp(nanos).to_string(), text);
            assert_eq!(text.parse::<Timestamp>().unwrap(), Timestamp(nanos));
        }
    }

    #[test]
    fn values_may_be_of_other_centuries() {
        for good in ["0000-01-01T00:00:00.000000000Z", "9999-12-31T23:59:59.999999999Z"] {
            assert!(is_moment(good), "{good}");
        }
        assert!(!is_moment("0001-02-29T00:00:00.000000000Z"));
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in [
            "2026-11-21T04:30:00Z",
            "2026-11-21T04:30:00.123456789+00:00",
            "2026-11-21t04:30:00.123456789z",
            "2026-02-29T04:30:00.123456789Z",
            "2026-11-21T24:30:00.123456789Z",
            "2026-11-21T04:30:60.123456789Z",
            "9999-11-21T04:30:00.123456789Z",
        ] {
            assert_eq!(bad.parse::<Timestamp>().unwrap_err().code(), "time", "{bad}");
        }
    }
}
