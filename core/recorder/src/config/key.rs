//! Every setting: its name, what it may be, and what it is by default.

use crate::capture::Capture;
use crate::options::duration;
use crate::sampling::Sampling;
use crate::ship::Tail;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A folder; in a file, seen from that file's folder.
    Path,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false, or one of these words.
    Switch(&'static [&'static str]),
    /// True, false, `input`, `output`, or a table of fields, each true or false; in the environment `output=false,message=false`.
    Capture,
    /// A number from 0 to 1, or a table of `rate` and `kinds`; in the environment `0.1,http=0.01`.
    Sampling,
    /// A number of bytes, or a text such as `512 MB`.
    Bytes,
    /// A number of seconds, or a text such as `100ms`, `2s`, `10m`.
    Duration,
    /// A table of rules of tail sampling; in the environment, `key=value,key=value`.
    Tail,
    /// A list of texts; in the environment, separated by commas.
    Texts,
    /// A list of rules of redaction; in the environment, separated by commas that stand in no pattern.
    Rules,
    /// A text that nobody is shown.
    Secret,
    /// A list of names, or of tables with a member `type`.
    Exporters,
    /// A table; in the environment, `key=value,key=value`.
    Table,
    /// A table of tables; in the environment, JSON.
    Tables,
}

/// What sampling is, in messages: for what looks like one rate, and for what looks like several.
const RATE: &str = "a number from 0 to 1 is expected";
const RATES: &str = "a rate and kinds with theirs, each a number from 0 to 1, are expected";

/// What a table is in the environment.
const PAIRS: &str = "key=value, separated by commas, is expected";

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name in code and in files; `TRACEWIRE_` and its upper case in the environment.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is where nobody says anything, in words.
    pub default: &'static str,
    /// A value, for messages.
    pub example: &'static str,
    /// What it is for, in one sentence.
    pub help: &'static str,
}

const fn key(name: &'static str, kind: Kind, default: &'static str, example: &'static str, help: &'static str) -> Key {
    Key { name, kind, default, example, help }
}

/// Every setting, by name.
pub const KEYS: &[Key] = &[
    key(
        "block_bound",
        Kind::Duration,
        "100 ms",
        "\"50ms\"",
        "How long a call may wait for room where `when_full` is `block`.",
    ),
    key(
        "capture",
        Kind::Capture,
        "true",
        "{message = false}",
        "Which fields are recorded: all, neither inputs nor outputs, one of them, or a table that switches off `input`, `output`, `chunks`, `data`, `attributes` or `message`.",
    ),
    key(
        "database",
        Kind::Text,
        "the directory's own file",
        "\"postgres://tracewire@db.example.com/traces\"",
        "A PostgreSQL database where `tracewire serve` keeps what comes.",
    ),
    key("dir", Kind::Path, "the nearest .tracewire upward", "\".tracewire\"", "Where journals and the store live."),
    key("disabled", Kind::Switch(&[]), "false", "true", "Record nothing at all."),
    key("environment", Kind::Text, "none", "\"production\"", "The deployment that runs belong to."),
    key("exporters", Kind::Exporters, "none", "[\"console\"]", "Where traces go besides the local store."),
    key(
        "file_bytes",
        Kind::Bytes,
        "32 MiB",
        "\"64 MiB\"",
        "Size at which a journal file is closed and the next begun.",
    ),
    key("fsync", Kind::Switch(&[]), "false", "true", "Force each record to the disk, against loss of power."),
    key(
        "guards",
        Kind::Tables,
        "none",
        "{budget = {steps = 200}}",
        "Budgets and loops: calls that go beyond are stopped before they begin.",
    ),
    key(
        "media",
        Kind::Switch(&[]),
        "true",
        "false",
        "Whether images, sound and films are told by their bytes and carried once; else they stay the text or bytes that they are.",
    ),
    key(
        "mode",
        Kind::Word(&["local", "inline", "background"]),
        "local; inline with exporters",
        "\"background\"",
        "Who seals and delivers.",
    ),
    key(
        "prices",
        Kind::Path,
        "prices.json in the directory",
        "\"prices.json\"",
        "A file of your own prices; they win over the list that tracewire carries.",
    ),
    key("quota_bytes", Kind::Bytes, "1 GiB", "\"4 GiB\"", "Most that all journals of the directory may take."),
    key(
        "redact",
        Kind::Rules,
        "none",
        "[\"password\", \"@secrets\"]",
        "What never leaves the journal: keys, `@` and a detector, `/` and a pattern; see how to mask.",
    ),
    key(
        "redact_at",
        Kind::Word(&["seal", "record"]),
        "seal",
        "\"record\"",
        "When that is removed: when the journal is sealed, or before a record is written.",
    ),
    key("redact_key", Kind::Secret, "none", "\"a long secret\"", "The key of hashes that stand for what was removed."),
    key("release", Kind::Text, "none", "\"2026.11.1\"", "The version of the program."),
    key("resource", Kind::Table, "none", "{team = \"search\"}", "Further attributes of the program."),
    key(
        "retain_age",
        Kind::Text,
        "for ever",
        "\"30d\"",
        "How long `tracewire serve` and other commands on the recordings keep traces.",
    ),
    key("retain_size", Kind::Bytes, "any", "\"10 GB\"", "Most that they keep; the oldest traces go."),
    key(
        "sampling",
        Kind::Sampling,
        "1",
        "0.1",
        "The share of traces that is recorded; a table has a `rate`, and others by the kind of a trace's root: `{rate = 0.1, kinds = {http = 0.01}}`.",
    ),
    key("service", Kind::Text, "the script's name", "\"research-agent\"", "The name of the program."),
    key("session_id", Kind::Text, "none", "\"chat-7\"", "The conversation that runs belong to."),
    key(
        "signing_key",
        Kind::Secret,
        "none",
        "\"/etc/tracewire/signing.pem\"",
        "Who seals signs with it: the file of an Ed25519 key, or in the environment the key itself; see how to verify.",
    ),
    key("store", Kind::Switch(&[]), "true; false on telephones", "false", "Whether journals wait for the local store."),
    key("strict", Kind::Switch(&[]), "false", "true", "Raise for wrong use, in development."),
    key(
        "tail",
        Kind::Tail,
        "everything",
        "{errors = true, slower_than = \"2s\", costs_over = \"0.10\", share = 0.05}",
        "Of which traces exporters get inputs and outputs: those with errors, slow or dear ones, a share of all; of the rest the structure.",
    ),
    key(
        "when_full",
        Kind::Word(&["drop_newest", "drop_oldest", "block"]),
        "drop_newest",
        "\"drop_oldest\"",
        "What goes where the quota is reached: the new record, the oldest journals, or the new record after a wait for room.",
    ),
];

