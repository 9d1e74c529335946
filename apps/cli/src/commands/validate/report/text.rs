//! For people: file, line and column, code, sentence, help; and a summary.

use tracewire_wire::validate::{Finding, Severity};

use super::super::{Totals, severity_style};
use super::Reporter;
use crate::error::CliError;
use crate::term::{Line, Screen, escape, palette, units};

#[derive(Default)]
pub(super) struct Text {
    has_fixable: bool,
    first_code: Option<&'static str>,
}

impl Reporter for Text {
    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        self.has_fixable |= finding.rule.can_fix;
        self.first_code.get_or_insert(finding.rule.code);
        let mut place = escape(file, false);
        for number in [finding.line, finding.column].into_iter().flatten() {
            place.push_str(&format!(":{number}"));
        }
        let mut line = Line::new();
        line.push(palette::TITLE, place).plain(": ");
        line.push(severity_style(severity), severity.as_str()).plain(" ");
        line.push(palette::TITLE, format!("{} {}", finding.rule.code, finding.rule.name));
        line.plain(": ").plain(escape(&finding.message, false));
        screen.long_line(&line)?;
        let details = [
            ("at", Some(finding.pointer.as_str()).filter(|pointer| !pointer.is_empty())),
            ("help", finding.fix.as_deref()),
        ];
        for (name, text) in details {
            if let Some(text) = text {
                let mut line = Line::new();
                line.plain("  ").push(palette::QUIET, format!("{name}: ")).plain(escape(text, false));
                screen.long_line(&line)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &str, _shown: usize, hidden: u64, screen: &mut Screen<'_>) -> Result<(), CliError> {
        if hidden > 0 {
            let mut line = Line::new();
            line.push(palette::TITLE, escape(file, false)).plain(format!(
                ": {} more not shown; see all with --max-findings 0",
                units::counted(hidden, "finding")
            ));
            screen.long_line(&line)?;
        }
        Ok(())
    }

    fn finish(&mut self, totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let found = [(totals.errors, "error"), (totals.warnings, "warning"), (totals.notes, "note")];
        let found: Vec<String> =
            found.iter().filter(|(count, _)| *count > 0).map(|(count, what)| units::counted(*count, what)).collect();
        let looked_at = format!(
            "{} with {} and {}",
            units::counted(totals.files, "file"),
            units::counted(totals.looked_at.envelopes, "envelope"),
            units::counted(totals.looked_at.events, "event")
        );
        let mut line = Line::new();
        if found.is_empty() {
            line.push(palette::GOOD, screen.glyphs.ok).plain(format!(" nothing found in {looked_at}"));
        } else {
            let (glyph, style) = if totals.errors > 0 {
                (screen.glyphs.failed, palette::BAD)
            } else {
                (screen.glyphs.ok, palette::GOOD)
            };
            line.push(style, glyph).plain(format!(" {} in {looked_at}", found.join(", ")));
        }
        screen.long_line(&line)?;
        if !totals.passed_over.is_empty() {
            let names: Vec<String> = totals.passed_over.iter().map(|name| screen.fit(name, 60)).collect();
            let mut line = Line::new();
            line.push(palette::QUIET, format!("  passed over, their names say no format: {}", names.join(", ")));
            screen.long_line(&line)?;
        }
        if self.has_fixable && !totals.is_fixed {
            screen.hint("tracewire validate --fix FILE", "mends what needs no guessing")?;
        }
        if let Some(code) = self.first_code {
            screen.hint(&format!("tracewire validate --explain {code}"), "the page of a rule")?;
        }
        Ok(())
    }
}
