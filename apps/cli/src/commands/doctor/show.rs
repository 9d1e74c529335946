//! The examination for people.

use std::path::Path;

use tracewire_recorder::Options;
use tracewire_recorder::journal::FORMAT;
use tracewire_recorder::seal::SEAL_VERSION;

use super::Examination;
use crate::error::{CliError, FIRST_STEPS};
use crate::paths::short_path;
use crate::term::{Line, Screen, palette, units};

/// Producers that are listed; the rest is counted.
const MOST_PRODUCERS: usize = 20;

/// Writes the examination for people.
pub(super) fn show(examination: &Examination, problems: usize, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let glyphs = screen.glyphs;
    let path = screen.fit(&examination.directory.path().to_string_lossy(), 200);
    section("directory", &path, screen)?;
    note(examination.chosen.words(), screen)?;
    if let Some(notice) = examination.directory.notice() {
        let notice = screen.fit(notice, 300);
        note(&notice, screen)?;
    }
    if !examination.exists {
        note("it is not there: nothing was recorded yet", screen)?;
    }
    let journals = format!(
        "{}{}{}",
        units::counted(examination.journals, "file"),
        glyphs.dot,
        units::bytes(examination.journal_bytes)
    );
    section("journals", &journals, screen)?;
    let quota = units::bytes(Options::default().quota_bytes);
    note(&format!("the quota is {quota}, unless a recorder was given another"), screen)?;
    store(examination, screen)?;
    producers(examination, screen)?;
    if !examination.losses.is_empty() {
        section("losses", "", screen)?;
        for (reason, (events, records, bytes)) in &examination.losses {
            let mut facts = vec![units::counted(*events, "loss event")];
            if *records > 0 {
                facts.push(units::counted(*records, "record"));
            }
            if *bytes > 0 {
                facts.push(units::bytes(*bytes));
            }
            let reason = screen.fit(reason, 40);
            problem(&format!("{reason}: {}", facts.join(glyphs.dot)), screen)?;
        }
    }
    if examination.forks > 0 {
        section("forks", "", screen)?;
        problem(&format!("{} with two successors; both are kept", units::counted(examination.forks, "place")), screen)?;
    }
    if !examination.problems.is_empty() {
        section("files", "", screen)?;
        for found in &examination.problems {
            let at = found.offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default();
            let (path, message) =
                (screen.fit(&short_path(Path::new(&found.path)), 120), screen.fit(&found.message, 300));
            problem(&format!("{path}{at}: {message} [{}]", found.code), screen)?;
        }
    }
    let versions = [
        format!("tracewire {}", env!("CARGO_PKG_VERSION")),
        "spec 1.0".to_owned(),
        format!("seal {SEAL_VERSION}"),
        format!("journal {FORMAT}"),
    ];
    section("versions", &versions.join(glyphs.dot), screen)?;
    next(examination, problems, screen)
}

fn store(examination: &Examination, screen: &mut Screen<'_>) -> Result<(), CliError> {
    match &examination.store {
        Ok(facts) if facts.exists => {
            let free = if facts.free_bytes > 0 {
                format!(" ({} free inside)", units::bytes(facts.free_bytes))
            } else {
                String::new()
            };
            let dot = screen.glyphs.dot;
            section(
                "store",
                &format!("store.db{dot}version {}{dot}{}{free}", facts.version, units::bytes(facts.bytes)),
                screen,
            )?;
            if facts.recovered > 0 {
                note(
                    &format!("{} of dead processes ended just now", units::counted(facts.recovered, "journal")),
                    screen,
                )?;
            }
            match &facts.check {
                Ok(()) => Ok(()),
                Err(error) => {
                    let error = screen.fit(error, 300);
                    problem(&error, screen)
                }
            }
        }
        Ok(_) => section("store", "none yet", screen),
        Err(error) => {
            section("store", "", screen)?;
            let (what, mend) = (screen.fit(&error.to_string(), 300), error.mend());
            problem(&format!("{what} [{}]", error.code()), screen)?;
            note(&mend, screen)
        }
    }
}