impl Key {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("TRACEWIRE_{}", self.name.to_uppercase())
    }
}

impl Kind {
    /// What a text of the environment says.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn of_text(&self, text: &str) -> Result<Value, String> {
        match self {
            Kind::Sampling => match Sampling::of_text(text) {
                Some(sampling) if sampling.kinds.is_empty() => Ok(Value::from_f64(sampling.rate)),
                Some(sampling) => Ok(Value::Map(sampling.to_map())),
                None => Err(if text.contains('=') { RATES } else { RATE }.to_owned()),
            },
            Kind::Capture if text.contains('=') => {
                let fields = text.split(',').filter(|part| !part.trim().is_empty()).map(|part| part.split_once('='));
                let fields: Option<Map> = fields
                    .map(|field| field.map(|(name, value)| (name.trim().to_owned(), word(value.trim()))))
                    .collect();
                self.of_value(Value::Map(fields.ok_or_else(|| PAIRS.to_owned())?))
            }
            Kind::Switch(_) | Kind::Capture => self.of_value(word(text)),
            Kind::Texts | Kind::Exporters => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                self.of_value(Value::List(parts.map(Value::from).collect()))
            }
            Kind::Table | Kind::Tail => {
                let parts = text.split(',').filter(|part| !part.trim().is_empty());
                let entries: Option<Map> = parts
                    .map(|part| part.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().into())))
                    .collect();
                let table = entries.map(Value::Map);
                self.of_value(table.ok_or_else(|| PAIRS.to_owned())?)
            }
            Kind::Rules => self.of_value(Value::List(rules(text).into_iter().map(Value::from).collect())),
            Kind::Tables => match json::read(text.as_bytes(), &json::ReadOptions::default()) {
                Ok(value) => self.of_value(value),
                Err(_) => Err("JSON is expected here, and in a file a table".to_owned()),
            },
            Kind::Text | Kind::Secret | Kind::Path | Kind::Word(_) | Kind::Bytes | Kind::Duration => {
                self.of_value(Value::from(text))
            }
        }
    }

    /// What a value of a file says.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn of_value(&self, value: Value) -> Result<Value, String> {
        match (self, value) {
            (Kind::Text | Kind::Secret | Kind::Path, Value::Text(text)) if !text.is_empty() => Ok(Value::Text(text)),
            (Kind::Text | Kind::Secret | Kind::Path, _) => Err("a text is expected".to_owned()),
            (Kind::Word(words), Value::Text(text)) if words.contains(&text.as_str()) => Ok(Value::Text(text)),
            (Kind::Word(words), _) => Err(format!("one of {} is expected", words.join(", "))),
            (Kind::Switch(_), Value::Bool(is_on)) => Ok(Value::Bool(is_on)),
            (Kind::Switch(words), Value::Text(text)) if words.contains(&text.as_str()) => Ok(Value::Text(text)),
            (Kind::Switch([]), _) => Err("true or false is expected".to_owned()),
            (Kind::Switch(words), _) => Err(format!("true, false or one of {} is expected", words.join(", "))),
            (Kind::Capture, value) => Capture::of_value(&value).map(|_| value),
            (Kind::Sampling, value) if Sampling::of_value(&value).is_some() => Ok(value),
            (Kind::Sampling, Value::Map(_)) => Err(RATES.to_owned()),
            (Kind::Sampling, _) => Err(RATE.to_owned()),
            (Kind::Bytes, Value::Int(bytes)) if bytes > 0 => Ok(Value::Int(bytes)),
            (Kind::Bytes, Value::Text(text)) => bytes(&text).ok_or_else(|| "a number of bytes is expected".to_owned()),
            (Kind::Bytes, _) => Err("a number of bytes is expected".to_owned()),
            (Kind::Tail, value) => match Tail::of_value(&value) {
                Ok(_) => Ok(value),
                Err(reason) => Err(reason),
            },
            (Kind::Duration, value) => match duration(&value) {
                Some(_) => Ok(value),
                None => Err("a time is expected".to_owned()),
            },
            (Kind::Texts, Value::List(items)) if items.iter().all(|item| item.as_text().is_some()) => {
                Ok(Value::List(items))
            }
            (Kind::Texts, Value::Text(text)) => Ok(Value::List(vec![Value::Text(text)])),
            (Kind::Texts, _) => Err("a list of texts is expected".to_owned()),
            (Kind::Rules, value) => {
                let value = Kind::Texts.of_value(value)?;
                let texts = value.as_list().unwrap_or_default().iter().filter_map(Value::as_text);
                match texts.map(rule_problem).find_map(Result::err) {
                    Some(problem) => Err(problem),
                    None => Ok(value),
                }
            }
            (Kind::Exporters, Value::List(items)) if items.iter().all(is_exporter) => Ok(Value::List(items)),
            (Kind::Exporters, item) if is_exporter(&item) => Ok(Value::List(vec![item])),
            (Kind::Exporters, _) => Err("a list of names, or of tables with a type, is expected".to_owned()),
            (Kind::Table | Kind::Tables, Value::Map(map)) => Ok(Value::Map(map)),
            (Kind::Table | Kind::Tables, _) => Err("a table is expected".to_owned()),
        }
    }
}

