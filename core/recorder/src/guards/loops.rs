//! Loops while they happen, in the sense in which `tracewire_insight::loops` finds them in traces that are over: the same call
//! again, the same round of calls again, and calls that bring nothing new.

use super::call::{Digest, Keys};
use super::config::Config;
use super::verdict::{Level, Rule};
use std::collections::{HashMap, HashSet, VecDeque};
use xxhash_rust::xxh3::xxh3_128;

/// Rounds of more calls than these are not looked for.
const LONGEST_ROUND: usize = 8;
/// So many different calls, and so many different results, are remembered of a session; the oldest go.
const REMEMBERED: usize = 1000;

/// What a session did.
#[derive(Debug, Default)]
pub(super) struct History {
    /// How often each call was made.
    times: HashMap<Digest, u64>,
    order: VecDeque<Digest>,
    /// The last calls, the newest last.
    latest: VecDeque<Recent>,
    /// By the length of a round: how many calls in a row are the one that stood so many places before.
    same: [u64; LONGEST_ROUND + 1],
    /// Calls with what they brought.
    seen: HashSet<Digest>,
    seen_order: VecDeque<Digest>,
    /// How many calls in a row brought nothing new.
    idle: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Recent {
    key: Digest,
    tells: bool,
}

impl History {
    /// Where the limits on loops stand if this call is made; a rule that does not concern it is left out.
    pub(super) fn levels(&self, call: &Keys, config: &Config) -> impl Iterator<Item = (Rule, Level)> + use<> {
        let before = call.exact.and_then(|key| self.times.get(&key)).copied().unwrap_or_default();
        let times = |limit: u64, before: u64| Level {
            limit: i128::from(limit),
            used: i128::from(before),
            reserved: 0,
            asked: 1,
        };
        let repeat = config.repeats.filter(|_| before > 0).map(|limit| (Rule::Repeat, times(limit, before)));
        let rounds = |limit: u64| (Rule::Cycle, times(limit, self.rounds_before(call)));
        let cycle = config.cycles.map(rounds).filter(|(_, level)| level.used > 0);
        // A call that nobody has made before may end it.
        let idle = config.idle.filter(|_| before > 0 && self.idle > 0 && call.tells);
        let idle = idle.map(|limit| (Rule::Idle, Level { asked: 0, ..times(limit, self.idle) }));
        [repeat, cycle, idle].into_iter().flatten()
    }

    /// How many whole rounds end before the one that this call would end; 0 where it ends none.
    fn rounds_before(&self, call: &Keys) -> u64 {
        let next = Recent { key: call.in_round, tells: call.tells };
        let rounds = |period: usize| {
            let same = self.same_with(&next, period);
            let before = same / period as u64;
            let round = || self.latest.iter().rev().take(period - 1).chain([&next]);
            // One call over and over is no round, and a model that is asked again is none by itself.
            let is_round = round().any(|one| one.key != next.key) && round().any(|one| one.tells);
            // Whole rounds only.
            if is_round && same.is_multiple_of(period as u64) { before } else { 0 }
        };
        (2..=LONGEST_ROUND).map(rounds).max().unwrap_or_default()
    }

    fn same_with(&self, next: &Recent, period: usize) -> u64 {
        let before = self.latest.len().checked_sub(period).and_then(|at| self.latest.get(at));
        match before {
            Some(before) if before.key == next.key => self.same.get(period).copied().unwrap_or_default() + 1,
            _ => 0,
        }
    }

    /// Takes a call that is made.
    pub(super) fn begin(&mut self, call: &Keys) {
        if let Some(key) = call.exact {
            let times = self.times.entry(key).or_insert_with(|| {
                self.order.push_back(key);
                0
            });
            *times += 1;
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.times.remove(&oldest);
            }
        }
        let next = Recent { key: call.in_round, tells: call.tells };
        self.same = std::array::from_fn(|period| if period < 2 { 0 } else { self.same_with(&next, period) });
        self.latest.push_back(next);
        if self.latest.len() > LONGEST_ROUND {
            self.latest.pop_front();
        }
    }

    /// Takes what a call brought that tells something. A failure is a result like any other.
    pub(super) fn end(&mut self, call: &Digest, result: Option<Digest>, has_failed: bool) {
        let known = match (result, has_failed) {
            (Some(result), _) => result,
            (None, true) => 0,
            // Nobody knows.
            (None, false) => return,
        };
        let seen = xxh3_128([call.to_le_bytes(), known.to_le_bytes()].as_flattened());
        if !self.seen.insert(seen) {
            self.idle += 1;
            return;
        }
        self.idle = 0;
        self.seen_order.push_back(seen);
        if self.seen_order.len() > REMEMBERED
            && let Some(oldest) = self.seen_order.pop_front()
        {
            self.seen.remove(&oldest);
        }
    }

    /// How many calls in a row brought nothing new.
    pub(super) fn idle(&self) -> u64 {
        self.idle
    }
}
