//! Many at once in one process: threads, tasks of asyncio, promises.

use crate::fleet::{Direct, Hunt, Pipe, hunt};
use crate::oracle::{Allowed, Rule};
use crate::round::Round;
use crate::scenarios::deaths::named;
use anyhow::Result;
use serde_json::json;
use std::process::Command;

/// One process, to its end.
fn whole(round: &mut Round<'_>, command: &Command) -> Result<()> {
    let plan = Hunt { victims: 1, at_once: 1, longest: None, early: None };
    let starter = Direct(|worker: &str, seed: u64| named(command, worker, seed));
    let hunted = hunt(starter, Pipe::new()?, plan, &mut round.chance)?;
    let is_whole = hunted.said.workers.values().all(|worker| worker.totals.is_some());
    if !is_whole || hunted.deaths.keys().ne(["exit 0"]) {
        round.find(Rule::Behaviour, format!("a process that nothing happened to ended with {:?}", hunted.deaths));
    }
    round.judge(&hunted.said, Allowed::default()).map(drop)
}

pub fn threads(round: &mut Round<'_>) -> Result<()> {
    let units = round.size(5, 40);
    round.count("threads that recorded at once", 64);
    if round.chance.bool() {
        let command = round.rust(&json!({ "kind": "threads", "threads": 64, "units": units }))?;
        return whole(round, &command);
    }
    let command = round.python("alone", &json!({ "kind": "pool", "threads": 64, "units": units }));
    whole(round, &command)
}

pub fn tasks(round: &mut Round<'_>) -> Result<()> {
    let options = json!({ "kind": "tasks", "tasks": 10_000, "sizes": [4, 40] });
    let command = round.python("alone", &options);
    round.count("tasks and promises at once", 10_000);
    whole(round, &command)
}

pub fn promises(round: &mut Round<'_>) -> Result<()> {
    let options = json!({ "kind": "promises", "tasks": 10_000, "sizes": [4, 40] });
    let command = round.node("alone", &options);
    round.count("tasks and promises at once", 10_000);
    whole(round, &command)
}
