//! Exporters that hang, raise, are slow, answer nonsense, and then are well again: everything arrives, and once.

use super::deaths::again;
use crate::endpoint::Endpoint;
use crate::fleet::{Pipe, death_name};
use crate::found::Found;
use crate::oracle::{Allowed, Rule};
use crate::round::Round;
use crate::said::Said;
use anyhow::Result;
use std::process::Command;
use std::time::{Duration, Instant};

/// A script of Python's or a module of Node's, as chance has it.
fn worker(round: &mut Round<'_>) -> Command {
    let mut command = if round.chance.bool() { round.script("exporters.py") } else { round.module("exporters.mjs") };
    command.arg(round.directory());
    command
}

/// How many units a worker records before it is healed.
fn units(round: &Round<'_>) -> String {
    round.size(40, 200).to_string()
}

pub fn http_endpoint(round: &mut Round<'_>) -> Result<()> {
    let endpoint = Endpoint::new(round.chance.u64(..))?;
    let command = worker(round);
    let url = endpoint.url.clone();
    let said = torment(round, &command, ["http", &url], || endpoint.heal())?;
    let (sent, requests) = endpoint.end();
    round.count("requests to a bad endpoint", requests);
    judge_sent(round, &said, &sent)?;
    round.judge(&said, Allowed::default()).map(drop)
}

pub fn own_exporter(round: &mut Round<'_>) -> Result<()> {
    let command = worker(round);
    let path = round.folder.join("sent.jsonl");
    let said = torment(round, &command, ["host", &path.to_string_lossy()], || ())?;
    let text = std::fs::read(&path).unwrap_or_default();
    let sent: Vec<Vec<u8>> =
        text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
    judge_sent(round, &said, &sent)?;
    round.judge(&said, Allowed::default()).map(drop)
}

/// One worker is killed while it delivers; another of the same program begins after it, is healed, and has to deliver for both.
fn torment(round: &mut Round<'_>, command: &Command, where_to: [&str; 2], heal: impl FnOnce()) -> Result<Said> {
    let pipe = Pipe::new()?;
    let units = units(round);
    let start = |name: &str, round: &mut Round<'_>| {
        let mut command = again(command);
        command.args([name, &round.chance.u16(..).to_string()]).args(where_to).arg(&units);
        pipe.start_told(&mut command)
    };
    let mut said = Said::default();
    let listen = |said: &mut Said, time: Duration| {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Some(line) = pipe.next(left) {
                said.take(line);
            }
        }
    };
    let first = start("first", round)?;
    listen(&mut said, Duration::from_millis(round.chance.u64(300..1200)));
    round.deaths(&death_name(first.kill()?), 1);
    let mut second = start("second", round)?;
    listen(&mut said, Duration::from_millis(round.chance.u64(600..2400)));
    heal();
    second.tell("healed")?;
    let waiting = std::thread::spawn(move || second.finish_by_itself());
    pipe.rest(&mut said);
    let status = waiting.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
    if status != 0 {
        round.find(Rule::Behaviour, format!("a process with a bad exporter ended with {}", death_name(status)));
    }
    Ok(said)
}

/// What arrived, each digest once.
fn judge_sent(round: &mut Round<'_>, said: &Said, sent: &[Vec<u8>]) -> Result<()> {
    let found = Found::in_envelopes(sent.iter().map(Vec::as_slice))?;
    round.count("envelopes that arrived", sent.len() as u64);
    round.compare("sent", said, &found, Allowed::default());
    Ok(())
}
