//! `tracewire cost explain`: how the cost of a call came about.

use std::io;

use tracewire_insight::call::Reported;
use tracewire_insight::prices::Prices;
use tracewire_insight::{CostSource, Decimal, Line as CostLine, NoCost, Node, Priced, Tree, explained};
use tracewire_wire::value::Value;

use super::with_tree;
use crate::args::{ExplainCost, Global};
use crate::commands::trace;
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::json::{self, object};
use crate::source::Source;
use crate::term::{Line, Screen, escape, palette, units, width};

/// Explains one call, or all of a trace. Exit code 1 where one has no cost.
pub(super) fn run(global: &Global, what: &ExplainCost, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let prices = source.prices.clone();
    let processes = source.processes()?;
    let found = match &what.id {
        Some(id) => trace::by_id(&*source.store, id)?,
        None => trace::latest(&source)?,
    };
    let Some(trace_id) = found.traces.first() else {
        return Err(source.empty());
    };
    with_tree(&source, &processes, *trace_id, &prices, |tree| {
        let nodes: Vec<&Node<'_>> = match found.span.and_then(|span_id| tree.find(span_id)) {
            Some(index) => tree.nodes.get(index).into_iter().collect(),
            None => calls(tree),
        };
        if nodes.is_empty() {
            return Err(CliError::NotFound { what: "call of a model in trace", id: trace_id.to_string() });
        }
        if global.json {
            let calls = nodes.iter().map(|node| explained(node)).collect();
            let document = object([("calls", Value::List(calls)), ("trace_id", trace_id.to_string().into())]);
            screen.bytes(&json::line(&document))?;
        } else {
            for (place, node) in nodes.iter().enumerate() {
                if place > 0 {
                    screen.gap()?;
                }
                show(node, &prices, screen)?;
            }
        }
        let unknown = nodes.iter().any(|node| matches!(node.cost_source, None | Some(CostSource::Unpriced(_))));
        Ok(if unknown { EXIT_PROBLEM } else { EXIT_OK })
    })
}

/// All that called a model, in the order of the tree.
fn calls<'t, 'a>(tree: &'t Tree<'a>) -> Vec<&'t Node<'a>> {
    let nodes = tree.walk().filter_map(|step| tree.nodes.get(step.index));
    nodes.filter(|node| node.cost_source.is_some()).collect()
}

fn show(node: &Node<'_>, prices: &Prices, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    if let Some(kind) = node.kind {
        line.push(palette::kind(kind), screen.fit(kind, 16)).plain(" ");
    }
    line.push(palette::TITLE, node.name().map_or_else(|| "unnamed".to_owned(), |name| screen.fit(name, 60)));
    if let Some(span_id) = node.span_id {
        line.push(palette::QUIET, format!("  {span_id}  {}", units::date_time(node.start, &screen.zone)));
    }
    screen.line(line)?;
    let call = node.call.as_deref();
    match (&node.cost_source, call) {
        (Some(CostSource::Priced(priced)), _) => show_priced(priced, screen),
        (Some(CostSource::Reported), Some(call)) => {
            if let Some(reported) = &call.reported {
                show_reported(reported, screen)?;
            }
            // What the list says beside it: a difference is worth a look.
            let mut line = Line::new();
            match prices.cost(call, node.start) {
                Ok(priced) => line.plain(format!("the price list says {}", amount(&priced.total, &priced.currency))),
                Err(why) => line
                    .plain(format!("the price list says nothing: {}", escape(&why.to_string(), screen.glyphs.ascii))),
            };
            screen.line(line)
        }
        (Some(CostSource::Unpriced(why)), _) => show_unpriced(why, screen),
        _ => {
            let mut line = Line::new();
            line.plain(match node.usage_total {
                Some(_) => "no cost of its own: the steps below it have theirs",
                None => "no cost: it says of no model and no tokens",
            });
            screen.line(line)
        }
    }
}

fn show_unpriced(why: &NoCost, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    line.push(palette::WARN, "no cost: ").plain(escape(&why.to_string(), screen.glyphs.ascii));
    screen.long_line(&line)?;
    if matches!(why, NoCost::UnknownModel { .. } | NoCost::NoPrice { .. }) {
        screen.hint("tracewire cost models", "what has a price; others go into a file of your own")?;
    }
    Ok(())
}

fn show_reported(reported: &Reported<'_>, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    line.plain(format!("{} as the span says itself", amount(&reported.total, &screen.fit(reported.currency, 8))));
    let from = [reported.source, reported.version].into_iter().flatten().map(|text| screen.fit(text, 40));
    let from: Vec<String> = from.collect();
    if !from.is_empty() {
        line.push(palette::QUIET, format!(", by {}", from.join(" ")));
    }
    screen.line(line)
}

fn show_priced(priced: &Priced, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut line = Line::new();
    line.plain(format!("{} of {}", screen.fit(&priced.model, 60), screen.fit(&priced.provider, 30)));
    let mut facts = vec![priced.version.clone()];
    if priced.is_local {
        facts.push("your own price".to_owned());
    }
    facts.extend(priced.condition.clone());
    for fact in facts {
        line.push(palette::QUIET, format!("{}{}", screen.glyphs.dot, screen.fit(&fact, 60)));
    }
    screen.line(line)?;
    let rows: Vec<[String; 4]> = priced.lines.iter().map(|line| row(line, &priced.currency)).collect();
    let wide = |at: usize, least: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0).max(least);
    let total = amount(&priced.total, &priced.currency);
    let columns = [wide(0, 5), wide(1, 5), wide(2, 5), wide(3, 6).max(width(&total))];
    let mut title = Line::new();
    title.plain("  ").push(palette::QUIET, cells(["what", "count", "price", "amount"].map(str::to_owned), columns));
    screen.line(title)?;
    for (row, cost) in rows.into_iter().zip(&priced.lines) {
        let mut line = Line::new();
        line.plain("  ").plain(cells(row, columns));
        if let Some(limit) = cost.from_tokens {
            line.push(palette::QUIET, format!("  beyond {} input tokens", units::grouped(limit)));
        }
        screen.line(line)?;
    }
    let mut line = Line::new();
    line.plain("  ").push(palette::TITLE, cells(["total".to_owned(), String::new(), String::new(), total], columns));
    screen.line(line)?;
    for (unit, count) in &priced.unpriced {
        let mut line = Line::new();
        let what = unit.name().replace('_', " ");
        line.push(palette::WARN, format!("  {} {what} have no price and are not in it", units::grouped(*count)));
        screen.line(line)?;
    }
    Ok(())
}

fn cells([what, count, price, amount]: [String; 4], [first, second, third, fourth]: [usize; 4]) -> String {
    format!("{what:<first$}  {count:>second$}  {price:>third$}  {amount:>fourth$}")
}

fn row(line: &CostLine, currency: &str) -> [String; 4] {
    let per = match line.per {
        1_000_000 => "million",
        1_000 => "thousand",
        _ => "hour",
    };
    let what = line.unit.name().replace('_', " ");
    let price = format!("{} a {per}", amount(&line.price, currency));
    [what, units::grouped(line.count), price, amount(&line.amount, currency)]
}

/// All digits, for this is where they are looked at.
fn amount(amount: &Decimal, currency: &str) -> String {
    if currency == "USD" { format!("${amount}") } else { format!("{amount} {currency}") }
}
