//! Processes that die: killed at random moments, by their own faults, for want of memory.

use crate::fleet::{Direct, Hunt, Pipe, Zygote, hunt};
use crate::oracle::{Allowed, Rule};
use crate::round::{Round, manner};
use anyhow::Result;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A killed process has lived so long behind its first acknowledgement, at most.
const LONGEST: Duration = Duration::from_millis(30);
/// What a process that must run out of memory may have.
const MEMORY_BYTES: u64 = 96 << 20;

fn killing(victims: usize, at_once: usize) -> Hunt {
    Hunt { victims, at_once, longest: Some(LONGEST), early: Some(8) }
}

fn dying(victims: usize, at_once: usize) -> Hunt {
    Hunt { victims, at_once, longest: None, early: None }
}

/// How victims may end: as they are made to.
fn expected(plan: Hunt) -> &'static [&'static str] {
    if plan.longest.is_some() { &["SIGKILL"] } else { &["SIGABRT", "SIGSEGV", "exit 3"] }
}

/// Victims that are started one by one.
fn direct(round: &mut Round<'_>, plan: Hunt, command: impl FnMut(&str, u64) -> Command) -> Result<()> {
    let hunted = hunt(Direct(command), Pipe::new()?, plan, &mut round.chance)?;
    let said = round.died(hunted, expected(plan));
    round.judge(&said, Allowed::default()).map(drop)
}

/// Victims that a Python process forks.
fn forked(round: &mut Round<'_>, plan: Hunt, kind: &str) -> Result<()> {
    let (append, init) = manner(&mut round.chance);
    let preloads = round.chance.bool();
    let options = json!({ "kind": kind, "init": init, "preloads": preloads, "pause": 0.0005 });
    let pipe = Pipe::new()?;
    let zygote = pipe.start_told(round.python("zygote", &options).env("TRACEWIRE_APPEND", append))?;
    let hunted = hunt(Zygote(zygote), pipe, plan, &mut round.chance)?;
    let said = round.died(hunted, expected(plan));
    let found = round.judge(&said, Allowed::default())?;
    let strangers = found.producers.iter().filter(|(_, parent)| parent.is_none()).count();
    if preloads && strangers > 1 {
        round.find(Rule::Parent, format!("{strangers} files name no parent, though their process was forked by one"));
    }
    Ok(())
}

pub fn kill_rust(round: &mut Round<'_>) -> Result<()> {
    let (append, init) = manner(&mut round.chance);
    let kind = if round.chance.u8(..4) == 0 { "threads" } else { "forever" };
    // Without a pause it would record thousands before it dies.
    let options = json!({ "kind": kind, "init": init, "wait": 1.0 });
    let commands = round.rust(&options)?;
    let plan = killing(round.size(20, 100), 3);
    direct(round, plan, |worker, seed| {
        let mut command = again(&commands);
        command.args([worker, &seed.to_string()]).env("TRACEWIRE_APPEND", append);
        command
    })
}

pub fn kill_python(round: &mut Round<'_>) -> Result<()> {
    let kind = if round.chance.u8(..4) == 0 { "threads" } else { "forever" };
    let plan = killing(round.size(20, 100), 3);
    forked(round, plan, kind)
}

pub fn kill_family(round: &mut Round<'_>) -> Result<()> {
    let plan = killing(round.size(6, 40), 2);
    forked(round, plan, "family")
}

pub fn kill_node(round: &mut Round<'_>) -> Result<()> {
    let (append, init) = manner(&mut round.chance);
    let init = json!({ "fileBytes": init["file_bytes"] });
    let node = round.node("alone", &json!({ "kind": "forever", "init": init }));
    let plan = killing(round.size(4, 20), 2);
    direct(round, plan, |worker, seed| {
        let mut command = again(&node);
        command.args([worker, &seed.to_string()]).env("TRACEWIRE_APPEND", append);
        command
    })
}

pub fn crash(round: &mut Round<'_>) -> Result<()> {
    let (append, init) = manner(&mut round.chance);
    let options = json!({ "kind": "mixed", "init": init });
    match round.chance.u8(..4) {
        0 => {
            let node = round.node("alone", &json!({ "kind": "mixed", "init": { "fileBytes": init["file_bytes"] } }));
            let plan = dying(round.size(3, 9), 2);
            direct(round, plan, |worker, seed| named(&node, worker, seed))
        }
        1 => {
            let rust = round.rust(&options)?;
            let plan = dying(round.size(9, 60), 3);
            direct(round, plan, |worker, seed| {
                let mut command = named(&rust, worker, seed);
                command.env("TRACEWIRE_APPEND", append);
                command
            })
        }
        _ => {
            let plan = dying(round.size(9, 60), 3);
            forked(round, plan, "mixed")
        }
    }
}

