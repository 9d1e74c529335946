//! Numbers for people: three digits and a unit.

use std::collections::BTreeMap;

use jiff::Zoned;
use jiff::tz::TimeZone;
use tracewire_insight::{Decimal, Money};
use tracewire_wire::time::Timestamp;

/// `850 ns`, `12.3 µs`, `312 ms`, `2.10 s`, `2m 03s`, `1h 02m`, `3d 04h`.
pub fn duration(nanos: u64, micro: &str) -> String {
    let three = |value: f64, unit: &str| {
        let decimals = if value < 9.995 {
            2
        } else if value < 99.95 {
            1
        } else {
            0
        };
        format!("{value:.decimals$} {unit}")
    };
    let value = nanos as f64;
    let seconds = nanos.saturating_add(500_000_000) / 1_000_000_000;
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..999_500 => three(value / 1e3, &format!("{micro}s")),
        999_500..999_500_000 => three(value / 1e6, "ms"),
        999_500_000..59_950_000_000 => three(value / 1e9, "s"),
        59_950_000_000..3_599_500_000_000 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3_599_500_000_000..86_400_000_000_000 => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// `950`, `1.2k`, `12.3k`, `1.2M`.
pub fn count(number: u64) -> String {
    let scaled =
        |value: f64, unit: &str| if value < 99.95 { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") };
    match number {
        0..1_000 => number.to_string(),
        1_000..999_500 => scaled(number as f64 / 1e3, "k"),
        999_500..999_500_000 => scaled(number as f64 / 1e6, "M"),
        _ => scaled(number as f64 / 1e9, "G"),
    }
}

/// `3,004`: all digits, in groups.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 step`, `2 steps`.
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `512 B`, `1.2 kB`, `3.4 MB`.
pub fn bytes(number: u64) -> String {
    let value = number as f64;
    match number {
        0..1_000 => format!("{number} B"),
        1_000..999_950 => format!("{:.1} kB", value / 1e3),
        999_950..999_950_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.1} GB", value / 1e9),
    }
}

/// `$0.0421`, `1.20 CHF`: rounded for reading; exact amounts are in `--json`.
pub fn money(money: &Money) -> String {
    let one = |(currency, amount): (&String, &tracewire_insight::Decimal)| {
        let text = amount.to_string();
        let value: f64 = text.parse().unwrap_or(0.0);
        let decimals = match value.abs() {
            size if size == 0.0 || size >= 1.0 => 2,
            size if size >= 0.01 => 4,
            // Two digits that say something.
            size => (1.0 - size.log10().floor()).clamp(2.0, 12.0) as usize,
        };
        let rounded = format!("{value:.decimals$}");
        // Exact and shorter is better: 0.003, not 0.0030.
        let shown = if decimals > 2 && text.len() < rounded.len() { text } else { rounded };
        if currency == "USD" { format!("${shown}") } else { format!("{shown} {}", super::fit(currency, 8, false)) }
    };
    money.0.iter().map(one).collect::<Vec<_>>().join(" + ")
}

/// The same, marked where a part of it was computed from a price list.
pub fn cost(money: &Money, is_computed: bool, glyphs: &super::Glyphs) -> String {
    format!("{}{}", if is_computed { glyphs.computed } else { "" }, self::money(money))
}

/// `2026-11-21`.
pub fn day(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone).map_or_else(|| time.to_string(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// The same of amounts as texts, by currency; `None` where there are none.
pub fn amounts(amounts: &BTreeMap<String, String>) -> Option<String> {
    let parsed = amounts.iter().filter_map(|(currency, amount)| Some((currency.clone(), Decimal::parse(amount)?)));
    let sum = Money(parsed.collect());
    (!sum.0.is_empty()).then(|| money(&sum))
}

fn local(time: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let time = jiff::Timestamp::from_nanosecond(i128::from(time.0)).ok()?;
    Some(time.to_zoned(zone.clone()))
}

/// `Sat 21 Nov 2026 04:30:00 UTC`.
pub fn date_time(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone).map_or_else(|| time.to_string(), |time| time.strftime("%a %-d %b %Y %H:%M:%S %Z").to_string())
}

/// `21 Nov 04:30:00`.
pub fn short_date_time(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone).map_or_else(|| time.to_string(), |time| time.strftime("%e %b %H:%M:%S").to_string())
}

/// `04:30:00.123`.
pub fn clock(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone).map_or_else(|| time.to_string(), |time| time.strftime("%H:%M:%S%.3f").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use tracewire_insight::Decimal;

    #[test]
    fn durations_have_three_digits() {
        for (nanos, shown) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (12_345, "12.3 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (312_000_000, "312 ms"),
            (999_600_000, "1.00 s"),
            (14_210_000_000, "14.2 s"),
            (59_940_000_000, "59.9 s"),
            (59_960_000_000, "1m 00s"),
            (123_000_000_000, "2m 03s"),
            (3_720_000_000_000, "1h 02m"),
            (273_600_000_000_000, "3d 04h"),
        ] {
            assert_eq!(duration(nanos, "µ"), shown);
        }
        assert_eq!(duration(u64::MAX, "u"), "213503d 23h");
    }

    #[test]
    fn counts_bytes_and_groups() {
        assert_eq!([count(950), count(1_234), count(123_456), count(999_700)], ["950", "1.2k", "123k", "1.0M"]);
        assert_eq!([bytes(12), bytes(1_500), bytes(3_400_000)], ["12 B", "1.5 kB", "3.4 MB"]);
        assert_eq!([grouped(7), grouped(1_234_567)], ["7", "1,234,567"]);
        assert_eq!([counted(1, "step"), counted(1_000, "step")], ["1 step", "1,000 steps"]);
    }

    #[test]
    fn money_is_rounded_for_reading() {
        let shown = |currency: &str, amount: &str| {
            money(&Money(BTreeMap::from([(currency.to_owned(), Decimal::parse(amount).unwrap())])))
        };
        assert_eq!(shown("USD", "12.3456"), "$12.35");
        assert_eq!(shown("USD", "0.042112"), "$0.0421");
        assert_eq!(shown("USD", "0.000123456"), "$0.00012");
        assert_eq!(shown("USD", "0.003"), "$0.003");
        assert_eq!(shown("CHF", "2"), "2.00 CHF");
        assert_eq!(shown("USD", "0"), "$0.00");
    }

    #[test]
    fn times_are_local() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let time = Timestamp(1_795_235_400_123_456_789);
        assert_eq!(date_time(time, &TimeZone::UTC), "Sat 21 Nov 2026 04:30:00 UTC");
        assert_eq!(clock(time, &zone), "06:30:00.123");
        assert_eq!(short_date_time(Timestamp(i64::MAX), &TimeZone::UTC), "11 Apr 23:47:16");
    }
}
