//! A time as people and programs write it.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::str::FromStr;
use tracewire_wire::time::Timestamp;

/// A time in a query: RFC 3339 with any offset and any number of fractional digits, or nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse(text).map(Moment).ok_or_else(|| {
            format!("`{text}` is no time: RFC 3339 such as 2026-11-21T04:30:00Z is expected, or nanoseconds since 1970")
        })
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    // `2026-11-21T04:30:00`, then a fraction, then `Z` or `+01:30`.
    let (clock, rest) = text.split_at_checked(19)?;
    let clock = clock.replace([' ', 't'], "T");
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(zone_at);
    let digits = match fraction.strip_prefix('.') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        None if fraction.is_empty() => "",
        _ => return None,
    };
    // What is finer than a nanosecond is let go.
    let digits: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
    let local: Timestamp = format!("{clock}.{digits}Z").parse().ok()?;
    Some(Timestamp(local.0.checked_sub(offset_nanos(zone)?)?))
}

fn offset_nanos(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<i64>().ok() } else { None }
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some(sign * (hours * 3600 + minutes * 60) * 1_000_000_000)
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Moment;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a time: RFC 3339 as text, or nanoseconds since 1970 as an integer")
            }

            fn visit_i64<E>(self, nanos: i64) -> Result<Moment, E> {
                Ok(Moment(Timestamp(nanos)))
            }

            fn visit_u64<E: de::Error>(self, nanos: u64) -> Result<Moment, E> {
                let nanos = i64::try_from(nanos).map_err(|_| E::custom("a time beyond the year 2262"))?;
                self.visit_i64(nanos)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                text.parse().map_err(E::custom)
            }

            // Nanoseconds since 1970 are beyond 2^53: the value model tags them.
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Moment, A::Error> {
                match map.next_entry::<String, String>()? {
                    Some((tag, digits)) if tag == "$int" => {
                        digits.parse().map(|nanos| Moment(Timestamp(nanos))).map_err(de::Error::custom)
                    }
                    Some((tag, text)) if tag == "$time" => self.visit_str(&text),
                    _ => Err(de::Error::custom("a time is expected: RFC 3339 as text, or nanoseconds as an integer")),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, nanos) in [
            ("2026-11-21T04:30:00Z", 1_795_235_400_000_000_000),
            ("2026-11-21 04:30:00.5z", 1_795_235_400_500_000_000),
            ("2026-11-21T06:00:00.123456789123+01:30", 1_795_235_400_123_456_789),
            ("2026-11-20T23:30:00-05:00", 1_795_235_400_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Moment(Timestamp(nanos))), "{text}");
        }
        for bad in [
            "",
            "2026-11-21",
            "2026-11-21T04:30:00",
            "2026-13-21T04:30:00Z",
            "2026-11-21T04:30:00.Z",
            "yesterday",
            "2026-11-21T04:30:00+0130",
            "2026-11-21T04:30:00+25:00",
            "2026-11-21T04:30:00Zulu",
            "é026-11-21T04:30:00Z",
        ] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }
}
