//! A JSON document: a list or an export element by element, anything else whole.

use super::scan::Scan;
use super::window::{Window, trim, trim_start};
use super::{Out, StreamOptions, too_large};
use crate::envelope::SPEC_VERSION;
use crate::error::WireError;
use crate::json::{self, ReadOptions};
use crate::recording::Form;
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Document {
    /// Whether further values may follow on lines of their own.
    may_be_lines: bool,
    state: State,
    scan: Scan,
    /// Levels that are open around the value at hand.
    depth: usize,
    /// For an export: whether its `spec` was seen.
    has_spec: bool,
    /// A value that is no list, while nobody knows whether it is the only one.
    held: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begin,
    /// Behind the bracket, or behind a comma.
    Element {
        is_first: bool,
    },
    /// Behind an element.
    Comma,
    /// Behind the list of an export.
    ExportEnd,
    /// At a value that is no list.
    Single,
    /// Behind it: whether anything follows says what it is.
    AfterSingle,
    /// Behind the document.
    End,
}

/// What came of reading on.
pub(super) enum Read {
    Progress,
    /// Nothing more can be read of what is at hand.
    Stuck,
    /// It is no document: what follows is JSON Lines.
    Lines,
}

impl Document {
    pub(super) fn new(may_be_lines: bool) -> Self {
        Document { may_be_lines, state: State::Begin, scan: Scan::default(), depth: 0, has_spec: false, held: None }
    }

    pub(super) fn read(
        &mut self,
        window: &mut Window,
        options: &StreamOptions,
        out: &mut Out<'_>,
    ) -> Result<Read, WireError> {
        let max = options.max_item_bytes;
        if self.state != State::Begin {
            window.skip_space();
        }
        match self.state {
            State::Begin => self.begin(window, options.whole_bytes, out),
            State::Element { is_first } => self.element(is_first, window, max, out),
            State::Comma => match window.rest().first() {
                Some(b',') => Ok(self.go(State::Element { is_first: false }, 1, window)),
                Some(b']') => Ok(self.close(window)),
                Some(_) => Err(refused(window, "json_syntax", "a comma or the list's end is expected")),
                None => self.more(window),
            },
            State::ExportEnd => self.export_end(window, options.whole_bytes),
            State::Single => {
                self.held = self.value(window, max)?;
                self.state = if self.held.is_some() { State::AfterSingle } else { State::Single };
                Ok(if self.held.is_some() { Read::Progress } else { Read::Stuck })
            }
            State::AfterSingle => self.after_single(window, out),
            State::End if window.rest().is_empty() => Ok(Read::Stuck),
            State::End => Err(refused(window, "json_trailing", "bytes follow the value")),
        }
    }

    fn go(&mut self, state: State, taken: usize, window: &mut Window) -> Read {
        window.take(taken);
        self.state = state;
        Read::Progress
    }

    fn more(&self, window: &Window) -> Result<Read, WireError> {
        if window.is_end { Err(refused(window, "json_end", "the text ends inside a value")) } else { Ok(Read::Stuck) }
    }

    /// A small document is read at once; of a large one the first bytes say what it is.
    fn begin(&mut self, window: &mut Window, whole: usize, out: &mut Out<'_>) -> Result<Read, WireError> {
        if !window.is_end && window.rest().len() <= whole.max(BEGINNING) {
            return Ok(Read::Stuck);
        }
        if window.rest().len() > whole {
            window.skip_space();
            let (state, taken) = match window.rest() {
                [b'[', ..] => (State::Element { is_first: true }, 1),
                rest => match export_begin(rest) {
                    Some((has_spec, taken)) => {
                        self.has_spec = has_spec;
                        (State::Element { is_first: true }, taken)
                    }
                    None => (State::Single, 0),
                },
            };
            *out.form = match taken {
                0 => None,
                1 => Some(Form::List),
                _ => Some(Form::Export),
            };
            self.depth = taken.min(2);
            return Ok(self.go(state, taken, window));
        }
        let length = window.rest().len();
        match json::read(window.rest(), &ReadOptions::default()) {
            Ok(value) => {
                out.document(value);
                Ok(self.go(State::End, length, window))
            }
            Err(error) if self.may_be_lines && error.code() == "json_trailing" => Ok(Read::Lines),
            Err(_) if trim(window.rest()).is_empty() => {
                Err(refused(window, "json_end", "there is nothing; a value is expected"))
            }
            Err(error) => Err(placed(error, window)),
        }
    }

