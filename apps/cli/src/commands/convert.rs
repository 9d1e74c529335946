//! `tracewire convert`: a file of one format becomes one of another, item by item.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use tracewire_wire::csv;
use tracewire_wire::recording::Form;
use tracewire_wire::stream::{Encoding, Shape, StreamOptions};
use tracewire_wire::toon;

use crate::args::{Convert, Delimiter, FileFormat, Global, Tables};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::moving::input::Input;
use crate::moving::items::Items;
use crate::moving::plan::{Columns, Plan, value_of};
use crate::moving::sink::{Json, Lines, Messages, Sink};
use crate::moving::table::{Csv, Toon};
use crate::moving::target::Target;
use crate::paths::short_path;
use crate::term::{Bar, Line, Screen, Unit, escape, palette, units};

/// Turns one file into another.
///
/// # Errors
/// Where the input is not what it should be, the output does not hold it, or one of the two cannot be used.
pub fn run(global: &Global, what: &Convert, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let to = match (what.to, what.output.as_deref()) {
        (Some(to), _) => to,
        (None, path) => path.and_then(FileFormat::of_name).ok_or_else(|| CliError::Format {
            name: path.map(|path| escape(&short_path(path), false)).unwrap_or_default(),
            why: "its name does not say a format that can be written".to_owned(),
        })?,
    };
    let mut input = Input::new(&what.input);
    let from = what.from.or_else(|| FileFormat::of_name(&what.input)).map(FileFormat::encoding);
    let options = read_options(what, to);
    input.check()?;
    // A folder that is not there should be known before a long file is read.
    let mut target = Target::open(what.output.as_deref())?;
    let mut bar = Bar::new("converting", Unit::Bytes, input.size());
    let counted = if matches!(to, FileFormat::Toon | FileFormat::Csv) {
        input = input.lasting(&mut bar)?;
        bar.set_total(input.size().map(|size| size.saturating_mul(2)));
        twice(&input, from, options, (to, &what.tables, what.output.as_deref()), &mut target, &mut bar)?
    } else {
        once(&input, from, options, to, &mut target, &mut bar)?
    };
    bar.done();
    if to == FileFormat::Toon && target.path().is_none() && io::stdout().is_terminal() {
        // A document of TOON has no line feed at its end.
        target.write_all(b"\n").map_err(|error| target.refused(error))?;
    }
    let path = target.path().map(Path::to_owned);
    target.keep()?;
    if let Some(path) = path {
        report(counted, to, what.output.as_deref().unwrap_or(&path), global, screen)?;
    }
    Ok(EXIT_OK)
}

fn read_options(what: &Convert, to: FileFormat) -> StreamOptions {
    // Where nothing that is written has cells, the delimiter is that of what is read.
    let said = what.tables.delimiter.filter(|_| !matches!(to, FileFormat::Toon | FileFormat::Csv));
    let delimiter = said.or_else(|| Delimiter::of_name(&what.input)).unwrap_or_default();
    StreamOptions {
        toon: toon::DecodeOptions { is_strict: !what.lenient, ..toon::DecodeOptions::default() },
        csv: csv::DecodeOptions { delimiter: delimiter.wire() },
        ..StreamOptions::default()
    }
}

/// Formats that need the next item only.
fn once(
    input: &Input,
    from: Option<Encoding>,
    options: StreamOptions,
    to: FileFormat,
    target: &mut Target,
    bar: &mut Bar,
) -> Result<u64, CliError> {
    let mut items = Items::open(input, from, options, bar)?;
    // The second item says whether the first is the only one.
    let mut next = items.next(bar)?;
    let mut behind = if next.is_some() { items.next(bar)? } else { None };
    let form = settled(items.form(), items.count);
    let mut sink: Box<dyn Sink> = match to {
        FileFormat::Json => Box::new(Json::new(form)),
        FileFormat::Proto => Box::new(Messages::new(form)),
        FileFormat::Jsonl | FileFormat::Toon | FileFormat::Csv => Box::new(Lines::default()),
    };
    while let Some(item) = next {
        sink.item(item, target)?;
        next = behind;
        behind = if next.is_some() { items.next(bar)? } else { None };
    }
    sink.finish(target)?;
    Ok(items.count)
}

