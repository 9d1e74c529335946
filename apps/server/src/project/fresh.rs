//! Events that were stored a moment ago and are still in memory: who counts them need not read them again.
//!
//! One follows them; what it does not come for in time is forgotten here, and read from the store instead.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tracewire_wire::event::Event;

/// Events that are held at most, as long as it is more than one transaction.
const MOST: usize = 20_000;

/// Events with consecutive ids.
struct Run {
    /// The id of the first one.
    first: u64,
    events: Vec<Event>,
}

impl Run {
    fn last(&self) -> u64 {
        (self.first + self.events.len() as u64).saturating_sub(1)
    }
}

/// What was stored a moment ago.
#[derive(Default)]
pub(crate) struct Fresh(Mutex<VecDeque<Run>>);

impl Fresh {
    /// Holds events that were stored under the ids from `first` on.
    pub(super) fn put(&self, first: u64, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held: usize = runs.iter().map(|run| run.events.len()).sum();
        if held > MOST {
            runs.clear();
        }
        runs.push_back(Run { first, events });
    }

    /// The events that come right behind `after`, and the id of the last of them; `None` where the store has to be asked.
    pub(crate) fn take(&self, after: u64) -> Option<(u64, Vec<Event>)> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while runs.front()?.last() <= after {
            runs.pop_front();
        }
        runs.front().filter(|run| run.first == after + 1)?;
        runs.pop_front().map(|run| (run.last(), run.events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::event::EventType;
    use tracewire_wire::time::Timestamp;

    fn events(count: usize) -> Vec<Event> {
        vec![Event::new(EventType::Log, Timestamp(0)); count]
    }

    #[test]
    fn what_comes_right_behind_is_there() {
        let fresh = Fresh::default();
        fresh.put(11, events(3));
        fresh.put(14, events(2));
        assert!(fresh.take(5).is_none(), "the store has what is between");
        assert_eq!(fresh.take(10).map(|(last, events)| (last, events.len())), Some((13, 3)));
        assert_eq!(fresh.take(13).map(|(last, events)| (last, events.len())), Some((15, 2)));
        assert!(fresh.take(15).is_none());
        // Who had them from the store does not get them again.
        fresh.put(16, events(2));
        assert!(fresh.take(17).is_none());
        fresh.put(18, events(1));
        assert_eq!(fresh.take(17).map(|(last, _)| last), Some(18));
    }

    #[test]
    fn what_nobody_comes_for_is_forgotten() {
        let fresh = Fresh::default();
        fresh.put(1, events(MOST + 1));
        fresh.put(MOST as u64 + 2, events(1));
        assert!(fresh.take(0).is_none());
        assert!(fresh.take(MOST as u64 + 1).is_some());
    }
}
