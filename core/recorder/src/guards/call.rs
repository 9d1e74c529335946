//! What a guard has to know of a call before it begins and after it has ended: read from the members that a step's records have.

use super::config::Config;
use super::money::Money;
use crate::cbor::{DecodeError, Decoder};
use tracewire_wire::event::Status;
use tracewire_wire::json;
use tracewire_wire::registry::attributes::{GEN_AI_PROVIDER_NAME, GEN_AI_REQUEST_MAX_TOKENS, GEN_AI_REQUEST_MODEL};
use tracewire_wire::registry::kinds;
use tracewire_wire::value::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

/// A text of this many bytes is taken for a token.
const BYTES_PER_TOKEN: u64 = 4;
/// What stands where a value is not all there: then nobody knows whether it is the same as another.
const HOLES: [&str; 3] = ["$cut", "$redacted", "$unserializable"];

/// Tells calls apart within a process; it never leaves it, and a program has no reason to deceive its own guards.
pub type Digest = u128;

/// What a call is recognised by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// Kind, name and arguments; `None` where these are not known.
    pub exact: Option<Digest>,
    /// The same without the arguments of models, which grow with every round.
    pub in_round: Digest,
    /// Whether the call says by its arguments that it is the same; a model's does not.
    pub tells: bool,
}

/// A call that is about to begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its kind: `llm`, `tool`, `embedding`, `rerank` or `retrieval`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The model that is asked for.
    pub model: Option<String>,
    /// Whose interface is spoken.
    pub provider: Option<String>,
    /// What its arguments are recognised by; `None` where they are not known, or not all of them.
    pub arguments: Option<Digest>,
    /// Tokens that go in.
    pub input_tokens: u64,
    /// The most tokens that come out, where the call says so.
    pub max_output_tokens: Option<u64>,
    /// The session that the call itself names.
    pub session_id: Option<String>,
}

/// What a call took that has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens in, of these from a cache, and out; `None` where nothing is known.
    pub tokens: Option<(u64, u64, u64)>,
    /// What it cost, where somebody said so in US dollars.
    pub cost: Option<Money>,
    /// What is recognised by what came out; `None` where that is not known.
    pub result: Option<Digest>,
    /// Whether it failed: then what is not known was not used.
    pub has_failed: bool,
}

/// Whether calls of this kind are checked.
pub fn is_guarded(kind: &str) -> bool {
    [kinds::LLM, kinds::TOOL, kinds::EMBEDDING, kinds::RERANK, kinds::RETRIEVAL].contains(&kind)
}

/// Whether tokens go into a call of this kind.
pub(super) fn asks_model(kind: &str) -> bool {
    [kinds::LLM, kinds::EMBEDDING, kinds::RERANK].contains(&kind)
}

/// Whether it matters what goes into calls of this kind.
pub(crate) fn wants_input(kind: &str, config: &Config) -> bool {
    Reader::new(kind, config).wants("input")
}

impl Call {
    /// Reads the members of a step's start, CBOR texts and items in turn. Of what cannot be read, what stands before it is taken.
    pub fn read(kind: &str, members: &[u8], config: &Config) -> Call {
        let mut reader = Reader::new(kind, config);
        let result = each_member(members, |name, decoder| match reader.wants(name) {
            true => decoder.value().map(|value| reader.take(name, &value)),
            false => decoder.skip(),
        });
        let mut call = reader.call();
        // A record that is not whole says nothing of what it asks for.
        if result.is_err() {
            call.arguments = None;
        }
        call
    }

    /// The same from values in wire form.
    pub fn of_members(kind: &str, members: &Map, config: &Config) -> Call {
        let mut reader = Reader::new(kind, config);
        for (name, value) in members {
            if reader.wants(name) {
                reader.take(name, value);
            }
        }
        reader.call()
    }

    /// What it is recognised by.
    pub(super) fn keys(&self) -> Keys {
        let tells = self.kind != kinds::LLM && self.arguments.is_some();
        let exact = self.arguments.map(|arguments| self.key(Some(arguments)));
        let in_round = exact.filter(|_| tells).unwrap_or_else(|| self.key(None));
        Keys { exact, in_round, tells }
    }

    fn key(&self, arguments: Option<Digest>) -> Digest {
        let mut bytes = Vec::with_capacity(self.kind.len() + self.name.len() + 40);
        for part in [self.kind.as_bytes(), self.name.as_bytes()] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        if let Some(arguments) = arguments {
            bytes.extend_from_slice(&arguments.to_le_bytes());
        }
        xxh3_128(&bytes)
    }
}

/// Reads the members of a start, one at a time.
struct Reader {
    call: Call,
    is_model: bool,
    /// Whether it matters how much goes in; which call it is.
    counts: bool,
    seeks: bool,
    bytes: u64,
    counted: Option<u64>,
}

