//! `tracewire export`: envelopes, whole or with what was not asked for withheld.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracewire_store::{Label, Lookup, LooseFilter, SqliteStore, Store as _, StoredContent, StoredEnvelope};
use tracewire_wire::content::{self, Mark};
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::json::{self as wire_json, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

use super::trace::by_id;
use crate::args::{Export, Format, Global};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::source::{Source, now, short_path};
use crate::term::{Line, Screen, escape, palette, units};

/// Envelopes read at once.
const PAGE: usize = 64;

/// Writes what was asked for.
///
/// # Errors
/// Where nothing fits, or the store or the output refuses.
pub fn run(global: &Global, what: &Export, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global)?;
    let wanted = Wanted::new(&source.store, what)?;
    let format = format(what, global);
    let (totals, place) = match &what.output {
        Some(path) => {
            let mut target = Target::file(path)?;
            let totals = write(&source.store, &wanted, format, &mut target.file);
            (target.keep(totals)?, Some(path))
        }
        None => (write(&source.store, &wanted, format, screen.writer())?, None),
    };
    if totals.envelopes == 0 {
        return Err(if totals.unsealed > 0 {
            CliError::NotSealed(totals.unsealed)
        } else if wanted.is_everything() {
            CliError::Empty(source.directory.path().to_owned())
        } else {
            CliError::NotFound { what: "export", id: screen.fit(&named(what), 200) }
        });
    }
    if let Some(path) = place {
        report(&totals, path, global, screen)?;
    }
    if totals.unsealed > 0 {
        let events = units::counted(totals.unsealed, "event");
        let _ = writeln!(io::stderr(), "{events} of processes at work left out: they are not sealed yet");
    }
    Ok(EXIT_OK)
}

fn named(what: &Export) -> String {
    let mut words = what.traces.clone();
    words.extend(what.session.iter().map(|id| format!("--session {id}")));
    words.extend(what.correlation.iter().map(|id| format!("--correlation {id}")));
    if what.when.is_some() {
        words.push("of that time".to_owned());
    }
    words.join(" ")
}

fn format(what: &Export, global: &Global) -> Format {
    let by_name = what.output.as_deref().and_then(Path::extension).map(|name| name.eq_ignore_ascii_case("json"));
    let otherwise = if by_name.unwrap_or(global.json && what.output.is_none()) { Format::Json } else { Format::Jsonl };
    what.format.unwrap_or(otherwise)
}

/// What was asked for.
struct Wanted {
    /// Events by producer and number; `None` for those of all traces and of none.
    events: Option<BTreeMap<String, BTreeSet<u64>>>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Wanted {
    fn new(store: &SqliteStore, what: &Export) -> Result<Self, CliError> {
        let mut wanted = Wanted { events: None, since: what.when.from(now()), until: what.when.until };
        let find = |lookup: Lookup| -> Result<Vec<TraceId>, CliError> {
            Ok(store.find(&lookup, usize::MAX)?.iter().map(|row| row.trace_id).collect())
        };
        let (traces, label) = if let Some(session) = &what.session {
            (find(Lookup::Session(session.clone()))?, Some((Label::Session, session.clone())))
        } else if let Some(correlation) = &what.correlation {
            (find(Lookup::Correlation(correlation.clone()))?, Some((Label::Correlation, correlation.clone())))
        } else if what.traces.is_empty() {
            return Ok(wanted);
        } else {
            let mut traces = Vec::new();
            for id in &what.traces {
                traces.extend(by_id(store, id)?.traces);
            }
            (traces, None)
        };
        let mut events: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        let mut add = |producer: &str, event: &Event| {
            if wanted.is_in_time(event) {
                events.entry(producer.to_owned()).or_default().insert(event.seq);
            }
        };
        for trace_id in traces {
            store.events(trace_id)?.iter().for_each(|stored| add(&stored.producer, &stored.event));
        }
        let mut filter = LooseFilter { limit: 1024, label, ..LooseFilter::default() };
        while filter.label.is_some() {
            let page = store.loose(&filter)?;
            page.iter().for_each(|stored| add(&stored.producer, &stored.event));
            let Some(last) = page.last() else { break };
            filter.after = Some((last.event.time, last.id));
        }
        wanted.events = Some(events);
        Ok(wanted)
    }

    fn is_everything(&self) -> bool {
        self.events.is_none() && self.since.is_none() && self.until.is_none()
    }

    fn is_in_time(&self, event: &Event) -> bool {
        self.since.is_none_or(|since| event.time >= since) && self.until.is_none_or(|until| event.time < until)
    }
}

#[derive(Default)]
struct Totals {
    envelopes: u64,
    events: u64,
    withheld: u64,
    unsealed: u64,
}

fn write(store: &SqliteStore, wanted: &Wanted, format: Format, out: &mut dyn Write) -> Result<Totals, CliError> {
    let mut writer = Writer { store, wanted, format, out, totals: Totals::default(), carried: BTreeSet::new() };
    match &wanted.events {
        Some(events) => {
            for (producer, numbers) in events {
                writer.part(producer, numbers)?;
            }
        }
        None => {
            for row in store.producers()? {
                writer.all(&row.name)?;
                // Of a time, nobody counts what is not sealed: it may be of another one.
                writer.totals.unsealed += if wanted.is_everything() { row.pending } else { 0 };
            }
        }
    }
    writer.end()
}

struct Writer<'w> {
    store: &'w SqliteStore,
    wanted: &'w Wanted,
    format: Format,
    out: &'w mut dyn Write,
    totals: Totals,
    /// Content of the producer at hand that was written already.
    carried: BTreeSet<Hash>,
}

