//! Rust's side of `workers/worker.py`: the same lines, the same options, as a command of this program.

use crate::found::crc32;
use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::{Options, Recorder, SpanContext, StartSpan};
use tracewire_wire::event::Status;

/// What a victim is told.
#[derive(Deserialize)]
pub struct Told {
    kind: String,
    #[serde(default)]
    init: Init,
    #[serde(default)]
    checks: bool,
    #[serde(default = "sizes")]
    sizes: Vec<usize>,
    #[serde(default)]
    threads: Option<u32>,
    #[serde(default)]
    units: Option<u64>,
    #[serde(default)]
    after: u64,
    /// Milliseconds between two units.
    #[serde(default)]
    wait: f64,
}

/// Arguments of the recorder.
#[derive(Default, Deserialize)]
struct Init {
    file_bytes: Option<u64>,
    quota_bytes: Option<u64>,
    #[serde(default)]
    fsync: bool,
}

fn sizes() -> Vec<usize> {
    vec![4, 40, 90, 400, 3000]
}

/// Records until something happens.
pub fn run(directory: &Path, told: &str, worker: &str, seed: u64) -> Result<()> {
    let told: Arc<Told> = Arc::new(serde_json::from_str(told).context("options")?);
    let defaults = Options::for_service("torture");
    let recorder = Recorder::open(Options {
        directory: Some(directory.to_owned()),
        file_bytes: told.init.file_bytes.unwrap_or(defaults.file_bytes),
        quota_bytes: told.init.quota_bytes.unwrap_or(defaults.quota_bytes),
        fsync: told.init.fsync,
        ..defaults
    })?;
    let mut lane = Lane::new(&recorder, &told, worker, 0, seed);
    let some = 1 + seed % 40;
    match told.kind.as_str() {
        "forever" => lane.steps(None),
        "threads" => threads(&recorder, &told, worker, seed),
        "end" => lane.steps(Some(told.units.unwrap_or(20))),
        "mixed" => {
            lane.steps(Some(some));
            match seed % 3 {
                0 => std::process::abort(),
                1 => println!("i depth {}", deep(&[seed; 512])),
                _ => std::process::exit(3),
            }
        }
        "hungry" => hungry(&mut lane),
        "hold" => hold(&mut lane, &told),
        kind => bail!("no such kind: {kind}"),
    }
    totals(&recorder, worker)
}

fn totals(recorder: &Recorder, worker: &str) -> Result<()> {
    let report = recorder.close(Some(Duration::from_secs(5)));
    say(&format!("t {worker} {} 0 {}", report.written, serde_json::to_string(&report.dropped)?));
    Ok(())
}

fn threads(recorder: &Recorder, told: &Arc<Told>, worker: &str, seed: u64) {
    std::thread::scope(|scope| {
        for number in 0..told.threads.unwrap_or(4) {
            scope.spawn(move || Lane::new(recorder, told, worker, number, seed).steps(told.units));
        }
    });
}

/// Fills the stack: a real fault, which ends the process.
fn deep(above: &[u64; 512]) -> u64 {
    let mut here = *above;
    here[0] = here[0].wrapping_add(1);
    if std::hint::black_box(&mut here)[1] == u64::MAX {
        return 0; // Never.
    }
    deep(&here).wrapping_add(here[1])
}

/// Takes memory until there is none.
fn hungry(lane: &mut Lane<'_>) {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        lane.unit();
        kept.push(vec![lane.chance.u8(1..); 1 << 20]);
    }
}

fn hold(lane: &mut Lane<'_>, told: &Told) {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read(&mut [0]);
        over.store(true, Ordering::Relaxed);
    });
    let mut units = 0u64;
    while !is_over.load(Ordering::Relaxed) {
        lane.unit();
        units += 1;
        if units.is_multiple_of(50) {
            say(&format!("i units {units}"));
        }
        lane.pause();
    }
    for _ in 0..told.after {
        std::thread::sleep(Duration::from_millis(110));
        lane.unit();
    }
}