    fn element(
        &mut self,
        is_first: bool,
        window: &mut Window,
        max: usize,
        out: &mut Out<'_>,
    ) -> Result<Read, WireError> {
        match window.rest().first() {
            None => return self.more(window),
            Some(b']') if is_first => return Ok(self.close(window)),
            Some(_) => {}
        }
        let Some(value) = self.value(window, max)? else { return Ok(Read::Stuck) };
        out.value(value);
        self.state = State::Comma;
        Ok(Read::Progress)
    }

    /// The value that begins here, once its end is there.
    fn value(&mut self, window: &mut Window, max: usize) -> Result<Option<Value>, WireError> {
        let found = self.scan.end(window.rest(), window.is_end);
        if self.scan.length > max {
            return Err(too_large(window.place().line, max));
        }
        let Some(length) = found else { return if window.is_end { self.more(window).map(|_| None) } else { Ok(None) } };
        self.scan = Scan::default();
        let max_depth = ReadOptions::default().max_depth - self.depth;
        let options = ReadOptions { max_depth, max_bytes: max, ..ReadOptions::default() };
        let text = window.rest().get(..length).unwrap_or_default();
        let value = json::read(text, &options).map_err(|error| placed(error, window))?;
        window.take(length);
        Ok(Some(value))
    }

    /// Goes behind the list's bracket.
    fn close(&mut self, window: &mut Window) -> Read {
        let state = if self.depth == 2 { State::ExportEnd } else { State::End };
        self.go(state, 1, window)
    }

    /// What may stand behind the list of an export: its `spec`, where it did not stand before, and the brace.
    fn export_end(&mut self, window: &mut Window, whole: usize) -> Result<Read, WireError> {
        let mut rest = Tokens(window.rest());
        let is_whole = self.has_spec || (rest.token(b",") && rest.spec());
        if is_whole && rest.token(b"}") {
            let taken = window.rest().len() - rest.0.len();
            return Ok(self.go(State::End, taken, window));
        }
        if window.rest().len() < BEGINNING && !window.is_end {
            return Ok(Read::Stuck);
        }
        if window.is_end && !trim(window.rest()).ends_with(b"}") {
            return Err(refused(window, "json_end", "the text ends inside a value"));
        }
        let reason = format!(
            "an export has `envelopes` and `\"spec\":\"{SPEC_VERSION}\"` and no more; a map with other members is read whole, up to {whole} bytes, and this is another"
        );
        Err(refused(window, "item_too_large", &reason))
    }

    fn after_single(&mut self, window: &Window, out: &mut Out<'_>) -> Result<Read, WireError> {
        if window.rest().is_empty() && !window.is_end {
            return Ok(Read::Stuck);
        }
        self.state = State::End;
        let Some(value) = self.held.take() else { return Ok(Read::Progress) };
        if self.may_be_lines && !window.rest().is_empty() {
            out.value(value);
            return Ok(Read::Lines);
        }
        out.document(value);
        Ok(Read::Progress)
    }
}

/// In so many bytes an export's first and last members certainly show, with white space.
const BEGINNING: usize = 4096;

/// Tokens with white space before them.
struct Tokens<'a>(&'a [u8]);

impl Tokens<'_> {
    /// Takes a token if it is the next one.
    fn token(&mut self, token: &[u8]) -> bool {
        match trim_start(self.0).strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn spec(&mut self) -> bool {
        self.token(b"\"spec\"") && self.token(b":") && self.token(format!("\"{SPEC_VERSION}\"").as_bytes())
    }
}

/// Whether a text begins as an export does, up to the bracket of its list: whether `spec` stands before that, and its length.
fn export_begin(text: &[u8]) -> Option<(bool, usize)> {
    let mut rest = Tokens(text);
    if !rest.token(b"{") {
        return None;
    }
    let has_spec = rest.spec();
    let is_export =
        (!has_spec || rest.token(b",")) && rest.token(b"\"envelopes\"") && rest.token(b":") && rest.token(b"[");
    is_export.then_some((has_spec, text.len() - rest.0.len()))
}

fn refused(window: &Window, code: &'static str, reason: &str) -> WireError {
    let place = window.place();
    WireError::Line { code, line: place.line, reason: format!("{reason} at byte {}", place.column) }
}

/// The reader's error about what is at hand, with its place in the file.
pub(super) fn placed(error: WireError, window: &Window) -> WireError {
    match error {
        WireError::Json { code, offset, reason } => {
            let place = window.place_behind(window.rest().get(..offset).unwrap_or_default());
            WireError::Line { code, line: place.line, reason: format!("{reason} at byte {}", place.column) }
        }
        other => other,
    }
}