impl Writer<'_> {
    /// Envelopes in which these events are.
    fn part(&mut self, producer: &str, numbers: &BTreeSet<u64>) -> Result<(), CliError> {
        self.carried.clear();
        let mut written: BTreeSet<Hash> = BTreeSet::new();
        let mut done = 0;
        for seq in numbers {
            if *seq <= done {
                continue;
            }
            let found = self.store.envelopes_with(producer, *seq)?;
            self.totals.unsealed += u64::from(found.is_empty());
            for stored in found {
                if !written.insert(stored.digest) {
                    continue;
                }
                let envelope = read(&stored)?;
                // Where the chain forks, each branch is asked for by itself.
                if !stored.is_fork {
                    done = envelope.first_seq.saturating_add(envelope.events.len() as u64).saturating_sub(1);
                }
                self.filtered(envelope, &|event| numbers.contains(&event.seq))?;
            }
        }
        Ok(())
    }

    /// All envelopes of a producer, as far as they are of the time.
    fn all(&mut self, producer: &str) -> Result<(), CliError> {
        self.carried.clear();
        let mut after = None;
        loop {
            let page = self.store.envelopes(producer, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some((last.first_seq, last.digest));
            for stored in page {
                if self.wanted.is_everything() {
                    self.totals.events += read(&stored)?.events.len() as u64;
                    self.line(&stored.bytes)?;
                } else {
                    let wanted = self.wanted;
                    self.filtered(read(&stored)?, &|event| wanted.is_in_time(event))?;
                }
            }
        }
    }

    /// Writes an envelope with all other events withheld, and with the content that those which stay need.
    fn filtered(&mut self, mut envelope: Envelope, stays: &dyn Fn(&Event) -> bool) -> Result<(), CliError> {
        let mut needed = Vec::new();
        let mut staying = 0;
        for entry in &mut envelope.events {
            match entry {
                Entry::Event(event) if stays(event) => {
                    staying += 1;
                    if let Body::Present(body) = &event.body {
                        content::for_each_slot(body, &mut |slot| needed.extend(reference(slot)));
                    }
                }
                Entry::Event(event) => *entry = Entry::Withheld(event.digest()),
                Entry::Withheld(_) => {}
            }
        }
        if staying == 0 {
            return Ok(());
        }
        let mut carried = std::mem::take(&mut envelope.content);
        while let Some(hash) = needed.pop() {
            if !self.carried.insert(hash) {
                continue;
            }
            // It may stand in an earlier envelope, which is not here.
            let found = match carried.remove(&hash) {
                Some(found) => found,
                None => match self.store.content(&hash)? {
                    Some(stored) => content_of(stored)?,
                    None => continue,
                },
            };
            if let Content::Value { value, .. } = &found {
                content::for_each_slot_inside(value, &mut |slot| needed.extend(reference(slot)));
            }
            envelope.content.insert(hash, found);
        }
        self.totals.events += staying;
        self.totals.withheld += envelope.events.len() as u64 - staying;
        self.line(&envelope.write())
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        let before: &[u8] = match (self.format, self.totals.envelopes) {
            (Format::Jsonl, _) => b"",
            (Format::Json, 0) => b"{\"envelopes\":[",
            (Format::Json, _) => b",",
        };
        self.out.write_all(before)?;
        self.out.write_all(bytes)?;
        if self.format == Format::Jsonl {
            self.out.write_all(b"\n")?;
        }
        self.totals.envelopes += 1;
        Ok(())
    }

    fn end(self) -> Result<Totals, CliError> {
        if self.format == Format::Json && self.totals.envelopes > 0 {
            self.out.write_all(b"],\"spec\":\"1.0\"}\n")?;
        }
        self.out.flush()?;
        Ok(self.totals)
    }
}

