//! Costs put together: a line for each model, agent, day, …

use std::collections::BTreeMap;
use std::io;

use jiff::tz::TimeZone;
use tracewire_insight::prices::Prices;
use tracewire_insight::{Money, Node, Spent, Tokens, Tree};
use tracewire_wire::value::Value;

use super::course::Course;
use crate::args::{Cost, CostGroup};
use crate::json::{self, count, object, or_null};
use crate::term::{Line, Screen, escape, palette, units, width};
use tracewire_insight::process::Processes;

/// Most columns of what a line is of.
const KEY_COLUMNS: usize = 40;
/// Calls without a price that are named.
const SOME: usize = 5;

/// What some calls used and cost.
#[derive(Clone, Debug, Default)]
struct Sum {
    calls: u64,
    tokens: Tokens,
    cost: Money,
    is_computed: bool,
    unpriced: u64,
}

/// Calls without a cost that are alike.
#[derive(Clone, Debug)]
struct Unpriced {
    code: &'static str,
    calls: u64,
    span: Option<String>,
}

/// Sums by what was asked for.
pub(super) struct Groups {
    by: CostGroup,
    sums: BTreeMap<Option<String>, Sum>,
    /// By the reason in words.
    unpriced: BTreeMap<String, Unpriced>,
    course: Course,
}

impl Groups {
    pub(super) fn new(by: CostGroup) -> Self {
        Self { by, sums: BTreeMap::new(), unpriced: BTreeMap::new(), course: Course::default() }
    }

    /// Adds what a trace spent.
    pub(super) fn add(&mut self, tree: &Tree<'_>, processes: &Processes, zone: &TimeZone) {
        for spent in tree.spending() {
            let Some(node) = tree.nodes.get(spent.index) else { continue };
            let key = self.key(tree, &spent, node, processes, zone);
            self.sums.entry(key).or_default().add(&spent);
            self.course.add(node.start, &spent);
            if let Some(why) = spent.unpriced {
                let span = node.span_id.map(|span_id| span_id.to_string());
                let known = self.unpriced.entry(why.to_string());
                known.or_insert(Unpriced { code: why.code(), calls: 0, span }).calls += 1;
            }
        }
    }

    fn key(
        &self,
        tree: &Tree<'_>,
        spent: &Spent<'_>,
        node: &Node<'_>,
        processes: &Processes,
        zone: &TimeZone,
    ) -> Option<String> {
        let call = node.call.as_deref();
        match self.by {
            CostGroup::Model => call.and_then(|call| call.model).map(str::to_owned),
            CostGroup::Provider => call.and_then(|call| call.provider).map(str::to_owned),
            CostGroup::Agent => tree.agent_of(spent.index).map(str::to_owned),
            CostGroup::Service => processes.of(node.producer).and_then(|process| process.service.clone()),
            CostGroup::Session => tree.nodes.iter().find_map(|node| node.text("session_id")).map(str::to_owned),
            CostGroup::Day => Some(units::day(node.start, zone)),
            CostGroup::Trace => Some(tree.trace_id.to_string()),
        }
    }

    /// The sums in the order in which they are shown: days as they come, all else by cost.
    fn sorted(&self) -> Vec<(&Option<String>, &Sum)> {
        let mut sums: Vec<_> = self.sums.iter().collect();
        if self.by != CostGroup::Day {
            let worth = |sum: &Sum| {
                let dollars = sum.cost.0.get("USD").cloned().unwrap_or_default();
                (dollars, sum.cost.0.len(), sum.tokens.input.saturating_add(sum.tokens.output))
            };
            sums.sort_by_key(|(_, sum)| std::cmp::Reverse(worth(sum)));
        }
        sums
    }

    fn total(&self) -> Sum {
        let mut total = Sum::default();
        for sum in self.sums.values() {
            total.merge(sum);
        }
        total
    }

    /// The whole as JSON.
    pub(super) fn document(&self, prices: &Prices, traces: usize, more: bool) -> Vec<u8> {
        let groups = self.sorted().into_iter().map(|(key, sum)| {
            let mut document = sum.document();
            if let Value::Map(map) = &mut document {
                map.insert("key".to_owned(), or_null(key.as_deref()));
            }
            document
        });
        let unpriced = self.unpriced.iter().map(|(why, unpriced)| {
            object([
                ("calls", count(unpriced.calls)),
                ("code", unpriced.code.into()),
                ("reason", why.as_str().into()),
                ("span_id", or_null(unpriced.span.as_deref())),
            ])
        });
        json::line(&object([
            ("by", self.by_word().into()),
            ("groups", Value::List(groups.collect())),
            ("more", more.into()),
            ("prices", prices.version().into()),
            ("total", self.total().document()),
            ("traces", count(traces as u64)),
            ("unpriced", Value::List(unpriced.collect())),
        ]))
    }

