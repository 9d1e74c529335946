//! Rounds of several subjects in turn, so that a noisy moment hits all alike.

use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// Somebody who does the work that is measured.
pub struct Subject<'a> {
    /// Its name, as in the registry.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    work: Box<dyn Fn() -> f64 + 'a>,
}

impl<'a> Subject<'a> {
    /// Ours.
    pub fn ours<T>(work: impl Fn() -> T + 'a) -> Self {
        Self { name: "tracewire", ..Self::new("tracewire-wire", work) }
    }

    /// A crate. `work` makes something; how long that takes is measured, giving it up is not.
    pub fn new<T>(name: &'static str, work: impl Fn() -> T + 'a) -> Self {
        let timed = move || {
            let start = seconds();
            let made = black_box(work());
            let taken = seconds() - start;
            drop(made);
            taken
        };
        Subject { name, version: version(name), work: Box::new(timed) }
    }
}

/// The version of a crate that is built in.
fn version(name: &str) -> &'static str {
    let mut lines = include_str!("../Cargo.lock").lines();
    lines.find(|line| line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) == Some(name));
    let version = lines.next().and_then(|line| line.strip_prefix("version = \""));
    version.and_then(|rest| rest.strip_suffix('"')).unwrap_or("unknown")
}

/// One kind of work on one sample.
pub struct Work<'a> {
    /// What is measured: `json`, `toon`.
    pub bench: &'static str,
    /// Which work on which sample: `uniform.read`.
    pub metric: String,
    /// How many bytes a round is counted as.
    pub bytes: usize,
    /// Who does it.
    pub subjects: Vec<Subject<'a>>,
}

impl Work<'_> {
    /// Prints a row for every subject and round.
    pub fn run(&self, rounds: usize) {
        for subject in &self.subjects {
            (subject.work)();
        }
        for _ in 0..rounds {
            for subject in &self.subjects {
                let value = self.bytes as f64 / 1e6 / (subject.work)();
                print(self.bench, subject.name, subject.version, &self.metric, "MB/s", value);
            }
        }
    }
}

/// Prints one figure.
pub fn print(bench: &str, subject: &str, version: &str, metric: &str, unit: &str, value: f64) {
    println!(
        r#"{{"bench":"{bench}","subject":"{subject}","version":"{version}","metric":"{metric}","unit":"{unit}","value":{value:.1}}}"#
    );
}

/// The processor's time of this thread: what else the machine does disturbs it least.
fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
