//! How long to wait before the same is tried again: twice as long each time, by chance a little more or less, so that many who
//! were refused together do not come back together.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(30);
/// What the other side asks for is granted up to here.
const MOST_ASKED: Duration = Duration::from_secs(300);

/// Waits between attempts.
#[derive(Clone, Debug)]
pub struct Waiting {
    next: Duration,
}

impl Default for Waiting {
    fn default() -> Self {
        Waiting { next: FIRST }
    }
}

impl Waiting {
    /// How long the next wait is; where the other side said how long, that long.
    pub fn next(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.next;
        self.next = own.saturating_mul(2).min(MOST);
        asked.map_or_else(|| own.mul_f64(0.75 + 0.5 * chance()), |asked| asked.min(MOST_ASKED))
    }
}

/// From 0 to 1.
fn chance() -> f64 {
    let mut byte = [0; 1];
    // Without chance all wait alike.
    let _ = getrandom::fill(&mut byte);
    f64::from(byte.first().copied().unwrap_or_default()) / 256.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_regard_what_is_asked() {
        let mut waiting = Waiting::default();
        for expected in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let wait = waiting.next(None).as_millis();
            assert!((expected * 3 / 4..=expected * 5 / 4).contains(&wait), "{wait} for {expected}");
        }
        assert_eq!(waiting.next(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(waiting.next(Some(Duration::MAX)), MOST_ASKED);
    }
}
