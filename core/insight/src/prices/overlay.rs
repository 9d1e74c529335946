//! The user's own prices: a file that wins over the list that is carried along.
//!
//! ```json
//! {"models": [{
//!     "provider": "openai", "model": "ft:gpt-4.1:acme:*", "from": "2026-01-01",
//!     "per_million": {"input": "3", "cache_read": "0.75", "output": "12"},
//!     "per_thousand": {"web_searches": "10"},
//!     "tiers": [{"above": 200000, "per_million": {"input": "6", "output": "24"}}]
//! }]}
//! ```

use tracewire_wire::time::Timestamp;

use super::PriceError;
use super::clause::Clause;
use super::list::{Rate, Rates};
use super::read::{self, day, items, limit, map, maybe, member, price, text, wrong};
use crate::call::Unit;
use crate::decimal::Decimal;
use tracewire_wire::value::Value;

/// What is priced by the million, by the names of the file.
pub(super) const PER_MILLION: [(&str, Unit); 17] = [
    ("input", Unit::Input),
    ("output", Unit::Output),
    ("cache_read", Unit::CacheRead),
    ("cache_write", Unit::CacheWrite),
    ("cache_write_5m", Unit::CacheWrite5m),
    ("cache_write_1h", Unit::CacheWrite1h),
    ("reasoning", Unit::Reasoning),
    ("citation", Unit::Citation),
    ("audio_input", Unit::InputAudio),
    ("audio_output", Unit::OutputAudio),
    ("audio_cache_read", Unit::CacheReadAudio),
    ("image_input", Unit::InputImage),
    ("image_output", Unit::OutputImage),
    ("image_cache_read", Unit::CacheReadImage),
    ("video_input", Unit::InputVideo),
    ("video_output", Unit::OutputVideo),
    ("characters", Unit::InputCharacters),
];

/// What is priced by the thousand.
pub(super) const PER_THOUSAND: [(&str, Unit); 6] = [
    ("requests", Unit::Requests),
    ("web_searches", Unit::WebSearches),
    ("storage_searches", Unit::StorageSearches),
    ("pages", Unit::DocumentPages),
    ("annotated_pages", Unit::AnnotatedDocumentPages),
    ("messages", Unit::InputMessages),
];

/// What is priced by the hour.
pub(super) const PER_HOUR: [(&str, Unit); 1] = [("audio", Unit::AudioSeconds)];

/// What the file may say.
pub(super) const MEMBERS: [&str; 3] = ["$schema", "currency", "models"];

/// What it may say of a model.
pub(super) const MODEL_MEMBERS: [&str; 9] =
    ["provider", "model", "from", "service_tier", "currency", "per_million", "per_thousand", "per_hour", "tiers"];

/// Prices of one sort of models, from one day on.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub provider: Option<String>,
    pub model: String,
    pub names: Clause,
    pub from: Option<Timestamp>,
    pub service_tier: Option<String>,
    pub currency: String,
    pub rates: Rates,
}

/// Reads the user's file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, PriceError> {
    let value = read::value(bytes)?;
    let here = &value;
    only(here, &MEMBERS)?;
    let currency = maybe(here, "currency", currency)?.unwrap_or_else(|| "USD".to_owned());
    let entries = member(here, "models", |here| items(here, |here| entry(here, &currency)))?;
    for (at, one) in entries.iter().enumerate() {
        let same = |other: &&Entry| one.key() == other.key();
        if let Some(first) = entries.iter().take(at).position(|other| same(&other)) {
            let why = format!("says the same as models[{first}]: provider, model, service tier and day");
            return Err(PriceError { place: format!("models[{at}]"), ..wrong("prices_twice", why) });
        }
    }
    Ok(entries)
}

impl Entry {
    fn key(&self) -> (Option<&str>, String, Option<Timestamp>, Option<&str>) {
        (self.provider.as_deref(), self.model.to_lowercase(), self.from, self.service_tier.as_deref())
    }
}

fn currency(here: &Value) -> Result<String, PriceError> {
    let text = text(here)?;
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { Ok(text.to_owned()) } else { Err(wrong("prices_form", "a currency is expected, such as USD")) }
}

