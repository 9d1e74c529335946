//! What is said of a place, and where that is.

use super::rules::{Level, Rule};
use std::fmt;

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Where in the document, as a JSON pointer; empty for all of it.
    pub pointer: String,
    /// The line, from 1, where that is known.
    pub line: Option<u64>,
    /// The column in characters, from 1, where that is known.
    pub column: Option<u64>,
    /// What is wrong here, in one sentence. It never shows a secret.
    pub message: String,
    /// How to mend it, in one sentence.
    pub fix: Option<String>,
}

/// What to look for, and in what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How deep to look.
    pub level: Level,
    /// What a document is.
    pub expect: Expect,
    /// How many spans, references and producers are remembered: what bounds the memory.
    pub bounds: Bounds,
}

/// What a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// An event, an envelope, a list of them, or an export's `{"envelopes":[…]}`; by its members.
    #[default]
    Any,
    /// An event and nothing else.
    Event,
    /// An envelope and nothing else.
    Envelope,
}

/// How much is remembered of what went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Spans, each about 80 bytes.
    pub spans: usize,
    /// Contents and references, each about 80 bytes.
    pub contents: usize,
    /// Producers.
    pub producers: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { spans: 200_000, contents: 100_000, producers: 10_000 }
    }
}

/// What was looked at in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Documents: lines of JSON Lines, or one.
    pub documents: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Events, those in envelopes included.
    pub events: u64,
    /// Spans that were started.
    pub spans: u64,
    /// Errors found.
    pub errors: u64,
    /// Warnings found.
    pub warnings: u64,
    /// Notes found.
    pub notes: u64,
}

impl Summary {
    /// Whether no error was found.
    pub fn is_valid(&self) -> bool {
        self.errors == 0
    }

    /// Adds what was looked at elsewhere.
    pub fn add(&mut self, other: &Summary) {
        self.documents += other.documents;
        self.envelopes += other.envelopes;
        self.events += other.events;
        self.spans += other.spans;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { rule, pointer, line, message, .. } = self;
        write!(formatter, "{} {}", rule.code, rule.severity)?;
        if let Some(line) = line {
            write!(formatter, " at line {line}")?;
        }
        if !pointer.is_empty() {
            write!(formatter, " {pointer}")?;
        }
        write!(formatter, ": {message}")
    }
}

/// The way from the document to a value, put into words only where something is found.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The document, or the record in it: a pointer already.
    Root(&'a str),
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn key(&'a self, name: &'a str) -> Path<'a> {
        Path::Key(self, name)
    }

    pub(super) fn index(&'a self, at: usize) -> Path<'a> {
        Path::Index(self, at)
    }

    /// The JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        match self {
            Path::Root(pointer) => text.push_str(pointer),
            Path::Key(parent, name) => {
                parent.write(text);
                push_token(text, name);
            }
            Path::Index(parent, at) => {
                parent.write(text);
                text.push('/');
                text.push_str(&at.to_string());
            }
        }
    }
}

/// Appends a reference token of a JSON pointer.
pub(super) fn push_token(text: &mut String, name: &str) {
    text.push('/');
    for character in name.chars() {
        match character {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            other => text.push(other),
        }
    }
}

/// Findings of one document, as they are made.
pub(super) struct Found {
    pub(super) level: Level,
    pub(super) list: Vec<Finding>,
    /// Whether a rule of the schema found something: what a broken shape says is not asked further.
    pub(super) is_misshapen: bool,
}

/// So many findings of one document are kept: nobody reads more, and a hostile document could hold millions.
const MOST_OF_ONE: usize = 1000;

impl Found {
    pub(super) fn new(level: Level) -> Self {
        Found { level, list: Vec::new(), is_misshapen: false }
    }

    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        path: &Path<'_>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        if rule.level > self.level {
            return;
        }
        self.is_misshapen |= rule.level == Level::Schema;
        if self.list.len() < MOST_OF_ONE {
            let (pointer, fix) = (path.pointer(), Some(fix.into()));
            self.list.push(Finding { rule, pointer, line: None, column: None, message: message.into(), fix });
        }
    }
}

/// A text of the input in a message: short, without control characters, quoted.
pub(super) fn shown(text: &str) -> String {
    if let Some(kind) = super::secrets::find(text) {
        return format!("(a text that looks like {kind})");
    }
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}
