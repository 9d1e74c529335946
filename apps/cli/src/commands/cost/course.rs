//! Costs over time, as a row of bars.

use std::collections::BTreeMap;
use std::io;

use tracewire_insight::{Decimal, Spent};
use tracewire_wire::time::Timestamp;

use crate::term::{Line, Screen, palette, spark, units};

/// Bars.
const COLUMNS: i64 = 40;
/// Lengths of time that people count in, in minutes.
const MINUTES: [i64; 11] = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 10_080, 43_200];
const MINUTE_NANOS: i64 = 60_000_000_000;

/// What was spent in each minute, by currency.
#[derive(Clone, Debug, Default)]
pub(super) struct Course(BTreeMap<String, BTreeMap<i64, Decimal>>);

impl Course {
    /// Adds what a step spent.
    pub(super) fn add(&mut self, start: Timestamp, spent: &Spent<'_>) {
        for (currency, amount) in spent.cost.iter().flat_map(|cost| &cost.0) {
            let minutes = self.0.entry(currency.clone()).or_default();
            let sum = minutes.entry(start.0.div_euclid(MINUTE_NANOS)).or_default();
            *sum = sum.plus(amount);
        }
    }

    /// A row for each currency: from when, the bars, until when, how long one of them is; nothing where all was spent at once.
    ///
    /// # Errors
    /// What the output says.
    pub(super) fn show(&self, screen: &mut Screen<'_>) -> io::Result<()> {
        for (currency, minutes) in &self.0 {
            let (Some((first, _)), Some((last, _))) = (minutes.first_key_value(), minutes.last_key_value()) else {
                continue;
            };
            if first == last {
                continue;
            }
            let (step, bars) = bars(minutes, *first, *last);
            let time = |minute: i64| {
                let time = Timestamp(minute.saturating_mul(MINUTE_NANOS));
                units::short_date_time(time, &screen.zone).trim().to_owned()
            };
            let word = if currency == "USD" { "cost" } else { currency.as_str() };
            let nanos = u64::try_from(step.saturating_mul(MINUTE_NANOS)).unwrap_or(0);
            let mut line = Line::new();
            line.push(palette::QUIET, format!("{}  {}  ", screen.fit(word, 8), time(first.div_euclid(step) * step)));
            line.push(palette::BAR, spark(&bars, screen.glyphs.ascii));
            line.push(
                palette::QUIET,
                format!("  {}{}{} a bar", time(*last), screen.glyphs.dot, screen.duration(nanos)),
            );
            screen.gap()?;
            screen.line(line)?;
        }
        Ok(())
    }
}

/// How many minutes a bar is, and the bars: sums in the smallest unit that is kept, which is enough to be looked at.
fn bars(minutes: &BTreeMap<i64, Decimal>, first: i64, last: i64) -> (i64, Vec<u64>) {
    let fits = |step: &&i64| last.div_euclid(**step) - first.div_euclid(**step) < COLUMNS;
    let step = MINUTES.iter().find(fits).copied().unwrap_or((last - first) / (COLUMNS - 1) + 1);
    let from = first.div_euclid(step);
    let mut sums: Vec<Decimal> = Vec::new();
    for (minute, amount) in minutes {
        let place = usize::try_from(minute.div_euclid(step) - from).unwrap_or(0);
        if sums.len() <= place {
            sums.resize(place + 1, Decimal::zero());
        }
        if let Some(sum) = sums.get_mut(place) {
            *sum = sum.plus(amount);
        }
    }
    (step, sums.iter().map(|sum| u64::try_from(sum.to_pico()).unwrap_or(0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_of_lengths_that_people_count_in() {
        let bars = |minutes: &[(i64, &str)]| {
            let minutes: BTreeMap<i64, Decimal> =
                minutes.iter().map(|(minute, text)| (*minute, Decimal::parse(text).unwrap())).collect();
            let (first, last) = (*minutes.keys().min().unwrap(), *minutes.keys().max().unwrap());
            super::bars(&minutes, first, last)
        };
        assert_eq!(bars(&[(0, "1"), (2, "0.5")]), (1, vec![1_000_000_000_000, 0, 500_000_000_000]));
        assert_eq!(bars(&[(0, "1"), (4, "1"), (60, "2")]).0, 5);
        assert_eq!(bars(&[(-3, "1"), (60 * 24 * 7, "1")]).0, 360);
        let (step, long) = bars(&[(0, "1"), (1 << 40, "1")]);
        assert!(step > 43_200 && long.len() <= 40, "{step} {}", long.len());
    }
}
