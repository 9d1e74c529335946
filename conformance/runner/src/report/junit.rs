//! The report as JUnit's XML, which every CI system shows.

use crate::judge::Outcome;
use crate::known::Standing;
use crate::suite::Results;
use std::fmt::Write as _;

/// One suite an SDK, one case a case.
pub fn junit(all: &[(String, Results)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (name, results) in all {
        let totals = results.totals();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
            escape(name),
            results.rows.len(),
            totals.problems,
            totals.skipped + totals.out_of_scope
        );
        for row in &results.rows {
            let (area, case) = row.case.split_once('/').unwrap_or(("", &row.case));
            let _ = write!(
                out,
                "    <testcase classname=\"{}.{}\" name=\"{}\" time=\"{:.6}\"",
                escape(name),
                escape(area),
                escape(case),
                row.time.as_secs_f64()
            );
            let inside = match (&row.standing, &row.outcome) {
                (Standing::Surprise(why), _) => format!("<failure message=\"{}\"/>", escape(why)),
                (Standing::Expected(reason), _) => format!("<skipped message=\"known: {}\"/>", escape(reason)),
                (_, Outcome::Failed(failure)) => {
                    format!("<failure message=\"{}\">{}</failure>", escape(&failure.summary), escape(&failure.details))
                }
                (_, Outcome::Skipped(reason)) => format!("<skipped message=\"{}\"/>", escape(reason)),
                (_, Outcome::OutOfScope) => "<skipped message=\"beyond what the implementation claims\"/>".to_owned(),
                (_, Outcome::Passed) => String::new(),
            };
            let _ = if inside.is_empty() { writeln!(out, "/>") } else { writeln!(out, ">{inside}</testcase>") };
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text inside XML; what XML 1.0 cannot hold at all becomes U+FFFD.
fn escape(text: &str) -> String {
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