/// A word of the environment: a switch where it is one.
fn word(text: &str) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Value::Bool(true),
        "0" | "false" | "no" | "off" => Value::Bool(false),
        word => Value::from(word),
    }
}

fn is_exporter(value: &Value) -> bool {
    match value {
        Value::Text(name) => !name.is_empty(),
        Value::Map(table) => table.get("type").is_some_and(|name| name.as_text().is_some()),
        _ => false,
    }
}

/// What a text without a rule's grammar would let through.
fn rule_problem(rule: &str) -> Result<(), String> {
    #[cfg(feature = "redact")]
    tracewire_wire::redact::Rule::parse(rule).map_err(|error| error.to_string())?;
    #[cfg(not(feature = "redact"))]
    let _ = rule;
    Ok(())
}

/// Rules of a text, separated by commas that do not stand between the slashes of a pattern.
fn rules(text: &str) -> Vec<String> {
    let (mut rules, mut rule, mut is_pattern) = (Vec::new(), String::new(), false);
    for part in text.split(',') {
        if is_pattern {
            rule.push(',');
        }
        rule.push_str(if is_pattern { part } else { part.trim_start() });
        // A pattern begins with a slash, alone or behind a name or a sign, and goes on until one ends a part.
        let begins = rule.starts_with(['/', '!']) && rule.contains('/') || rule.contains(":/");
        let what = rule.rsplit_once(" -> ").map_or(rule.trim_end(), |(what, _)| what);
        let slashes =
            rule.find('/').map_or(0, |first| if what.ends_with('/') && what.len() > first + 1 { 2 } else { 1 });
        is_pattern = begins && slashes == 1;
        if !is_pattern {
            rules.push(std::mem::take(&mut rule).trim_end().to_owned());
        }
    }
    rules.push(rule);
    rules.retain(|rule| !rule.is_empty());
    rules
}

/// `1048576`, `512 MB`, `1.5 GiB`.
fn bytes(text: &str) -> Option<Value> {
    let text = text.trim();
    let end = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1_048_576.0,
        "g" | "gib" => 1_073_741_824.0,
        _ => return None,
    };
    match Value::from_f64((number.parse::<f64>().ok()? * factor).round()) {
        Value::Int(bytes) if bytes > 0 => Some(Value::Int(bytes)),
        _ => None,
    }
}

/// Whether a text is a private key rather than the name of its file: PEM, or 32 bytes in hex or base64.
pub(super) fn is_key_itself(text: &str) -> bool {
    let text = text.trim();
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = text.len() == 44 && text.ends_with('=') && !text.starts_with(['/', '.']);
    text.starts_with("-----BEGIN") || is_hex || is_base64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_separated_by_commas_that_stand_in_no_pattern() {
        for (text, expected) in [
            ("password,@email", &["password", "@email"][..]),
            (" a , b ,, ", &["a", "b"]),
            ("/a{1,2}/,b", &["/a{1,2}/", "b"]),
            ("id:/x{1,2},y/ -> hash, !/a,b/, c", &["id:/x{1,2},y/ -> hash", "!/a,b/", "c"]),
            ("a/b,c", &["a/b", "c"]),
            ("/never closed,b", &["/never closed,b"]),
        ] {
            assert_eq!(rules(text), expected, "{text}");
        }
    }
}
