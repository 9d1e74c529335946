//! `tracewire tokens`: what a value costs a language model, in each form.

use std::io::{self, Read as _};
use std::path::Path;

use tracewire_insight::tokens::{Estimate, Form, Size, Vision, for_each_medium, pick, sizes};
use tracewire_wire::WireError;
use tracewire_wire::encoding::ReadOptions;
use tracewire_wire::value::Value;

use crate::args::{FileFormat, Global, Tokens, Wanted};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, count, object, or_null};
use crate::paths::short_path;
use crate::picture;
use crate::term::{Line, Screen, palette, units};

/// Media that are named; more are counted.
const MOST_MEDIA: usize = 8;

/// Counts what is in a file.
///
/// # Errors
/// Where it cannot be read, or the baseline does not fit it.
pub fn run(global: &Global, what: &Tokens, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let value = read(&what.file, what.from)?;
    if let Some(wanted) = what.format {
        let text = match wanted {
            Wanted::Pick => pick(&value, what.encoding).1,
            Wanted::Form(form) => form.write(&value).ok_or(CliError::NoBaseline(form.name()))?,
        };
        screen.bytes(text.as_bytes())?;
        if !text.ends_with('\n') {
            screen.bytes(b"\n")?;
        }
        return Ok(EXIT_OK);
    }
    let estimates = estimates(&value, what.model.as_ref());
    let sizes = sizes(&value, what.encoding);
    let Some(baseline) = sizes.iter().find(|size| size.form == what.baseline).copied() else {
        return Err(CliError::NoBaseline(what.baseline.name()));
    };
    let smallest = sizes.iter().filter(|size| size.form.may_be_picked()).min_by_key(|size| size.tokens).copied();
    if global.json {
        let forms = sizes.iter().map(|size| document(size, &baseline));
        let mut members = vec![
            ("baseline", what.baseline.name().into()),
            ("encoding", what.encoding.name().into()),
            ("forms", Value::List(forms.collect())),
            ("pick", or_null(smallest.map(|size| size.form.name()))),
        ];
        if !estimates.is_empty() {
            let media = estimates.iter().map(|(model, estimate)| estimated(model, estimate));
            members.push(("media_estimates", Value::List(media.collect())));
        }
        let members = members.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value));
        screen.bytes(&json::line(&Value::Map(members.collect())))?;
        return Ok(EXIT_OK);
    }
    let mut title = Line::new();
    let name = if is_stdin(&what.file) { "standard input".to_owned() } else { short_path(&what.file) };
    title.push(palette::TITLE, screen.fit(&name, 60)).plain("  ").plain(described(&value));
    title.push(palette::QUIET, format!("  tokens of {}", what.encoding.name()));
    screen.line(title)?;
    let mut heads = Line::new();
    let against = format!("to {}", what.baseline.name());
    heads.push(palette::QUIET, format!("  {:<13}{:>13}{:>13}  {against:>14}", "form", "bytes", "tokens"));
    screen.line(heads)?;
    for size in &sizes {
        let line = row(size, &baseline, smallest == Some(*size));
        screen.line(line)?;
    }
    media(&value, &estimates, screen)?;
    Ok(EXIT_OK)
}

/// How each model counts the media of a value; nothing where it has none.
fn estimates(value: &Value, model: Option<&(String, Vision)>) -> Vec<(String, Estimate)> {
    let mut count = 0_u64;
    for_each_medium(value, &mut |_| count += 1);
    let models = match model {
        _ if count == 0 => Vec::new(),
        Some(model) => vec![model.clone()],
        None => Vision::FAMILIES.iter().map(|(model, vision)| ((*model).to_owned(), *vision)).collect(),
    };
    models.into_iter().map(|(model, vision)| (model, Estimate::of(value, vision))).collect()
}

/// The media, one by one, and about how many tokens they are.
fn media(value: &Value, estimates: &[(String, Estimate)], screen: &mut Screen<'_>) -> Result<(), CliError> {
    if estimates.is_empty() {
        return Ok(());
    }
    let mut heads = Line::new();
    heads.push(palette::QUIET, "  media, as models count them: estimates by published formulas");
    screen.line(heads)?;
    let mut shown = Vec::new();
    for_each_medium(value, &mut |tag| shown.push(picture::medium(&tag)));
    for words in shown.iter().take(MOST_MEDIA) {
        let mut line = Line::new();
        line.plain(format!("  {words}"));
        screen.line(line)?;
    }
    if let Some(more) = shown.len().checked_sub(MOST_MEDIA).filter(|more| *more > 0) {
        let mut line = Line::new();
        line.push(palette::QUIET, format!("  and {more} more"));
        screen.line(line)?;
    }
    for (model, estimate) in estimates {
        let mut line = Line::new();
        line.plain(format!("  {model:<26}"));
        match estimate.counted {
            0 => line.push(palette::QUIET, format!("{:>13}", "unknown")),
            _ => line.plain(format!("{:>13}", format!("about {}", units::grouped(estimate.tokens)))),
        };
        if estimate.counted > 0 && estimate.uncounted > 0 {
            line.push(palette::QUIET, format!("  without {} of which nobody says", estimate.uncounted));
        }
        screen.line(line)?;
    }
    Ok(())
}

