//! `tracewire validate`: what is wrong with what somebody's emitter wrote.
//!
//! ```text
//! input (files, patterns, -) ─▶ lines (both cores) or others ─▶ Validator ─▶ report
//! ```
//!
//! The rules are the wire's (`tracewire_wire::validate`); here are files, threads, severities as asked, and reports.

mod fix;
mod input;
mod lines;
mod others;
mod pages;
mod report;
mod sink;

use tracewire_wire::validate::{Finding, Level, Options, RULES, Rule, Severity, Summary, Validator};

use crate::args::{Depth, Global, ReportFormat, Validate};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::term::{Line, Screen, palette};
use input::Input;
use report::Reporter;

/// Checks what was named.
///
/// # Errors
/// Where a file cannot be read, a code is not known, or the output refuses.
pub fn run(global: &Global, what: &Validate, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    if let Some(name) = &what.explain {
        let rule = rule(name, screen)?;
        screen.bytes(pages::of(rule).as_bytes())?;
        return Ok(EXIT_OK);
    }
    if what.rules {
        return list_rules(screen);
    }
    let policy = Policy::new(what, screen)?;
    let input::Inputs { read: inputs, passed_over } = input::all(&what.files, what.from)?;
    if what.fix {
        inputs.iter().try_for_each(|input| fix::mend(input, what.redigest))?;
    }
    let format = what.format.unwrap_or(if global.json { ReportFormat::Json } else { ReportFormat::Text });
    let mut reporter = report::of(format);
    reporter.begin(screen)?;
    let options = Options { level: level(what.level), ..Options::default() };
    let mut session = Session {
        policy,
        most: what.max_findings,
        totals: Totals { is_fixed: what.fix, passed_over, ..Totals::default() },
    };
    let mut validator = Validator::new(options);
    for (at, input) in inputs.iter().enumerate() {
        let mut file = FileReport::default();
        let found = &mut |findings: Vec<Finding>, screen: &mut Screen<'_>| {
            session.report(input, findings, &mut file, &mut *reporter, screen)
        };
        input::read(input, &options, &mut validator, found, screen)?;
        if !what.together || at + 1 == inputs.len() {
            let report = std::mem::replace(&mut validator, Validator::new(options)).finish();
            session.report(input, report.findings, &mut file, &mut *reporter, screen)?;
            session.totals.add(&report.summary);
        }
        session.end(input, &file, &mut *reporter, screen)?;
    }
    reporter.finish(&session.totals, screen)?;
    Ok(if session.totals.errors == 0 { EXIT_OK } else { EXIT_PROBLEM })
}

fn level(depth: Depth) -> Level {
    match depth {
        Depth::Schema => Level::Schema,
        Depth::Semantic => Level::Semantic,
        Depth::Canonical => Level::Canonical,
    }
}

fn rule(name: &str, screen: &Screen<'_>) -> Result<&'static Rule, CliError> {
    Rule::find(name).ok_or_else(|| CliError::NoRule(screen.fit(name, 40)))
}

fn list_rules(screen: &mut Screen<'_>) -> Result<u8, CliError> {
    for rule in RULES {
        let mut line = Line::new();
        line.push(palette::COMMAND, rule.code).plain(" ").push(severity_style(rule.severity), rule.severity.as_str());
        line.pad(15).plain(rule.name).pad(38).push(palette::QUIET, rule.summary);
        screen.long_line(&line)?;
    }
    Ok(EXIT_OK)
}

fn severity_style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => palette::BAD,
        Severity::Warning => palette::WARN,
        Severity::Note => palette::QUIET,
    }
}

/// What counts, as asked.
struct Policy {
    denied: Vec<&'static str>,
    deny_from: Severity,
    ignored: Vec<&'static str>,
}

impl Policy {
    fn new(what: &Validate, screen: &Screen<'_>) -> Result<Self, CliError> {
        let mut policy = Policy { denied: Vec::new(), deny_from: Severity::Error, ignored: Vec::new() };
        for name in &what.deny {
            match name.to_ascii_lowercase().as_str() {
                "warning" | "warnings" => policy.deny_from = policy.deny_from.min(Severity::Warning),
                "note" | "notes" => policy.deny_from = Severity::Note,
                _ => policy.denied.push(rule(name, screen)?.code),
            }
        }
        for name in &what.ignore {
            policy.ignored.push(rule(name, screen)?.code);
        }
        Ok(policy)
    }

    /// How much a finding of a rule weighs; `None` where it is left out.
    fn severity(&self, rule: &Rule) -> Option<Severity> {
        if self.ignored.contains(&rule.code) {
            return None;
        }
        let is_denied = rule.severity >= self.deny_from || self.denied.contains(&rule.code);
        Some(if is_denied { Severity::Error } else { rule.severity })
    }
}

/// What was found in all.
#[derive(Default)]
struct Totals {
    files: u64,
    looked_at: Summary,
    errors: u64,
    warnings: u64,
    notes: u64,
    hidden: u64,
    /// Whether the files were mended before.
    is_fixed: bool,
    /// Names of files that were not read.
    passed_over: Vec<String>,
}

impl Totals {
    fn add(&mut self, summary: &Summary) {
        self.looked_at.add(summary);
    }
}

/// What was found in one file.
#[derive(Default)]
struct FileReport {
    shown: usize,
    hidden: u64,
}

struct Session {
    policy: Policy,
    most: usize,
    totals: Totals,
}

impl Session {
    fn report(
        &mut self,
        input: &Input,
        findings: Vec<Finding>,
        file: &mut FileReport,
        reporter: &mut dyn Reporter,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        for finding in findings {
            let Some(severity) = self.policy.severity(finding.rule) else { continue };
            *match severity {
                Severity::Error => &mut self.totals.errors,
                Severity::Warning => &mut self.totals.warnings,
                Severity::Note => &mut self.totals.notes,
            } += 1;
            if self.most > 0 && file.shown >= self.most {
                file.hidden += 1;
                continue;
            }
            file.shown += 1;
            reporter.finding(&input.name, &finding, severity, screen)?;
        }
        Ok(())
    }

    fn end(
        &mut self,
        input: &Input,
        file: &FileReport,
        reporter: &mut dyn Reporter,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        self.totals.files += 1;
        self.totals.hidden += file.hidden;
        reporter.file(&input.name, file.shown, file.hidden, screen)
    }
}
