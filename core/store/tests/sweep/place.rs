//! A folder with journals and a store, and other processes that work in it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use tracewire_recorder::journal::{Directory, JournalReader};
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::{Options, Recorder, StartSpan};
use tracewire_store::{SqliteStore, Store as _, SweepReport, sweep};
use tracewire_wire::event::Status;

/// Set for a copy of this test that plays another process: its part and its folder.
pub const PART: &str = "TRACEWIRE_STORE_TEST_PART";

pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Place { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn directory(&self) -> Directory {
        Directory::at(self.path())
    }

    pub fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.path().join("store.db")).unwrap()
    }

    pub fn recorder(&self) -> Recorder {
        record_in(self.path())
    }

    pub fn sweep(&self, store: &mut SqliteStore) -> SweepReport {
        sweep(store, &self.directory(), &mut ()).unwrap()
    }

    pub fn journals(&self) -> Vec<PathBuf> {
        self.directory().journals().unwrap()
    }

    /// Another process that plays a part of this file.
    pub fn play(&self, part: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["another_process", "--exact", "--nocapture"]).env(PART, part).env("TRACEWIRE_DIR", self.path());
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    /// All envelopes of all journals, sealed here and now.
    pub fn sealed(&self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for path in self.journals() {
            let mut reader = JournalReader::open(&path).unwrap();
            let mut sealer = Sealer::new(reader.header());
            while let Some(item) = reader.next().unwrap() {
                all.extend(sealer.push(&item).map(|sealed| sealed.bytes()));
            }
        }
        all.sort();
        all
    }
}

pub fn record_in(folder: &Path) -> Recorder {
    let mut options = Options::for_service("test");
    options.directory = Some(folder.to_owned());
    options.limits.envelope_events = 16;
    Recorder::open(options).unwrap()
}

pub fn stored(store: &SqliteStore) -> Vec<Vec<u8>> {
    let producers = store.producers().unwrap();
    let envelopes = producers.iter().flat_map(|producer| store.envelopes(&producer.name, None, 10_000).unwrap());
    let mut all: Vec<Vec<u8>> = envelopes.map(|envelope| envelope.bytes).collect();
    all.sort();
    all
}

/// A run of so many steps under one root, with content that repeats.
pub fn run(recorder: &Recorder, steps: usize) {
    let start = |parent, kind| StartSpan { parent, kind, correlation_id: None };
    let root = recorder.start_span(start(None, "agent"), |body| body.text("name", "root"));
    for step in 0..steps {
        let span = recorder.start_span(start(Some(root.context()), "tool"), |body| {
            body.text("name", "step");
            body.text("input", &"the same question ".repeat(20));
        });
        recorder.end_span(&span, &Status::Ok, |body| body.text("output", &format!("answer {step} ").repeat(40)));
    }
    recorder.end_span(&root, &Status::Ok, |_| {});
}

pub fn wait_for(child: &mut std::process::Child, word: &str) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with(word)), "the other process did not get so far");
}

/// A number below `limit` that is another one each time.
pub fn any_number_below(limit: u64) -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(0) % limit
}
