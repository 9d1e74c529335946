//! Annotations of GitHub Actions: a line for each finding, shown beside the code of a pull request.

use tracewire_wire::validate::{Finding, Severity};

use super::super::Totals;
use super::Reporter;
use crate::error::CliError;
use crate::term::Screen;

pub(super) struct Github;

impl Reporter for Github {
    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        let kind = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut text = format!("::{kind} file={}", property(file));
        for (name, number) in [("line", finding.line), ("col", finding.column)] {
            if let Some(number) = number {
                text.push_str(&format!(",{name}={number}"));
            }
        }
        let title = format!("{} {}", finding.rule.code, finding.rule.name);
        let mut message = finding.message.clone();
        if !finding.pointer.is_empty() {
            message = format!("{}: {message}", finding.pointer);
        }
        if let Some(fix) = &finding.fix {
            message = format!("{message}\nHelp: {fix}");
        }
        text.push_str(&format!(",title={}::{}\n", property(&title), data(&message)));
        Ok(screen.bytes(text.as_bytes())?)
    }

    fn finish(&mut self, totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
        if totals.hidden > 0 {
            let text = format!("::notice::{} more findings are not shown\n", totals.hidden);
            screen.bytes(text.as_bytes())?;
        }
        Ok(())
    }
}

/// What stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
        assert_eq!(data("a::b,\r\n"), "a::b,%0D%0A");
    }
}