fn read(stored: &StoredEnvelope) -> Result<Envelope, CliError> {
    Envelope::read(&stored.bytes).map_err(|error| CliError::Store(error.into()))
}

fn reference(slot: &Value) -> Option<Hash> {
    match Mark::of(slot) {
        Some(Mark::Ref(hash)) => Some(hash),
        _ => None,
    }
}

fn content_of(stored: StoredContent) -> Result<Content, CliError> {
    Ok(match stored {
        StoredContent::Value { json, members: mut other } => {
            let value =
                wire_json::read(&json, &ReadOptions::default()).map_err(|error| CliError::Store(error.into()))?;
            let nonce = other.remove("nonce").and_then(|nonce| nonce.as_text().map(str::to_owned));
            Content::Value { value, nonce, other }
        }
        StoredContent::Erased => Content::Erased,
        StoredContent::Withheld => Content::Withheld,
    })
}

/// A file that is there when all of it is.
struct Target {
    path: PathBuf,
    partial: PathBuf,
    file: io::BufWriter<File>,
}

impl Target {
    fn file(path: &Path) -> Result<Self, CliError> {
        let refused = |source| CliError::File { path: path.to_owned(), source };
        let name = path.file_name().ok_or_else(|| refused(io::ErrorKind::IsADirectory.into()))?;
        let partial = path.with_file_name(format!(".{}.{}.partial", name.to_string_lossy(), std::process::id()));
        let file = io::BufWriter::new(File::create(&partial).map_err(refused)?);
        Ok(Target { path: path.to_owned(), partial, file })
    }

    /// Gives the file its name if there is something in it.
    fn keep(self, totals: Result<Totals, CliError>) -> Result<Totals, CliError> {
        let refused = |source| CliError::File { path: self.path.clone(), source };
        let renamed = match &totals {
            Ok(totals) if totals.envelopes > 0 => self
                .file
                .get_ref()
                .sync_all()
                .and_then(|()| std::fs::rename(&self.partial, &self.path))
                .map_err(refused),
            _ => Ok(()),
        };
        // Where it has its name already, nothing is there to be removed.
        let _ = std::fs::remove_file(&self.partial);
        renamed.and(totals)
    }
}

fn report(totals: &Totals, path: &Path, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("envelopes", count(totals.envelopes)),
            ("events", count(totals.events)),
            ("path", path.to_string_lossy().into_owned().into()),
            ("unsealed", count(totals.unsealed)),
            ("withheld", count(totals.withheld)),
        ]);
        return Ok(screen.bytes(&json::line(&document))?);
    }
    let mut line = Line::new();
    let path = escape(&short_path(path), screen.glyphs.ascii);
    line.push(palette::GOOD, screen.glyphs.ok).plain(format!(
        " {} in {} written to {path}",
        units::counted(totals.events, "event"),
        units::counted(totals.envelopes, "envelope"),
    ));
    if totals.withheld > 0 {
        let withheld = format!("{} of others withheld", units::counted(totals.withheld, "event"));
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, withheld);
    }
    Ok(screen.long_line(&line)?)
}
