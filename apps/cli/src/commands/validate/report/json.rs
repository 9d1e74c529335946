//! One JSON document, for programs.

use tracewire_wire::validate::{Finding, Severity};
use tracewire_wire::value::Value;

use super::super::Totals;
use super::Reporter;
use crate::error::CliError;
use crate::json::{self, count, object};
use crate::term::Screen;

/// The list is written as it comes: a long one takes no memory.
#[derive(Default)]
pub(super) struct Json {
    has_some: bool,
}

impl Reporter for Json {
    fn begin(&mut self, screen: &mut Screen<'_>) -> Result<(), CliError> {
        Ok(screen.bytes(b"{\"findings\":[")?)
    }

    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        if std::mem::replace(&mut self.has_some, true) {
            screen.bytes(b",")?;
        }
        let document = json::finding(file, finding, severity);
        let line = json::line(&document);
        Ok(screen.bytes(line.trim_ascii_end())?)
    }

    fn finish(&mut self, totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let seen = &totals.looked_at;
        let summary: Value = object([
            ("documents", count(seen.documents)),
            ("envelopes", count(seen.envelopes)),
            ("errors", count(totals.errors)),
            ("events", count(seen.events)),
            ("files", count(totals.files)),
            ("hidden", count(totals.hidden)),
            ("notes", count(totals.notes)),
            ("passed_over", Value::List(totals.passed_over.iter().map(|name| name.as_str().into()).collect())),
            ("spans", count(seen.spans)),
            ("warnings", count(totals.warnings)),
        ]);
        screen.bytes(b"],\"summary\":")?;
        screen.bytes(json::line(&summary).trim_ascii_end())?;
        Ok(screen.bytes(b"}\n")?)
    }
}
