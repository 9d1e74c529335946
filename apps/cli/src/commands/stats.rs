//! `tracewire stats`: steps, times, tokens and costs over many traces.

use anstyle::Style;
use tracewire_insight::analytics::{GroupBy, Totals};
use tracewire_store::search::Moment;
use tracewire_store::{Numbers, NumbersQuery, numbers};
use tracewire_wire::time::Timestamp;

use crate::args::{Global, Stats};
use crate::error::{CliError, EXIT_OK};
use crate::json;
use crate::source::{Source, now};
use crate::term::{Line, Screen, in_columns, palette, spark, units, width};

/// Most columns of a key.
const KEY_COLUMNS: usize = 34;
/// Columns of the course of time.
const COURSE_COLUMNS: usize = 40;

/// Counts.
///
/// # Errors
/// Where nothing was recorded in that time, or the store refuses.
pub fn run(global: &Global, what: &Stats, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let source = Source::open(global, &what.stored)?;
    let now = now();
    let query = NumbersQuery {
        by: Some(what.by.word().to_owned()),
        start_time: what.when.from(now).map(Moment),
        end_time: what.when.until.map(Moment),
        service: what.service.clone(),
        kind: what.kind.clone(),
        model: what.model.clone(),
        agent: what.agent.clone(),
        limit: Some(what.limit.max(1)),
        ..NumbersQuery::default()
    };
    let numbers = numbers(&*source.store, &query, now)?;
    if numbers.total.is_empty() {
        return Err(CliError::NotFound { what: "stats", id: "these conditions".to_owned() });
    }
    if global.json {
        screen.bytes(&json::line(&numbers.to_value()))?;
        return Ok(EXIT_OK);
    }
    let shown = Shown { numbers: &numbers, by: what.by };
    shown.overview(screen)?;
    screen.gap()?;
    shown.table(what.limit.max(1), screen)?;
    Ok(EXIT_OK)
}

/// Numbers as people see them.
struct Shown<'n> {
    numbers: &'n Numbers,
    by: GroupBy,
}

