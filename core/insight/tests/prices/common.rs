//! Calls written as lines.

use tracewire_insight::call::{Call, Unit, Usage};
use tracewire_insight::prices::Prices;
use tracewire_insight::{NoCost, Priced};
use tracewire_wire::time::Timestamp;

/// `2026-11-22`, `2026-11-22T14:30:00`, with or without a fraction.
pub fn moment(text: &str) -> Timestamp {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00") };
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{seconds}.{fraction:0<9}Z").parse().unwrap()
}

/// `input=5,output=2`: units without `_tokens`.
pub fn usage(text: &str) -> Usage {
    let mut usage = Usage::default();
    for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
        let (name, count) = part.split_once('=').unwrap();
        let is_meant = |unit: &&Unit| unit.name().trim_end_matches("_tokens") == name;
        let unit = Unit::ALL.iter().find(is_meant).unwrap_or_else(|| panic!("no unit {name}"));
        usage.set(*unit, Some(count.parse().unwrap()));
    }
    usage
}

/// A call: provider (`-` for none), model, counts.
pub fn call<'a>(provider: &'a str, model: &'a str, counts: &str) -> Call<'a> {
    let provider = Some(provider).filter(|provider| *provider != "-");
    Call { provider, model: Some(model), usage: usage(counts), ..Call::default() }
}

/// The same with facts such as `service_tier=flex`.
pub fn call_with<'a>(provider: &'a str, model: &'a str, facts: &'a str, counts: &str) -> Call<'a> {
    let mut call = call(provider, model, counts);
    for fact in facts.split(',').filter(|fact| !fact.is_empty()) {
        match fact.split_once('=').unwrap() {
            ("service_tier" | "processing", tier) => call.service_tier = Some(tier),
            ("speed", speed) => call.speed = Some(speed),
            _ => panic!("{fact} is no fact of a call"),
        }
    }
    call
}

/// What came out, in one line.
pub fn said(result: &Result<Priced, NoCost>) -> String {
    match result {
        Ok(priced) => priced.total.to_string(),
        Err(why) => format!("{}: {why}", why.code()),
    }
}

pub fn bundled() -> &'static Prices {
    Prices::bundled()
}
