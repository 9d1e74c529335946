//! `tracewire import`: envelopes from files or standard input into the store.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use tracewire_store::{Fork, Received, SqliteStore, Store as _};
use tracewire_wire::json::{self as wire_json, ReadOptions};
use tracewire_wire::statement::Head;
use tracewire_wire::value::Value;
use tracewire_wire::verify::{Item, Verifier};

use crate::args::{Global, Import};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, count, object};
use crate::paths::short_path;
use crate::source;
use crate::term::{Line, Screen, palette, units};

/// Bytes of envelopes that go into one transaction.
const BATCH_BYTES: usize = 8 << 20;
/// Lines that were left out are named up to this many; all are counted.
const MOST_NAMED: usize = 100;

/// Takes the envelopes in.
///
/// # Errors
/// Where a file cannot be read, or the store refuses.
pub fn run(global: &Global, what: &Import, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let (directory, _) = source::directory(global);
    let stdin = [Path::new("-").to_owned()];
    let files = if what.files.is_empty() { &stdin[..] } else { &what.files };
    // A name that is mistyped should not leave half of the work done, or a store where none was.
    for path in files.iter().filter(|path| path.as_os_str() != "-") {
        File::open(path).map_err(|source| CliError::File { path: path.clone(), source })?;
    }
    directory.prepare().map_err(|source| CliError::File { path: directory.path().to_owned(), source })?;
    let store = SqliteStore::open(&source::store_path(&directory))?;
    let mut import =
        Importer { store, waiting: Vec::new(), waiting_bytes: 0, heads: Vec::new(), totals: Totals::default() };
    for path in files {
        let refused = |source| CliError::File { path: path.clone(), source };
        if path.as_os_str() == "-" {
            import.file("standard input", &mut io::stdin().lock()).map_err(|error| error.at(path))?;
        } else {
            let name = short_path(path);
            import
                .file(&name, &mut BufReader::new(File::open(path).map_err(refused)?))
                .map_err(|error| error.at(path))?;
        }
    }
    import.apply()?;
    import.store.compact()?;
    let totals = import.totals;
    if global.json {
        screen.bytes(&json::line(&document(&totals)))?;
    } else {
        show(&totals, screen)?;
    }
    Ok(if totals.bad_count == 0 { EXIT_OK } else { EXIT_PROBLEM })
}

/// Something that was left out.
struct Bad {
    file: String,
    line: u64,
    code: String,
    message: String,
}

#[derive(Default)]
struct Totals {
    envelopes: u64,
    known: u64,
    events: u64,
    forks: Vec<Fork>,
    heads: u64,
    /// Statements of later versions.
    passed_over: u64,
    bad: Vec<Bad>,
    bad_count: u64,
}

struct Importer {
    store: SqliteStore,
    waiting: Vec<Received>,
    waiting_bytes: usize,
    heads: Vec<Head>,
    totals: Totals,
}

impl Importer {
    /// Lines of envelopes; or a document over several lines, which the first line alone cannot tell.
    fn file(&mut self, name: &str, input: &mut dyn BufRead) -> Result<(), CliError> {
        let (mut number, mut is_first) = (0, true);
        let mut line = Vec::new();
        loop {
            line.clear();
            if input.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            number += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match wire_json::read(&line, &ReadOptions::default()) {
                Ok(value) => self.value(name, number, value, line.len())?,
                Err(_) if is_first => {
                    input.read_to_end(&mut line)?;
                    return self.document(name, number, &line);
                }
                Err(error) => self.leave_out(name, number, error.code(), error.to_string()),
            }
            is_first = false;
        }
    }

