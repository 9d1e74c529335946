//! The validator: what is wrong with what somebody's emitter wrote.

use crate::data::Data;
use crate::failure::Failure;
use crate::format::{Given, Options as FormatOptions};
use crate::formats::{encoding, long};
use crate::guard::guard_or_raise;
use crate::value::{Tags, from_python};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};
use tracewire_wire::csv::read_members_rows;
use tracewire_wire::encoding::Encoding;
use tracewire_wire::validate::{self as core, Finding, Level, Options, Rule, Summary, is_document};

/// `(code, name, severity, level, requirement, pointer, line, column, message, fix)`.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    String,
    Option<u64>,
    Option<u64>,
    String,
    Option<String>,
);

/// Takes documents in order and says what is wrong with them, in bounded memory.
#[pyclass(frozen, module = "tracewire._native")]
pub(crate) struct Validator {
    inner: Mutex<Inner>,
}

struct Inner {
    core: core::Validator,
    level: Level,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// The number of that line, from 1.
    line: u64,
}

#[pymethods]
impl Validator {
    /// A validator of this level: `schema`, `semantic` or `canonical`.
    ///
    /// # Errors
    /// `FormatError` `level_unknown`.
    #[new]
    fn new(py: Python<'_>, level: &str) -> PyResult<Self> {
        let unknown = || Failure::new("level_unknown", format!("{level:?} is not one of schema, semantic, canonical"));
        let level = Level::parse(level).ok_or_else(|| unknown().into_error(py))?;
        Ok(Validator { inner: Mutex::new(Inner { core: fresh(level), level, rest: Vec::new(), line: 1 }) })
    }

    /// Takes a part of JSON Lines, which may end inside a line.
    fn push_lines(&self, py: Python<'_>, data: Data) -> PyResult<()> {
        guard_or_raise(|| {
            long(py, data.bytes().len(), || {
                self.with(|inner| inner.lines(data.bytes()));
                Ok(())
            })
        })
    }

    /// Takes a whole document of any format. What cannot be read is a finding.
    fn push_document(&self, py: Python<'_>, data: Data, name: &str, given: Given) -> PyResult<()> {
        guard_or_raise(|| {
            let (encoding, options) = (encoding(py, name)?, FormatOptions::from(given));
            long(py, data.bytes().len(), || {
                self.with(|inner| match encoding {
                    Encoding::Json if is_document(data.bytes()) => inner.core.push(data.bytes(), 1),
                    Encoding::Json | Encoding::Jsonl => inner.lines(data.bytes()),
                    _ => match encoding.read_value(data.bytes(), &options.reading) {
                        Ok(value) if encoding == Encoding::Csv => inner.core.push_value(&read_members_rows(value)),
                        Ok(value) => inner.core.push_value(&value),
                        Err(error) => inner.core.push_unreadable(&error),
                    },
                });
                Ok(())
            })
        })
    }

    /// Takes events or envelopes as Python values in the wire's form.
    fn push_value(&self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        guard_or_raise(|| {
            let (value, _) = from_python(value, Tags::Keep, false)?;
            self.with(|inner| inner.core.push_value(&value));
            Ok(())
        })
    }

    /// What was found since the last time.
    fn findings(&self) -> PyResult<Vec<Row>> {
        guard_or_raise(|| Ok(self.with(|inner| inner.core.drain()).into_iter().map(row).collect()))
    }

    /// What is left to find when everything was seen, and how much there was: documents, envelopes, events, spans, errors,
    /// warnings, notes. The validator is as new then.
    fn finish(&self) -> PyResult<(Vec<Row>, [u64; 7])> {
        guard_or_raise(|| {
            let report = self.with(|inner| {
                inner.end_line();
                std::mem::replace(&mut inner.core, fresh(inner.level)).finish()
            });
            let Summary { documents, envelopes, events, spans, errors, warnings, notes } = report.summary;
            let counts = [documents, envelopes, events, spans, errors, warnings, notes];
            Ok((report.findings.into_iter().map(row).collect(), counts))
        })
    }
}

impl Validator {
    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn lines(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, after) = bytes.split_at(end + 1);
            if self.rest.is_empty() {
                self.core.push_line(line, self.line);
            } else {
                self.rest.extend_from_slice(line);
                self.core.push_line(&std::mem::take(&mut self.rest), self.line);
            }
            self.line += 1;
            bytes = after;
        }
        self.rest.extend_from_slice(bytes);
    }

    fn end_line(&mut self) {
        self.core.push_line(&std::mem::take(&mut self.rest), self.line);
        self.line = 1;
    }
}

fn fresh(level: Level) -> core::Validator {
    core::Validator::new(Options { level, ..Options::default() })
}

fn row(finding: Finding) -> Row {
    let Finding { rule, pointer, line, column, message, fix } = finding;
    let Rule { code, name, severity, level, requirement, .. } = *rule;
    (code, name, severity.as_str(), level.as_str(), requirement, pointer, line, column, message, fix)
}