pub fn out_of_memory(round: &mut Round<'_>) -> Result<()> {
    let is_limited = round.chance.bool();
    let cgroup = if is_limited { None } else { Cgroup::make(round) };
    if !is_limited && cgroup.is_none() {
        round.skip("out-of-memory: no memory cgroup can be made here; limits of the process instead");
    }
    let options = json!({ "kind": "hungry", "checks": true });
    let victims = [round.rust(&options)?, round.python("alone", &options), round.node("alone", &options)];
    let pipe = Pipe::new()?;
    let mut next = victims.iter().cycle();
    let starter = Direct(|worker: &str, seed: u64| {
        let victim = next.next().unwrap_or(&victims[0]);
        // Node reserves far more than it uses: what it may have is said in its own way.
        let is_node = std::ptr::eq(victim, &raw const victims[2]);
        let mut command = match &cgroup {
            Some(cgroup) => cgroup.around(victim),
            None if is_node => {
                let mut command = again(victim);
                command.env("NODE_OPTIONS", "--max-old-space-size=64");
                command
            }
            None => limited(victim, "--as", 512 << 20),
        };
        command.args([worker, &seed.to_string()]);
        command
    });
    let hunted = hunt(starter, pipe, dying(round.size(3, 6), 2), &mut round.chance)?;
    round.count(if cgroup.is_some() { "out of memory in a cgroup" } else { "out of memory by a limit" }, 1);
    drop(cgroup);
    // Python says that it has no memory, Node and Rust abort, the kernel kills; which of them it is, is up to the machine.
    let said = round.died(hunted, &["SIGKILL", "SIGABRT", "SIGSEGV", "SIGTRAP", "exit 1", "exit 4", "exit 134"]);
    round.judge(&said, Allowed::default()).map(drop)
}

/// A group of processes that may have little memory; its folder goes with it.
struct Cgroup(PathBuf);

impl Cgroup {
    fn make(round: &Round<'_>) -> Option<Cgroup> {
        let name = format!("tracewire-torture-{}", round.folder.file_name()?.display());
        let (first, second) = (Path::new("/sys/fs/cgroup/memory"), Path::new("/sys/fs/cgroup"));
        let (parent, file) = if first.is_dir() { (first, "memory.limit_in_bytes") } else { (second, "memory.max") };
        let folder = parent.join(name);
        std::fs::create_dir_all(&folder).ok()?;
        let cgroup = Cgroup(folder);
        std::fs::write(cgroup.0.join(file), MEMORY_BYTES.to_string()).ok()?;
        Some(cgroup)
    }

    /// A shell that enters the group and becomes the command.
    fn around(&self, command: &Command) -> Command {
        let enter = format!("echo $$ > '{}/cgroup.procs' && exec \"$@\"", self.0.display());
        wrapped(command, &["sh", "-c", &enter, "sh"])
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// The same command under a limit of the process.
pub fn limited(command: &Command, limit: &str, value: u64) -> Command {
    wrapped(command, &["prlimit", &format!("{limit}={value}"), "--"])
}

/// The same command, started by other words.
pub fn wrapped(command: &Command, words: &[&str]) -> Command {
    let mut fresh = Command::new(words.first().copied().unwrap_or("env"));
    fresh.args(words.iter().skip(1)).arg(command.get_program()).args(command.get_args());
    surroundings(command, &mut fresh);
    fresh
}

/// A copy of a command: one starts many processes.
pub fn again(command: &Command) -> Command {
    let mut fresh = Command::new(command.get_program());
    fresh.args(command.get_args());
    surroundings(command, &mut fresh);
    fresh
}

/// A copy with a worker's name and seed.
pub fn named(command: &Command, worker: &str, seed: u64) -> Command {
    let mut fresh = again(command);
    fresh.args([worker, &seed.to_string()]);
    fresh
}

fn surroundings(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
        if let Ok(errors) = std::fs::File::options().create(true).append(true).open(folder.join("errors.log")) {
            to.stderr(errors);
        }
    }
}
