//! Envelopes and journals by their bytes.

use crate::options::{members, texts};
use crate::refusal::{Refusal, text};
use tracewire_recorder::testing;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::erase::{Removal, Selection};
#[cfg(feature = "sign")]
use tracewire_wire::json::{self, ReadOptions};
#[cfg(feature = "sign")]
use tracewire_wire::sign::{self, Keys, PublicKey};
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify;

/// What envelopes prove, and signed heads among them, as JSON in the form of the command `tracewire verify`. `keys` is a JSON
/// list of the public keys that are trusted, or empty where nobody gave any.
///
/// # Errors
/// For the first that is neither envelope nor statement, and `key` for what is no key.
pub fn verify<'a>(envelopes: impl IntoIterator<Item = &'a [u8]>, keys: &str) -> Result<String, Refusal> {
    let report = if keys.is_empty() { verify::verify(envelopes)? } else { signed(envelopes, keys)? };
    Ok(text(&report.to_value()))
}

#[cfg(feature = "sign")]
fn signed<'a>(envelopes: impl IntoIterator<Item = &'a [u8]>, keys: &str) -> Result<verify::Report, Refusal> {
    let given = json::read(keys.as_bytes(), &ReadOptions::default())?;
    let given = texts(&given).ok_or_else(|| Refusal::new("key", "a list of public keys is expected"))?;
    let keys = given.iter().map(|key| key.parse::<PublicKey>()).collect::<Result<Keys, _>>()?;
    Ok(sign::verify(envelopes, &keys)?)
}

#[cfg(not(feature = "sign"))]
fn signed<'a>(_: impl IntoIterator<Item = &'a [u8]>, _: &str) -> Result<verify::Report, Refusal> {
    Err(Refusal::new(
        "unavailable",
        "this library has no room for signatures: `tracewire verify --key` checks them, and in JavaScript the module of tracewire/tools",
    ))
}

/// The envelope without what `selection` names: `contents` (hashes), `bodies`, `events` (numbers), `erases`.
///
/// # Errors
/// For what is no envelope, and `selection` for what names nothing.
pub fn remove(envelope: &[u8], selection: &str) -> Result<Vec<u8>, Refusal> {
    let given = members(selection)?;
    let removal = match given.get("erases") {
        Some(Value::Bool(true)) => Removal::Erase,
        _ => Removal::Withhold,
    };
    let contents = given.get("contents").and_then(texts).unwrap_or_default();
    let selection = Selection {
        contents: contents.iter().map(|hash| hash.parse()).collect::<Result<_, _>>()?,
        bodies: numbers(&given, "bodies")?,
        events: numbers(&given, "events")?,
    };
    let mut read = Envelope::read(envelope).map_err(|error| Refusal::in_text(error, envelope))?;
    selection.remove(&mut read, removal);
    Ok(read.write())
}

fn numbers(given: &Map, name: &str) -> Result<Vec<u64>, Refusal> {
    let numbers = given.get(name).and_then(Value::as_list).unwrap_or_default();
    let numbers = numbers.iter().map(Value::as_u64).collect::<Option<_>>();
    numbers.ok_or_else(|| Refusal::new("selection", format!("{name}: numbers of events are expected")))
}

/// Envelopes of a journal, in order, how many events stand behind the last boundary, and where each envelope ends.
pub struct Sealed {
    /// Canonical JSON.
    pub envelopes: Vec<Vec<u8>>,
    /// Events behind the last boundary.
    pub pending: f64,
    /// Offsets in the journal.
    pub ends: Vec<f64>,
}

impl Sealed {
    /// Those that end behind `from`.
    pub fn behind(sealed: testing::SealedJournal, from: f64) -> Self {
        let kept = sealed.envelopes.into_iter().zip(sealed.ends).filter(|(_, end)| *end as f64 > from);
        let (envelopes, ends) = kept.map(|(envelope, end)| (envelope, end as f64)).unzip();
        Sealed { envelopes, pending: sealed.pending as f64, ends }
    }
}

/// The envelopes of a journal that end behind the offset `from`.
///
/// # Errors
/// For what is no journal.
pub fn seal_journal(journal: &[u8], from: f64) -> Result<Sealed, Refusal> {
    Ok(Sealed::behind(testing::seal_bytes(journal)?, from))
}
