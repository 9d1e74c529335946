//! Cases: what an adapter is asked to do, and what must come back.
//!
//! ```text
//! cases/<area>/<name>.json ─▶ CaseFile ─▶ Case: asks, each with what must come back
//!      index.txt            (folder)      bytes in base64, repetitions written out
//! ```

pub mod bytes;
mod check;
mod expand;
mod expect;
mod file;
mod folder;

pub use expect::Expected;
pub use file::CaseFile;
pub use folder::{file, load, load_from, names, select};

use serde_json::{Value, json};

/// The encodings of the protocol, by their names.
pub const ENCODINGS: [&str; 5] = ["json", "jsonl", "proto", "toon", "csv"];

/// One case: a first ask, which says whether it is in an implementation's scope, and others that follow from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Area and name, such as `values/integers-beyond-53-bits`: its path without `.json`.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// The requirements that it proves.
    pub requirements: Vec<String>,
    /// What the adapter is asked, in order.
    pub asks: Vec<Ask>,
}

/// One request, and what must come back.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What it is beside the case's first ask: `to toon`, `back from toon`; nothing for the first.
    pub what: String,
    /// What the adapter is sent: `operation` and what belongs to it, bytes in base64.
    pub request: Value,
    /// What must come back.
    pub expected: Expected,
}

impl Case {
    /// The area: the name up to the slash.
    pub fn area(&self) -> &str {
        self.name.split_once('/').map_or("", |(area, _)| area)
    }

    /// The operation of the first ask.
    pub fn operation(&self) -> &str {
        self.asks.first().map_or("", Ask::operation)
    }
}

impl Ask {
    /// The operation that is asked for.
    pub fn operation(&self) -> &str {
        member(&self.request, "operation")
    }

    /// What an adapter must be capable of: `record`; `convert:json` and `convert:toon`; `verify` and `verify:keys`; `record` and `record:media`.
    pub fn capabilities(&self) -> Vec<String> {
        capabilities(&self.request)
    }

    /// The encoding of the bytes that come back.
    pub fn encoding(&self) -> &str {
        if self.operation() == "convert" { member(&self.request, "to") } else { "json" }
    }
}

/// What an adapter must be capable of to be asked this.
pub fn capabilities(request: &Value) -> Vec<String> {
    match member(request, "operation") {
        "convert" => {
            let mut both =
                [member(request, "from"), member(request, "to")].map(|name| format!("convert:{name}")).to_vec();
            both.sort();
            both.dedup();
            both
        }
        "verify" if request.get("keys").is_some() => vec!["verify".to_owned(), "verify:keys".to_owned()],
        "record" if request.pointer("/settings/media").is_some() => {
            vec!["record".to_owned(), "record:media".to_owned()]
        }
        operation => vec![operation.to_owned()],
    }
}

/// Envelopes as one document: the list of them in canonical JSON.
pub fn list(envelopes: &[Vec<u8>]) -> Vec<u8> {
    [b"[".as_slice(), &envelopes.join(&b','), b"]"].concat()
}

/// The request for bytes in another encoding.
pub fn conversion(from: &str, to: &str, given: &[u8]) -> Value {
    json!({ "operation": "convert", "from": from, "to": to, "bytes": bytes::base64(given) })
}

fn member<'a>(request: &'a Value, name: &str) -> &'a str {
    request.get(name).and_then(Value::as_str).unwrap_or_default()
}
