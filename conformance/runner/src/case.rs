//! Cases: what an adapter is asked to do, and what must come back.

use crate::ConformanceError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Area and name, such as `values/integers-beyond-53-bits`: its path without `.json`.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// The requirements that it proves.
    pub requirements: Vec<String>,
    /// What the adapter is sent: `operation` and what belongs to it, bytes in base64.
    pub request: Value,
    /// What must come back.
    pub expected: Expected,
}

/// What must come back.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// These envelopes in order, byte for byte; and how many events are pending, where a journal was sealed.
    Envelopes {
        /// Canonical bytes.
        envelopes: Vec<Vec<u8>>,
        /// Events behind the last boundary.
        pending: Option<u64>,
    },
    /// These bytes.
    Bytes(Vec<u8>),
    /// A report on envelopes.
    Report {
        /// Whether nothing contradicts.
        sound: bool,
        /// Whether nothing is missing either.
        complete: bool,
        /// Codes of what contradicts, sorted.
        findings: Vec<String>,
    },
    /// An error with this code.
    Error(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    requirements: Vec<String>,
    request: Map<String, Value>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    envelopes: Option<Vec<String>>,
    pending: Option<u64>,
    bytes: Option<Bytes>,
    sound: Option<bool>,
    complete: Option<bool>,
    findings: Option<Vec<String>>,
    error: Option<String>,
}

/// Bytes in a case's file: as text where they are one, else in base64.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Bytes {
    Text(String),
    Base64(String),
}

/// The operation that a case asks for, with the encodings of a conversion: `record`, `convert:toon`.
pub fn capabilities(request: &Value) -> Vec<String> {
    let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("operation") {
        "convert" => BTreeSet::from([text("from"), text("to")]).iter().map(|name| format!("convert:{name}")).collect(),
        operation => vec![operation.to_owned()],
    }
}

/// Reads every case that the index names, and refuses a folder that holds others.
///
/// # Errors
/// Where a file is missing, is not in the index, or does not say what a case must say.
pub fn load(folder: &Path) -> Result<Vec<Case>, ConformanceError> {
    let index = folder.join("index.txt");
    let names: Vec<String> = text(&index)?.lines().map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    for area in entries(folder)?.iter().filter(|path| path.is_dir()) {
        for file in entries(area)?.iter().filter(|path| path.extension().is_some_and(|end| end == "json")) {
            let relative = file.strip_prefix(folder).unwrap_or(file).with_extension("");
            found.insert(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    let listed: BTreeSet<String> = names.iter().cloned().collect();
    let odd = found.symmetric_difference(&listed).next();
    if let Some(name) = odd {
        let reason = if found.contains(name) { "is a file that the index lacks" } else { "has no file" };
        return Err(ConformanceError::Content { path: index, reason: format!("`{name}` {reason}") });
    }
    names.into_iter().map(|name| read(folder, name)).collect()
}

fn read(folder: &Path, name: String) -> Result<Case, ConformanceError> {
    let path = folder.join(format!("{name}.json"));
    let wrong = |reason: String| ConformanceError::Content { path: path.clone(), reason };
    let file: File = serde_json::from_str(&text(&path)?).map_err(|error| wrong(error.to_string()))?;
    if file.requirements.is_empty() {
        return Err(wrong("a case names the requirements that it proves".to_owned()));
    }
    let mut request = file.request;
    // In a file, bytes may stand as text; an adapter always gets base64.
    for name in ["bytes", "envelope"] {
        if let Some(Value::Object(_)) = request.get(name) {
            let bytes: Bytes =
                serde_json::from_value(request[name].take()).map_err(|error| wrong(error.to_string()))?;
            request.insert(name.to_owned(), BASE64.encode(decode(bytes).map_err(&wrong)?).into());
        }
    }
    if let Some(Value::Array(items)) = request.get_mut("envelopes") {
        for item in items.iter_mut().filter(|item| item.is_object()) {
            let bytes: Bytes = serde_json::from_value(item.take()).map_err(|error| wrong(error.to_string()))?;
            *item = BASE64.encode(decode(bytes).map_err(&wrong)?).into();
        }
    }
    let expected = expected(file.expect).map_err(&wrong)?;
    Ok(Case { name, about: file.about, requirements: file.requirements, request: request.into(), expected })
}

fn expected(expect: Expect) -> Result<Expected, String> {
    match expect {
        Expect { error: Some(code), .. } => Ok(Expected::Error(code)),
        Expect { envelopes: Some(envelopes), pending, .. } => {
            Ok(Expected::Envelopes { envelopes: envelopes.into_iter().map(String::into_bytes).collect(), pending })
        }
        Expect { bytes: Some(bytes), .. } => decode(bytes).map(Expected::Bytes),
        Expect { sound: Some(sound), complete: Some(complete), findings, .. } => {
            Ok(Expected::Report { sound, complete, findings: findings.unwrap_or_default() })
        }
        _ => Err("`expect` has one of: envelopes, bytes, error, or sound and complete".to_owned()),
    }
}

fn decode(bytes: Bytes) -> Result<Vec<u8>, String> {
    match bytes {
        Bytes::Text(text) => Ok(text.into_bytes()),
        Bytes::Base64(text) => BASE64.decode(text).map_err(|error| error.to_string()),
    }
}

fn text(path: &Path) -> Result<String, ConformanceError> {
    std::fs::read_to_string(path).map_err(|source| ConformanceError::File { path: path.to_owned(), source })
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, ConformanceError> {
    let refused = |source| ConformanceError::File { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        paths.push(entry.map_err(refused)?.path());
    }
    paths.sort();
    Ok(paths)
}
