//! JUnit XML: a suite for each file, a case for each finding; a file without any has one case that passed.

use tracewire_wire::validate::{Finding, Severity};

use super::super::Totals;
use super::Reporter;
use crate::error::CliError;
use crate::term::Screen;

/// A suite says its numbers before its cases, so the cases of one file are kept.
#[derive(Default)]
pub(super) struct Junit {
    cases: String,
    tests: usize,
    failures: usize,
}

impl Reporter for Junit {
    fn begin(&mut self, screen: &mut Screen<'_>) -> Result<(), CliError> {
        Ok(screen.bytes(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tracewire validate\">\n")?)
    }

    fn finding(
        &mut self,
        file: &str,
        finding: &Finding,
        severity: Severity,
        _screen: &mut Screen<'_>,
    ) -> Result<(), CliError> {
        self.tests += 1;
        let place = match finding.line {
            Some(line) => format!("{file}:{line} {}", finding.pointer),
            None => format!("{file} {}", finding.pointer),
        };
        let name = format!("{} {} {}", finding.rule.code, finding.rule.name, place.trim_end());
        let text = match &finding.fix {
            Some(fix) => format!("{}\nhelp: {fix}", finding.message),
            None => finding.message.clone(),
        };
        let (name, message, text) = (xml(&name), xml(&finding.message), xml(&text));
        let class = xml(file);
        self.cases.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\">"));
        // Only what counts fails; the rest is said.
        if severity == Severity::Error {
            self.failures += 1;
            let kind = finding.rule.code;
            self.cases.push_str(&format!("<failure message=\"{message}\" type=\"{kind}\">{text}</failure>"));
        } else {
            self.cases.push_str(&format!("<system-out>{severity}: {text}</system-out>"));
        }
        self.cases.push_str("</testcase>\n");
        Ok(())
    }

    fn file(&mut self, file: &str, shown: usize, hidden: u64, screen: &mut Screen<'_>) -> Result<(), CliError> {
        let Junit { mut cases, mut tests, failures } = std::mem::take(self);
        let name = xml(file);
        if shown == 0 {
            tests = 1;
            cases = format!("    <testcase classname=\"{name}\" name=\"valid\"/>\n");
        }
        let more = match hidden {
            0 => String::new(),
            hidden => format!("    <system-out>{hidden} more findings are not shown</system-out>\n"),
        };
        let suite = format!("  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n");
        Ok(screen.bytes(format!("{suite}{cases}{more}  </testsuite>\n").as_bytes())?)
    }

    fn finish(&mut self, _totals: &Totals, screen: &mut Screen<'_>) -> Result<(), CliError> {
        Ok(screen.bytes(b"</testsuites>\n")?)
    }
}

/// Text in XML 1.0, which has no form at all for most control characters.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character if character < ' ' => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_the_document() {
        assert_eq!(xml("<a href=\"x\">&'\u{1}\n</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{fffd}&#10;&lt;/a&gt;");
    }
}