    /// One value over several lines; where it is none, the lines each for itself.
    fn document(&mut self, name: &str, first: u64, bytes: &[u8]) -> Result<(), CliError> {
        if let Ok(value) = wire_json::read(bytes, &ReadOptions::default()) {
            return self.value(name, first, value, bytes.len());
        }
        for (number, line) in (first..).zip(bytes.split(|byte| *byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match wire_json::read(line, &ReadOptions::default()) {
                Ok(value) => self.value(name, number, value, line.len())?,
                Err(error) => self.leave_out(name, number, error.code(), error.to_string()),
            }
        }
        Ok(())
    }

    /// An envelope, a list of envelopes, or what `export` writes.
    fn value(&mut self, name: &str, line: u64, value: Value, bytes: usize) -> Result<(), CliError> {
        let list = match value {
            Value::List(list) => list,
            Value::Map(mut map) if map.contains_key("envelopes") => match map.remove("envelopes") {
                Some(Value::List(list)) => list,
                _ => {
                    self.leave_out(name, line, "envelope_shape", "`envelopes` is a list of envelopes".to_owned());
                    return Ok(());
                }
            },
            one => vec![one],
        };
        let each = bytes / list.len().max(1);
        for (place, value) in list.into_iter().enumerate() {
            let at = if place > 0 { format!("envelope {}: ", place + 1) } else { String::new() };
            match Item::from_value(value) {
                Ok(Item::OtherStatement) => self.totals.passed_over += 1,
                Ok(Item::Head(head)) => self.heads.push(*head),
                Ok(Item::Envelope(envelope)) => match Verifier::new().push(&envelope).first() {
                    None => {
                        self.waiting.push(Received::from(*envelope));
                        self.waiting_bytes += each;
                    }
                    Some(wrong) => self.leave_out(name, line, wrong.code, format!("{at}{}", wrong.message)),
                },
                Err(error) => self.leave_out(name, line, error.code(), format!("{at}{error}")),
            }
            if self.waiting_bytes >= BATCH_BYTES {
                self.apply()?;
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, file: &str, line: u64, code: &str, message: String) {
        let message = message.trim_start_matches(": ").replace(": : ", ": ");
        self.totals.bad_count += 1;
        if self.totals.bad.len() < MOST_NAMED {
            self.totals.bad.push(Bad { file: file.to_owned(), line, code: code.to_owned(), message });
        }
    }

    fn apply(&mut self) -> Result<(), CliError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let applied =
            self.store.write(&mut |ingest| waiting.iter().try_for_each(|one| ingest.envelope(&one.incoming())))?;
        self.totals.envelopes += applied.envelopes;
        self.totals.known += applied.known;
        self.totals.events += applied.events;
        self.totals.forks.extend(applied.forks);
        self.totals.heads += self.store.keep_heads(&std::mem::take(&mut self.heads), &[])?;
        Ok(())
    }
}

fn show(totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let glyphs = screen.glyphs;
    for bad in &totals.bad {
        let mut line = Line::new();
        line.push(palette::BAD, glyphs.failed).plain(format!(" {}:{}: ", screen.fit(&bad.file, 120), bad.line));
        line.plain(screen.fit(&bad.message, 300)).push(palette::QUIET, format!(" [{}]", screen.fit(&bad.code, 40)));
        screen.long_line(&line)?;
    }
    for fork in &totals.forks {
        let mut line = Line::new();
        let producer = screen.fit(&fork.producer, 40);
        line.push(palette::WARN, glyphs.warning);
        line.plain(format!(" {producer} has two successors at event {}; both are kept", fork.first_seq));
        screen.long_line(&line)?;
    }
    let mut line = Line::new();
    let (glyph, style) = if totals.bad_count == 0 { (glyphs.ok, palette::GOOD) } else { (glyphs.failed, palette::BAD) };
    line.push(style, glyph).plain(format!(
        " {} with {} taken",
        units::counted(totals.envelopes, "envelope"),
        units::counted(totals.events, "new event")
    ));
    for (number, what) in [
        (totals.heads, "signed heads"),
        (totals.known, "known already"),
        (totals.passed_over, "statements of a later version passed over"),
        (totals.bad_count, "left out"),
    ] {
        if number > 0 {
            line.push(palette::QUIET, glyphs.dot).plain(format!("{} {what}", units::grouped(number)));
        }
    }
    screen.long_line(&line)?;
    if totals.envelopes > 0 {
        screen.hint("tracewire list", "what is there now")?;
    }
    Ok(())
}

fn document(totals: &Totals) -> Value {
    let bad = totals.bad.iter().map(|bad| {
        object([
            ("code", bad.code.as_str().into()),
            ("file", bad.file.as_str().into()),
            ("line", count(bad.line)),
            ("message", bad.message.as_str().into()),
        ])
    });
    let forks = totals.forks.iter().map(|fork| {
        object([
            ("digest", fork.digest.to_string().into()),
            ("first_seq", count(fork.first_seq)),
            ("producer", fork.producer.as_str().into()),
        ])
    });
    object([
        ("envelopes", count(totals.envelopes)),
        ("events", count(totals.events)),
        ("forks", Value::List(forks.collect())),
        ("heads", count(totals.heads)),
        ("known", count(totals.known)),
        ("left_out", Value::List(bad.collect())),
        ("left_out_count", count(totals.bad_count)),
        ("passed_over", count(totals.passed_over)),
    ])
}