/// One write of less than PIPE_BUF bytes. Where nobody listens any more, there is nothing left to do.
fn say(line: &str) {
    if std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()).is_err() {
        std::process::exit(5);
    }
}

/// One thread of a worker: what it records is numbered.
struct Lane<'r> {
    recorder: &'r Recorder,
    told: &'r Told,
    worker: &'r str,
    lane: u32,
    number: u64,
    dropped: u64,
    chance: Rng,
}

impl<'r> Lane<'r> {
    fn new(recorder: &'r Recorder, told: &'r Told, worker: &'r str, lane: u32, seed: u64) -> Self {
        let chance = Rng::with_seed(seed.wrapping_mul(1000).wrapping_add(lane.into()));
        Lane { recorder, told, worker, lane, number: 0, dropped: 0, chance }
    }

    fn steps(&mut self, units: Option<u64>) {
        let mut done = 0;
        while units.is_none_or(|units| done < units) {
            self.unit();
            done += 1;
            self.pause();
            if self.chance.u32(..50) == 0 {
                self.recorder.flush(Some(Duration::from_millis(200)));
            }
        }
    }

    fn pause(&self) {
        if self.told.wait > 0.0 {
            std::thread::sleep(Duration::from_secs_f64(self.told.wait / 1000.0));
        }
    }

    fn mark(&mut self, parent: &str, start: &str) -> String {
        let size = self.chance.choice(&self.told.sizes).copied().unwrap_or(4);
        let mut mark = format!("{}/{}/{}/{parent}/{start}/", self.worker, self.lane, self.number);
        for _ in 0..size / 8 {
            let _ = write!(mark, "{:07x}ß", self.chance.u32(..) >> 4);
        }
        mark
    }

    fn said(&mut self, mark: &str) -> u64 {
        let mut letter = 'a';
        if self.told.checks {
            let dropped = self.recorder.stats().dropped;
            let dropped = dropped.iter().filter(|(reason, _)| *reason != "vanished").map(|(_, count)| count).sum();
            if dropped != self.dropped {
                letter = 'd';
            }
            self.dropped = dropped;
        }
        say(&format!("{letter} {} {} {} {}", self.worker, self.lane, self.number, crc32(mark.as_bytes())));
        self.number += 1;
        self.number - 1
    }

    /// A run of two steps with an event: five records.
    fn unit(&mut self) {
        let mark = self.mark("-", "-");
        let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
        let outer = self.recorder.start_span(start, |body| marked(body, "work", "input", &mark));
        let above = self.said(&mark);
        self.below(outer.context(), above);
        let mark = self.mark("?", &above.to_string());
        self.recorder.end_span(&outer, &Status::Ok, |body| with_mark(body, "output", &mark));
        self.said(&mark);
    }

    fn below(&mut self, parent: SpanContext, above: u64) {
        let mark = self.mark(&above.to_string(), "-");
        let start = StartSpan { parent: Some(parent), kind: "step", correlation_id: None };
        let inner = self.recorder.start_span(start, |body| marked(body, "part", "input", &mark));
        let here = self.said(&mark);
        let mark = self.mark(&here.to_string(), "-");
        self.recorder.point_event(Some(inner.context()), None, |body| marked(body, "note", "data", &mark));
        self.said(&mark);
        let mark = self.mark("?", &here.to_string());
        self.recorder.end_span(&inner, &Status::Ok, |body| with_mark(body, "output", &mark));
        self.said(&mark);
    }
}

fn marked(body: &mut BodyWriter<'_, '_>, name: &str, place: &str, mark: &str) {
    body.text("name", name);
    with_mark(body, place, mark);
}

fn with_mark(body: &mut BodyWriter<'_, '_>, place: &str, mark: &str) {
    body.map(place, |walker| {
        walker.key("mark");
        walker.text(mark);
    });
}
