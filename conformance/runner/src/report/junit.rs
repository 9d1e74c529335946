//! The report as JUnit's XML, which every CI system shows.

use super::Report;
use crate::judge::Outcome;
use crate::known::Standing;
use crate::suite::Row;
use std::fmt::Write as _;
use std::time::Duration;

/// One suite an implementation, one case a case; and a suite of requirements, of which those fail that nothing proves.
pub fn junit(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for sdk in &report.sdks {
        let totals = sdk.totals();
        let name = escape(&sdk.name);
        let (tests, failures) = (sdk.results.rows.len(), totals.problems);
        let skipped = sdk
            .results
            .rows
            .iter()
            .filter(|row| inside(row).is_some_and(|inside| inside.starts_with("<skipped")))
            .count();
        let time: Duration = sdk.results.rows.iter().map(|row| row.time).sum();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" time=\"{:.3}\">",
            time.as_secs_f64()
        );
        for row in &sdk.results.rows {
            let (area, case) = row.case.split_once('/').unwrap_or(("", &row.case));
            let time = row.time.as_secs_f64();
            let _ = write!(
                out,
                "    <testcase classname=\"{name}.{}\" name=\"{}\" time=\"{time:.3}\"",
                escape(area),
                escape(case)
            );
            let _ = match inside(row) {
                None => writeln!(out, "/>"),
                Some(inside) => writeln!(out, ">{inside}</testcase>"),
            };
        }
        out.push_str("  </testsuite>\n");
    }
    let gaps = report.gaps();
    let _ = writeln!(
        out,
        "  <testsuite name=\"requirements\" tests=\"{}\" failures=\"{}\">",
        report.requirements.all.len(),
        gaps.len()
    );
    for gap in gaps {
        let gap = escape(&gap);
        let _ = writeln!(
            out,
            "    <testcase classname=\"requirements\" name=\"{gap}\"><failure message=\"{gap}\"/></testcase>"
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn inside(row: &Row) -> Option<String> {
    match (&row.standing, &row.outcome) {
        (Standing::Surprise(why), _) => Some(format!("<failure message=\"{}\"/>", escape(why))),
        (Standing::Expected(reason), _) => Some(format!("<skipped message=\"known: {}\"/>", escape(reason))),
        (_, Outcome::Failed(failure)) => {
            let text = format!("{}\n{}\n{}", row.about, row.requirements.join(", "), failure.details);
            Some(format!("<failure message=\"{}\">{}</failure>", escape(&failure.summary), escape(&text)))
        }
        (_, Outcome::Skipped(reason)) => Some(format!("<skipped message=\"{}\"/>", escape(reason))),
        (_, Outcome::OutOfScope) => Some("<skipped message=\"beyond what the implementation claims\"/>".to_owned()),
        (_, Outcome::Passed) => None,
    }
}

/// Text inside XML; what XML 1.0 cannot hold at all becomes U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push('\t'),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