impl Reader {
    fn new(kind: &str, config: &Config) -> Self {
        let is_model = asks_model(kind);
        let seeks = config.seeks_loops() && (kind != kinds::LLM || config.repeats.is_some());
        let call = Call { kind: kind.to_owned(), ..Call::default() };
        Reader { call, is_model, counts: is_model && config.counts_tokens(), seeks, bytes: 0, counted: None }
    }

    fn wants(&self, name: &str) -> bool {
        match name {
            "name" | "session_id" => true,
            "attributes" => self.is_model,
            "usage" | "tool_definitions" => self.counts,
            "input" => self.counts || self.seeks,
            _ => false,
        }
    }

    fn take(&mut self, name: &str, value: &Value) {
        match (name, value) {
            ("name", _) => self.call.name = text(value).unwrap_or_default(),
            ("session_id", _) => self.call.session_id = text(value),
            ("attributes", Value::Map(attributes)) => {
                self.call.model = attributes.get(GEN_AI_REQUEST_MODEL).and_then(text);
                self.call.provider = attributes.get(GEN_AI_PROVIDER_NAME).and_then(text);
                self.call.max_output_tokens = count(attributes, GEN_AI_REQUEST_MAX_TOKENS);
            }
            ("usage", Value::Map(usage)) => self.counted = count(usage, "input_tokens"),
            ("input", _) => {
                let written = json::write(value);
                self.bytes += written.len() as u64;
                self.call.arguments = (self.seeks && is_whole(value)).then(|| xxh3_128(&written));
            }
            ("tool_definitions", _) => self.bytes += json::write(value).len() as u64,
            _ => {}
        }
    }

    fn call(self) -> Call {
        let input_tokens = match self.counts {
            true => self.counted.unwrap_or_else(|| self.bytes.div_ceil(BYTES_PER_TOKEN)),
            false => 0,
        };
        Call { input_tokens, ..self.call }
    }
}

impl Spent {
    /// Reads the members of a step's end, CBOR texts and items in turn.
    pub fn read(status: &Status, members: &[u8], config: &Config) -> Spent {
        let mut spent = Spent { has_failed: *status == Status::Error, ..Spent::default() };
        _ = each_member(members, |name, decoder| match Spent::wants(name, config) {
            true => decoder.value().map(|value| spent.take(name, &value)),
            false => decoder.skip(),
        });
        spent
    }

    /// The same from values in wire form.
    pub fn of_members(status: &Status, members: &Map, config: &Config) -> Spent {
        let mut spent = Spent { has_failed: *status == Status::Error, ..Spent::default() };
        for (name, value) in members.iter().filter(|(name, _)| Spent::wants(name, config)) {
            spent.take(name, value);
        }
        spent
    }

    fn wants(name: &str, config: &Config) -> bool {
        matches!(name, "usage" | "cost") || (name == "output" && config.idle.is_some())
    }

    fn take(&mut self, name: &str, value: &Value) {
        match (name, value) {
            ("usage", Value::Map(usage)) => {
                let [input, cached, output] =
                    ["input_tokens", "cache_read_input_tokens", "output_tokens"].map(|name| count(usage, name));
                if input.is_some() || output.is_some() {
                    let [input, cached, output] = [input, cached, output].map(Option::unwrap_or_default);
                    self.tokens = Some((input, cached, output));
                }
            }
            ("cost", Value::Map(cost)) => self.cost = dollars(cost),
            ("output", _) => self.result = is_whole(value).then(|| xxh3_128(&json::write(value))),
            _ => {}
        }
    }
}

/// The session that a step names, in the members of its start.
pub(super) fn session_of(members: &[u8]) -> Option<String> {
    let mut found = None;
    _ = each_member(members, |name, decoder| {
        match name {
            "session_id" => found = text(&decoder.value()?),
            _ => decoder.skip()?,
        }
        Ok(())
    });
    found
}

fn each_member(
    members: &[u8],
    mut take: impl FnMut(&str, &mut Decoder<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut decoder = Decoder::new(members);
    while !decoder.is_finished() {
        match decoder.text()? {
            Some(name) => take(&name, &mut decoder)?,
            None => {
                decoder.skip()?;
                decoder.skip()?;
            }
        }
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    value.as_text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn count(map: &Map, name: &str) -> Option<u64> {
    map.get(name).and_then(Value::as_u64)
}

fn dollars(cost: &Map) -> Option<Money> {
    let is_dollars = cost.get("currency").is_none_or(|currency| currency.as_text() == Some("USD"));
    cost.get("total").and_then(Value::as_text).filter(|_| is_dollars).and_then(Money::reported)
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().all(is_whole),
        Value::Map(map) => map.iter().all(|(key, value)| !HOLES.contains(&key.as_str()) && is_whole(value)),
        _ => true,
    }
}
