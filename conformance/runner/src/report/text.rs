//! The report for people at a terminal, in lines whose parts have tones; whoever prints them chooses the colours.

use super::matrix::{Count, counts};
use super::{Report, Sdk, level_title};
use crate::judge::{Failure, Outcome};
use crate::known::Standing;
use crate::level::Level;
use crate::requirements::Requirements;
use crate::suite::Row;
use std::collections::BTreeMap;

/// How a part of a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As all else.
    Plain,
    /// What a block is about.
    Title,
    /// Went well.
    Good,
    /// Went wrong.
    Bad,
    /// Look here.
    Warn,
    /// Of second rank.
    Quiet,
}

/// A line: texts with their tones.
pub type Line = Vec<(Tone, String)>;

/// Signs for terminals that show Unicode.
const OK: &str = "✓";
const FAILED: &str = "✗";

/// So long a requirement is read beside a failure; the whole stands in the specification.
const REQUIREMENT_CHARS: usize = 320;

/// The first problems of each implementation with what is needed to mend them, so many at most; then what came out by area, then requirements that nothing proves.
pub fn lines(report: &Report, most: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for sdk in &report.sdks {
        let name = if report.sdks.len() > 1 { format!("{}: ", sdk.name) } else { String::new() };
        for row in sdk.problems().take(most) {
            lines.extend(problem(&name, row, &report.requirements));
        }
        let hidden = sdk.problems().count().saturating_sub(most);
        if hidden > 0 {
            let text = format!("{name}and {hidden} more; see them with --filter, or all in the report");
            lines.extend([vec![(Tone::Warn, text)], Line::new()]);
        }
    }
    lines.extend(table(report));
    for sdk in &report.sdks {
        lines.push(Line::new());
        lines.extend(summary(report, sdk));
    }
    if report.is_own {
        lines.push(Line::new());
        lines.extend(requirements(report));
    }
    lines
}

fn problem(name: &str, row: &Row, requirements: &Requirements) -> Vec<Line> {
    let mut lines =
        vec![vec![(Tone::Bad, format!("{FAILED} ")), (Tone::Plain, name.to_owned()), (Tone::Title, row.case.clone())]];
    lines.push(vec![(Tone::Plain, format!("  {}", row.about))]);
    for number in &row.requirements {
        let text = requirements.text(number).unwrap_or("is no requirement of the specification");
        lines.push(vec![(Tone::Quiet, format!("  {number}  {}", unmarked(text)))]);
    }
    if let Standing::Surprise(why) = &row.standing {
        lines.push(vec![(Tone::Warn, format!("  {why}"))]);
    }
    if let Outcome::Failed(Failure { summary, details }) = &row.outcome {
        lines.push(vec![(Tone::Bad, format!("  {summary}"))]);
        lines.extend(details.lines().map(|line| vec![(Tone::Plain, format!("    {line}"))]));
    }
    lines.push(Line::new());
    lines
}

/// Areas and implementations, in columns.
fn table(report: &Report) -> Vec<Line> {
    let counts = counts(report);
    let shown = |count: &Count| match count.cases {
        0 => "–".to_owned(),
        _ => format!("{}/{}", count.passed, count.cases),
    };
    let area_width = counts.keys().map(|area| area.len()).max().unwrap_or(0).max(4);
    let cell = |sdk: &Sdk| sdk.results.description.language.chars().count().max(9);
    let widths: Vec<usize> = report.sdks.iter().map(cell).collect();
    let mut head: Line = vec![(Tone::Quiet, format!("{:area_width$}", "area"))];
    for (sdk, width) in report.sdks.iter().zip(&widths) {
        head.push((Tone::Quiet, format!("  {:>width$}", sdk.results.description.language)));
    }
    let mut lines = vec![head];
    for (area, counts) in &counts {
        let mut line: Line = vec![(Tone::Plain, format!("{area:area_width$}"))];
        for (count, width) in counts.iter().zip(&widths) {
            let tone = match count {
                Count { cases: 0, .. } => Tone::Quiet,
                Count { passed, skipped, cases } if passed + skipped == *cases => Tone::Good,
                _ => Tone::Bad,
            };
            line.push((tone, format!("  {:>width$}", shown(count))));
        }
        lines.push(line);
    }
    lines
}

