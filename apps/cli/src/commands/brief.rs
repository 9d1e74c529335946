//! `tracewire trace … --format toon --max-tokens N`: one trace as a page for a language model.

use std::io::{self, Write as _};

use tracewire_insight::Tree;
use tracewire_insight::brief::{self, Brief, BriefOptions, Style};
use tracewire_insight::tokens::Encoding;
use tracewire_store::{Lookup, Store};
use tracewire_wire::id::TraceId;
use tracewire_wire::toon::Delimiter;

use crate::args::{Global, ModelFormat, Trace};
use crate::error::CliError;
use crate::json::{self, count, object};
use crate::term::{Screen, units};

/// Digits of a trace id that are shown, where they tell it apart.
const DIGITS: usize = 8;

/// Whether a page for a model is asked for.
pub(super) fn is_wanted(what: &Trace) -> bool {
    what.format.is_some() || what.max_tokens.is_some()
}

/// Writes the page.
///
/// # Errors
/// Where the budget is too small for anything, or the output refuses.
pub(super) fn write(
    global: &Global,
    what: &Trace,
    tree: &Tree<'_>,
    focus: Option<usize>,
    trace: &str,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let format = what.format.unwrap_or(ModelFormat::Toon);
    let mut flags = match format {
        ModelFormat::Toon => " --format toon".to_owned(),
        ModelFormat::Json => " --format json".to_owned(),
        ModelFormat::Pick => " --format pick".to_owned(),
    };
    if what.encoding != Encoding::default() {
        flags.push_str(&format!(" --encoding {}", what.encoding.name()));
    }
    flags.push_str(&screen.hint_suffix);
    let command = format!("tracewire trace {trace}");
    let options = BriefOptions {
        max_tokens: what.max_tokens,
        encoding: what.encoding,
        style: if format == ModelFormat::Json { Style::Json } else { Style::Toon(Delimiter::Comma) },
        focus,
        trace,
        command: &command,
        flags: &flags,
    };
    let written = match format {
        ModelFormat::Pick => brief::pick(tree, &options),
        ModelFormat::Toon | ModelFormat::Json => brief::write(tree, &options).map(|brief| (options.style, brief)),
    };
    let (style, brief) = written
        .map_err(|small| CliError::TooFewTokens { least: small.least, asked: what.max_tokens.unwrap_or_default() })?;
    if global.json {
        return Ok(screen.bytes(&json::line(&document(style, what.encoding, &brief)))?);
    }
    screen.bytes(brief.text.as_bytes())?;
    screen.writer().flush()?;
    // Beside the page, not in it: whoever hands the page on sees what it costs.
    let most = what.max_tokens.map_or(String::new(), |most| format!(" of {}", units::grouped(most as u64)));
    let tokens = units::grouped(brief.tokens as u64);
    let _ = writeln!(io::stderr(), "{tokens}{most} tokens ({})", what.encoding.name());
    Ok(())
}

fn document(style: Style, encoding: Encoding, brief: &Brief) -> tracewire_wire::value::Value {
    let left_out = object([
        ("bytes", count(brief.left_out.bytes)),
        ("details", count(brief.left_out.details)),
        ("steps", count(brief.left_out.steps)),
    ]);
    object([
        ("encoding", encoding.name().into()),
        ("format", if style == Style::Json { "json" } else { "toon" }.into()),
        ("left_out", left_out),
        ("rows", count(brief.rows)),
        ("text", brief.text.as_str().into()),
        ("tokens", count(brief.tokens as u64)),
    ])
}

/// The first digits of a trace's id: eight, or as many as no other trace begins with.
pub(super) fn short_id(store: &dyn Store, trace_id: TraceId) -> Result<String, CliError> {
    let id = trace_id.to_string();
    for length in (DIGITS..id.len()).step_by(4) {
        let short = id.get(..length).unwrap_or(&id);
        if store.find(&Lookup::Trace(short.to_owned()), 2)?.len() < 2 {
            return Ok(short.to_owned());
        }
    }
    Ok(id)
}
