//! `tracewire cost models`: the price list.

use tracewire_insight::call::Unit;
use tracewire_insight::prices::{Listed, Rate};
use tracewire_wire::value::Value;

use crate::args::{CostModels, Global};
use crate::error::{CliError, EXIT_OK};
use crate::json::{self, object};
use crate::prices;
use crate::source::{self, now};
use crate::term::{Line, Screen, palette, units, width};

/// Most columns of a model's name.
const MODEL_COLUMNS: usize = 44;
/// Prices that have a column.
const COLUMNS: [(&str, Unit); 4] =
    [("input", Unit::Input), ("cached", Unit::CacheRead), ("written", Unit::CacheWrite), ("output", Unit::Output)];

/// Shows what models cost now.
pub(super) fn run(global: &Global, what: &CostModels, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    // Prices need no recordings.
    let (directory, _) = source::directory(global);
    let prices = prices::load(&directory)?;
    let words: Vec<String> =
        what.query.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect();
    let fits = |model: &Listed<'_>| {
        let names = [model.provider, model.provider_name, Some(model.model), model.name];
        let names: Vec<String> = names.into_iter().flatten().map(str::to_lowercase).collect();
        words.iter().all(|word| names.iter().any(|name| name.contains(word)))
    };
    let mut found: Vec<Listed<'_>> = prices.models(now()).filter(fits).collect();
    let all = found.len();
    if what.limit > 0 {
        found.truncate(what.limit);
    }
    if global.json {
        let models = found.iter().map(Listed::to_value).collect();
        screen.bytes(&json::line(&object([
            ("models", Value::List(models)),
            ("more", (all > found.len()).into()),
            ("prices", prices.version().into()),
        ])))?;
        return Ok(EXIT_OK);
    }
    if found.is_empty() {
        return Err(CliError::NoModel(screen.fit(&words.join(" "), 60)));
    }
    show(&found, screen)?;
    screen.gap()?;
    let mut line = Line::new();
    line.plain(units::counted(all as u64, "model"))
        .push(palette::QUIET, format!(" in {}; prices of a million tokens, now", prices.version()));
    screen.line(line)?;
    if all > found.len() {
        screen.hint("tracewire cost models -n 0", "all of them")?;
    }
    Ok(EXIT_OK)
}

fn show(found: &[Listed<'_>], screen: &mut Screen<'_>) -> Result<(), CliError> {
    let provider = |model: &Listed<'_>| screen.fit(model.provider.unwrap_or("any"), 24);
    let name = |model: &Listed<'_>| screen.fit(model.model, MODEL_COLUMNS);
    let providers = found.iter().map(|model| width(&provider(model))).max().unwrap_or(0).max(8);
    let names = found.iter().map(|model| width(&name(model))).max().unwrap_or(0).max(5);
    let mut title = Line::new();
    title.push(palette::QUIET, "provider").pad(providers + 2).push(palette::QUIET, "model").pad(providers + names + 2);
    for (column, _) in COLUMNS {
        title.push(palette::QUIET, format!("  {column:>9}"));
    }
    let mut lines = vec![title];
    for model in found {
        let mut line = Line::new();
        line.plain(provider(model)).pad(providers + 2).plain(name(model)).pad(providers + names + 2);
        for (_, unit) in COLUMNS {
            let price = model.rate(unit).map_or_else(String::new, |rate| price(rate, model.currency));
            line.plain("  ").plain(" ".repeat(9_usize.saturating_sub(width(&price)))).plain(price);
        }
        for note in notes(model) {
            line.push(palette::QUIET, format!("  {note}"));
        }
        lines.push(line);
    }
    for line in lines {
        screen.line(line)?;
    }
    Ok(())
}

fn price(rate: &Rate, currency: &str) -> String {
    let more = if rate.tiers.is_empty() { "" } else { "+" };
    if currency == "USD" { format!("${}{more}", rate.base) } else { format!("{}{more} {currency}", rate.base) }
}

/// What the columns do not say.
fn notes(model: &Listed<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if model.is_local {
        notes.push("your own".to_owned());
    }
    notes.extend(model.service_tier.map(|tier| format!("only {tier}")));
    let limits = model.rates.iter().flat_map(|(_, rate)| &rate.tiers).map(|(limit, _)| *limit).min();
    notes.extend(limits.map(|limit| format!("+ beyond {}", units::count(limit))));
    let others = model.rates.iter().filter(|(unit, _)| !COLUMNS.iter().any(|(_, column)| column == unit));
    let others = others.map(|(unit, rate)| format!("{} ${}", unit.name().replace('_', " "), rate.base));
    if model.rates.iter().all(|(unit, _)| !COLUMNS.iter().any(|(_, column)| column == unit)) {
        notes.extend(others);
    }
    notes
}
