//! What is left, and what becomes of a value for which nothing is: the open list or map counts it (TW-LIM-004).

use super::super::TAG_CUT;
use super::super::head::{self, NULL};
use super::Walker;

/// A list, set or map that is being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// The host's address of it, or 0.
    pub(super) identity: usize,
    pub(super) is_map: bool,
    /// Elements or entries that the host gave and that found no room.
    pub(super) missing: u64,
}

impl Walker<'_> {
    /// Whether another value still fits; a host stops iterating when it does not.
    #[inline]
    pub fn has_budget(&self) -> bool {
        self.nodes_left > 0 && self.out.len() < self.byte_limit
    }

    /// Takes one node from the budget, or does what is to be done with a value that has no room.
    #[inline]
    pub(super) fn take(&mut self) -> bool {
        if self.has_budget() {
            self.nodes_left -= 1;
            true
        } else {
            self.leave_out();
            false
        }
    }

    /// A value for which nothing is left.
    #[cold]
    fn leave_out(&mut self) {
        let owed = self.key_end == self.out.len();
        match self.open.last_mut() {
            _ if self.skips_value => self.skips_value = false,
            Some(open) if !owed => {
                open.missing += 1;
                self.skips_value = open.is_map;
            }
            _ => self.mark_missing(),
        }
    }

    /// A key for which nothing is left: its entry is counted, and the value that follows is passed over.
    #[cold]
    pub(super) fn leave_entry_out(&mut self) {
        // Nothing smaller comes in behind it either: the map is cut here.
        self.nodes_left = 0;
        if let Some(open) = self.open.last_mut() {
            open.missing += 1;
        }
        self.skips_value = true;
    }

    /// The mark of a value for which there was no room at all.
    pub(super) fn mark_missing(&mut self) {
        head::write(self.out, head::TAG, TAG_CUT);
        self.out.push(NULL);
    }

    /// How many items the list or map that closes misses: those that the host did not give, and those that had no room.
    #[inline]
    pub(super) fn close(&mut self, missing: u64) -> u64 {
        self.open.pop().map_or(missing, |open| open.missing.saturating_add(missing))
    }
}
