//! `tracewire export`: envelopes, whole or with what was not asked for withheld; or events, one a row.

mod otlp;
mod out;
mod walk;
mod wanted;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use crate::args::{Export, Format, Global};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object};
use crate::moving::target::Target;
use crate::paths::short_path;
use crate::source::Source;
use crate::term::{Bar, Line, Screen, Unit, escape, palette, units};
use out::Out;
use walk::{Totals, walk};
use wanted::Wanted;

/// How much of the store is held: nearly all is read once.
const CACHE_KIB: u32 = 4 << 10;

/// Writes what was asked for.
///
/// # Errors
/// Where nothing fits, or the store or the output refuses.
pub fn run(global: &Global, what: &Export, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open_once(global, &what.stored, CACHE_KIB)?;
    if let Some(url) = &what.otlp {
        return otlp::send(&source, what, url, global, screen);
    }
    let format = format(what, global);
    if format == Format::Otlp && !what.events {
        return otlp::write(&source, what, global, screen);
    }
    let wanted = Wanted::new(&*source.store, what)?;
    let mut target = Target::open(what.output.as_deref())?;
    let mut out = Out::new(what, format, target.path())?;
    let mut bar = Bar::new("exporting", Unit::Events, None);
    let totals = walk(&*source.store, &wanted, &mut out, &mut target, &mut bar)?;
    bar.done();
    if totals.envelopes == 0 {
        return Err(if totals.unsealed > 0 {
            CliError::NotSealed(totals.unsealed)
        } else if wanted.is_everything() {
            source.empty()
        } else {
            CliError::NotFound { what: "export", id: screen.fit(&named(what), 200) }
        });
    }
    out.finish(&mut target)?;
    if format == Format::Toon && target.path().is_none() && io::stdout().is_terminal() {
        // A document of TOON has no line feed at its end.
        target.write_all(b"\n").map_err(|error| target.refused(error))?;
    }
    let is_file = target.path().is_some();
    target.keep()?;
    if let Some(path) = what.output.as_deref().filter(|_| is_file) {
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
    let by_name = what.output.as_deref().and_then(Format::of_name);
    let otherwise = if global.json && what.output.is_none() { Format::Json } else { Format::Jsonl };
    what.format.or(by_name).unwrap_or(otherwise)
}

fn report(totals: &Totals, path: &Path, global: &Global, screen: &mut Screen<'_>) -> Result<(), CliError> {
    if global.json {
        let document = object([
            ("envelopes", count(totals.envelopes)),
            ("events", count(totals.events)),
            ("heads", count(totals.heads)),
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
    if totals.heads > 0 {
        let heads = units::counted(totals.heads, "signed head");
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, heads);
    }
    if totals.withheld > 0 {
        let withheld = format!("{} of others withheld", units::counted(totals.withheld, "event"));
        line.push(palette::QUIET, screen.glyphs.dot).push(palette::QUIET, withheld);
    }
    Ok(screen.long_line(&line)?)
}
