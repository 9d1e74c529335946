//! What failing programs said: the lines that name a failure, kept while a step runs, so that the end of a long run can repeat them.
//!
//! A whole run prints more than anybody keeps; whoever sees its end alone learns there which test it was.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What runners begin or mark a failure with.
const MARKS: [&str; 10] =
    ["FAILED", " FAIL ", "✘", "[ERROR]", "panicked at", "AssertionError", "Error: ", "error: ", "error[", " findings"];
/// How many lines after a marked one are kept: what was expected, and what there was.
const AFTER: usize = 4;
/// How many of the first marked lines are kept, and how many of the last: runners sum up at their end.
const FIRST: usize = 20;
const LAST: usize = 30;

static TOLD: Mutex<Told> = Mutex::new(Told::new());

/// Keeps a line if it may say what failed.
pub fn hear(line: &str) {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner).hear(line);
}

/// What was kept since the last time. If no line was marked, the last lines of all.
pub fn take() -> Vec<String> {
    std::mem::replace(&mut *TOLD.lock().unwrap_or_else(PoisonError::into_inner), Told::new()).lines()
}

struct Told {
    first: Vec<String>,
    last: VecDeque<String>,
    left_out: usize,
    recent: VecDeque<String>,
    wanted: usize,
}

impl Told {
    const fn new() -> Told {
        Told { first: Vec::new(), last: VecDeque::new(), left_out: 0, recent: VecDeque::new(), wanted: 0 }
    }

    fn hear(&mut self, line: &str) {
        push(&mut self.recent, line);
        if MARKS.iter().any(|mark| line.contains(mark)) {
            self.wanted = AFTER + 1;
        }
        if self.wanted == 0 {
            return;
        }
        self.wanted -= 1;
        if self.first.len() < FIRST {
            self.first.push(line.to_owned());
        } else {
            self.left_out += usize::from(push(&mut self.last, line));
        }
    }

    fn lines(self) -> Vec<String> {
        if self.first.is_empty() {
            return self.recent.into();
        }
        let gap = (self.left_out > 0).then(|| format!("… {} lines …", self.left_out));
        self.first.into_iter().chain(gap).chain(self.last).collect()
    }
}

/// Keeps the last lines alone; whether one went for it.
fn push(lines: &mut VecDeque<String>, line: &str) -> bool {
    let is_full = lines.len() == LAST;
    if is_full {
        lines.pop_front();
    }
    lines.push_back(line.to_owned());
    is_full
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(lines: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut told = Told::new();
        lines.into_iter().for_each(|line| told.hear(&line));
        told.lines()
    }

    #[test]
    fn a_failure_is_kept_with_what_follows() {
        let lines = ["test a ... ok", "✘ Test b() recorded an issue", "1", "2", "3", "4", "5", "test c ... ok"];
        assert_eq!(kept(lines.map(str::to_owned)), ["✘ Test b() recorded an issue", "1", "2", "3", "4"]);
    }

    #[test]
    fn the_first_and_the_last_failures_are_kept() {
        let kept = kept((0..100).map(|number| format!("test {number} ... FAILED")));
        assert_eq!(kept.len(), FIRST + 1 + LAST);
        assert_eq!(kept[FIRST - 1], "test 19 ... FAILED");
        assert_eq!(kept[FIRST], "… 50 lines …");
        assert_eq!(kept[FIRST + 1], "test 70 ... FAILED");
    }

    #[test]
    fn without_a_mark_the_end_is_kept() {
        let kept = kept((0..100).map(|number| number.to_string()));
        assert_eq!(kept.first().map(String::as_str), Some("70"));
        assert_eq!(kept.last().map(String::as_str), Some("99"));
    }
}
