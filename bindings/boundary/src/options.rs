//! Options, given as a JSON object. What is unknown is the package's business; what cannot be used is refused by its name.

use crate::Refusal;
#[cfg(not(target_arch = "wasm32"))]
use std::path::PathBuf;
use std::sync::Arc;
#[cfg(feature = "redact")]
use tracewire_recorder::RedactAt;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Limits, Mode, Options, Sampling, WhenFull};
#[cfg(not(target_arch = "wasm32"))]
use tracewire_recorder::{duration, ship::Tail};
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

const SAMPLING: &str = "a number from 0 to 1, or a map of rate and kinds";

/// The members of a JSON object; an empty text has none.
///
/// # Errors
/// Codes of JSON, and `option` for what is no object.
pub fn members(given: &str) -> Result<Map, Refusal> {
    match given.is_empty() {
        true => Ok(Map::new()),
        false => match json::read(given.as_bytes(), &json::ReadOptions::default())? {
            Value::Map(map) => Ok(map),
            _ => Err(Refusal::new("option", "options are a JSON object")),
        },
    }
}

/// Options of a recorder, and the seed of its ids where it has no other source.
///
/// # Errors
/// `option`, with the name of the one that cannot be used.
pub fn recorder(given: &str) -> Result<(Options, u64), Refusal> {
    let (mut options, mut seed) = (Options::default(), 0);
    // Who records with an SDK sees pictures, and carries each once, unless something else is said.
    #[cfg(feature = "media")]
    {
        options.media = true;
    }
    #[cfg_attr(target_arch = "wasm32", allow(unused_mut))]
    let (mut when_full, mut bound) = (WhenFull::default(), WhenFull::BLOCK_BOUND);
    for (name, value) in members(given)?.iter() {
        // The package of a browser has looked at all of them before: its module has no room for sentences.
        let wrong = |expected: &str| match cfg!(target_arch = "wasm32") {
            true => Refusal::new("option", name.to_owned()),
            false => Refusal::new("option", format!("{name}: {expected} is expected")),
        };
        match name.as_str() {
            _ if *value == Value::Null => {}
            // A module in a browser has no files: it does without what is said of them.
            #[cfg(not(target_arch = "wasm32"))]
            "dir" => options.directory = Some(PathBuf::from(value.as_text().ok_or_else(|| wrong("a path"))?)),
            "mode" => options.mode = mode(value).ok_or_else(|| wrong("local, inline or background"))?,
            "resource" => options.resource = value.as_map().ok_or_else(|| wrong("a map"))?.clone(),
            "redact" => options.redact.rules = texts(value).ok_or_else(|| wrong("a list of texts"))?,
            #[cfg(feature = "redact")]
            "redact_at" => options.redact.at = redact_at(value).ok_or_else(|| wrong("seal or record"))?,
            #[cfg(feature = "redact")]
            "redact_key" => options.redact.key = Some(value.as_text().ok_or_else(|| wrong("a text"))?.to_owned()),
            #[cfg(feature = "media")]
            "media" => options.media = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            "sinks" => options.host_sinks = texts(value).ok_or_else(|| wrong("a list of names"))?,
            // In a browser nothing can be waited for, and its journals are sent whole: the module does without.
            #[cfg(not(target_arch = "wasm32"))]
            "tail" => options.tail = Some(tail(value)?),
            "sampling" => options.sampling = Sampling::of_value(value).ok_or_else(|| wrong(SAMPLING))?,
            "limits" => limits(&mut options.limits, value).ok_or_else(|| wrong("a map of limits"))?,
            "quota_bytes" => options.quota_bytes = value.as_u64().ok_or_else(|| wrong("a number of bytes"))?,
            "when_full" => when_full = when_full_of(value).ok_or_else(|| wrong("drop_newest, drop_oldest or block"))?,
            #[cfg(not(target_arch = "wasm32"))]
            "block_bound" => bound = duration(value).ok_or_else(|| wrong("a time"))?,
            "file_bytes" => options.file_bytes = value.as_u64().ok_or_else(|| wrong("a number of bytes"))?,
            #[cfg(not(target_arch = "wasm32"))]
            "store" => options.store = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            #[cfg(not(target_arch = "wasm32"))]
            "fsync" => options.fsync = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            #[cfg(feature = "guards")]
            "guards" => options.guards.config = crate::guards::config(value)?,
            "seed" => seed = hex(value).ok_or_else(|| wrong("16 hex digits"))?,
            _ => {}
        }
    }
    options.when_full = if let WhenFull::Block(_) = when_full { WhenFull::Block(bound) } else { when_full };
    Ok((options, seed))
}

/// The clock and ids of a test.
///
/// # Errors
/// `option`, with the name of what cannot be used; `trace_id` and `span_id` for what is no id.
pub fn script(given: &str) -> Result<Arc<Scripted>, Refusal> {
    let mut script = Script::default();
    let (mut trace_ids, mut span_ids) = (Vec::new(), Vec::new());
    for (name, value) in members(given)?.iter() {
        let wrong = || Refusal::new("option", format!("{name} of a script cannot be used"));
        match name.as_str() {
            "process" => script.process = value.as_text().ok_or_else(wrong)?.to_owned(),
            "start" => {
                let (wall, monotonic) = moment(value).ok_or_else(wrong)?;
                script.set_start(wall, monotonic);
            }
            "moments" => {
                for value in value.as_list().ok_or_else(wrong)? {
                    let (wall, monotonic) = moment(value).ok_or_else(wrong)?;
                    script.add_moment(wall, monotonic);
                }
            }
            "step" => script.step_nanos = number(value).ok_or_else(wrong)?,
            "trace_ids" => trace_ids = texts(value).ok_or_else(wrong)?,
            "span_ids" => span_ids = texts(value).ok_or_else(wrong)?,
            _ => {}
        }
    }
    script.set_ids(trace_ids.iter().map(String::as_str), span_ids.iter().map(String::as_str))?;
    Ok(Arc::new(Scripted::new(script)))
}

#[cfg(feature = "redact")]
fn redact_at(value: &Value) -> Option<RedactAt> {
    RedactAt::named(value.as_text()?)
}

#[cfg(not(target_arch = "wasm32"))]
fn tail(value: &Value) -> Result<Tail, Refusal> {
    Tail::of_value(value).map_err(|reason| Refusal::new("option", format!("tail: {reason}")))
}

fn when_full_of(value: &Value) -> Option<WhenFull> {
    WhenFull::named(value.as_text()?)
}

fn mode(value: &Value) -> Option<Mode> {
    match value.as_text()? {
        "local" => Some(Mode::Local),
        "inline" => Some(Mode::Inline),
        "background" => Some(Mode::Background),
        _ => None,
    }
}

pub(crate) fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_list()?.iter().map(|text| text.as_text().map(str::to_owned)).collect()
}

fn limits(limits: &mut Limits, value: &Value) -> Option<()> {
    value
        .as_map()?
        .iter()
        .all(|(name, value)| value.as_u64().is_some_and(|value| limits.set(name, value)))
        .then_some(())
}

fn hex(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_text()?.get(..16)?, 16).ok()
}

fn moment(value: &Value) -> Option<(i64, u64)> {
    match value.as_list()? {
        [wall, monotonic] => Some((number(wall)?, number(monotonic)?)),
        _ => None,
    }
}

/// Digits: JSON's numbers end at 2^53.
fn number<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_text()?.parse().ok()
}