fn estimated(model: &str, estimate: &Estimate) -> Value {
    object([
        ("counted", count(estimate.counted)),
        ("model", model.into()),
        ("tokens", count(estimate.tokens)),
        ("uncounted", count(estimate.uncounted)),
    ])
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path, from: Option<FileFormat>) -> Result<Value, CliError> {
    let mut bytes = Vec::new();
    let done = if is_stdin(path) {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    done.map_err(|source| CliError::File { path: path.to_owned(), source })?;
    let format = from.or_else(|| FileFormat::of_name(path)).unwrap_or(FileFormat::Json);
    let delimiter = crate::args::Delimiter::of_name(path).unwrap_or_default().wire();
    let value = format.wire().read_value(&bytes, &ReadOptions { delimiter, ..ReadOptions::default() });
    value.map_err(|error| {
        let source = match error.line_in(&bytes) {
            // The lines are documents of their own: whoever mends one looks for it by its number.
            Some(line) if format == FileFormat::Jsonl => {
                WireError::Line { code: error.code(), line, reason: error.to_string() }
            }
            _ => error,
        };
        CliError::Unreadable { path: path.to_owned(), source }
    })
}

fn described(value: &Value) -> String {
    match value {
        Value::List(items) => format!("a list of {}", units::counted(items.len() as u64, "item")),
        Value::Map(map) => format!("a map of {}", units::counted(map.len() as u64, "member")),
        other => other.kind_name().to_owned(),
    }
}

/// Tokens more or less than the baseline has, in tenths of a percent; none where that has none.
fn permille(size: &Size, baseline: &Size) -> Option<i64> {
    let (tokens, whole) = (i64::try_from(size.tokens).ok()?, i64::try_from(baseline.tokens).ok()?);
    let difference = (tokens - whole).checked_mul(1000)?;
    // To the nearest, away from zero in between.
    let half = if difference < 0 { -(whole / 2) } else { whole / 2 };
    (difference + half).checked_div(whole)
}

fn row(size: &Size, baseline: &Size, is_smallest: bool) -> Line {
    let difference = match permille(size, baseline) {
        _ if size.form == baseline.form => String::new(),
        Some(permille) => {
            let sign = if permille < 0 { '-' } else { '+' };
            format!("{sign}{}.{} %", permille.abs() / 10, permille.abs() % 10)
        }
        None => String::new(),
    };
    let style = match size.tokens.cmp(&baseline.tokens) {
        std::cmp::Ordering::Less => palette::GOOD,
        std::cmp::Ordering::Equal => palette::QUIET,
        std::cmp::Ordering::Greater => palette::WARN,
    };
    let mut line = Line::new();
    line.plain(format!("  {:<13}{:>13}", size.form.name(), units::grouped(size.bytes as u64)));
    line.plain(format!("{:>13}  ", units::grouped(size.tokens as u64))).push(style, format!("{difference:>14}"));
    let note = match size.form {
        _ if is_smallest => "the smallest: what `pick` takes",
        Form::Csv => "a table of texts",
        Form::ToonGrouped => "another value: grouped by shape",
        Form::ToonFilled => "another value: nulls filled in",
        Form::Toon(_) | Form::Json | Form::JsonPretty | Form::JsonLines => "",
    };
    if !note.is_empty() {
        line.push(palette::QUIET, format!("  {note}"));
    }
    line
}

fn document(size: &Size, baseline: &Size) -> Value {
    let percent = permille(size, baseline).map(|permille| Value::from_f64(permille as f64 / 10.0));
    object([
        ("bytes", count(size.bytes as u64)),
        ("difference_percent", or_null(percent)),
        ("exact", size.form.is_exact().into()),
        ("form", size.form.name().into()),
        ("tokens", count(size.tokens as u64)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_rounded_to_tenths() {
        let size = |tokens| Size { form: Form::Json, bytes: 0, tokens };
        for (tokens, whole, expected) in
            [(70, 100, Some(-300)), (100, 100, Some(0)), (1173, 1000, Some(173)), (2, 3, Some(-333)), (1, 0, None)]
        {
            assert_eq!(permille(&size(tokens), &size(whole)), expected);
        }
    }
}
