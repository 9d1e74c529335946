//! What two traces have in all, side by side: a line for each number that one of them has.

use std::collections::BTreeSet;

use anstyle::Style;
use tracewire_insight::compare::Facts;
use tracewire_insight::{Decimal, Money};

use crate::error::CliError;
use crate::term::{Line, Screen, palette, units, width};

/// One number of both.
struct Row {
    what: String,
    a: String,
    b: String,
    change: String,
    style: Style,
}

/// Writes the table.
///
/// # Errors
/// What the output says.
pub(super) fn show(a: &Facts, b: &Facts, names: [&String; 2], screen: &mut Screen<'_>) -> Result<(), CliError> {
    let rows = rows(a, b, screen);
    let most =
        |of: fn(&Row) -> &String, least: usize| rows.iter().map(|row| width(of(row))).max().unwrap_or(0).max(least);
    let columns = [most(|row| &row.what, 0), most(|row| &row.a, width(names[0])), most(|row| &row.b, width(names[1]))];
    let right = |text: &str, columns: usize| format!("  {}{text}", " ".repeat(columns.saturating_sub(width(text))));
    let mut title = Line::new();
    title.pad(columns[0]);
    title.push(palette::TITLE, right(names[0], columns[1])).push(palette::TITLE, right(names[1], columns[2]));
    screen.line(title)?;
    for row in &rows {
        let mut line = Line::new();
        line.push(palette::QUIET, row.what.clone()).pad(columns[0]);
        line.plain(right(&row.a, columns[1])).plain(right(&row.b, columns[2]));
        if !row.change.is_empty() {
            line.push(row.style, format!("  {}", row.change));
        }
        screen.line(line)?;
    }
    Ok(())
}

fn rows(a: &Facts, b: &Facts, screen: &Screen<'_>) -> Vec<Row> {
    let counts = |what: &str, one: u64, other: u64, is_bad: bool| {
        (one + other > 0).then(|| Row {
            what: what.to_owned(),
            a: units::count(one),
            b: units::count(other),
            change: change(one, other),
            style: style(one, other, is_bad),
        })
    };
    let mut rows = vec![
        counts("steps", a.spans, b.spans, false),
        counts("failed", a.errors, b.errors, true),
        counts("repeated", a.repeated, b.repeated, true),
        counts("model calls", a.model_calls, b.model_calls, false),
        counts("tool calls", a.tool_calls, b.tool_calls, false),
        Some(Row {
            what: "duration".to_owned(),
            a: screen.duration(a.duration_nanos),
            b: screen.duration(b.duration_nanos),
            change: change(a.duration_nanos, b.duration_nanos),
            style: style(a.duration_nanos, b.duration_nanos, false),
        }),
        counts("tokens in", a.tokens.input, b.tokens.input, false),
        counts("tokens out", a.tokens.output, b.tokens.output, false),
    ];
    let currencies: BTreeSet<&String> = a.cost.0.keys().chain(b.cost.0.keys()).collect();
    for currency in currencies {
        let [one, other] = [&a.cost, &b.cost].map(|cost| cost.0.get(currency));
        let shown = |amount: Option<&Decimal>| match amount {
            Some(amount) => units::money(&Money([(currency.clone(), amount.clone())].into())),
            None => "none".to_owned(),
        };
        let pico = |amount: Option<&Decimal>| amount.map_or(0, |amount| u64::try_from(amount.to_pico()).unwrap_or(0));
        rows.push(Some(Row {
            what: "cost".to_owned(),
            a: shown(one),
            b: shown(other),
            change: change(pico(one), pico(other)),
            style: style(pico(one), pico(other), false),
        }));
    }
    rows.into_iter().flatten().collect()
}

/// `+12%`, `-3%`, `new`, `gone`; nothing where nothing changed.
fn change(a: u64, b: u64) -> String {
    let more = i128::from(b) - i128::from(a);
    match (a, b) {
        _ if more == 0 => String::new(),
        (0, _) => "new".to_owned(),
        (_, 0) => "gone".to_owned(),
        _ => {
            let percent = (more * 200 + i128::from(a) * more.signum()) / (i128::from(a) * 2);
            if percent == 0 { format!("{}1%", if more > 0 { "<+" } else { "<-" }) } else { format!("{percent:+}%") }
        }
    }
}

fn style(a: u64, b: u64, is_bad: bool) -> Style {
    match (b > a, is_bad) {
        (true, true) => palette::BAD,
        (true, false) if b > a.saturating_add(a / 10) => palette::WARN,
        _ => palette::QUIET,
    }
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn changes_are_whole_percents() {
        for (a, b, expected) in [
            (0, 0, ""),
            (5, 5, ""),
            (0, 1, "new"),
            (1, 0, "gone"),
            (100, 112, "+12%"),
            (100, 97, "-3%"),
            (1000, 1005, "+1%"),
            (1000, 1004, "<+1%"),
            (1000, 996, "<-1%"),
            (1, u64::MAX, "+1844674407370955161400%"),
        ] {
            assert_eq!(change(a, b), expected, "{a} {b}");
        }
    }
}
