//! Events in a second, over the last minute.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The time that is looked at.
const WINDOW: Duration = Duration::from_secs(60);

/// Counts by the second.
pub(super) struct Rate {
    began: Instant,
    seconds: VecDeque<(u64, u64)>,
}

impl Rate {
    pub(super) fn new(now: Instant) -> Self {
        Rate { began: now, seconds: VecDeque::new() }
    }

    /// So many more.
    pub(super) fn add(&mut self, now: Instant, count: u64) {
        let second = now.saturating_duration_since(self.began).as_secs();
        match self.seconds.back_mut() {
            Some((last, sum)) if *last == second => *sum += count,
            _ => self.seconds.push_back((second, count)),
        }
        self.forget(second);
    }

    /// Events in a second.
    pub(super) fn per_second(&mut self, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.began);
        self.forget(since.as_secs());
        let sum: u64 = self.seconds.iter().map(|(_, count)| count).sum();
        // In its first minute a server has seen no more than it ran.
        let window = since.clamp(Duration::from_secs(1), WINDOW);
        #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
        let sum = sum as f64;
        sum / window.as_secs_f64()
    }

    fn forget(&mut self, second: u64) {
        while self.seconds.front().is_some_and(|(first, _)| first + WINDOW.as_secs() <= second) {
            self.seconds.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_counts() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut rate = Rate::new(began);
        rate.add(at(0), 30);
        rate.add(at(0), 30);
        assert_eq!(rate.per_second(at(0)), 60.0);
        assert_eq!(rate.per_second(at(30)), 2.0);
        rate.add(at(59), 60);
        assert_eq!(rate.per_second(at(59)), 120.0 / 59.0);
        assert_eq!(rate.per_second(at(60)), 1.0);
        assert_eq!(rate.per_second(at(500)), 0.0);
    }
}
