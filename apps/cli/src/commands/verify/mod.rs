//! `tracewire verify`: what recordings prove, and what they do not.
//!
//! | file | what it is |
//! |---|---|
//! | `files` | envelopes and heads of files, without a store |
//! | `show` | the outcome for people |
//! | `signed` | what is said of signed heads |
//! | `words` | a verdict, and ranges of numbers |
//! | `document` | the outcome as JSON |

mod document;
pub mod files;
mod show;
mod signed;
mod words;

use tracewire_insight::process::Processes;
use tracewire_store::{ProducerRow, Store, SweepReport, take_stored};
use tracewire_wire::sign::Keys;
use tracewire_wire::statement::Head;
use tracewire_wire::verify::{Finding, Item, Report, Signature, Verifier};

use crate::args::{Global, Verify};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json;
use crate::keys;
use crate::source::Source;
use crate::term::Screen;

/// Envelopes read at once.
const PAGE: usize = 256;
/// Ledger entries read at once.
const LEDGER_PAGE: usize = 4096;

/// Everything that was found.
struct Outcome {
    report: Report,
    /// What does not even read.
    unreadable: Vec<Finding>,
    /// What is wrong with the ledger of accepted heads.
    ledger: Vec<String>,
    /// Events that are not sealed yet, by the producers that the store knows.
    rows: Vec<ProducerRow>,
    processes: Processes,
    /// What became of journals.
    swept: SweepReport,
    /// Whether it is all of one producer only.
    is_part: bool,
}

impl Outcome {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.report.findings.iter().chain(&self.unreadable)
    }

    /// A file that cannot be read proves nothing, whoever asks.
    fn is_sound(&self) -> bool {
        let files_read = self.is_part || self.swept.problems.is_empty();
        self.findings().next().is_none() && self.ledger.is_empty() && files_read
    }

    /// Whether keys were given, and these vouch for all of it.
    fn is_proved(&self) -> bool {
        self.is_sound() && self.report.is_proved()
    }

    /// Whether it is what was asked for: sound, and proved where keys were given.
    fn is_good(&self) -> bool {
        if self.report.trusted.is_some() { self.is_proved() } else { self.is_sound() }
    }

    fn pending(&self, producer: &str) -> u64 {
        self.rows.iter().find(|row| row.name == producer).map_or(0, |row| row.pending)
    }
}

/// Checks everything, or one producer.
///
/// # Errors
/// Where there is nothing to check, a key is none, or the store refuses.
pub fn run(global: &Global, what: &Verify, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let keys = keys::trusted(&what.keys)?;
    let outcome = if what.files.is_empty() {
        of_store(global, what, keys.as_ref(), screen)?
    } else {
        of_files(what, keys.as_ref(), screen)?
    };
    if global.json {
        screen.bytes(&json::line(&document::document(&outcome)))?;
    } else {
        show::show(&outcome, screen)?;
    }
    Ok(if outcome.is_good() { EXIT_OK } else { EXIT_PROBLEM })
}

fn verifier(keys: Option<&Keys>) -> Verifier {
    keys.map_or_else(Verifier::new, |keys| Verifier::trusting(keys.ids()))
}

fn take_head(verifier: &mut Verifier, head: &Head, keys: Option<&Keys>) {
    verifier.push_head(head, keys.map_or(Signature::Unchecked, |keys| keys.judge(head)));
}

fn of_files(what: &Verify, keys: Option<&Keys>, screen: &Screen<'_>) -> Result<Outcome, CliError> {
    let mut verifier = verifier(keys);
    let is_asked = |name: &str| what.producer.as_ref().is_none_or(|begin| name.starts_with(begin.as_str()));
    let mut unreadable = files::each(&what.files, &mut |item| match item {
        Item::Envelope(envelope) if is_asked(&envelope.producer) => _ = verifier.push(&envelope),
        Item::Head(head) if is_asked(&head.producer) => take_head(&mut verifier, &head, keys),
        _ => {}
    })?;
    unreadable.retain(|finding| finding.producer.is_empty() || is_asked(&finding.producer));
    let report = verifier.finish();
    if let (Some(name), true, true) = (&what.producer, report.producers.is_empty(), unreadable.is_empty()) {
        return Err(CliError::NotFound { what: "producer", id: screen.fit(name, 60) });
    }
    Ok(Outcome {
        report,
        unreadable,
        ledger: Vec::new(),
        rows: Vec::new(),
        processes: Processes::new([]),
        swept: SweepReport::default(),
        is_part: what.producer.is_some(),
    })
}

fn of_store(global: &Global, what: &Verify, keys: Option<&Keys>, screen: &Screen<'_>) -> Result<Outcome, CliError> {
    let source = Source::open_unsigned(global, &what.stored)?;
    let mut rows = source.store.producers()?;
    let processes = Processes::new(rows.iter().map(ProducerRow::seen));
    let mut heads = source.store.heads(None)?;
    if let Some(name) = &what.producer {
        rows.retain(|row| row.name.starts_with(name.as_str()));
        heads.retain(|head| head.producer.starts_with(name.as_str()));
        if rows.is_empty() && heads.is_empty() {
            return Err(CliError::NotFound { what: "producer", id: screen.fit(name, 60) });
        }
    }
    if rows.is_empty() && heads.is_empty() && source.swept.problems.is_empty() {
        return Err(source.empty());
    }
    let mut verifier = verifier(keys);
    let mut unreadable = Vec::new();
    for row in &rows {
        let mut after = None;
        loop {
            let page = source.store.envelopes(&row.name, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some((last.first_seq, last.digest));
            unreadable.extend(page.iter().filter_map(|stored| take_stored(&mut verifier, stored)));
        }
    }
    heads.iter().for_each(|head| take_head(&mut verifier, head, keys));
    Ok(Outcome {
        report: verifier.finish(),
        unreadable,
        ledger: check_ledger(&*source.store)?,
        rows,
        processes,
        swept: source.swept,
        is_part: what.producer.is_some(),
    })
}

/// The ledger is a chain: each entry's hash is that of its own line, and names the one before.
fn check_ledger(store: &dyn Store) -> Result<Vec<String>, CliError> {
    let mut wrong = Vec::new();
    let mut before: Option<(u64, tracewire_wire::id::Hash)> = None;
    loop {
        let page = store.ledger(before.map_or(0, |(number, _)| number), LEDGER_PAGE)?;
        if page.is_empty() {
            return Ok(wrong);
        }
        for entry in &page {
            if entry.compute_hash() != entry.hash {
                wrong.push(format!("entry {} does not match its hash", entry.number));
            }
            if entry.prev != before.map(|(_, hash)| hash) {
                wrong.push(format!("entry {} does not follow the one before it", entry.number));
            }
            before = Some((entry.number, entry.hash));
        }
    }
}