    fn by_word(&self) -> &'static str {
        match self.by {
            CostGroup::Model => "model",
            CostGroup::Provider => "provider",
            CostGroup::Agent => "agent",
            CostGroup::Service => "service",
            CostGroup::Session => "session",
            CostGroup::Day => "day",
            CostGroup::Trace => "trace",
        }
    }

    /// The whole as a table.
    pub(super) fn show(&self, what: &Cost, traces: usize, more: bool, screen: &mut Screen<'_>) -> io::Result<()> {
        if self.sums.is_empty() {
            let mut line = Line::new();
            line.plain(format!("no call of a model in {}", units::counted(traces as u64, "trace")));
            return screen.line(line);
        }
        let nameless = format!("no {}", self.by_word());
        let rows: Vec<(String, &Sum)> = self
            .sorted()
            .into_iter()
            .map(|(key, sum)| (screen.fit(key.as_deref().unwrap_or(&nameless), KEY_COLUMNS), sum))
            .collect();
        let columns = rows.iter().map(|(key, _)| width(key)).max().unwrap_or(0).max(width(self.by_word())).max(5);
        let mut title = Line::new();
        title.push(palette::QUIET, self.by_word()).pad(columns);
        title.push(
            palette::QUIET,
            format!("  {:>7}  {:>7}  {:>7}  {:>7}  {:>12}", "calls", "input", "cached", "output", "cost"),
        );
        screen.line(title)?;
        for (key, sum) in &rows {
            let line = sum.line(key, columns, screen);
            screen.line(line)?;
        }
        let total = self.total();
        if rows.len() > 1 {
            let line = total.line("total", columns, screen);
            screen.line(line)?;
        }
        self.course.show(screen)?;
        self.notes(&total, screen)?;
        screen.gap()?;
        if what.id.is_none() && more {
            screen.hint(&format!("tracewire cost -n {}", what.limit.saturating_mul(5)), "older traces too")?;
        }
        if let Some(span) = self.unpriced.values().find_map(|unpriced| unpriced.span.as_ref()) {
            screen.hint(&format!("tracewire cost explain {span}"), "what a price is missing for")?;
        } else if let Some(id) = &what.id {
            screen.hint(&format!("tracewire cost explain {}", escape(id, true)), "how each cost came about")?;
        } else if self.by == CostGroup::Model {
            screen.hint("tracewire cost --by day", "a line for each day")?;
        }
        Ok(())
    }

    /// What the signs mean, and what is missing.
    fn notes(&self, total: &Sum, screen: &mut Screen<'_>) -> io::Result<()> {
        if total.is_computed {
            let mut line = Line::new();
            line.push(palette::QUIET, format!("{} computed from a price list, all or in part", screen.glyphs.computed));
            screen.gap()?;
            screen.line(line)?;
        }
        if total.unpriced == 0 {
            return Ok(());
        }
        let mut line = Line::new();
        line.push(palette::WARN, format!("{} without a cost:", units::counted(total.unpriced, "call")));
        screen.line(line)?;
        for (why, unpriced) in self.unpriced.iter().take(SOME) {
            let mut line = Line::new();
            line.plain(format!("  {:>5}  {}", units::grouped(unpriced.calls), escape(why, screen.glyphs.ascii)));
            screen.line(line)?;
        }
        let more = self.unpriced.len().saturating_sub(SOME);
        if more > 0 {
            let mut line = Line::new();
            line.push(palette::QUIET, format!("         and for {} more", units::counted(more as u64, "reason")));
            screen.line(line)?;
        }
        Ok(())
    }
}

impl Sum {
    fn add(&mut self, spent: &Spent<'_>) {
        self.calls = self.calls.saturating_add(1);
        self.tokens.add(&spent.tokens.unwrap_or_default());
        if let Some(cost) = spent.cost {
            self.cost.add(cost);
        }
        self.is_computed |= spent.is_computed;
        self.unpriced = self.unpriced.saturating_add(u64::from(spent.unpriced.is_some()));
    }

    fn merge(&mut self, other: &Sum) {
        self.calls = self.calls.saturating_add(other.calls);
        self.tokens.add(&other.tokens);
        self.cost.add(&other.cost);
        self.is_computed |= other.is_computed;
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
    }

    fn document(&self) -> Value {
        object([
            ("cache_read_input_tokens", count(self.tokens.cache_read)),
            ("cache_write_input_tokens", count(self.tokens.cache_write)),
            ("calls", count(self.calls)),
            ("computed", self.is_computed.into()),
            ("cost", json::money(&self.cost)),
            ("input_tokens", count(self.tokens.input)),
            ("output_tokens", count(self.tokens.output)),
            ("reasoning_output_tokens", count(self.tokens.reasoning)),
            ("unpriced", count(self.unpriced)),
        ])
    }

    fn line(&self, key: &str, columns: usize, screen: &Screen<'_>) -> Line {
        let mut line = Line::new();
        line.plain(key).pad(columns);
        let tokens = &self.tokens;
        line.plain(format!("  {:>7}  {:>7}", units::grouped(self.calls), units::count(tokens.input)));
        line.push(palette::QUIET, format!("  {:>7}", units::count(tokens.cache_read)));
        line.plain(format!("  {:>7}  ", units::count(tokens.output)));
        let (style, cost) = if self.cost.0.is_empty() {
            (palette::WARN, "not known".to_owned())
        } else {
            (anstyle::Style::new(), units::cost(&self.cost, self.is_computed, &screen.glyphs))
        };
        line.plain(" ".repeat(12_usize.saturating_sub(width(&cost)))).push(style, cost);
        if self.unpriced > 0 && !self.cost.0.is_empty() {
            line.push(palette::WARN, format!("  + {} not known", units::grouped(self.unpriced)));
        }
        line
    }
}
