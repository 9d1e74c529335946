//! Files of envelopes: read into a store in memory, looked at there, and written without what was erased.

use std::io::{self, Write as _};
use std::path::Path;

use tracewire_store::erase::{Copies, Selection, Sought};
use tracewire_store::{Received, SqliteStore, Store as _};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::recording::{Form, Item as Recorded};
use tracewire_wire::statement::is_statement;
use tracewire_wire::stream::{Encoding, StreamOptions};
use tracewire_wire::toon::EncodeOptions;
use tracewire_wire::value::Value;
use tracewire_wire::verify::Verifier;

use super::{is_confirmed, planned, show};
use crate::args::{FileFormat, Global, Redact};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::moving::input::Input;
use crate::moving::items::Items;
use crate::moving::kept::Kept;
use crate::moving::sink::{Json, Lines, Messages, Sink};
use crate::moving::target::Target;
use crate::paths::short_path;
use crate::source::now;
use crate::term::{Bar, Screen, Unit, escape, palette, units};

/// Envelopes that go into the store in memory at once.
const AT_ONCE: usize = 64;

/// Writes the files without what is erased.
///
/// # Errors
/// Where a file cannot be read or written, or holds something else than envelopes, or nobody can be asked.
pub(super) fn run(global: &Global, what: &Redact, sought: Sought<'_>, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let output = what.output.as_deref().unwrap_or(Path::new("-"));
    let format = format(what, output)?;
    let mut bar = Bar::new("reading", Unit::Bytes, None);
    let mut inputs = Vec::new();
    for path in &what.file {
        let input = Input::new(path);
        input.check()?;
        inputs.push((input.lasting(&mut bar)?, FileFormat::of_name(path).map(FileFormat::encoding)));
    }
    // A folder that is not there should be known before a long file is read.
    let mut target = Target::open(Some(output))?;
    let mut store = SqliteStore::open(Path::new(":memory:"))?;
    let mut waiting: Vec<Received> = Vec::new();
    let mut apply = |waiting: &mut Vec<Received>| {
        let some = std::mem::take(waiting);
        store.write(&mut |ingest| some.iter().try_for_each(|one| ingest.envelope(&one.incoming()))).map(drop)
    };
    let (mut count, mut form) = (0_u64, Form::Export);
    for (input, encoding) in &inputs {
        form = each(input, *encoding, &mut bar, &mut |item| {
            count += 1;
            let Item::Envelope(envelope) = item else { return Ok(()) };
            if let Some(wrong) = Verifier::new().push(&envelope).first() {
                return Err(CliError::Broken { name: input.name.clone(), message: wrong.message.clone() });
            }
            waiting.push(Received::from(*envelope));
            if waiting.len() >= AT_ONCE { Ok(apply(&mut waiting)?) } else { Ok(()) }
        })?;
    }
    apply(&mut waiting)?;
    bar.done();
    let selection = Selection {
        traces: None,
        session: what.session.clone(),
        user: what.user.clone(),
        since: what.when.from(now()),
        until: what.when.until,
    };
    let planned = planned(&store, &selection, sought)?;
    drop(store);
    let is_file = output.as_os_str() != "-";
    if !global.json && is_file {
        show::plan(&planned, what, screen)?;
    }
    if what.dry_run {
        if global.json {
            show::document(&planned, None, screen)?;
        }
        return Ok(EXIT_OK);
    }
    // What is there already is there no more.
    if is_file && output.exists() && !is_confirmed(what, screen)? {
        return Ok(EXIT_PROBLEM);
    }
    let copies = Copies::new(&planned.erasure);
    let mut sink = sink(format, if inputs.len() > 1 { Form::Export } else { settled(form, count) })?;
    let mut changed = 0;
    let mut bar = Bar::new("writing", Unit::Bytes, None);
    for (input, encoding) in &inputs {
        each(input, *encoding, &mut bar, &mut |item| {
            let item = match item {
                Item::Envelope(mut envelope) => {
                    changed += u64::from(copies.erase(&mut envelope));
                    Recorded::Envelope(envelope)
                }
                Item::Statement(value) => Recorded::Value(value),
            };
            sink.item(item, &mut target)
        })?;
    }
    sink.finish(&mut target)?;
    target.keep()?;
    bar.done();
    let is_all = planned.headers.is_empty();
    let said = format!("erased in {} of {}", units::grouped(changed), units::counted(count, "item"));
    if !is_file {
        let _ = writeln!(io::stderr(), "{said}");
    } else if global.json {
        show::document(&planned, None, screen)?;
    } else {
        let path = escape(&short_path(output), screen.glyphs.ascii);
        show::told(palette::GOOD, screen.glyphs.ok, &format!("{said}, written to {path}"), screen)?;
        screen.hint(&format!("tracewire verify {path}"), "that everything around it still holds")?;
    }
    Ok(if is_all { EXIT_OK } else { EXIT_PROBLEM })
}

/// How the output is written: by its name, else as the first input is.
fn format(what: &Redact, output: &Path) -> Result<FileFormat, CliError> {
    let named = FileFormat::of_name(output).or_else(|| what.file.first().and_then(|path| FileFormat::of_name(path)));
    match named.unwrap_or(FileFormat::Jsonl) {
        FileFormat::Csv => Err(CliError::Format {
            name: escape(&short_path(output), false),
            why: "CSV holds events one by one, and nothing that could still be verified: name a file of json, jsonl, toon or proto"
                .to_owned(),
        }),
        other => Ok(other),
    }
}

fn sink(format: FileFormat, form: Form) -> Result<Box<dyn Sink>, CliError> {
    Ok(match format {
        FileFormat::Json => Box::new(Json::new(form)),
        FileFormat::Proto => Box::new(Messages::new(form)),
        FileFormat::Toon => Box::new(Kept::new(form, EncodeOptions::default())?),
        FileFormat::Jsonl | FileFormat::Csv => Box::<Lines>::default(),
    })
}

/// What says that it is one item and has another number of them is a list.
fn settled(form: Form, count: u64) -> Form {
    if form == Form::Single && count != 1 { Form::List } else { form }
}

/// What a file holds.
enum Item {
    Envelope(Box<Envelope>),
    /// What somebody signed of envelopes: it is handed on as it came.
    Statement(Value),
}

/// Hands every item of a file on; gives how they stand.
fn each(
    input: &Input,
    encoding: Option<Encoding>,
    bar: &mut Bar,
    take: &mut dyn FnMut(Item) -> Result<(), CliError>,
) -> Result<Form, CliError> {
    let mut items = Items::open(input, encoding, StreamOptions::default(), bar)?;
    while let Some(item) = items.next(bar)? {
        let refused = |error| CliError::Input { name: format!("{}: item {}", input.name, items.count), error };
        let value = match item {
            Recorded::Envelope(envelope) => {
                take(Item::Envelope(envelope))?;
                continue;
            }
            other => other.into_value(),
        };
        take(if is_statement(&value) {
            Item::Statement(value)
        } else {
            Item::Envelope(Box::new(Envelope::from_value(value).map_err(refused)?))
        })?;
    }
    Ok(items.form())
}
