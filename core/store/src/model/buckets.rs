//! Sums over traces, by time.

use tracewire_insight::analytics::{Report, Series, Totals};
use tracewire_wire::time::Timestamp;

/// How much time a bucket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketSize {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl BucketSize {
    /// The size for a length of time: minutes up to six hours, hours beyond and where there is no beginning.
    #[must_use]
    pub fn for_length(nanos: Option<u64>) -> Self {
        if nanos.is_some_and(|nanos| nanos <= 6 * Self::Hour.nanos()) { Self::Minute } else { Self::Hour }
    }

    /// Its length in nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        match self {
            Self::Minute => 60_000_000_000,
            Self::Hour => 3_600_000_000_000,
        }
    }
}

/// Which buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketQuery {
    /// Of this size.
    pub size: BucketSize,
    /// That hold something of this time or later.
    pub since: Option<Timestamp>,
    /// That begin before this time.
    pub until: Option<Timestamp>,
}

/// Takes buckets as they are read.
pub trait Buckets {
    /// Whether buckets of a series are wanted; asked once for each.
    fn wants(&mut self, series: &Series) -> bool;

    /// Takes one.
    fn take(&mut self, series: &Series, start: Timestamp, totals: &Totals);
}

impl Buckets for Report {
    fn wants(&mut self, series: &Series) -> bool {
        self.takes(series)
    }

    fn take(&mut self, series: &Series, start: Timestamp, totals: &Totals) {
        self.add(series, start, totals);
    }
}