impl Shown<'_> {
    fn overview(&self, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let (total, points) = (&self.numbers.total, &self.numbers.points);
        let mut title = Line::new();
        let first = points.first().map(|point| units::short_date_time(point.start, &screen.zone));
        let step = i64::try_from(self.numbers.step_nanos).unwrap_or(i64::MAX);
        let end = points.last().map(|point| Timestamp(point.start.0.saturating_add(step)));
        let last = end.map(|end| units::short_date_time(end, &screen.zone));
        title.push(palette::TITLE, first.unwrap_or_default().trim().to_owned());
        title
            .push(palette::QUIET, screen.glyphs.arrow)
            .push(palette::TITLE, last.unwrap_or_default().trim().to_owned());
        screen.line(title)?;
        let mut facts: Vec<(Style, String)> = Vec::new();
        if let Some(traces) = self.numbers.traces {
            facts.push((Style::new(), units::counted(traces.traces, "trace")));
        }
        facts.push((Style::new(), units::counted(total.spans, "step")));
        if total.errors > 0 {
            let share = percent(total.errors, total.spans);
            facts.push((palette::BAD, format!("{} failed ({share})", units::grouped(total.errors))));
        }
        if total.tokens != Default::default() {
            let (input, output) = (units::count(total.tokens.input), units::count(total.tokens.output));
            facts.push((Style::new(), format!("{input}{}{output} tokens", screen.glyphs.arrow)));
        }
        if total.tokens.cache_read > 0 {
            let share = percent(total.tokens.cache_read, total.tokens.input);
            facts.push((palette::QUIET, format!("{share} of input cached")));
        }
        if let Some(cost) = cost(total) {
            facts.push((Style::new(), cost));
        }
        if total.unpriced > 0 {
            facts.push((palette::WARN, format!("{} without a price", units::counted(total.unpriced, "call"))));
        }
        screen.flow(facts)?;
        for (name, style, of) in [
            ("steps ", palette::BAR, (|totals: &Totals| totals.spans) as fn(&Totals) -> u64),
            ("failed", palette::BAD, |totals| totals.errors),
            ("tokens", palette::LIVE, |totals| totals.tokens.input.saturating_add(totals.tokens.output)),
        ] {
            let values = self.over_time(of);
            if values.len() > 1 && values.iter().any(|value| *value > 0) {
                let mut line = Line::new();
                line.push(palette::QUIET, format!("{name}  ")).push(style, spark(&values, screen.glyphs.ascii));
                screen.line(line)?;
            }
        }
        Ok(())
    }

    /// One number over time, gaps as zeros.
    fn over_time(&self, of: fn(&Totals) -> u64) -> Vec<u64> {
        let step = i64::try_from(self.numbers.step_nanos).unwrap_or(i64::MAX);
        let points = &self.numbers.points;
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
        let places = (last.start.0.saturating_sub(first.start.0) / step).saturating_add(1);
        let columns = i64::try_from(COURSE_COLUMNS).unwrap_or(1);
        // Years of hours are put into columns as they come.
        let size = (places + columns - 1) / columns;
        let mut values = vec![0_u64; usize::try_from(places.div_euclid(size) + 1).unwrap_or(0).min(COURSE_COLUMNS + 1)];
        for point in points {
            let place = (point.start.0.saturating_sub(first.start.0) / step).div_euclid(size);
            if let Some(value) = usize::try_from(place).ok().and_then(|place| values.get_mut(place)) {
                *value = value.saturating_add(of(&point.totals));
            }
        }
        if places % size == 0 {
            values.pop();
        }
        in_columns(&values, COURSE_COLUMNS)
    }

    fn table(&self, limit: usize, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let word = self.by.word();
        let shown: Vec<(String, &Totals)> = self
            .numbers
            .groups
            .iter()
            .map(|group| (screen.fit(group.key.as_deref().unwrap_or("-"), KEY_COLUMNS), &group.totals))
            .collect();
        let has_tokens = shown.iter().any(|(_, totals)| totals.tokens != Default::default());
        let columns = shown.iter().map(|(key, _)| width(key)).max().unwrap_or(0).max(word.len());
        let mut title = Line::new();
        title.push(palette::QUIET, word).pad(columns);
        let times = format!("  {:>8}  {:>7}  {:>9}  {:>9}  {:>9}", "steps", "failed", "p50", "p95", "p99");
        title.push(palette::QUIET, times);
        if has_tokens {
            title.push(palette::QUIET, format!("  {:>7}  {:>7}  {}", "in", "out", "cost"));
        }
        screen.line(title)?;
        for (key, totals) in shown {
            let mut line = Line::new();
            let style = if self.by == GroupBy::Kind { palette::kind(&key) } else { Style::new() };
            line.push(style, key).pad(columns).plain(format!("  {:>8}", units::grouped(totals.spans)));
            let failed = if totals.errors > 0 { units::grouped(totals.errors) } else { "-".to_owned() };
            line.push(if totals.errors > 0 { palette::BAD } else { palette::QUIET }, format!("  {failed:>7}"));
            for share in [0.5, 0.95, 0.99] {
                let shown = totals.durations.quantile(share).map_or("-".to_owned(), |nanos| screen.duration(nanos));
                line.plain(format!("  {shown:>9}"));
            }
            if has_tokens && totals.tokens != Default::default() {
                let (input, output) = (units::count(totals.tokens.input), units::count(totals.tokens.output));
                line.plain(format!("  {input:>7}  {output:>7}  "));
                line.plain(cost(totals).unwrap_or_default());
                if totals.unpriced > 0 {
                    let gap = if totals.cost.0.is_empty() { "" } else { screen.glyphs.dot };
                    line.push(palette::WARN, format!("{gap}{} unpriced", units::grouped(totals.unpriced)));
                }
            }
            screen.line(line)?;
        }
        if self.numbers.has_more {
            screen.gap()?;
            let more = limit.saturating_mul(5);
            screen.hint(&format!("tracewire stats --by {word} -n {more}"), "more")?;
        }
        Ok(())
    }
}

fn cost(totals: &Totals) -> Option<String> {
    (!totals.cost.0.is_empty()).then(|| units::money(&totals.cost))
}

/// `4.2%`, `0.01%`.
fn percent(part: u64, of: u64) -> String {
    let share = part as f64 * 100.0 / of.max(1) as f64;
    if share >= 9.95 || share == 0.0 { format!("{share:.0}%") } else { format!("{share:.1}%") }
}
