//! What must come back, as a case's file says it and as an adapter gives it.

use super::bytes;
use crate::layout;
use serde_json::{Map, Value};

/// What must come back for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// These envelopes in order, byte for byte; and how many events are pending, where a journal was sealed.
    Envelopes {
        /// Canonical bytes.
        envelopes: Vec<Vec<u8>>,
        /// Events behind the last boundary.
        pending: Option<u64>,
    },
    /// These bytes, as the member of this name: `bytes`, `envelope`, `journal` or `verdicts`.
    Bytes {
        /// The member of the result.
        member: &'static str,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A report on envelopes.
    Report {
        /// Whether nothing contradicts.
        sound: bool,
        /// Whether nothing is missing either.
        complete: bool,
        /// Whether keys prove it, where keys were given.
        proved: Option<bool>,
        /// Codes of what contradicts, sorted.
        findings: Vec<String>,
    },
    /// An error with one of these codes.
    Error(Vec<String>),
}

/// The member with bytes that an operation gives.
fn member_of(operation: &str) -> Option<&'static str> {
    match operation {
        "convert" => Some("bytes"),
        "withhold" => Some("envelope"),
        "recover" => Some("journal"),
        "guard" => Some("verdicts"),
        _ => None,
    }
}

impl Expected {
    /// Reads `expect` of a case's file: envelopes stand as text, bytes in any form.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn of_file(operation: &str, expect: &Value) -> Result<Self, String> {
        Expected::read(operation, expect, |value| Ok(text(value)?.into_bytes()), bytes::read)
    }

    /// Reads a result of an adapter: everything in base64.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn of_result(operation: &str, result: &Value) -> Result<Self, String> {
        let mut result = result.clone();
        // Every recording is closed at its end, so nothing is pending; a few adapters say so.
        if let ("record", Value::Object(members)) = (operation, &mut result) {
            members.remove("pending");
        }
        let decode = |value: &Value| bytes::of_base64(&text(value)?);
        Expected::read(operation, &result, decode, decode)
    }

    fn read(
        operation: &str,
        value: &Value,
        envelope: impl Fn(&Value) -> Result<Vec<u8>, String>,
        bytes: impl Fn(&Value) -> Result<Vec<u8>, String>,
    ) -> Result<Self, String> {
        let members = value.as_object().ok_or("an object is expected")?;
        if let Some(codes) = members.get("error") {
            only(members, &["error"])?;
            let codes = if codes.is_array() { texts(codes)? } else { vec![text(codes)?] };
            let has_code = !codes.is_empty() && codes.iter().all(|code| !code.is_empty());
            return if has_code { Ok(Expected::Error(codes)) } else { Err("`error` names no code".to_owned()) };
        }
        match (operation, member_of(operation)) {
            ("record" | "seal", _) => {
                let with_pending = operation == "seal";
                only(members, if with_pending { &["envelopes", "pending"] } else { &["envelopes"] })?;
                let envelopes = list(members.get("envelopes"), "envelopes")?;
                let pending = members.get("pending").map(|pending| pending.as_u64().ok_or("`pending` is a count"));
                Ok(Expected::Envelopes {
                    envelopes: envelopes.iter().map(envelope).collect::<Result<_, _>>()?,
                    pending: pending.transpose()?,
                })
            }
            ("verify", _) => {
                only(members, &["sound", "complete", "proved", "findings"])?;
                let flag =
                    |name: &str| members.get(name).and_then(Value::as_bool).ok_or(format!("`{name}` is missing"));
                let findings = texts(members.get("findings").ok_or("`findings` is missing")?)?;
                let proved = members.get("proved").map(|proved| proved.as_bool().ok_or("`proved` is true or false"));
                Ok(Expected::Report {
                    sound: flag("sound")?,
                    complete: flag("complete")?,
                    proved: proved.transpose()?,
                    findings,
                })
            }
            (_, Some(member)) => {
                only(members, &[member])?;
                let value = members.get(member).ok_or(format!("`{member}` is missing"))?;
                Ok(Expected::Bytes { member, bytes: bytes(value)? })
            }
            (other, None) => Err(format!("`{other}` is no operation")),
        }
    }

    /// As a case's file has it, in JSON without blanks.
    ///
    /// # Errors
    /// Where an envelope is no UTF-8, which no JSON can be.
    pub fn to_file(&self) -> Result<String, String> {
        let listed = |texts: &[String]| texts.iter().map(|text| layout::string(text)).collect::<Vec<_>>().join(",");
        Ok(match self {
            Expected::Envelopes { envelopes, pending } => {
                let texts: Result<Vec<String>, _> = envelopes.iter().cloned().map(String::from_utf8).collect();
                let texts = texts.map_err(|_| "an envelope is no UTF-8".to_owned())?;
                let pending = pending.map_or_else(String::new, |pending| format!(",\"pending\":{pending}"));
                format!("{{\"envelopes\":[{}]{pending}}}", listed(&texts))
            }
            Expected::Bytes { member, bytes } => format!("{{\"{member}\":{}}}", bytes::shown(bytes)),
            Expected::Report { sound, complete, proved, findings } => {
                let proved = proved.map_or_else(String::new, |proved| format!(",\"proved\":{proved}"));
                format!("{{\"sound\":{sound},\"complete\":{complete}{proved},\"findings\":[{}]}}", listed(findings))
            }
            Expected::Error(codes) => match codes.as_slice() {
                [code] => format!("{{\"error\":{}}}", layout::string(code)),
                codes => format!("{{\"error\":[{}]}}", listed(codes)),
            },
        })
    }
}