/// What says that it is one item and has another number of them is a list.
fn settled(form: Form, count: u64) -> Form {
    if form == Form::Single && count != 1 { Form::List } else { form }
}

/// Formats that have to know the whole list before its first item: the first pass asks, the second writes.
fn twice(
    input: &Input,
    from: Option<Encoding>,
    options: StreamOptions,
    (to, tables, path): (FileFormat, &Tables, Option<&Path>),
    target: &mut Target,
    bar: &mut Bar,
) -> Result<u64, CliError> {
    let mut items = Items::open(input, from, options, bar)?;
    let mut next = items.next(bar)?;
    let form = items.form();
    let mut plan = match (to, form) {
        (FileFormat::Csv, Form::Single) => {
            let what = next.map_or("nothing", |item| item.into_value().kind_name());
            let reason = format!("CSV holds a list of maps, this is {what}: choose json or toon");
            return Err(refused(
                input,
                tracewire_wire::WireError::Shape { code: "csv_shape", path: String::new(), reason },
            ));
        }
        (FileFormat::Csv, _) => Plan::Csv(Columns::default()),
        _ => Plan::Toon(Shape::default()),
    };
    while let Some(item) = next {
        plan.add(&value_of(item)).map_err(|error| refused(input, error))?;
        next = items.next(bar)?;
    }
    let (expected, encoding, said) = (items.count, items.encoding, form);
    let form = settled(form, expected);
    let mut sink = table_sink(form, plan, tables, path).map_err(|error| refused(input, error))?;
    let mut items = Items::open(input, Some(encoding), options, bar)?;
    while let Some(item) = items.next(bar)? {
        if items.count > expected || items.form() != said {
            return Err(CliError::Changed { name: input.name.clone() });
        }
        sink.item(item, target)?;
    }
    if items.count < expected {
        return Err(CliError::Changed { name: input.name.clone() });
    }
    sink.finish(target)?;
    Ok(expected)
}

fn refused(input: &Input, error: tracewire_wire::WireError) -> CliError {
    CliError::Input { name: input.name.clone(), error }
}

/// Where items of a table go.
fn table_sink(
    form: Form,
    plan: Plan,
    tables: &Tables,
    path: Option<&Path>,
) -> Result<Box<dyn Sink>, tracewire_wire::WireError> {
    Ok(match plan {
        Plan::Toon(shape) => Box::new(Toon::new(form, shape, toon_options(tables))),
        Plan::Csv(columns) => {
            columns.check()?;
            Box::new(Csv::new(&columns, csv_options(tables, path)))
        }
    })
}

/// How TOON is written.
pub(super) fn toon_options(tables: &Tables) -> toon::EncodeOptions {
    toon::EncodeOptions { delimiter: tables.delimiter.unwrap_or_default().wire(), ..toon::EncodeOptions::default() }
}

/// How CSV is written to a file of this name.
pub(super) fn csv_options(tables: &Tables, path: Option<&Path>) -> csv::EncodeOptions {
    let delimiter = tables.delimiter.or_else(|| Delimiter::of_name(path?)).unwrap_or_default();
    csv::EncodeOptions { formula_safe: tables.formula_safe, delimiter: delimiter.wire() }
}

fn report(items: u64, to: FileFormat, path: &Path, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("format", to.name().into()),
            ("items", count(items)),
            ("path", path.to_string_lossy().into_owned().into()),
        ]);
        return Ok(screen.bytes(&json::line(&document))?);
    }
    let mut line = Line::new();
    let path = escape(&short_path(path), screen.glyphs.ascii);
    let items = units::counted(items, "item");
    line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" {items} written to {path} as {}", to.name()));
    Ok(screen.long_line(&line)?)
}
