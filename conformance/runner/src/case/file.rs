//! A case's file: read, completed, and written in its form.

use super::{Ask, Case, ENCODINGS, Expected, bytes, check, conversion, expand, list};
use crate::{ConformanceError, layout};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// A case's file, with or without what it expects.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Where it stands; only said.
    pub path: PathBuf,
    /// Area and name.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// The requirements that it proves.
    pub requirements: Vec<String>,
    /// What the adapter is sent.
    pub request: Value,
    /// The encodings into which the envelopes are converted, and back.
    pub encodings: Vec<String>,
    /// What must come back; nothing before it is blessed.
    pub expected: Option<Expected>,
    /// What must come back in each encoding, as far as it is known.
    pub encoded: Vec<(String, Expected)>,
    /// The file as it is.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    about: String,
    requirements: Vec<String>,
    request: Value,
    #[serde(default)]
    encodings: Vec<String>,
    expect: Option<Map<String, Value>>,
}

impl CaseFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Where it does not say what a case must say: the file, and why.
    pub fn read(path: PathBuf, name: String, text: String) -> Result<Self, ConformanceError> {
        let wrong = |reason: String| ConformanceError::Content { path: path.clone(), reason };
        let members: Members = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let is_sentence = members.about.ends_with('.') && !members.about.contains('\n');
        if !is_sentence {
            return Err(wrong("`about` is one sentence, which ends with a full stop".to_owned()));
        }
        if members.requirements.is_empty() {
            return Err(wrong("a case names the requirements that it proves".to_owned()));
        }
        let mut request = members.request;
        check::request(&request).map_err(|reason| wrong(format!("request: {reason}")))?;
        complete(&mut request).map_err(|reason| wrong(format!("request: {reason}")))?;
        let operation = request.get("operation").and_then(Value::as_str).unwrap_or_default();
        for (at, encoding) in members.encodings.iter().enumerate() {
            let is_known = ENCODINGS.contains(&encoding.as_str()) && operation == "record";
            if !is_known || members.encodings.iter().take(at).any(|before| before == encoding) {
                return Err(wrong(format!(
                    "encodings: `{encoding}` is no encoding of a recording, or stands there twice"
                )));
            }
        }
        let (mut expected, mut encoded) = (None, Vec::new());
        if let Some(mut expect) = members.expect {
            let others = expect.remove("encodings");
            let read = Expected::of_file(operation, &expect.into());
            expected = Some(read.map_err(|reason| wrong(format!("expect: {reason}")))?);
            for (encoding, value) in others.as_ref().and_then(Value::as_object).into_iter().flatten() {
                let in_expect = |reason| wrong(format!("expect: encodings: {encoding}: {reason}"));
                if !members.encodings.contains(encoding) {
                    return Err(in_expect("does not stand in `encodings`".to_owned()));
                }
                encoded.push((encoding.clone(), of_encoding(value).map_err(in_expect)?));
            }
        }
        let Members { about, requirements, encodings, .. } = members;
        Ok(CaseFile { path, name, about, requirements, request, encodings, expected, encoded, text })
    }

    /// The case that it is.
    ///
    /// # Errors
    /// Where it does not say yet what must come back.
    pub fn case(&self) -> Result<Case, ConformanceError> {
        let missing = |what: &str| ConformanceError::Content {
            path: self.path.clone(),
            reason: format!("{what}: `tracewire-conformance bless` fills it in where implementations agree"),
        };
        let expected = self.expected.clone().ok_or_else(|| missing("`expect` is missing"))?;
        let envelopes = match &expected {
            Expected::Envelopes { envelopes, .. } => list(envelopes),
            _ => Vec::new(),
        };
        let mut asks = vec![Ask { what: String::new(), request: self.request.clone(), expected }];
        for encoding in &self.encodings {
            let expected =
                self.encoded(encoding).ok_or_else(|| missing(&format!("`expect` lacks the encoding {encoding}")))?;
            asks.extend(there_and_back(encoding, &envelopes, expected));
        }
        let CaseFile { name, about, requirements, .. } = self.clone();
        Ok(Case { name, about, requirements, asks })
    }

    /// What must come back in an encoding, where that is known.
    pub fn encoded(&self, encoding: &str) -> Option<&Expected> {
        self.encoded.iter().find(|(name, _)| name == encoding).map(|(_, expected)| expected)
    }

    /// The file in its form, with this as what must come back; as it stands where nothing is given.
    ///
    /// # Errors
    /// Where what must come back cannot stand in a file.
    pub fn written(&self, expect: Option<(&Expected, &[(String, Expected)])>) -> Result<String, String> {
        let members = layout::members(&self.text);
        let mut out = String::from("{");
        for name in ["about", "requirements", "request", "encodings"] {
            if let Some((_, value)) = members.iter().find(|(member, _)| member == name) {
                out.push_str(&format!("\"{name}\":{value},"));
            }
        }
        let expect = match (expect, members.into_iter().find(|(member, _)| member == "expect")) {
            (Some((expected, encoded)), _) => Some(written(expected, encoded)?),
            (None, found) => found.map(|(_, value)| value),
        };
        match expect {
            Some(expect) => out.push_str(&format!("\"expect\":{expect}}}")),
            None => {
                out.pop();
                out.push('}');
            }
        }
        Ok(layout::indented(&out))
    }
}

fn written(expected: &Expected, encoded: &[(String, Expected)]) -> Result<String, String> {
    let mut out = expected.to_file()?;
    if encoded.is_empty() {
        return Ok(out);
    }
    let mut members = Vec::new();
    for (name, expected) in encoded {
        members.push(match expected {
            Expected::Bytes { bytes, .. } => format!("\"{name}\":{}", bytes::shown(bytes)),
            other => format!("\"{name}\":{}", other.to_file()?),
        });
    }
    out.pop();
    out.push_str(&format!(",\"encodings\":{{{}}}}}", members.join(",")));
    Ok(out)
}

/// The asks for a list of envelopes in another encoding; there is no way back from an error.
pub(super) fn there_and_back(encoding: &str, envelopes: &[u8], expected: &Expected) -> Vec<Ask> {
    let there = Ask {
        what: format!("to {encoding}"),
        request: conversion("json", encoding, envelopes),
        expected: expected.clone(),
    };
    let Expected::Bytes { bytes, .. } = expected else { return vec![there] };
    let back = Ask {
        what: format!("back from {encoding}"),
        request: conversion(encoding, "json", bytes),
        expected: Expected::Bytes { member: "bytes", bytes: envelopes.to_vec() },
    };
    vec![there, back]
}

fn of_encoding(value: &Value) -> Result<Expected, String> {
    match value.get("error") {
        Some(_) => Expected::of_file("convert", value),
        None => Ok(Expected::Bytes { member: "bytes", bytes: bytes::read(value)? }),
    }
}

/// What an adapter gets: bytes in base64, repetitions written out.
fn complete(request: &mut Value) -> Result<(), String> {
    let Value::Object(members) = request else { return Ok(()) };
    for (name, value) in members.iter_mut() {
        match name.as_str() {
            "bytes" | "envelope" | "journal" => {
                *value = encoded(value).map_err(|reason| format!("{name}: {reason}"))?
            }
            "envelopes" => {
                for item in value.as_array_mut().into_iter().flatten() {
                    *item = encoded(item).map_err(|reason| format!("{name}: {reason}"))?;
                }
            }
            "script" => expand::expand(value)?,
            _ => {}
        }
    }
    Ok(())
}

fn encoded(value: &Value) -> Result<Value, String> {
    Ok(bytes::base64(&bytes::read(value)?).into())
}
