//! Whether an answer is what was expected.

use crate::adapter::Answer;
use crate::case::{Ask, Expected};
use crate::difference::{Difference, harmless};

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Something else came.
    Failed(Failure),
    /// The adapter left it out, and says why.
    Skipped(String),
    /// The implementation does not claim to be able to do this.
    OutOfScope,
}

/// What was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In one line; the same failure has the same line.
    pub summary: String,
    /// Bytes of both sides and the decoded difference, where there are any.
    pub details: String,
}

impl Failure {
    /// A failure that one line tells.
    pub fn new(summary: impl Into<String>) -> Self {
        Failure { summary: harmless(&summary.into()).replace('\n', " "), details: String::new() }
    }

    /// A failure with what is to be seen of it.
    pub fn with(summary: impl Into<String>, details: impl AsRef<str>) -> Self {
        Failure { details: harmless(details.as_ref()), ..Failure::new(summary) }
    }
}

/// Compares an answer with what is expected.
pub fn judge(ask: &Ask, answer: &Answer) -> Outcome {
    let result = match (answer, &ask.expected) {
        (Answer::Skipped(reason), _) if reason.trim().is_empty() => Err(Failure::new("skipped without a reason")),
        (Answer::Skipped(reason), _) => return Outcome::Skipped(harmless(reason)),
        (Answer::Error(code, _), Expected::Error(codes)) if codes.contains(code) => Ok(()),
        (Answer::Error(code, message), Expected::Error(codes)) => {
            Err(Failure::with(format!("error {} expected, {code} came", codes.join(" or ")), message))
        }
        (Answer::Error(code, message), _) => {
            Err(Failure::with(format!("a result expected, error {code} came"), message))
        }
        (Answer::Result(result), expected) => match Expected::of_result(ask.operation(), result) {
            Ok(actual) => compare(["expected", "actual"], expected, &actual, ask.encoding()),
            Err(reason) => Err(Failure::new(format!("the result is not as the protocol has it: {reason}"))),
        },
    };
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

/// Compares what two sides gave; `encoding` is that of bytes.
///
/// # Errors
/// The first thing that differs.
pub fn compare(names: [&str; 2], first: &Expected, second: &Expected, encoding: &str) -> Result<(), Failure> {
    let [one, other] = names;
    match (first, second) {
        (a, b) if a == b => Ok(()),
        (
            Expected::Envelopes { envelopes, pending },
            Expected::Envelopes { envelopes: actual, pending: actual_pending },
        ) => {
            for (at, (a, b)) in envelopes.iter().zip(actual).enumerate() {
                compare_bytes(names, a, b, &format!("envelope {}", at + 1), "json")?;
            }
            if envelopes.len() != actual.len() {
                let counts = format!("{one} has {} envelopes, {other} {}", envelopes.len(), actual.len());
                let surplus = envelopes.get(actual.len()).or(actual.get(envelopes.len()));
                return Err(Failure::with(
                    counts,
                    surplus.map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default(),
                ));
            }
            let said = |pending: &Option<u64>| pending.map_or("no number of".to_owned(), |pending| pending.to_string());
            match pending {
                // An expected count is compared; a case may leave it out.
                Some(_) if pending != actual_pending => {
                    let (a, b) = (said(pending), said(actual_pending));
                    Err(Failure::new(format!("{one} has {a} pending events, {other} {b}")))
                }
                _ => Ok(()),
            }
        }
        (Expected::Bytes { bytes, member }, Expected::Bytes { bytes: actual, .. }) => {
            compare_bytes(names, bytes, actual, member, encoding)
        }
        (
            Expected::Report { sound, complete, proved, findings },
            Expected::Report { sound: is_sound, complete: is_complete, proved: is_proved, findings: found },
        ) => {
            if findings != found {
                let listed = |codes: &[String]| if codes.is_empty() { "none".to_owned() } else { codes.join(", ") };
                let (a, b) = (listed(findings), listed(found));
                return Err(Failure::new(format!("findings differ: {one} {a}; {other} {b}")));
            }
            for (name, a, b) in [("sound", sound, is_sound), ("complete", complete, is_complete)] {
                if a != b {
                    return Err(Failure::new(format!("`{name}` differs: {one} {a}, {other} {b}")));
                }
            }
            if proved != is_proved {
                let said = |proved: &Option<bool>| proved.map_or("nothing".to_owned(), |proved| proved.to_string());
                let (a, b) = (said(proved), said(is_proved));
                return Err(Failure::new(format!("`proved` differs: {one} {a}, {other} {b}")));
            }
            Ok(())
        }
        (Expected::Error(a), Expected::Error(b)) => {
            Err(Failure::new(format!("errors differ: {one} {}, {other} {}", a.join(" or "), b.join(" or "))))
        }
        (a, b) => Err(Failure::new(format!("{one} is {}, {other} {}", kind(a), kind(b)))),
    }
}

fn compare_bytes(names: [&str; 2], first: &[u8], second: &[u8], what: &str, encoding: &str) -> Result<(), Failure> {
    match Difference::of(names, first, second, encoding) {
        None => Ok(()),
        Some(found) => Err(Failure::with(format!("{what}: differs from byte {} on", found.offset), found.details())),
    }
}

fn kind(expected: &Expected) -> String {
    match expected {
        Expected::Error(codes) => format!("error {}", codes.join(" or ")),
        _ => "a result".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(expected: Expected, operation: &str, answer: Answer) -> String {
        let ask =
            Ask { what: String::new(), request: json!({"operation":operation,"from":"json","to":"json"}), expected };
        match judge(&ask, &answer) {
            Outcome::Failed(failure) => failure.summary,
            other => format!("{other:?}"),
        }
    }

    fn error(code: &str) -> Answer {
        Answer::Error(code.to_owned(), String::new())
    }

    #[test]
    fn answers_are_judged() {
        let codes = || Expected::Error(vec!["a".to_owned(), "b".to_owned()]);
        let report = || Expected::Report { sound: true, complete: true, proved: None, findings: Vec::new() };
        let bytes = || Expected::Bytes { member: "bytes", bytes: b"[1]".to_vec() };
        let sealed = || Expected::Envelopes { envelopes: Vec::new(), pending: Some(2) };
        assert_eq!(said(codes(), "convert", error("b")), "Passed");
        assert_eq!(said(codes(), "convert", error("c")), "error a or b expected, c came");
        assert_eq!(
            said(codes(), "convert", Answer::Result(json!({"bytes":"WzFd"}))),
            "expected is error a or b, actual a result"
        );
        assert_eq!(said(bytes(), "convert", error("c")), "a result expected, error c came");
        assert_eq!(said(bytes(), "convert", Answer::Result(json!({"bytes":"WzFd"}))), "Passed");
        assert_eq!(said(bytes(), "convert", Answer::Result(json!({"bytes":"WzJd"}))), "bytes: differs from byte 1 on");
        assert_eq!(said(bytes(), "convert", Answer::Skipped(" ".to_owned())), "skipped without a reason");
        let verified =
            |sound, findings: &[&str]| Answer::Result(json!({"sound":sound,"complete":true,"findings":findings}));
        assert_eq!(said(report(), "verify", verified(false, &[])), "`sound` differs: expected true, actual false");
        assert_eq!(
            said(report(), "verify", verified(true, &["digest"])),
            "findings differ: expected none; actual digest"
        );
        let sealing = |pending| Answer::Result(json!({"envelopes":[],"pending":pending}));
        assert_eq!(said(sealed(), "seal", sealing(2)), "Passed");
        assert_eq!(said(sealed(), "seal", sealing(1)), "expected has 2 pending events, actual 1");
    }
}
