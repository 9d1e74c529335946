//! How values are spread, within one percent: the buckets of a high dynamic range histogram, those that hold something.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hdrhistogram::Histogram;

use super::packed::{Damaged, Reader, put_number};

/// Decimal digits that a value keeps.
const DIGITS: u8 = 2;
/// Greater values are taken for this one: 146 years in nanoseconds.
const MOST: u64 = 1 << 62;

/// What tells which values are one bucket. It counts nothing itself.
fn scale() -> Option<&'static Histogram<u64>> {
    static SCALE: OnceLock<Option<Histogram<u64>>> = OnceLock::new();
    SCALE.get_or_init(|| Histogram::new_with_bounds(1, MOST, DIGITS).ok()).as_ref()
}

/// Counts of values by bucket: merges, and takes away, without any loss beyond that of the buckets.
///
/// ```
/// use tracewire_insight::analytics::Sketch;
/// let mut sketch = Sketch::default();
/// for nanos in [10_000, 20_000, 30_000, 9_000_000] {
///     sketch.record(nanos);
/// }
/// assert_eq!(sketch.quantile(0.5), Some(20_095));
/// assert_eq!(sketch.count(), 4);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch(
    /// How many values are in the bucket that begins here.
    BTreeMap<u64, u64>,
);

impl Sketch {
    /// Takes one value.
    pub fn record(&mut self, value: u64) {
        let value = value.min(MOST);
        let bucket = scale().map_or(value, |scale| scale.lowest_equivalent(value));
        *self.0.entry(bucket).or_default() += 1;
    }

    /// How many values were taken.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Takes everything that `other` took.
    pub fn add(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            let mine = self.0.entry(*bucket).or_default();
            *mine = mine.saturating_add(*count);
        }
    }

    /// Takes back what `other` took.
    pub fn subtract(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            if let Some(mine) = self.0.get_mut(bucket) {
                *mine = mine.saturating_sub(*count);
                if *mine == 0 {
                    self.0.remove(bucket);
                }
            }
        }
    }

    /// The value that this share of all values (0 to 1) does not exceed, at most one percent above the true one. `None`
    /// where there is no value.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let count = self.count();
        // Whole numbers up to 2^53 are exact here, and nobody counts further.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the share is between 0 and 1, so the rank is between 0 and the count"
        )]
        let rank = ((share.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count.max(1));
        let mut passed = 0_u64;
        for (bucket, count) in &self.0 {
            passed = passed.saturating_add(*count);
            if passed >= rank {
                return Some(scale().map_or(*bucket, |scale| scale.highest_equivalent(*bucket)));
            }
        }
        None
    }

    /// The greatest value, as [`Sketch::quantile`] gives it.
    #[must_use]
    pub fn greatest(&self) -> Option<u64> {
        let (bucket, _) = self.0.last_key_value()?;
        Some(scale().map_or(*bucket, |scale| scale.highest_equivalent(*bucket)))
    }

    /// The buckets that hold something: where they begin, the greatest value that is in them, and how many are.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        self.0.iter().map(|(bucket, count)| {
            (*bucket, scale().map_or(*bucket, |scale| scale.highest_equivalent(*bucket)), *count)
        })
    }

    pub(super) fn put(&self, into: &mut Vec<u8>) {
        put_number(into, self.0.len() as u64);
        let mut last = 0;
        for (bucket, count) in &self.0 {
            put_number(into, bucket - last);
            put_number(into, *count);
            last = *bucket;
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mut buckets = BTreeMap::new();
        let mut last = 0_u64;
        for _ in 0..from.number()? {
            last = last.checked_add(from.number()?).ok_or(Damaged)?;
            buckets.insert(last, from.number()?);
        }
        Ok(Self(buckets))
    }
}

#[cfg(test)]
mod tests {
    use super::Sketch;
    use hdrhistogram::Histogram;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.record(*value));
        sketch
    }

    #[test]
    fn an_empty_one_has_no_quantiles() {
        assert_eq!(of(&[]).quantile(0.5), None);
        assert_eq!(of(&[]).greatest(), None);
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_library(values in prop::collection::vec(0_u64..1 << 40, 1..200)) {
            let mut theirs = Histogram::<u64>::new_with_bounds(1, 1 << 62, 2).unwrap();
            values.iter().for_each(|value| theirs.record(*value).unwrap());
            let ours = of(&values);
            for share in [0.0, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0] {
                // The library remembers the greatest value itself; a bucket, the greatest that it may hold.
                let value = theirs.highest_equivalent(theirs.value_at_quantile(share));
                prop_assert_eq!(ours.quantile(share), Some(value));
            }
        }

        #[test]
        fn what_was_added_can_be_taken_away(one in prop::collection::vec(any::<u64>(), 0..50),
                                            other in prop::collection::vec(any::<u64>(), 0..50)) {
            let mut both = of(&one);
            both.add(&of(&other));
            prop_assert_eq!(&both, &of(&[one.as_slice(), other.as_slice()].concat()));
            both.subtract(&of(&other));
            prop_assert_eq!(both, of(&one));
        }
    }
}
