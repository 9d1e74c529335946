//! The validator: documents in order, and what they say together.

use super::finding::{Finding, Options, Summary};
use super::inspect::{Inspected, inspect, inspect_value};
use super::place::Place;
use super::producers::Producers;
use super::record::Record;
use super::rules::{EMPTY_INPUT, Level, Severity, UNREADABLE};
use super::spans::{Spans, finding};
use crate::error::WireError;
use crate::value::Value;

/// Takes documents in order and says what is wrong with them. Its memory is bounded by [`super::Bounds`] and by the
/// longest document.
///
/// ```
/// use tracewire_wire::validate::{Options, Validator};
/// let mut validator = Validator::new(Options::default());
/// validator.push(br#"{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}"#, 1);
/// let report = validator.finish();
/// assert_eq!(report.findings[0].rule.code, "TW0107");
/// assert_eq!(report.findings[0].pointer, "/time");
/// ```
pub struct Validator {
    options: Options,
    spans: Spans,
    producers: Producers,
    findings: Vec<Finding>,
    summary: Summary,
}

/// What was found, and in how much.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was found and not drained before.
    pub findings: Vec<Finding>,
    /// How much was looked at, and how much was found in all.
    pub summary: Summary,
}

impl Validator {
    /// A validator that has seen nothing.
    pub fn new(options: Options) -> Self {
        Validator {
            options,
            spans: Spans::new(options.bounds.spans),
            producers: Producers::new(options.bounds),
            findings: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Takes one JSON document that begins on this line (from 1).
    pub fn push(&mut self, bytes: &[u8], line: u64) {
        let inspected = inspect(bytes, line, &self.options);
        self.take(inspected);
    }

    /// Takes a line of JSON Lines; one without anything on it is passed over.
    pub fn push_line(&mut self, bytes: &[u8], line: u64) {
        if !bytes.trim_ascii().is_empty() {
            self.push(bytes, line);
        }
    }

    /// Takes a document that was read from another encoding.
    pub fn push_value(&mut self, value: &Value) {
        let inspected = inspect_value(value, None, None, &self.options);
        self.take(inspected);
    }

    /// Takes an item of a recording that was read from another encoding: its number, from 0, and its line where it has one.
    pub fn push_item(&mut self, item: &Value, number: u64, line: Option<u64>) {
        let inspected = inspect_value(item, Some(number), line, &self.options);
        self.take(inspected);
    }

    /// Takes what was looked at elsewhere, in the order of the documents.
    pub fn take(&mut self, inspected: Inspected) {
        let before = self.findings.len();
        self.summary.documents += 1;
        self.summary.envelopes += inspected.envelopes;
        self.summary.events += inspected.events;
        self.findings.extend(inspected.findings);
        for record in &inspected.records {
            match record {
                Record::Event(event, references) => {
                    self.spans.take(event, &mut self.findings);
                    self.producers.event(event, references, &mut self.findings);
                }
                Record::Envelope { envelope, place, events, references } => {
                    for event in events {
                        self.spans.take(event, &mut self.findings);
                    }
                    if let Some(envelope) = envelope {
                        self.producers.envelope(envelope, *place, references, &mut self.findings);
                    }
                }
            }
        }
        self.count(before);
    }

    /// Takes what a codec of another encoding refused: that the input cannot be read further.
    pub fn push_unreadable(&mut self, error: &WireError) {
        let before = self.findings.len();
        self.summary.documents += 1;
        self.findings.push(Finding {
            rule: &UNREADABLE,
            pointer: String::new(),
            line: error.line().map(|line| line as u64),
            column: None,
            message: format!("{error} ({})", error.code()),
            fix: Some("write with an encoder of the format, and name the file by its encoding".to_owned()),
        });
        self.count(before);
    }

    fn count(&mut self, from: usize) {
        for finding in self.findings.get(from..).unwrap_or_default() {
            *match finding.rule.severity {
                Severity::Error => &mut self.summary.errors,
                Severity::Warning => &mut self.summary.warnings,
                Severity::Note => &mut self.summary.notes,
            } += 1;
        }
    }

    /// Takes out what was found so far.
    pub fn drain(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// What is left to say when everything was seen: what is missing, and how much there was.
    pub fn finish(mut self) -> Report {
        let before = self.findings.len();
        self.summary.spans = self.spans.started;
        let empty = Validator::new(self.options);
        if self.options.level >= Level::Semantic {
            self.spans.finish(&mut self.findings);
            self.producers.finish(&mut self.findings);
            if self.summary.documents == 0 {
                let mend = "see that the emitter flushes before it ends, and that this is its file";
                let message = "there is neither an event nor an envelope".to_owned();
                self.findings.push(finding(&EMPTY_INPUT, Place::default(), message, mend));
            }
        }
        (self.spans, self.producers) = (empty.spans, empty.producers);
        self.count(before);
        Report { findings: self.findings, summary: self.summary }
    }
}

/// Looks at a whole text: JSON Lines, or one JSON document over several lines.
pub fn validate(text: &[u8], options: &Options) -> Report {
    let mut validator = Validator::new(*options);
    if is_document(text) {
        validator.push(text, 1);
    } else {
        for (line, number) in text.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            validator.push_line(line, number);
        }
    }
    validator.finish()
}

/// Whether a text is one JSON document over several lines: its first line that is not empty is none by itself.
pub fn is_document(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let has_more = !start.get(first.len()..).unwrap_or_default().trim_ascii().is_empty();
    has_more && matches!(first, [b'{' | b'['] | [b'{' | b'[', ..]) && !matches!(first, [.., b'}' | b']'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::finding::Path;

    #[test]
    fn pointers_are_escaped() {
        assert_eq!(Path::Root("/0").key("a/b~").pointer(), "/0/a~1b~0");
    }

    #[test]
    fn documents_and_lines_are_told_apart() {
        assert!(is_document(b"{\n  \"seq\": 1\n}"));
        assert!(is_document(b"\n[\n{}]"));
        assert!(!is_document(b"{}\n{}\n"));
        assert!(!is_document(b"{}"));
        assert!(!is_document(b"{\"a\":1"));
    }
}
