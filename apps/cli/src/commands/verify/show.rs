//! The outcome for people: a line a producer, what is wrong and what is missing below it, and the sum.

use tracewire_insight::process::life_word;
use tracewire_wire::verify::{Finding, ProducerReport};

use super::words::{Verdict, ranges};
use super::{Outcome, signed};
use crate::error::CliError;
use crate::paths::short_path;
use crate::term::{Line, Screen, palette, units};

/// Writes it.
pub(super) fn show(outcome: &Outcome, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let nothing = ProducerReport::default();
    let mut totals = Totals::default();
    // Producers of which the store has events alone, and those of which there are heads alone.
    let mut names: Vec<&str> = outcome.rows.iter().map(|row| row.name.as_str()).collect();
    names.extend(outcome.report.producers.keys().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    for name in &names {
        let report = outcome.report.producers.get(*name).unwrap_or(&nothing);
        let broken: Vec<&Finding> = outcome.findings().filter(|finding| finding.producer == *name).collect();
        totals.add(report, outcome.pending(name), broken.is_empty());
        producer(name, report, &broken, outcome, screen)?;
    }
    for wrong in outcome.findings().filter(|finding| !names.contains(&finding.producer.as_str())) {
        finding(&format!("{} [{}]", screen.fit(&wrong.message, 300), wrong.code), screen)?;
    }
    for wrong in &outcome.ledger {
        finding(&format!("ledger of accepted heads: {wrong}"), screen)?;
    }
    for problem in &outcome.swept.problems {
        let mut line = Line::new();
        line.push(palette::BAD, screen.glyphs.failed).plain(" ").plain(screen.fit(&short_path(&problem.path), 60));
        screen.line(line)?;
        let at = problem.offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
        finding(&format!("{} [{}{at}]", screen.fit(&problem.message, 300), problem.code), screen)?;
    }
    for damage in &outcome.swept.damage {
        let (path, bytes) = (screen.fit(&short_path(&damage.path), 60), units::bytes(damage.bytes));
        let what = if damage.is_torn_end { "torn end" } else { "damage" };
        detail(palette::WARN, &format!("{what} in {path}: {bytes} at offset {} are no record", damage.offset), screen)?;
    }
    screen.gap()?;
    totals.show(outcome, screen)
}

fn producer(
    name: &str,
    report: &ProducerReport,
    broken: &[&Finding],
    outcome: &Outcome,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let has_keys = outcome.report.trusted.is_some();
    let (glyph, style, verdict) = if broken.is_empty() {
        verdict(name, report, outcome, screen)
    } else {
        (screen.glyphs.failed, palette::BAD, "broken".to_owned())
    };
    let glyphs = screen.glyphs;
    let mut line = Line::new();
    line.push(style, glyph).plain(" ").plain(screen.fit(name, 40)).plain("  ").push(style, verdict);
    let mut facts = vec![units::counted(report.envelopes, "envelope"), units::counted(report.events, "event")];
    if let Some(service) = outcome.processes.of(name).and_then(|process| process.service.as_deref()) {
        facts.push(screen.fit(service, 32));
    }
    for fact in facts {
        line.push(palette::QUIET, glyphs.dot).push(palette::QUIET, fact);
    }
    screen.line(line)?;
    for broken in broken {
        finding(
            &format!("{} [{}, envelope at seq {}]", screen.fit(&broken.message, 300), broken.code, broken.first_seq),
            screen,
        )?;
    }
    if let Some(before) = before_the_first(broken, report) {
        detail(palette::QUIET, &format!("what stands before that holds: events {}", ranges(&[(1, before)])), screen)?;
    }
    for (is_bad, line) in signed::lines(report, has_keys, !broken.is_empty(), screen) {
        detail(if is_bad { palette::BAD } else { palette::QUIET }, &line, screen)?;
    }
    // What a signed head says of the end was said above.
    let is_tail = |(first, _): &(u64, u64)| report.signed.is_some() && *first > report.last_seq;
    let missing: Vec<(u64, u64)> = report.missing_events.iter().filter(|range| !is_tail(range)).copied().collect();
    if !missing.is_empty() {
        detail(palette::WARN, &format!("missing: events {}", ranges(&missing)), screen)?;
    }
    if !report.missing_contents.is_empty() {
        let contents = units::counted(report.missing_contents.len() as u64, "content");
        detail(palette::WARN, &format!("missing: {contents} referred to and not carried"), screen)?;
    }
    for (number, style, what) in [
        (report.erased, palette::QUIET, "erased, proved by hash, not seen"),
        (report.withheld, palette::QUIET, "withheld, proved by hash, not in this copy"),
    ] {
        if number > 0 {
            detail(style, &format!("{} {what}", units::counted(number, "part")), screen)?;
        }
    }
    if report.losses > 0 {
        detail(
            palette::WARN,
            &format!("{}: what could not be kept, or not be read", units::counted(report.losses, "loss event")),
            screen,
        )?;
    }
    if outcome.pending(name) > 0 {
        detail(
            palette::QUIET,
            &format!("{} not sealed yet, nothing proved of them", units::counted(outcome.pending(name), "event")),
            screen,
        )?;
    }
    Ok(())
}

/// What is said of a producer that nothing contradicts.
fn verdict(name: &str, report: &ProducerReport, outcome: &Outcome, screen: &Screen<'_>) -> Verdict {
    let glyphs = screen.glyphs;
    let is_whole = report.is_continuous && report.missing_events.is_empty() && report.missing_contents.is_empty();
    let is_cut = report.signed.as_ref().is_some_and(|signed| signed::is_cut(signed, report));
    if outcome.report.trusted.is_some() {
        return signed::verdict(report, screen);
    }
    match &report.close {
        _ if report.envelopes == 0 && !is_cut => (glyphs.unknown, palette::QUIET, "nothing sealed yet".to_owned()),
        _ if !is_whole || is_cut => (glyphs.abandoned, palette::WARN, "proved in parts".to_owned()),
        Some(reason) => (glyphs.ok, palette::GOOD, format!("proved to its end, {}", screen.fit(reason, 16))),
        None => {
            let life = life_word(outcome.processes.life(name));
            (glyphs.ok, palette::GOOD, format!("proved so far, end open, {life}"))
        }
    }
}

/// The last event before the first bad place, where all from the first event to it is there. What contradicts a signed head may
/// be wrong anywhere.
fn before_the_first(broken: &[&Finding], report: &ProducerReport) -> Option<u64> {
    if broken.iter().any(|finding| matches!(finding.code, "head" | "signature" | "envelope")) {
        return None;
    }
    let bad = broken.iter().map(|finding| finding.first_seq).min()?;
    let gap = report.missing_events.first().map_or(u64::MAX, |(first, _)| *first);
    Some(bad.min(gap).saturating_sub(1)).filter(|last| *last > 0)
}

fn finding(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    detail(palette::BAD, text, screen)
}

fn detail(style: anstyle::Style, text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.plain("    ").push(style, text);
    Ok(screen.long_line(&line)?)
}

#[derive(Default)]
struct Totals {
    producers: u64,
    envelopes: u64,
    events: u64,
    unseen: u64,
    missing: u64,
    pending: u64,
    open: u64,
    /// Producers for whom no key vouches.
    unproved: u64,
}

impl Totals {
    fn add(&mut self, report: &ProducerReport, pending: u64, is_sound: bool) {
        self.producers += 1;
        self.envelopes += report.envelopes;
        self.events += report.events;
        self.unseen += report.erased + report.withheld;
        let missing: u64 =
            report.missing_events.iter().map(|(first, last)| last.saturating_sub(*first).saturating_add(1)).sum();
        self.missing += missing + report.missing_contents.len() as u64;
        self.pending += pending;
        let is_whole = report.signed.as_ref().is_some_and(|signed| signed.is_whole);
        self.unproved += u64::from(!is_sound || !is_whole);
        self.open += u64::from(report.close.is_none());
    }

    fn show(&self, outcome: &Outcome, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let mut line = Line::new();
        if outcome.is_sound() {
            line.push(palette::GOOD, "sound").plain(": digests, numbers, links and content of ");
            line.plain(units::counted(self.events, "event"))
                .plain(" in ")
                .plain(units::counted(self.envelopes, "envelope"));
            line.plain(format!(" of {} hold", units::counted(self.producers, "producer")));
        } else {
            let count = outcome.findings().count() + outcome.ledger.len();
            let what = if count == 0 {
                "files that cannot be read".to_owned()
            } else {
                units::counted(count as u64, "contradiction")
            };
            line.push(palette::BAD, "broken").plain(format!(": {what}, the first places are named above"));
        }
        screen.long_line(&line)?;
        if let Some(keys) = &outcome.report.trusted {
            let (is_proved, text) = signed::total(self.unproved, self.producers, keys);
            let (style, word) =
                if is_proved && outcome.is_proved() { (palette::GOOD, "proved") } else { (palette::BAD, "not proved") };
            let mut line = Line::new();
            line.push(style, word).plain(text);
            screen.long_line(&line)?;
        }
        let open = [(self.missing, "missing"), (self.unseen, "erased or withheld"), (self.pending, "not sealed yet")];
        let mut gaps: Vec<String> = open
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", units::grouped(*number)))
            .collect();
        if self.open > 0 {
            gaps.push(if self.open == 1 {
                "the end of 1 producer".to_owned()
            } else {
                format!("the ends of {} producers", self.open)
            });
        }
        let text = if gaps.is_empty() {
            "left out: nothing".to_owned()
        } else {
            format!("left out: {}", gaps.join(screen.glyphs.dot))
        };
        let mut line = Line::new();
        line.push(palette::QUIET, text);
        Ok(screen.long_line(&line)?)
    }
}
