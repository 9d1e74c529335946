//! Sweeps that meet each other, and sweeps that are killed.

use super::disk::Held;
use crate::fleet::{death_name, status_of};
use crate::oracle::{Allowed, Rule};
use crate::round::Round;
use crate::said::Said;
use anyhow::Result;
use serde_json::json;
use std::process::{Child, Stdio};
use std::time::Duration;

/// A writer that rotates often: there is always something to sweep.
fn writer(round: &mut Round<'_>, language: usize) -> Result<Held> {
    let options = json!({ "init": { "file_bytes": 64 << 10 }, "sizes": [4, 90, 400], "wait": 1 });
    Held::start(round, language, &options, |_| ())
}

/// A sweep by the command line, which shows something when it is done.
fn sweep(round: &Round<'_>) -> Result<Child> {
    Ok(round.tracewire(&["list", "--json"]).stdout(Stdio::null()).spawn()?)
}

/// The writers together.
fn joined(all: Vec<Said>) -> Said {
    let mut joined = Said::default();
    for said in all {
        joined.workers.extend(said.workers);
        joined.wrong.extend(said.wrong);
    }
    joined
}

pub fn two_sweepers(round: &mut Round<'_>) -> Result<()> {
    let mut held = [writer(round, 0)?, writer(round, 1)?];
    for writer in &mut held {
        writer.units(50)?;
    }
    for _ in 0..round.size(4, 12) {
        let sweeps = [sweep(round)?, sweep(round)?];
        for mut sweep in sweeps {
            held.iter_mut().for_each(|writer| writer.listen(Duration::from_millis(5)));
            let status = loop {
                match sweep.try_wait()? {
                    Some(status) => break status_of(status),
                    None => held.iter_mut().for_each(|writer| writer.listen(Duration::from_millis(2))),
                }
            };
            // 3: nothing to show yet.
            if status != 0 && status != 3 {
                round.find(Rule::Behaviour, format!("one of two sweeps ended with {}", death_name(status)));
            }
            round.count("sweeps beside each other", 1);
        }
    }
    let said = held.into_iter().map(|writer| writer.end(round)).collect::<Result<Vec<_>>>()?;
    round.judge_store(&joined(said), Allowed::default()).map(drop)
}

pub fn sweep_killed(round: &mut Round<'_>) -> Result<()> {
    let language = round.chance.usize(..2);
    let mut held = writer(round, language)?;
    held.units(50)?;
    let times = round.size(10, 60);
    // A sweep takes longer the more there is: some are killed at their beginning, some near their end.
    for _ in 0..times {
        let mut one = sweep(round)?;
        let moment = Duration::from_micros(round.chance.u64(..60_000));
        held.listen(moment);
        let _ = one.kill();
        round.deaths(&death_name(status_of(one.wait()?)), 1);
    }
    let said = held.end(round)?;
    round.judge_store(&said, Allowed::default()).map(drop)
}
