//! When numbers over traces are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tracewire_insight::prices::Prices;

/// When numbers over traces are brought up to date: as soon as nothing else is to do, and under load in a third of the time.
pub(super) struct Tallies {
    pub(super) prices: Arc<Prices>,
    pub(super) is_wanted: bool,
    /// The same, for who asks.
    told: Arc<AtomicBool>,
    /// How many traces were counted so far.
    pub(super) counted: watch::Sender<u64>,
    not_before: Instant,
}

impl Tallies {
    /// Nothing is counted yet.
    pub(super) fn new(prices: Arc<Prices>, told: Arc<AtomicBool>, counted: watch::Sender<u64>) -> Self {
        // What others put in while nobody served is counted first.
        Tallies { prices, is_wanted: true, told, counted, not_before: Instant::now() }
    }

    /// Says whether something waits to be counted.
    pub(super) fn want(&mut self, is_wanted: bool) {
        self.is_wanted = is_wanted;
        self.told.store(is_wanted, Ordering::Release);
    }

    /// Whether it is time to count some.
    pub(super) fn is_due(&self) -> bool {
        self.is_wanted && Instant::now() >= self.not_before
    }

    /// How long until then.
    pub(super) fn wait(&self) -> Duration {
        self.not_before.saturating_duration_since(Instant::now())
    }

    /// Leaves twice as much time as counting took to others.
    pub(super) fn rest(&mut self, took: Duration) {
        self.not_before = Instant::now() + 2 * took;
    }
}