fn entry(here: &Value, currency_of_all: &str) -> Result<Entry, PriceError> {
    only(here, &MODEL_MEMBERS)?;
    let filled = |here: &Value| match text(here)?.trim() {
        "" => Err(wrong("prices_form", "an empty text")),
        text => Ok(text.to_owned()),
    };
    let model = member(here, "model", filled)?;
    let mut rates = Vec::new();
    for (name, units) in [("per_million", &PER_MILLION[..]), ("per_thousand", &PER_THOUSAND), ("per_hour", &PER_HOUR)] {
        let prices = maybe(here, name, |here| prices(here, units))?.unwrap_or_default();
        rates.extend(prices.into_iter().map(|(unit, base)| (unit, Rate { base, tiers: Vec::new() })));
    }
    if rates.is_empty() {
        return Err(wrong("prices_missing", "a price is missing: `per_million`, `per_thousand` or `per_hour`"));
    }
    for (whole, part) in [
        (Unit::Input, Unit::CacheRead),
        (Unit::Input, Unit::CacheWrite),
        (Unit::CacheWrite, Unit::CacheWrite1h),
        (Unit::CacheWrite, Unit::CacheWrite5m),
        (Unit::Output, Unit::Reasoning),
        (Unit::Output, Unit::Citation),
        (Unit::Input, Unit::InputAudio),
        (Unit::Input, Unit::InputImage),
        (Unit::Input, Unit::InputVideo),
        (Unit::Output, Unit::OutputAudio),
        (Unit::Output, Unit::OutputImage),
        (Unit::Output, Unit::OutputVideo),
        (Unit::InputAudio, Unit::CacheReadAudio),
        (Unit::InputImage, Unit::CacheReadImage),
        (Unit::DocumentPages, Unit::AnnotatedDocumentPages),
    ] {
        let has = |unit| rates.iter().any(|(known, _)| *known == unit);
        if has(part) && !has(whole) {
            let why = format!("a price for {} needs one for {}", part.name(), whole.name());
            return Err(wrong("prices_missing", why));
        }
    }
    maybe(here, "tiers", |here| tiers(here, &mut rates))?;
    Ok(Entry {
        provider: maybe(here, "provider", filled)?.map(|name| name.to_lowercase()),
        names: Clause::wildcard(&model),
        model,
        from: maybe(here, "from", day)?,
        service_tier: maybe(here, "service_tier", filled)?.map(|tier| tier.to_lowercase()),
        currency: maybe(here, "currency", currency)?.unwrap_or_else(|| currency_of_all.to_owned()),
        rates: Rates(rates),
    })
}

fn tiers(here: &Value, rates: &mut [(Unit, Rate)]) -> Result<(), PriceError> {
    let all = items(here, |here| {
        only(here, &["above", "per_million"])?;
        let above = member(here, "above", limit)?;
        Ok((above, member(here, "per_million", |here| prices(here, &PER_MILLION))?))
    })?;
    let mut last = None;
    for (above, prices) in all {
        if last.is_some_and(|last| above <= last) {
            return Err(wrong("prices_form", "`above` must rise from tier to tier"));
        }
        last = Some(above);
        for (unit, price) in prices {
            let Some((_, rate)) = rates.iter_mut().find(|(known, _)| *known == unit) else {
                let why = format!("{} has a price in a tier and none outside", unit.name());
                return Err(wrong("prices_missing", why));
            };
            rate.tiers.push((above, price));
        }
    }
    Ok(())
}

fn prices(here: &Value, units: &[(&str, Unit)]) -> Result<Vec<(Unit, Decimal)>, PriceError> {
    let price = |name: &String| {
        let Some((_, unit)) = units.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = units.iter().map(|(known, _)| *known).collect();
            return Err(wrong("prices_unknown", format!("`{name}` is none of {}", known.join(", "))));
        };
        Ok((*unit, member(here, name, price)?))
    };
    map(here)?.iter().map(|(name, _)| price(name)).collect()
}

/// Nothing that nobody reads: a slip of the pen would be a wrong price.
fn only(here: &Value, known: &[&str]) -> Result<(), PriceError> {
    match map(here)?.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(wrong("prices_unknown", format!("`{name}` is none of {}", known.join(", ")))),
        None => Ok(()),
    }
}
