//! The badge: a picture for a README, and the answer that services which draw badges ask for.

use super::{Report, Sdk, junit::escape};
use serde_json::{Value, json};

const GREEN: &str = "#2e8555";
const ORANGE: &str = "#b9770e";
const RED: &str = "#b03a2e";

/// What the badge says of an implementation, and in which colour.
fn said(report: &Report, sdk: &Sdk) -> (String, &'static str) {
    let totals = sdk.totals();
    match report.level(sdk) {
        _ if report.is_partial => (format!("{} of {} cases", totals.passed, totals.cases), ORANGE),
        Some(level) if totals.problems == 0 => (format!("{} {}", level.title(), report.spec), GREEN),
        Some(level) => {
            (format!("{} {}, {} of {} cases", level.title(), report.spec, totals.passed, totals.cases), ORANGE)
        }
        None => (format!("{} of {} cases", totals.passed, totals.cases), RED),
    }
}

/// The answer of an endpoint as badge services read it.
pub fn endpoint(report: &Report, sdk: &Sdk) -> Value {
    let (message, color) = said(report, sdk);
    json!({ "schemaVersion": 1, "label": "tracewire", "message": message, "color": color })
}

/// The picture, which needs nothing from elsewhere.
pub fn badge(report: &Report, sdk: &Sdk) -> String {
    let (message, color) = said(report, sdk);
    let label = "tracewire";
    let [left, right] = [label, &message].map(|text| width(text) + 12);
    let all = left + right;
    let (at_label, at_message) = (left / 2, left + right / 2);
    let [label, message] = [label, &message].map(escape);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{label}: {message}">
<title>{label}: {message}</title>
<clipPath id="r"><rect width="{all}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3b4252"/><rect x="{left}" width="{right}" height="20" fill="{color}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
<text x="{at_label}" y="14">{label}</text>
<text x="{at_message}" y="14">{message}</text>
</g>
</svg>
"##
    )
}

/// Roughly how wide a text of 11 pixels is.
fn width(text: &str) -> usize {
    let tenths: usize = text
        .chars()
        .map(|character| match character {
            'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' => 32,
            'f' | 't' | 'r' | ' ' => 42,
            'm' | 'w' | 'M' | 'W' => 98,
            'A'..='Z' => 76,
            _ => 67,
        })
        .sum();
    tenths.div_ceil(10)
}
