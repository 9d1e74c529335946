//! Differential fuzz: random scripts, and what follows from them, go to several adapters, which must answer the same.
//!
//! ```text
//! seed, number ─▶ script ─▶ record ─▶ envelopes ─┬▶ convert, convert, …  each request to all adapters
//!                                                ├▶ changed, verify      ─▶ equal, or a difference
//!                                                ├▶ withhold, verify        ─▶ shrunk ─▶ a case's file
//!                  document ─▶ encoded, damaged ─┴▶ convert
//!                  journal ─▶ damaged ─▶ seal, recover
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `random` | chance that repeats itself |
//! | `values`, `script`, `document`, `journal` | what is asked about |
//! | `follow` | which requests a script leads to |
//! | `plan` | a request whose bytes can still be made smaller |
//! | `rule` | by which answers are compared |
//! | `peers` | the adapters |
//! | `shrink` | from a difference to the smallest one |
//! | `found` | how a difference is kept and shown |
//!
//! A skip excuses an adapter. Where an input has several faults, any code is right; what is made of damaged TOON is
//! free. It decides nothing about who is right: that is the specification's. It starts programs and writes files below the
//! folder that it is given.

mod document;
mod follow;
mod found;
mod journal;
mod peers;
mod plan;
mod random;
mod rule;
mod script;
mod shrink;
mod values;

use crate::ConformanceError;
use found::Found;
use peers::Peers;
use plan::Plan;
use random::Random;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Of differences that look alike, so many are shrunk and kept.
const KEPT_ALIKE: usize = 3;

/// What to compare, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// An adapter and the command that starts it; name at least two.
    #[arg(long = "adapter", value_name = "NAME=COMMAND", required = true)]
    pub adapters: Vec<String>,
    /// How many scripts.
    #[arg(long, default_value_t = 1000)]
    pub scripts: u64,
    /// What chance begins with: the same seed gives the same scripts.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many processes of each adapter at once [default: one a core].
    #[arg(long)]
    pub jobs: Option<usize>,
    /// Where cases of differences are written.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Scripts that ran.
    pub scripts: u64,
    /// Requests that each adapter got.
    pub operations: u64,
    /// By adapter, how often it was excused.
    pub excused: BTreeMap<String, u64>,
    /// Requests that were answered differently.
    pub differences: usize,
    /// How long it took.
    pub time: Duration,
}

impl Summary {
    /// Whether all adapters answered the same.
    pub fn is_clean(&self) -> bool {
        self.differences == 0
    }
}

/// What all workers share.
#[derive(Default)]
struct Shared {
    next: AtomicU64,
    operations: AtomicU64,
    found: Mutex<Vec<Found>>,
    excused: Mutex<Vec<u64>>,
}

/// Compares adapters, shrinks what differs, and writes what came out.
///
/// # Errors
/// Where an adapter cannot be started, or a file not written.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<Summary, ConformanceError> {
    let started = Instant::now();
    let mut peers = Peers::start(&args.adapters)?;
    let names = peers.names();
    let shared = Shared::default();
    *lock(&shared.excused) = vec![0; names.len()];
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, Into::into)).max(1);
    let failures: Vec<ConformanceError> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(|| work(args, &shared, started))).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok().and_then(Result::err)).collect()
    });
    if let Some(failure) = failures.into_iter().next() {
        return Err(failure);
    }
    let mut found = shared.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|found| found.script);
    let mut summary = Summary {
        scripts: args.scripts,
        operations: shared.operations.into_inner(),
        excused: names.iter().cloned().zip(lock(&shared.excused).iter().copied()).collect(),
        differences: found.len(),
        time: started.elapsed(),
    };
    let reports = shrunk(args, &mut peers, &names, found, out)?;
    summary.time = started.elapsed();
    let written = if args.json { writeln!(out, "{}", machine(args, &summary, reports)) } else { people(&summary, out) };
    written.map_err(|source| ConformanceError::File { path: "standard output".into(), source })?;
    Ok(summary)
}

/// One worker: its own processes, script after script.
fn work(args: &Args, shared: &Shared, started: Instant) -> Result<(), ConformanceError> {
    let mut peers = Peers::start(&args.adapters)?;
    loop {
        let script = shared.next.fetch_add(1, Ordering::Relaxed);
        if script >= args.scripts {
            return Ok(());
        }
        progress(args, shared, script, started);
        let mut random = Random::of(args.seed, script);
        follow::all(&mut random, &mut |plan: Plan| {
            let outcome = plan.run(&mut peers);
            shared.operations.fetch_add(1, Ordering::Relaxed);
            for (count, reply) in lock(&shared.excused).iter_mut().zip(&outcome.replies) {
                *count += u64::from(reply.kind() == "skipped");
            }
            if outcome.is_different {
                lock(&shared.found).push(Found::new(script, &plan, &outcome));
            }
            outcome
        });
    }
}

/// A line on a terminal now and then.
fn progress(args: &Args, shared: &Shared, script: u64, started: Instant) {
    let mut terminal = std::io::stderr();
    if script.is_multiple_of(50) && terminal.is_terminal() {
        let differences = lock(&shared.found).len();
        let seconds = started.elapsed().as_secs();
        let _ = write!(terminal, "\r{script} of {} scripts, {differences} differences, {seconds} s ", args.scripts);
        let _ = terminal.flush();
    }
}

/// Shrinks the first differences of each kind, writes their cases and shows them.
fn shrunk(
    args: &Args,
    peers: &mut Peers,
    names: &[String],
    found: Vec<Found>,
    out: &mut dyn Write,
) -> Result<Vec<Value>, ConformanceError> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for found in &found {
        let count = counts.entry(&found.signature).or_default();
        *count += 1;
        if *count <= KEPT_ALIKE {
            kept.push(found);
        }
    }
    let mut reports = Vec::new();
    let mut seen = Vec::new();
    for found in kept {
        let smallest = shrink::shrink(found.plan.clone(), &mut |plan| {
            let outcome = plan.run(peers);
            // Whoever refused still refuses: otherwise one difference would shrink to another.
            outcome.is_different && Found::new(found.script, plan, &outcome).signature == found.signature
        });
        let outcome = smallest.run(peers);
        if seen.contains(&outcome.request) {
            continue;
        }
        seen.push(outcome.request.clone());
        let count = counts.get(found.signature.as_str()).copied().unwrap_or_default();
        reports.push(found::report(names, found.script, count, &outcome));
        if !args.json {
            let shown = found::shown(names, &outcome);
            let _ = writeln!(out, "script {} ({} like it: {})\n{shown}", found.script, count, found.signature);
        }
        if let (Some(folder), Some((name, text))) = (&args.out, found::file(&outcome.request)) {
            let path = found::keep(folder, &name, &text)?;
            if !args.json {
                let _ = writeln!(out, "  kept as {}\n", path.display());
            }
        }
    }
    Ok(reports)
}

fn machine(args: &Args, summary: &Summary, found: Vec<Value>) -> Value {
    json!({
        "seed": args.seed, "scripts": summary.scripts, "operations": summary.operations, "excused": summary.excused,
        "differences": summary.differences, "seconds": summary.time.as_secs_f64(), "found": found,
    })
}

fn people(summary: &Summary, out: &mut dyn Write) -> std::io::Result<()> {
    let Summary { scripts, operations, differences, .. } = summary;
    let seconds = summary.time.as_secs_f64();
    writeln!(out, "{scripts} scripts, {operations} operations, {differences} differences, {seconds:.1} s")?;
    for (name, count) in summary.excused.iter().filter(|(_, count)| **count > 0) {
        writeln!(out, "{name}: {count} operations left out")?;
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
