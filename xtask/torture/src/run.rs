//! A run: every scenario once, then as its share of the time is, until the time is over. Several rounds at a time: some of them
//! mostly wait.

use crate::oracle::{Finding, Rule};
use crate::report::Report;
use crate::round::{Kit, Round, Tally, forget};
use crate::scenarios::Scenario;
use anyhow::Result;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A round that takes longer hangs.
const LONGEST_ROUND: Duration = Duration::from_secs(180);

/// How long, and what.
pub struct Plan {
    /// When no further round begins. `None`: every scenario once.
    pub time: Option<Duration>,
    /// Which scenarios.
    pub scenarios: Vec<&'static Scenario>,
    /// Decides everything.
    pub seed: u64,
    /// Rounds at the same time.
    pub jobs: usize,
    /// How many rounds of each scenario, instead of a time.
    pub rounds: Option<u64>,
}

#[derive(Clone, Copy, Default)]
struct Done {
    begun: u64,
    seconds: f64,
}

struct Progress {
    done: Vec<Done>,
    /// Rounds that are under way, by scenario and seed, and the second when they began.
    under_way: Vec<(&'static str, u64, Instant)>,
    report: Report,
}

/// Runs.
pub fn run(kit: &Kit, plan: &Plan) -> Result<Report> {
    let started = Instant::now();
    let progress = Mutex::new(Progress {
        done: vec![Done::default(); plan.scenarios.len()],
        under_way: Vec::new(),
        report: Report::new(plan.seed, &plan.scenarios),
    });
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.jobs)
            .map(|_| {
                scope.spawn(|| {
                    while let Some((index, nth)) = next(plan, &progress, started) {
                        let Some(scenario) = plan.scenarios.get(index) else { break };
                        let seed = seed_of(plan.seed, nth);
                        locked(&progress).under_way.push((scenario.name, seed, Instant::now()));
                        let (tally, findings) = one(kit, scenario, seed);
                        let mut progress = locked(&progress);
                        progress.under_way.retain(|(name, of, _)| (*name, *of) != (scenario.name, seed));
                        if let Some(done) = progress.done.get_mut(index) {
                            done.seconds += tally.seconds;
                        }
                        progress.report.take(scenario, seed, &tally, &findings);
                        show(&progress.report, started, plan);
                    }
                })
            })
            .collect();
        while !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(50));
            give_up_if_one_hangs(&progress);
        }
    });
    let mut report = progress.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).report;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// A round that does not end is a finding, too, and the last one.
fn give_up_if_one_hangs(progress: &Mutex<Progress>) {
    for (name, seed, began) in &locked(progress).under_way {
        if began.elapsed() > LONGEST_ROUND {
            let seconds = LONGEST_ROUND.as_secs();
            println!(
                "\n{name} hangs: not over in {seconds} s\n  cargo xtask torture --only {name} --seed {seed} --rounds 1"
            );
            std::process::exit(1);
        }
    }
}

/// The first round has the run's own seed, so that `--seed` repeats a round that found something.
fn seed_of(seed: u64, nth: u64) -> u64 {
    (seed.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15))) % 1_000_000_007
}

/// The scenario that had least of its share; every one once before any twice.
fn next(plan: &Plan, progress: &Mutex<Progress>, started: Instant) -> Option<(usize, u64)> {
    let mut progress = locked(progress);
    let is_over = |nth: u64| match (plan.rounds, plan.time) {
        (Some(rounds), _) => nth >= rounds,
        (None, Some(time)) => nth >= 1 && started.elapsed() >= time,
        (None, None) => nth >= 1,
    };
    let had = |index: &usize| {
        let done = progress.done.get(*index).copied().unwrap_or_default();
        let share = plan.scenarios.get(*index).map_or(1.0, |scenario| scenario.share);
        // Rounds that are under way count as one second.
        let seconds = if done.begun == 0 { -1.0 } else { (done.seconds + 0.1 * done.begun as f64) / share };
        (seconds, *index)
    };
    let open = (0..plan.scenarios.len())
        .filter(|index| progress.done.get(*index).is_some_and(|done| !is_over(done.begun)))
        .min_by(|a, b| had(a).0.total_cmp(&had(b).0).then(a.cmp(b)))?;
    let done = progress.done.get_mut(open)?;
    done.begun += 1;
    Some((open, done.begun - 1))
}

fn one(kit: &Kit, scenario: &Scenario, seed: u64) -> (Tally, Vec<Finding>) {
    let started = Instant::now();
    let mut round = match Round::new(kit, scenario.name, seed) {
        Ok(round) => round,
        Err(error) => return (Tally::default(), vec![Finding::new(Rule::Behaviour, format!("{error:#}"))]),
    };
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (scenario.run)(&mut round)));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => round.find(Rule::Behaviour, format!("{error:#}")),
        Err(_) => round.find(Rule::Behaviour, "a reader panicked"),
    }
    if round.findings.is_empty() {
        forget(&round.folder);
    }
    round.tally.seconds = started.elapsed().as_secs_f64();
    (round.tally, round.findings)
}

fn locked(progress: &Mutex<Progress>) -> std::sync::MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn show(report: &Report, started: Instant, plan: &Plan) {
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        let sum = report.sum();
        let time = plan.time.map_or_else(String::new, |time| format!("/{}", time.as_secs()));
        let _ = write!(
            out,
            "\r{:>4}{time} s  {:>5} rounds  {:>6} deaths  {:>9} records  {} findings ",
            started.elapsed().as_secs(),
            sum.rounds,
            sum.dead(),
            sum.records,
            report.findings.len()
        );
        let _ = out.flush();
    }
}
