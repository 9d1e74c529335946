//! What calls of models cost.
//!
//! **The way of the data.** A [`Call`] names a model, maybe its provider, and what it used → the user's own prices are asked,
//! then the list that is carried along → the prices of that moment, of that sort of call → counts times prices, exact.
//!
//! The list is that of [genai-prices](https://github.com/pydantic/genai-prices) (MIT), as it stands in `data/`: names and their
//! patterns, dated prices, hours of the day, tiers, variants. A cost that cannot be known is absent, with the reason, and never zero.
//!
//! ```
//! use tracewire_insight::call::{Call, Usage};
//! use tracewire_insight::prices::Prices;
//! use tracewire_wire::time::Timestamp;
//!
//! let usage = Usage { input: Some(1_000), cache_read: Some(800), output: Some(100), ..Usage::default() };
//! let call = Call { provider: Some("openai"), model: Some("gpt-4.1"), usage, ..Call::default() };
//! let priced = Prices::bundled().cost(&call, Timestamp(1_795_235_400_000_000_000))?;
//! // 200 at $2, 800 at $0.50 and 100 at $8 for a million each.
//! assert_eq!(priced.total.to_string(), "0.0016");
//! # Ok::<(), tracewire_insight::NoCost>(())
//! ```

mod clause;
mod count;
mod find;
mod lately;
mod list;
mod names;
mod overlay;
mod read;
mod tree;
mod units;

pub use list::Rate;
pub use tree::price;

use std::sync::{Arc, LazyLock};

use thiserror::Error;
use tracewire_wire::id::Hash;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use crate::call::{Call, Unit};
use crate::cost::{NoCost, Priced};
use crate::decimal::Decimal;
use crate::document::{count, object, or_null};
use list::{List, Model, Provider, When};
use overlay::Entry;

/// The list that is carried along, as `build.rs` packs it.
const BUNDLED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/genai-prices.deflate"));

/// Classes of service that cost what the list says.
const ORDINARY: [&str; 6] = ["default", "standard", "auto", "on_demand", "standard_only", "none"];

/// Why a file of prices cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}{why} ({code})", if place.is_empty() { String::new() } else { format!("{place}: ") })]
pub struct PriceError {
    code: &'static str,
    place: String,
    why: String,
}

impl PriceError {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("prices_amount", "a price is no decimal text, or is below zero"),
        ("prices_date", "a day or a time of day is expected"),
        ("prices_form", "a value has another form than is expected there"),
        ("prices_json", "the file is not JSON"),
        ("prices_missing", "something that must be there is not"),
        ("prices_twice", "two entries are for the same calls"),
        ("prices_unknown", "a name is none of those that there are"),
    ];

    /// A stable name for programs, one of [`PriceError::CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Where in the file, such as `models[0].per_million.input`; empty for the whole.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// The list that is carried along, read when something is first priced: most programs that could, do not.
static LIST: LazyLock<List> = LazyLock::new(|| read::list(&bundled()).unwrap_or_default());
static VERSION: LazyLock<String> = LazyLock::new(|| format!("{} {}", LIST.source, LIST.version));

fn bundled() -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(BUNDLED).unwrap_or_default()
}

/// Prices of calls: the list, and what the user says over it. Cheap to make and to clone.
#[derive(Clone, Debug)]
pub struct Prices {
    local: Option<Arc<Local>>,
}

/// What the user says.
#[derive(Debug)]
struct Local {
    entries: Vec<Entry>,
    version: String,
}

/// A model that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Whose it is, by the price list's name.
    pub provider: &'a str,
    /// The model, by the price list's name.
    pub model: &'a str,
    /// Whether the user's file says so.
    pub is_local: bool,
}

/// A row of the price list.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// Whose it is; `None` where the user's file says a price for all.
    pub provider: Option<&'a str>,
    /// What people call the provider.
    pub provider_name: Option<&'a str>,
    /// The model; a pattern, where the user's file has one.
    pub model: &'a str,
    /// What people call it.
    pub name: Option<&'a str>,
    /// Whether it is of the user's file.
    pub is_local: bool,
    /// Currency, ISO 4217.
    pub currency: &'a str,
    /// Only for this class of service.
    pub service_tier: Option<&'a str>,
    /// Prices by unit.
    pub rates: Vec<(Unit, &'a Rate)>,
}

impl Listed<'_> {
    /// The price of a unit.
    #[must_use]
    pub fn rate(&self, unit: Unit) -> Option<&Rate> {
        self.rates.iter().find(|(known, _)| *known == unit).map(|(_, rate)| *rate)
    }

    /// As a document for programs.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let model = self;
        let rate = |rate: &Rate| {
            let tiers = rate
                .tiers
                .iter()
                .map(|(limit, price)| object([("above", count(*limit)), ("price", price.to_string().into())]));
            let mut map = Map::new();
            map.insert("price".to_owned(), rate.base.to_string().into());
            if !rate.tiers.is_empty() {
                map.insert("tiers".to_owned(), Value::List(tiers.collect()));
            }
            Value::Map(map)
        };
        let prices = model.rates.iter().map(|(unit, one)| (unit.name().to_owned(), rate(one)));
        object([
            ("currency", model.currency.into()),
            ("local", model.is_local.into()),
            ("model", model.model.into()),
            ("name", or_null(model.name)),
            ("prices", Value::Map(prices.collect())),
            ("provider", or_null(model.provider)),
            ("service_tier", or_null(model.service_tier)),
        ])
    }
}