fn producers(examination: &Examination, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let number = |state: &str| examination.producers.iter().filter(|facts| facts.state == state).count();
    let states = ["alive", "closed", "dead", "unknown"];
    let counts: Vec<String> =
        states.iter().filter(|state| number(state) > 0).map(|state| format!("{} {state}", number(state))).collect();
    let summary = if counts.is_empty() { "none yet".to_owned() } else { counts.join(screen.glyphs.dot) };
    section("producers", &summary, screen)?;
    for facts in examination.producers.iter().take(MOST_PRODUCERS) {
        let glyphs = screen.glyphs;
        let (glyph, style) = match facts.state {
            "alive" => (glyphs.in_flight, palette::LIVE),
            "closed" => (glyphs.ok, palette::GOOD),
            "dead" => (glyphs.abandoned, palette::WARN),
            _ => (glyphs.unknown, palette::WARN),
        };
        let mut line = Line::new();
        line.plain(" ".repeat(MARGIN)).push(style, glyph).plain(" ").plain(screen.fit(&facts.name, 32)).plain("  ");
        line.push(style, format!("{:<7}", facts.state));
        let mut more = Vec::new();
        if let Some(service) = &facts.service {
            more.push(screen.fit(service, 32));
        }
        more.extend(facts.pid.map(|pid| format!("pid {pid}")));
        if facts.state == "unknown" {
            more.extend(facts.host.as_ref().map(|host| format!("host {}", screen.fit(host, 32))));
        }
        match facts.close.as_deref() {
            // Nobody wrote this end but the reader that found the process gone.
            Some("recovered") => more.push("recovered".to_owned()),
            Some(reason) => more.push(screen.fit(reason, 16)),
            None => {}
        }
        more.extend(facts.journal_bytes.map(units::bytes));
        if facts.pending > 0 {
            more.push(format!("{} not sealed yet", units::counted(facts.pending, "event")));
        }
        if facts.spec != "1.0" || facts.seal > SEAL_VERSION {
            more.push(format!("spec {} seal {}", screen.fit(&facts.spec, 8), facts.seal));
        }
        for (place, fact) in more.into_iter().enumerate() {
            line.push(palette::QUIET, if place == 0 { "  " } else { glyphs.dot }).push(palette::QUIET, fact);
        }
        screen.line(line)?;
    }
    let more = examination.producers.len().saturating_sub(MOST_PRODUCERS);
    if more > 0 {
        note(&format!("and {}", units::counted(more as u64, "more producer")), screen)?;
    }
    Ok(())
}

/// Columns of the section's name.
const MARGIN: usize = 11;

fn section(name: &str, text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.push(palette::TITLE, name).pad(MARGIN).plain(text);
    Ok(screen.long_line(&line)?)
}

fn note(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.plain(" ".repeat(MARGIN)).push(palette::QUIET, text);
    Ok(screen.long_line(&line)?)
}

fn problem(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.plain(" ".repeat(MARGIN)).push(palette::BAD, screen.glyphs.failed).plain(" ").plain(text);
    Ok(screen.long_line(&line)?)
}

fn next(examination: &Examination, problems: usize, screen: &mut Screen<'_>) -> Result<(), CliError> {
    screen.gap()?;
    if examination.producers.is_empty() && problems == 0 {
        let mut line = Line::new();
        line.plain("all is well, and nothing was recorded yet. Record something:");
        screen.long_line(&line)?;
        screen.gap()?;
        screen.bytes(FIRST_STEPS.as_bytes())?;
        return Ok(());
    }
    let mut line = Line::new();
    if problems == 0 {
        line.push(palette::GOOD, "all is well");
    } else {
        line.push(palette::BAD, units::counted(problems as u64, "problem")).plain(" found");
    }
    screen.long_line(&line)?;
    if examination.losses.contains_key("quota") {
        note_next("the quota was reached: raise it, or let a reader run so that journals can go", screen)?;
    }
    if examination.problems.iter().any(|found| found.code == "journal_foreign") {
        note_next("files that are no journals can be moved out of the journal folder", screen)?;
    }
    if examination.problems.iter().any(|found| matches!(found.code.as_str(), "journal_newer" | "seal_newer")) {
        note_next("install the newer tracewire to read and seal what it wrote", screen)?;
    }
    if problems > 0 {
        screen.hint("tracewire verify", "what is proved of the rest")?;
    } else {
        screen.hint("tracewire trace --last", "the latest trace")?;
    }
    Ok(())
}

fn note_next(text: &str, screen: &mut Screen<'_>) -> Result<(), CliError> {
    let mut line = Line::new();
    line.plain("  ").plain(text);
    Ok(screen.long_line(&line)?)
}
