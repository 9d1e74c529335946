//! Pages in Markdown: what a pull request is told, and which case proves which requirement.

use super::{Report, matrix};
use crate::judge::Outcome;
use crate::known::Standing;
use std::fmt::Write as _;

/// So many problems are shown in full; a comment has its limits.
const MOST_PROBLEMS: usize = 10;

/// The comment on a pull request: the matrix, then what is wrong.
pub fn page(report: &Report) -> String {
    let problems: usize = report.sdks.iter().map(|sdk| sdk.totals().problems).sum();
    let gaps = report.gaps();
    let head = match problems + gaps.len() {
        0 => "every implementation gives the same bytes".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let mut out = format!("## Conformance: {head}\n\n{}\n", matrix(report));
    let all = report.sdks.iter().flat_map(|sdk| sdk.problems().map(move |row| (sdk, row)));
    for (sdk, row) in all.take(MOST_PROBLEMS) {
        let what = match (&row.standing, &row.outcome) {
            (Standing::Surprise(why), _) => why.clone(),
            (_, Outcome::Failed(failure)) => failure.summary.clone(),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "<details><summary><b>{}</b> <code>{}</code>: {}</summary>\n",
            sdk.name,
            row.case,
            html(&what)
        );
        let _ = writeln!(out, "{}\n", html(&row.about));
        for number in &row.requirements {
            let text = report.requirements.text(number).unwrap_or_default();
            let _ = writeln!(out, "- {number}: {}", html(text));
        }
        if let Outcome::Failed(failure) = &row.outcome
            && !failure.details.is_empty()
        {
            let _ = writeln!(out, "\n<pre>{}</pre>", html(&failure.details));
        }
        out.push_str("\n</details>\n\n");
    }
    if problems > MOST_PROBLEMS {
        let _ = writeln!(out, "and {} more; the report has them all\n", problems - MOST_PROBLEMS);
    }
    for gap in gaps.iter().take(MOST_PROBLEMS) {
        let _ = writeln!(out, "- {gap}");
    }
    let requirements = &report.requirements;
    if !report.is_own {
        return out;
    }
    let _ = writeln!(
        out,
        "\n{} requirements of specification {}: {} proved by cases, {} by other tests, {} by nothing.",
        requirements.all.len(),
        report.spec,
        requirements.by_cases(),
        requirements.by_others(),
        requirements.uncovered().len()
    );
    out
}

/// Every requirement with what proves it.
pub fn requirements_page(report: &Report) -> String {
    let mut out = format!("# What proves each requirement of specification {}\n", report.spec);
    let mut page = "";
    for (number, one) in &report.requirements.all {
        if one.page != page {
            page = &one.page;
            let _ = writeln!(out, "\n## {page}\n\n| requirement | says | proved by |\n|---|---|---|");
        }
        let proof = match (&one.elsewhere, one.cases.is_empty()) {
            (Some(place), _) => place.clone(),
            (None, true) => "**nothing**".to_owned(),
            (None, false) => one.cases.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" "),
        };
        let _ = writeln!(out, "| {number} | {} | {} |", cell(&one.text), cell(&proof));
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// What others wrote stands in a page as text.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@\u{2060}")
}