impl Prices {
    /// The list that is carried along.
    #[must_use]
    pub fn bundled() -> &'static Prices {
        const BUNDLED: &Prices = &Prices { local: None };
        BUNDLED
    }

    /// These prices, and over them what a user's file says; it replaces the file of an earlier call.
    ///
    /// # Errors
    /// Where the file is not what it should be: the code, the place and the reason. Nothing of it is used then.
    pub fn with_overlay(&self, json: &[u8]) -> Result<Prices, PriceError> {
        let mut local = overlay::read(json)?;
        for entry in &mut local {
            entry.provider = entry.provider.take().map(|name| self.provider_id(&name));
        }
        let digest: String =
            Hash::of(json).to_string().rsplit(':').next().unwrap_or_default().chars().take(8).collect();
        let version = format!("{} + local {digest}", *VERSION);
        Ok(Self { local: Some(Arc::new(Local { entries: local, version })) })
    }

    /// What the prices are from: `genai-prices 0.2.3`, `genai-prices 0.2.3 + local 1a2b3c4d`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.local.as_ref().map_or(&**VERSION, |local| &local.version)
    }

    /// The user's own entries.
    fn own(&self) -> &[Entry] {
        self.local.as_ref().map_or(&[], |local| &local.entries)
    }

    /// The model that a name means.
    #[must_use]
    pub fn find(&self, provider: Option<&str>, model: &str) -> Option<Found<'_>> {
        let call = Call { provider, model: Some(model), ..Call::default() };
        // Whenever its price began.
        if let Some(entry) = self.local(&call, model, Timestamp(i64::MAX)) {
            let provider = entry.provider.as_deref().unwrap_or_default();
            return Some(Found { provider, model: &entry.model, is_local: true });
        }
        let (provider, model) = self.listed(&call, model)?;
        Some(Found { provider: &provider.id, model: &model.id, is_local: false })
    }

    /// What a call costs that began at this moment.
    ///
    /// # Errors
    /// Why nothing can be said.
    pub fn cost(&self, call: &Call<'_>, at: Timestamp) -> Result<Priced, NoCost> {
        if call.usage.is_empty() {
            return Err(NoCost::NoUsage);
        }
        let model = call.model.ok_or(NoCost::NoModel)?;
        for name in [Some(model), call.requested_model].into_iter().flatten() {
            if let Some(entry) = self.local(call, name, at) {
                return self.priced_by(entry, call);
            }
            if let Some((provider, model)) = self.listed(call, name) {
                return self.priced(provider, model, call, at);
            }
        }
        Err(NoCost::UnknownModel { provider: call.provider.map(str::to_owned), model: model.to_owned() })
    }

    /// The prices of a model for a million tokens, in and out and in from a cache, for an ordinary call of ordinary length; in US dollars.
    #[must_use]
    pub fn per_million(&self, provider: Option<&str>, model: &str, at: Timestamp) -> Option<[Option<&Decimal>; 3]> {
        let call = Call { provider, model: Some(model), ..Call::default() };
        let pairs = match self.local(&call, model, at) {
            Some(entry) if entry.currency != "USD" => return None,
            Some(entry) => entry.rates.pairs(),
            None => self.listed(&call, model)?.1.dated_at(at)?.rates.pairs(),
        };
        let price = |unit| pairs.iter().find(|(known, _)| *known == unit).map(|(_, rate)| &rate.base);
        Some([Unit::Input, Unit::Output, Unit::CacheRead].map(price))
    }

    /// All models with their prices at a moment, the user's own first.
    pub fn models(&self, at: Timestamp) -> impl Iterator<Item = Listed<'_>> {
        let local = self.own().iter().map(|entry| Listed {
            provider: entry.provider.as_deref(),
            provider_name: None,
            model: &entry.model,
            name: None,
            is_local: true,
            currency: &entry.currency,
            service_tier: entry.service_tier.as_deref(),
            rates: entry.rates.pairs(),
        });
        let listed = LIST.providers.iter().flat_map(move |provider| {
            provider.models.iter().map(move |model| Listed {
                provider: Some(&provider.id),
                provider_name: Some(&provider.name),
                model: &model.id,
                name: model.name.as_deref(),
                is_local: false,
                currency: "USD",
                service_tier: None,
                rates: model.dated_at(at).map(|dated| dated.rates.pairs()).unwrap_or_default(),
            })
        });
        local.chain(listed)
    }

    fn provider_id(&self, name: &str) -> String {
        let name = name.trim().to_lowercase();
        LIST.provider(&name).map_or(name, |provider| provider.id.clone())
    }

    fn listed(&self, call: &Call<'_>, model: &str) -> Option<(&Provider, &Model)> {
        let provider = call.provider.map(|name| name.trim().to_lowercase());
        let asked = (provider, call.address.map(str::to_owned), model.trim().to_lowercase());
        lately::found(asked, |(provider, address, model)| LIST.find(provider.as_deref(), address.as_deref(), model))
    }

    /// The entry of the user's file that fits best: one for this class of service, then the latest.
    fn local(&self, call: &Call<'_>, model: &str, at: Timestamp) -> Option<&Entry> {
        if self.own().is_empty() {
            return None;
        }
        let provider = call.provider.map(|name| self.provider_id(name));
        let tier = call.service_tier.map(str::to_lowercase);
        let model = model.trim().to_lowercase();
        let fits = |entry: &&Entry| {
            (entry.provider.is_none() || entry.provider == provider)
                && (entry.service_tier.is_none() || entry.service_tier == tier)
                && entry.from.is_none_or(|from| from <= at)
                && entry.names.is_match(&model)
        };
        // Of equals the one that stands first, which `max_by_key` would pass over.
        let fitting = self.own().iter().filter(fits).rev();
        fitting.max_by_key(|entry| (entry.service_tier.is_some(), entry.from))
    }

    fn priced_by(&self, entry: &Entry, call: &Call<'_>) -> Result<Priced, NoCost> {
        let rates = entry.rates.pairs();
        let provider = entry.provider.clone().or_else(|| call.provider.map(str::to_owned));
        let conditions = entry.service_tier.iter().map(|tier| format!("service_tier={tier}"));
        let conditions: Vec<String> = conditions.chain(entry.from.map(|from| When::From(from).words())).collect();
        let counted = count::count(&call.usage, &rates)?;
        let priced = self.total(counted, provider.unwrap_or_default(), &entry.model, &conditions);
        Ok(Priced { currency: entry.currency.clone(), is_local: true, ..priced })
    }

    fn priced(&self, provider: &Provider, model: &Model, call: &Call<'_>, at: Timestamp) -> Result<Priced, NoCost> {
        let dated = model.dated_at(at);
        let mut rates = dated.map(|dated| dated.rates.pairs()).unwrap_or_default();
        let mut conditions: Vec<String> =
            dated.filter(|dated| dated.when != When::Always).map(|dated| dated.when.words()).into_iter().collect();
        let facts = facts(call);
        let is_fact = |fact: &(String, String)| facts.iter().flatten().any(|known| known == fact);
        // Prices for a sort of call are those of who sells it, not of whose model it is.
        let own = provider.models.iter().any(|own| std::ptr::eq(own, model));
        let mut replaced = Vec::new();
        let mut explained = Vec::new();
        for variant in model.variants.iter().filter(|variant| own && variant.when.is_active(at)) {
            if !variant.facts.iter().all(is_fact) {
                continue;
            }
            explained.extend(variant.facts.iter());
            for (unit, rate) in variant.rates.0.iter() {
                if replaced.contains(unit) {
                    continue;
                }
                replaced.push(*unit);
                match rates.iter_mut().find(|(known, _)| known == unit) {
                    Some((_, known)) => *known = rate,
                    None => rates.push((*unit, rate)),
                }
            }
            conditions.extend(variant.facts.iter().map(|(name, value)| format!("{name}={value}")));
        }
        // Another class of service has another price; where the list has none, an ordinary price would be a guess.
        if let Some(strange) = facts.iter().find(|names| !names.iter().any(|fact| explained.contains(&fact))) {
            let what = strange.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
            return Err(NoCost::NoPrice { what: what.collect::<Vec<_>>().join(" or ") });
        }
        // The list has no prices for what costs nothing, nor for what nobody knows; names tell them apart.
        if rates.is_empty() && model.id.ends_with(":free") {
            conditions.push("free".to_owned());
            return Ok(self.total(count::Counted::default(), provider.id.clone(), &model.id, &conditions));
        }
        let counted = count::count(&call.usage, &rates)?;
        Ok(self.total(counted, provider.id.clone(), &model.id, &conditions))
    }

    fn total(&self, counted: count::Counted, provider: String, model: &str, conditions: &[String]) -> Priced {
        Priced {
            total: counted.total,
            input: counted.input,
            output: counted.output,
            currency: "USD".to_owned(),
            version: self.version().to_owned(),
            provider,
            model: model.to_owned(),
            lines: counted.lines,
            unpriced: counted.unpriced,
            condition: (!conditions.is_empty()).then(|| conditions.join(", ")),
            is_local: false,
        }
    }
}

/// What makes a call another than an ordinary one: each fact by all names that the price list may have for it.
fn facts(call: &Call<'_>) -> Vec<Vec<(String, String)>> {
    let other = |word: Option<&str>| {
        word.map(str::to_lowercase).filter(|word| !word.is_empty() && !ORDINARY.contains(&word.as_str()))
    };
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let tier = other(call.service_tier).map(|tier| match tier.as_str() {
        "batch" => vec![named("processing", "batch"), named("service_tier", "batch")],
        tier => vec![named("service_tier", tier)],
    });
    let speed = other(call.speed).map(|speed| vec![named("speed", &speed)]);
    tier.into_iter().chain(speed).collect()
}

#[cfg(test)]
mod tests;
