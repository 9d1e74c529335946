//! `tracewire doctor`: where things are, how they are, and what to do.

mod document;
mod show;

use std::collections::BTreeMap;

use tracewire_recorder::journal::{Directory, JournalReader, Liveness, journal_bytes, liveness};
use tracewire_store::{ProducerState, SqliteStore};
use tracewire_wire::value::Value;

use crate::args::Global;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json;
use crate::source::{self, Chosen, Source};
use crate::term::{Screen, units};

/// A problem with a file.
struct FileProblem {
    path: String,
    code: String,
    offset: Option<u64>,
    message: String,
}

/// A producer, from the store and from its journal where that is still there.
struct ProducerFacts {
    name: String,
    state: &'static str,
    service: Option<String>,
    host: Option<String>,
    pid: Option<u64>,
    spec: String,
    seal: u64,
    journal_bytes: Option<u64>,
    pending: u64,
    close: Option<String>,
}

/// Everything that was found out.
struct Examination {
    directory: Directory,
    chosen: Chosen,
    exists: bool,
    journals: u64,
    journal_bytes: u64,
    store: Result<StoreFacts, CliError>,
    producers: Vec<ProducerFacts>,
    /// By reason: events, records and bytes.
    losses: BTreeMap<String, (u64, u64, u64)>,
    problems: Vec<FileProblem>,
    forks: u64,
}

struct StoreFacts {
    exists: bool,
    version: i64,
    bytes: u64,
    free_bytes: u64,
    recovered: u64,
    check: Result<(), String>,
}

/// Examines everything. A problem does not end it: it is what it looks for.
///
/// # Errors
/// Only what the output says.
pub fn run(global: &Global, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let examination = examine(global);
    let problems = examination.count_problems();
    if global.json {
        screen.bytes(&json::line(&document::document(&examination, problems)))?;
    } else {
        show::show(&examination, problems, screen)?;
    }
    Ok(if problems == 0 { EXIT_OK } else { EXIT_PROBLEM })
}

impl Examination {
    fn count_problems(&self) -> usize {
        let store = match &self.store {
            Err(_) => 1,
            Ok(facts) => usize::from(facts.check.is_err()),
        };
        store + self.losses.len() + self.problems.len() + usize::from(self.forks > 0)
    }
}

fn examine(global: &Global) -> Examination {
    let (directory, chosen) = source::directory(global);
    let exists = directory.path().is_dir();
    let mut examination = Examination {
        chosen,
        exists,
        journals: 0,
        journal_bytes: if exists { journal_bytes(&directory) } else { 0 },
        store: Ok(StoreFacts { exists: false, version: 0, bytes: 0, free_bytes: 0, recovered: 0, check: Ok(()) }),
        producers: Vec::new(),
        losses: BTreeMap::new(),
        problems: Vec::new(),
        forks: 0,
        directory,
    };
    match examination.directory.journals() {
        Ok(journals) => examination.journals = journals.len() as u64,
        Err(error) => examination.problems.push(FileProblem {
            path: examination.directory.journal_folder().to_string_lossy().into_owned(),
            code: error.code().to_owned(),
            offset: error.offset(),
            message: error.to_string(),
        }),
    }
    if source::must_have_something(&examination.directory).is_err() {
        return examination;
    }
    match Source::open_at(examination.directory.clone()) {
        Ok(source) => {
            if let Err(error) = from_store(&mut examination, &source) {
                examination.store = Err(error);
            }
        }
        Err(error) => {
            examination.store = Err(error);
            from_journals(&mut examination);
        }
    }
    examination
}

fn from_store(examination: &mut Examination, source: &Source) -> Result<(), CliError> {
    let stats = source.store.stats()?;
    examination.store = Ok(StoreFacts {
        exists: true,
        version: stats.version,
        bytes: stats.bytes,
        free_bytes: stats.free_bytes,
        recovered: source.swept.recovered,
        check: SqliteStore::open(&source::store_path(&source.directory))
            .and_then(|store| store.check())
            .map_err(|error| error.to_string()),
    });
    let text = |map: &tracewire_wire::value::Map, name: &str| map.get(name).and_then(Value::as_text).map(str::to_owned);
    for row in source.store.producers()? {
        let path = source.directory.journal_path(&row.name);
        let pid = row.facts.origin.get("pid").and_then(Value::as_int).and_then(|pid| u64::try_from(pid).ok());
        examination.producers.push(ProducerFacts {
            // A file that a reader closed belongs to a process that died.
            state: if row.close.as_deref() == Some("recovered") { "dead" } else { row.state.as_str() },
            service: text(&row.facts.resource, "service.name"),
            host: text(&row.facts.origin, "host"),
            pid,
            spec: row.facts.spec.clone(),
            seal: row.facts.seal,
            journal_bytes: path.metadata().ok().map(|found| found.len()),
            pending: row.pending,
            close: row.close.clone(),
            name: row.name,
        });
    }
    // What lives comes first, then what is not whole.
    let rank = |facts: &ProducerFacts| {
        (facts.state != ProducerState::Alive.as_str(), facts.state == ProducerState::Closed.as_str())
    };
    examination.producers.sort_by_key(rank);
    for stored in source.store.losses()? {
        let field = |name: &str| {
            stored.event.body_field(name).and_then(Value::as_int).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
        };
        let reason = stored.event.body_field("reason").and_then(Value::as_text).unwrap_or("unknown").to_owned();
        let sum = examination.losses.entry(reason).or_default();
        *sum = (sum.0 + 1, sum.1.saturating_add(field("count")), sum.2.saturating_add(field("bytes")));
    }
    examination.forks = source.store.forks()?.len() as u64;
    for problem in &source.swept.problems {
        examination.problems.push(FileProblem {
            path: problem.path.to_string_lossy().into_owned(),
            code: problem.code.to_owned(),
            offset: problem.offset,
            message: problem.message.clone(),
        });
    }
    for damage in &source.swept.damage {
        examination.problems.push(FileProblem {
            path: damage.path.to_string_lossy().into_owned(),
            code: if damage.is_torn_end { "journal_torn" } else { "journal_damaged" }.to_owned(),
            offset: Some(damage.offset),
            message: format!("{} are no record", units::bytes(damage.bytes)),
        });
    }
    Ok(())
}

/// Without a store, the journals themselves tell who is there.
fn from_journals(examination: &mut Examination) {
    for path in examination.directory.journals().unwrap_or_default() {
        match JournalReader::open(&path) {
            Ok(reader) => {
                let header = reader.header();
                let state = match liveness(&path, header) {
                    Liveness::Alive => "alive",
                    Liveness::Closed => "closed",
                    Liveness::Dead => "dead",
                    Liveness::Unknown => "unknown",
                };
                examination.producers.push(ProducerFacts {
                    name: header.producer.clone(),
                    state,
                    service: header.resource.get("service.name").and_then(Value::as_text).map(str::to_owned),
                    host: Some(header.origin.host.clone()),
                    pid: Some(header.origin.pid),
                    spec: header.spec.clone(),
                    seal: header.seal,
                    journal_bytes: path.metadata().ok().map(|found| found.len()),
                    pending: 0,
                    close: None,
                });
            }
            Err(error) => examination.problems.push(FileProblem {
                path: path.to_string_lossy().into_owned(),
                code: error.code().to_owned(),
                offset: error.offset(),
                message: error.to_string(),
            }),
        }
    }
}