fn summary(report: &Report, sdk: &Sdk) -> Vec<Line> {
    let (totals, described) = (sdk.totals(), &sdk.results.description);
    let (sign, tone) = if totals.problems == 0 { (OK, Tone::Good) } else { (FAILED, Tone::Bad) };
    let mut line: Line = vec![
        (tone, format!("{sign} ")),
        (
            Tone::Title,
            format!(
                "{} {}",
                crate::difference::harmless(&described.name),
                crate::difference::harmless(&described.version)
            ),
        ),
        (Tone::Plain, format!(": {} of {} cases pass", totals.passed, totals.cases)),
    ];
    let is_known = |row: &&Row| matches!(row.standing, Standing::Expected(_));
    let known = sdk.results.rows.iter().filter(is_known).count();
    for (count, what) in [
        (totals.failed.saturating_sub(known), "failed"),
        (known, "failed as known"),
        (totals.skipped, "skipped"),
        (totals.out_of_scope, "beyond what it claims"),
    ] {
        if count > 0 {
            line.push((Tone::Quiet, format!(", {count} {what}")));
        }
    }
    let mut lines = vec![line];
    if !report.is_partial {
        let earned = sdk.earned();
        let level = report.level(sdk);
        let tone = if level.is_some() { Tone::Good } else { Tone::Warn };
        lines.push(vec![(Tone::Plain, "  level ".to_owned()), (tone, level_title(level).to_owned())]);
        for (level, missing) in [(Level::Emitter, &earned.emitter), (Level::Reader, &earned.reader)] {
            let why_not = missing.iter().filter(|_| report.asked == Level::Both || report.asked == level);
            for why in why_not {
                lines.push(vec![(Tone::Plain, format!("  for {}: {why}", level.title()))]);
            }
        }
    }
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &sdk.results.rows {
        if let Outcome::Skipped(reason) = &row.outcome {
            reasons.entry(reason).or_default().push(&row.case);
        }
    }
    for (reason, cases) in reasons {
        let some = cases.iter().take(4).copied().collect::<Vec<_>>().join(", ");
        let more = if cases.len() > 4 { ", …" } else { "" };
        lines.push(vec![(Tone::Quiet, format!("  skipped {}: {reason} ({some}{more})", cases.len()))]);
    }
    lines
}

fn requirements(report: &Report) -> Vec<Line> {
    let all = &report.requirements;
    let (by_cases, by_others, by_nothing) = (all.by_cases(), all.by_others(), all.uncovered().len());
    let text = format!(
        "{} requirements: {by_cases} by cases, {by_others} by other tests, {by_nothing} by nothing",
        all.all.len()
    );
    let tone = if by_nothing == 0 { Tone::Plain } else { Tone::Warn };
    let mut lines = vec![vec![(tone, text)]];
    for some in all.uncovered().chunks(8) {
        lines.push(vec![(Tone::Warn, format!("  by nothing: {}", some.join(" ")))]);
    }
    for (number, case) in &all.unknown {
        let text = format!("  {case} cites {number}, which the specification does not have");
        lines.push(vec![(Tone::Bad, text)]);
    }
    lines
}

/// A requirement without Markdown's signs.
fn unmarked(text: &str) -> String {
    let plain = text.replace("**", "").replace('`', "");
    match plain.char_indices().nth(REQUIREMENT_CHARS) {
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or_default()),
        None => plain,
    }
}

/// Without colours.
pub fn plain(lines: &[Line]) -> String {
    let line =
        |line: &Line| line.iter().map(|(_, text)| text.as_str()).collect::<String>().trim_end().to_owned() + "\n";
    lines.iter().map(line).collect()
}

/// With the terminal's own colours.
pub fn colored(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        for (tone, text) in line {
            let code = match tone {
                Tone::Plain => {
                    out.push_str(text);
                    continue;
                }
                Tone::Title => "1",
                Tone::Good => "32",
                Tone::Bad => "31",
                Tone::Warn => "33",
                Tone::Quiet => "2",
            };
            out.push_str(&format!("\u{1b}[{code}m{text}\u{1b}[0m"));
        }
        out.push('\n');
    }
    out
}

/// With colours where standard output is a terminal that wants them.
pub fn shown(lines: &[Line]) -> String {
    use std::io::IsTerminal as _;
    let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    if std::io::stdout().is_terminal() && !wants_none { colored(lines) } else { plain(lines) }
}
