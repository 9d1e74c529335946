//! What workers say on their standard output: one line for each call that returned, written at once, so that lines of many
//! processes never mix and none is left in a buffer of a process that dies.
//!
//! | line | says |
//! |---|---|
//! | `a WORKER LANE NUMBER DIGEST` | the call returned, and the record was kept |
//! | `d WORKER LANE NUMBER DIGEST` | the call returned, and the recorder counted the record as dropped |
//! | `t WORKER WRITTEN UNMARKED JSON` | what the recorder counted in the end: written, of these not marked, dropped by reason |
//! | `b WORKER PID` | a worker was born |
//! | `x PID STATUS` | a child ended: its exit code, or the negative number of the signal |
//! | `i KEY VALUE` | anything else that the scenario wants to know |
//! | `! TEXT` | something went wrong that must not |

use std::collections::BTreeMap;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A call returned.
    Call {
        /// Who called.
        worker: String,
        /// The thread or task.
        lane: u32,
        /// What it was.
        call: Call,
    },
    /// The recorder's own counts.
    Totals {
        /// Whose.
        worker: String,
        /// Which.
        totals: Totals,
    },
    /// A worker was born.
    Born {
        /// Its name.
        worker: String,
        /// Its process.
        pid: u32,
    },
    /// A process ended.
    Died {
        /// Which.
        pid: u32,
        /// Its exit code, or the negative number of the signal.
        status: i32,
    },
    /// Anything else.
    Info {
        /// What about.
        key: String,
        /// What.
        value: String,
    },
    /// Something went wrong.
    Wrong(String),
}

/// One call that returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number in its lane, from 0.
    pub number: u64,
    /// CRC-32 of the mark.
    pub digest: u32,
    /// Whether the recorder kept the record.
    pub is_kept: bool,
}

/// What a recorder counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records written.
    pub written: u64,
    /// Of these, records that the worker did not mark.
    pub unmarked: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
}

/// What one worker said.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    /// Calls by lane, in order.
    pub lanes: BTreeMap<u32, Vec<Call>>,
    /// The recorder's counts, if it lived to tell.
    pub totals: Option<Totals>,
}

impl Worker {
    /// How many calls returned.
    pub fn calls(&self) -> u64 {
        self.lanes.values().map(|calls| calls.len() as u64).sum()
    }
}

/// What all workers of a round said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// By name.
    pub workers: BTreeMap<String, Worker>,
    /// What they complained about.
    pub wrong: Vec<String>,
    /// Anything else that they said.
    pub info: Vec<(String, String)>,
}

impl Said {
    /// How many calls returned and were kept.
    pub fn kept(&self) -> u64 {
        let calls = self.workers.values().flat_map(|worker| worker.lanes.values().flatten());
        calls.filter(|call| call.is_kept).count() as u64
    }

    /// Takes a line.
    pub fn take(&mut self, line: Line) {
        match line {
            Line::Call { worker, lane, call } => {
                // Most lines are of a worker that is known.
                let known = match self.workers.get_mut(&worker) {
                    Some(known) => known,
                    None => self.workers.entry(worker).or_default(),
                };
                known.lanes.entry(lane).or_default().push(call);
            }
            Line::Totals { worker, totals } => self.workers.entry(worker).or_default().totals = Some(totals),
            Line::Wrong(text) => self.wrong.push(text),
            Line::Born { worker, .. } => _ = self.workers.entry(worker).or_default(),
            Line::Info { key, value } => self.info.push((key, value)),
            Line::Died { .. } => {}
        }
    }
}

/// Reads a line; what is none of these is something wrong.
pub fn read(text: &str) -> Line {
    known(text).unwrap_or_else(|| Line::Wrong(text.trim_start_matches("! ").to_owned()))
}

fn known(text: &str) -> Option<Line> {
    let (kind, rest) = text.split_once(' ')?;
    let mut words = rest.split(' ');
    let mut word = || words.next();
    Some(match kind {
        "a" | "d" => Line::Call {
            worker: word()?.to_owned(),
            lane: word()?.parse().ok()?,
            call: Call { number: word()?.parse().ok()?, digest: word()?.parse().ok()?, is_kept: kind == "a" },
        },
        "t" => Line::Totals {
            worker: word()?.to_owned(),
            totals: Totals {
                written: word()?.parse().ok()?,
                unmarked: word()?.parse().ok()?,
                dropped: serde_json::from_str(rest.splitn(4, ' ').nth(3)?).ok()?,
            },
        },
        "b" => Line::Born { worker: word()?.to_owned(), pid: word()?.parse().ok()? },
        "x" => Line::Died { pid: word()?.parse().ok()?, status: word()?.parse().ok()? },
        "i" => Line::Info { key: word()?.to_owned(), value: rest.split_once(' ')?.1.to_owned() },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let call = Call { number: 12, digest: 99, is_kept: true };
        assert_eq!(read("a v1 3 12 99"), Line::Call { worker: "v1".to_owned(), lane: 3, call });
        let totals = Totals { written: 5, unmarked: 1, dropped: [("io".to_owned(), 2)].into() };
        assert_eq!(read(r#"t v1 5 1 {"io": 2}"#), Line::Totals { worker: "v1".to_owned(), totals });
        assert_eq!(read("x 17 -9"), Line::Died { pid: 17, status: -9 });
        assert_eq!(read("i port 80 81"), Line::Info { key: "port".to_owned(), value: "80 81".to_owned() });
        assert_eq!(read("! it broke"), Line::Wrong("it broke".to_owned()));
        assert_eq!(read("Traceback"), Line::Wrong("Traceback".to_owned()));
        assert_eq!(read("a v1 3 twelve 99"), Line::Wrong("a v1 3 twelve 99".to_owned()));
    }
}
