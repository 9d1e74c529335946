//! Times as people type them.

use std::str::FromStr;

use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use tracewire_store::search::Moment;
use tracewire_wire::time::Timestamp;

/// A length of time: `90s`, `15m`, `1h`, `2d`, `1w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(pub i64);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("`{text}` is no length of time: a number and a unit is expected, such as 90s, 15m, 1h, 2d, 1w");
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let seconds = match &text[digits.len()..] {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(expected()),
        };
        let number: i64 = digits.parse().ok().filter(|number| *number >= 0).ok_or_else(expected)?;
        number.checked_mul(seconds * 1_000_000_000).map(Age).ok_or_else(expected)
    }
}

/// A moment: RFC 3339, a date, or a date and a time of day where one lives.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(Moment(time)) = text.parse() {
        return Ok(time);
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0)));
    let zoned = civil.and_then(|civil| civil.to_zoned(TimeZone::system()).ok());
    let nanos = zoned.and_then(|zoned| i64::try_from(zoned.timestamp().as_nanosecond()).ok());
    nanos
        .map(Timestamp)
        .ok_or_else(|| format!("`{text}` is no time: 2026-11-21, 2026-11-21T04:30 or 2026-11-21T04:30:00Z is expected"))
}

/// From when to when.
#[derive(Args, Clone, Debug, Default)]
pub struct When {
    /// Only what is no older than this: 90s, 15m, 1h, 2d, 1w
    #[arg(long, value_name = "AGE", conflicts_with = "since")]
    pub last: Option<Age>,
    /// Only from this time on: 2026-11-21, 2026-11-21T04:30, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Only before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub until: Option<Timestamp>,
}

impl When {
    /// The first moment, seen from the present.
    pub fn from(&self, now: Timestamp) -> Option<Timestamp> {
        self.last.map(|age| Timestamp(now.0.saturating_sub(age.0))).or(self.since)
    }

    /// Whether it says anything.
    pub fn is_some(&self) -> bool {
        self.last.is_some() || self.since.is_some() || self.until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_units() {
        let age = |text: &str| text.parse::<Age>().ok().map(|age| age.0 / 1_000_000_000);
        assert_eq!(
            [age("90s"), age("15m"), age("1h"), age("2d"), age("1w")].map(Option::unwrap),
            [90, 900, 3600, 172_800, 604_800]
        );
        for bad in ["", "1", "h", "-1h", "1.5h", "1y", "99999999999999w", "1é"] {
            assert_eq!(age(bad), None, "{bad}");
        }
    }

    #[test]
    fn moments_are_dates_or_more() {
        assert_eq!(moment("2026-11-21T04:30:00Z").unwrap().0, 1_795_235_400_000_000_000);
        let (day, later) = (moment("2026-11-21").unwrap(), moment("2026-11-21T04:30").unwrap());
        assert_eq!(later.0 - day.0, 16_200_000_000_000);
        assert!(moment("soon").unwrap_err().contains("2026-11-21T04:30:00Z is expected"));
    }
}
