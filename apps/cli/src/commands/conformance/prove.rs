//! `tracewire conformance run -- COMMAND…`: the cases against an adapter.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tracewire_conformance::ConformanceError;
use tracewire_conformance::adapter::Launch;
use tracewire_conformance::case::{Case, select};
use tracewire_conformance::command::{SHOWN_PROBLEMS, write_reports};
use tracewire_conformance::kit::{Kit, SPEC};
use tracewire_conformance::known::Known;
use tracewire_conformance::level::Level;
use tracewire_conformance::report::{self, Report, Sdk};
use tracewire_conformance::suite;

use super::write;
use crate::args::{AskedLevel, Global, Prove};
use crate::error::{CliError, EXIT_OK, EXIT_PROBLEM};
use crate::term::{Bar, Screen, Unit, escape};

pub(super) fn run(global: &Global, what: &Prove, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let asked = match what.level {
        AskedLevel::Emitter => Level::Emitter,
        AskedLevel::Reader => Level::Reader,
        AskedLevel::Both => Level::Both,
    };
    let Kit { cases, requirements } = Kit::embedded(what.cases.as_deref())?;
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = match &what.known {
        Some(path) if !path.exists() => {
            let source = std::io::ErrorKind::NotFound.into();
            return Err(CliError::File { path: path.clone(), source });
        }
        Some(path) => Known::read(path, &names)?,
        None => Known::default(),
    };
    let mut cases: Vec<Case> = select(cases, what.filter.as_deref(), |case| &case.name)?;
    cases.retain(|case| asked.includes(case.operation()));
    if cases.is_empty() {
        return Err(super::cases::none(what.filter.as_deref().unwrap_or_default()));
    }
    let mut launch = Launch::new(what.command.iter().cloned());
    launch.answer_within = Duration::from_secs(what.timeout.max(1));
    launch.is_here = what.here;
    launch.kept.clone_from(&what.keep_env);
    let jobs = what.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let bar = Mutex::new(Bar::new("proving", Unit::Cases, Some(cases.len() as u64)));
    let advance = || bar.lock().unwrap_or_else(PoisonError::into_inner);
    let results = suite::run_watched(&launch, &cases, &known, jobs, &|_| advance().advance(1));
    advance().done();
    let results = results.map_err(|fault| ConformanceError::adapter(&launch, &fault))?;
    let is_partial = what.filter.is_some();
    let sdk = Sdk { name: "adapter".to_owned(), results };
    let report = Report { spec: SPEC.to_owned(), sdks: vec![sdk], requirements, is_partial, is_own: false, asked };
    if let Some(folder) = &what.report {
        write_reports(folder, &report)?;
    }
    if let (Some(path), Some(sdk)) = (&what.badge, report.sdks.first()) {
        fs::write(path, report::badge(&report, sdk)).map_err(|error| CliError::from(error).at(path))?;
    }
    if global.json {
        let mut bytes = report::document(&report).to_string().into_bytes();
        bytes.push(b'\n');
        screen.bytes(&bytes)?;
    } else {
        for line in report::lines(&report, SHOWN_PROBLEMS) {
            write(&line, screen)?;
        }
        if let Some(row) = report.sdks.first().and_then(|sdk| sdk.problems().next()) {
            screen.hint(&format!("tracewire conformance show {}", escape(&row.case, false)), "all of a case")?;
        }
    }
    // An implementation may claim one side alone; only who asks for a level by its name must earn it.
    let is_earned = match report.sdks.first().map(Sdk::earned) {
        Some(earned) if !is_partial && asked != Level::Both => earned.missing(asked).is_empty(),
        Some(_) if !is_partial => report.sdks.first().is_some_and(|sdk| report.level(sdk).is_some()),
        _ => true,
    };
    Ok(if report.is_clean() && is_earned { EXIT_OK } else { EXIT_PROBLEM })
}
