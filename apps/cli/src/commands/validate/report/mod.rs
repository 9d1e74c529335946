//! Reports: for people, programs, CI and code scanning.

mod github;
mod json;
mod junit;
mod sarif;
mod text;

use tracewire_wire::validate::{Finding, Severity};

use super::Totals;
use crate::args::ReportFormat;
use crate::error::CliError;
use crate::term::Screen;

/// Writes findings as they come.
pub(super) trait Reporter {
    /// Before everything.
    fn begin(&mut self, _screen: &mut Screen<'_>) -> Result<(), CliError> {
        Ok(())
    }

    /// One finding of a file, with the severity that it has here.
    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError>;

    /// A file's end: how many findings were shown of it, and how many were not.
    fn file(&mut self, _file: &str, _shown: usize, _hidden: u64, _screen: &mut Screen<'_>) -> Result<(), CliError> {
        Ok(())
    }

    /// After everything.
    fn finish(&mut self, totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError>;
}

/// The reporter of a format.
pub(super) fn of(format: ReportFormat) -> Box<dyn Reporter> {
    match format {
        ReportFormat::Text => Box::new(text::Text::default()),
        ReportFormat::Json => Box::new(json::Json::default()),
        ReportFormat::Junit => Box::new(junit::Junit::default()),
        ReportFormat::Sarif => Box::new(sarif::Sarif::default()),
        ReportFormat::Github => Box::new(github::Github),
    }
}
