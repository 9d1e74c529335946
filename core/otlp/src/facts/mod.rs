//! What attributes say, whichever convention they are of.
//!
//! | file | what |
//! |---|---|
//! | `kind` | what a step is |
//! | `usage` | tokens |
//! | `cost` | money that somebody reported |
//! | `identity` | session, user, tags, release, model, provider, agent, tool |
//! | `content` | input, output and tool definitions, wherever they stand |
//! | `flattened` | lists of messages that were taken apart into attributes |
//!
//! Names are tried in order: today's first, then older generations, then other conventions.

mod content;
mod cost;
mod flattened;
mod identity;
mod kind;
mod usage;

pub(crate) use content::{Contents, Form, take};
pub(crate) use cost::{amount, cost, reported};
pub(crate) use flattened::flatten;
pub(crate) use identity::{canonical, identity};
pub(crate) use kind::kind;
pub(crate) use usage::{Counts, usage};

use tracewire_wire::value::{Map, Value};

/// The first of these attributes that is there.
pub(crate) fn first<'a>(attributes: &'a Map, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| attributes.get(name))
}

/// The first of these attributes that is a text and not empty.
pub(crate) fn text<'a>(attributes: &'a Map, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| attributes.get(name).and_then(Value::as_text).filter(|text| !text.is_empty()))
}

/// The first of these attributes that is a count; some emitters write numbers as texts.
pub(crate) fn count(attributes: &Map, names: &[&str]) -> Option<u64> {
    names.iter().find_map(|name| {
        let value = attributes.get(name)?;
        value.as_int().or_else(|| value.as_text()?.parse().ok()).and_then(|count| u64::try_from(count).ok())
    })
}

/// The first of these attributes that is a number.
pub(crate) fn number(attributes: &Map, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| {
        let value = attributes.get(name)?;
        value.as_f64().or_else(|| value.as_text()?.parse().ok()).filter(|number: &f64| number.is_finite())
    })
}

/// Whether there is anything of a convention for generative AI, so that plain spans cost little.
pub(crate) fn are_of_ai(attributes: &Map) -> bool {
    const PREFIXES: [&str; 19] = [
        "agent.",
        "ai.",
        "embedding.",
        "enduser.",
        "gcp.vertex.agent.",
        "gen_ai.",
        "input.",
        "langfuse.",
        "llm.",
        "mcp.",
        "mlflow.",
        "openinference.",
        "output.",
        "reranker.",
        "retrieval.",
        "session.",
        "tool.",
        "traceloop.",
        "user.",
    ];
    const NAMES: [&str; 8] =
        ["input", "output", "input_tokens", "metadata", "operation.cost", "session_id", "tag.tags", "user_id"];
    attributes.iter().any(|(name, _)| {
        PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || name.starts_with("tracewire.")
            || name.starts_with("deployment.")
            || NAMES.contains(&name.as_str())
    })
}
