//! Usage and cost of one step (TW-EVT-011).

use super::finding::{Found, Path, shown};
use super::rules::{CACHED, COST_FORM, COST_INCOMPLETE, COST_ZERO, REASONING};
use crate::value::{Map, Value};

pub(super) fn usage(usage: &Map, path: &Path<'_>, found: &mut Found) {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let cached = [count("cache_read_input_tokens"), count("cache_write_input_tokens")];
    let cached: u64 = cached.into_iter().flatten().fold(0, u64::saturating_add);
    if let Some(input) = count("input_tokens")
        && cached > input
    {
        let message = format!("{cached} tokens were read from or written to a cache, of {input} read in all");
        found.add(&CACHED, path, message, "count cached and written tokens in `input_tokens` too");
    }
    if let (Some(output), Some(reasoning)) = (count("output_tokens"), count("reasoning_output_tokens"))
        && reasoning > output
    {
        let message = format!("{reasoning} tokens are reasoning, of {output} made in all");
        found.add(&REASONING, path, message, "count reasoning in `output_tokens` too");
    }
}

/// `used` says whether the same event counts any tokens.
pub(super) fn cost(cost: &Map, used: bool, path: &Path<'_>, found: &mut Found) {
    let has_amount = ["total", "input", "output"].iter().any(|name| cost.contains_key(name));
    if has_amount {
        for (name, what) in [
            ("currency", "its currency"),
            ("price_source", "where the price comes from"),
            ("price_version", "the version of the price list"),
        ] {
            // What a provider or a user says is no price list's, and has no version.
            let source = cost.get("price_source").and_then(Value::as_text);
            let has_no_version = name == "price_version" && matches!(source, Some("provider" | "user"));
            if !cost.contains_key(name) && !has_no_version {
                let message = format!("a cost says {what}, in `{name}`");
                found.add(&COST_INCOMPLETE, path, message, format!("write `{name}`, or leave the cost out"));
            }
        }
    }
    for (name, value) in cost {
        let Value::Text(text) = value else { continue };
        match name.as_str() {
            "currency" if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                let message = format!("{} is no currency of ISO 4217", shown(text));
                found.add(&COST_FORM, &path.key(name), message, "write three capital letters, such as `USD`");
            }
            "currency" | "price_source" | "price_version" => {}
            "total" | "input" | "output" if !is_decimal(text) => {
                let message = format!("{} is no decimal number", shown(text));
                found.add(&COST_FORM, &path.key(name), message, "write digits and a point, such as `0.0042`");
            }
            "total" if used && is_zero(text) => {
                found.add(&COST_ZERO, &path.key(name), "a cost that is not known is left out", "leave the cost out");
            }
            _ => {}
        }
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(fraction)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}