fn only(members: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("`{name}` stands where only these may: {}", known.join(", "))),
        None => Ok(()),
    }
}

fn list<'a>(value: Option<&'a Value>, name: &str) -> Result<&'a [Value], String> {
    value.and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| format!("`{name}` is a list"))
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    value.as_array().ok_or("a list of texts is expected")?.iter().map(text).collect()
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("a text is expected where {value} stands"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_file_expects_is_written_as_it_is_read() {
        for (operation, file) in [
            ("record", r#"{"envelopes":["{\"a\":\"\u00e9\"}"]}"#),
            ("record", r#"{"error":["a_code","b_code"]}"#),
            ("seal", r#"{"envelopes":[],"pending":2}"#),
            ("convert", r#"{"bytes":{"text":"a\r\n"}}"#),
            ("withhold", r#"{"envelope":{"base64":"AP8="}}"#),
            ("recover", r#"{"journal":{"base64":"AA=="}}"#),
            ("guard", r#"{"verdicts":{"text":"{\"results\":[]}"}}"#),
            ("verify", r#"{"sound":true,"complete":false,"findings":["seq_gap"]}"#),
            ("verify", r#"{"sound":true,"complete":false,"proved":true,"findings":[]}"#),
            ("verify", r#"{"error":"json_end"}"#),
        ] {
            let value = serde_json::from_str(file).unwrap_or_default();
            assert_eq!(
                Expected::of_file(operation, &value).and_then(|expected| expected.to_file()).as_deref(),
                Ok(file)
            );
        }
    }

    #[test]
    fn a_result_is_read_from_base64() {
        let read = |operation, result| Expected::of_result(operation, &result);
        let envelopes = Expected::Envelopes { envelopes: vec![b"{}".to_vec()], pending: None };
        assert_eq!(read("record", json!({"envelopes":["e30="],"pending":0})), Ok(envelopes));
        assert!(read("convert", json!({"bytes":"e30"})).is_err());
        assert_eq!(
            read("withhold", json!({"bytes":"e30="})),
            Err("`bytes` stands where only these may: envelope".to_owned())
        );
        assert_eq!(read("verify", json!({"sound":true,"complete":true})), Err("`findings` is missing".to_owned()));
    }
}
