//! TOON: a list, or that of an export, block by block; anything else whole.
//!
//! A block is some items with all their lines. Behind a header of its own it is a document, which the reader of whole
//! documents reads.

use super::window::Window;
use super::{Out, StreamOptions, too_large};
use crate::envelope::SPEC_VERSION;
use crate::error::WireError;
use crate::recording::{Form, Item};
use crate::toon::{DecodeOptions, decode};
use crate::value::Value;
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Toon {
    state: State,
    /// Bytes at hand that were looked at: whole lines of the block.
    length: usize,
    /// Items in them.
    items: usize,
    /// Items before them.
    items_before: u64,
    /// How deep items stand, once the first was seen.
    depth: Option<usize>,
    /// A blank line was seen last.
    is_after_blank: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Begin,
    /// At the items of a list.
    Items(Header),
    /// Behind the items.
    Behind {
        is_export: bool,
    },
    /// A document that is read whole.
    Whole,
    End,
}

/// The line before the items.
#[derive(Clone, Debug, PartialEq)]
struct Header {
    is_export: bool,
    is_table: bool,
    count: u64,
    /// What follows the count.
    behind: String,
    line: usize,
}

impl Toon {
    /// Reads on; false where nothing more can be read of what is at hand.
    pub(super) fn read(
        &mut self,
        window: &mut Window,
        options: &StreamOptions,
        out: &mut Out<'_>,
    ) -> Result<bool, WireError> {
        match &self.state {
            State::Begin => self.begin(window, options, out),
            State::Items(header) => {
                let header = header.clone();
                self.block(&header, window, options, out.ready)
            }
            State::Behind { is_export } => {
                let is_export = *is_export;
                self.behind(is_export, window, options)
            }
            State::Whole => self.whole(window, options, out),
            State::End => Ok(false),
        }
    }

    /// A small document is read at once; of a large one the first line says what it is.
    fn begin(&mut self, window: &mut Window, options: &StreamOptions, out: &mut Out<'_>) -> Result<bool, WireError> {
        if window.rest().len() <= options.whole_bytes {
            return if window.is_end { self.whole(window, options, out) } else { Ok(false) };
        }
        if window.rest().len() < 3 && !window.is_end {
            return Ok(false);
        }
        // What was looked at before stays looked at: lines are found from there on.
        let mut from = self.length;
        while let Some(end) = window.line_end(from) {
            let line = window.rest().get(from..end).unwrap_or_default();
            // The mark before a document is no part of its first line.
            let line = if from == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
            if !content(line, options.toon.is_strict).is_empty() {
                let place = window.place_behind(window.rest().get(..from).unwrap_or_default());
                self.length = 0;
                self.state = match std::str::from_utf8(line).ok().and_then(|line| header(line, place.line)) {
                    Some(header) => {
                        *out.form = Some(if header.is_export { Form::Export } else { Form::List });
                        window.take(end);
                        State::Items(header)
                    }
                    None => State::Whole,
                };
                return Ok(true);
            }
            from = end;
            self.length = end;
        }
        // A longer first line is no header alone.
        if window.is_end || window.rest().len() - from > LONGEST_HEADER {
            self.length = 0;
            self.state = State::Whole;
            return Ok(true);
        }
        Ok(false)
    }

    fn whole(&mut self, window: &mut Window, options: &StreamOptions, out: &mut Out<'_>) -> Result<bool, WireError> {
        let length = window.rest().len();
        if length > options.max_item_bytes {
            return Err(too_large(window.place().line, options.max_item_bytes));
        }
        if !window.is_end {
            return Ok(false);
        }
        let first = window.place().line;
        out.document(decode(window.rest(), &options.toon).map_err(|error| moved(error, first, 1, first))?);
        window.take(length);
        self.state = State::End;
        Ok(true)
    }

    /// Looks at further lines, and reads a block where it is long enough or the items end.
    fn block(
        &mut self,
        header: &Header,
        window: &mut Window,
        options: &StreamOptions,
        ready: &mut VecDeque<Item>,
    ) -> Result<bool, WireError> {
        while let Some(end) = window.line_end(self.length) {
            let line = window.rest().get(self.length..end).unwrap_or_default();
            if content(line, options.toon.is_strict).is_empty() {
                self.is_after_blank |= !line.contains(&b'#');
                self.length = end;
                continue;
            }
            let (depth, text) = margin(line, options.toon.indent);
            if depth == 0 {
                self.flush(header, window, options, ready)?;
                return self.close(header, options).map(|()| true);
            }
            let is_item = depth == *self.depth.get_or_insert(depth) && (header.is_table || text.starts_with(b"-"));
            if is_item {
                if self.length >= options.block_bytes && self.items > 0 {
                    // A blank line between two blocks is seen by neither.
                    self.refuse_blank(window, options)?;
                    self.flush(header, window, options, ready)?;
                    return Ok(true);
                }
                self.items += 1;
            }
            self.is_after_blank = false;
            self.length = end;
        }
        if self.length.max(window.rest().len()) > options.max_item_bytes.saturating_add(options.block_bytes) {
            return Err(too_large(window.place().line, options.max_item_bytes));
        }
        if !window.is_end {
            return Ok(false);
        }
        self.flush(header, window, options, ready)?;
        self.close(header, options).map(|()| true)
    }

    fn refuse_blank(&self, window: &Window, options: &StreamOptions) -> Result<(), WireError> {
        if !self.is_after_blank || !options.toon.is_strict {
            return Ok(());
        }
        let line = window.place_behind(window.rest().get(..self.length).unwrap_or_default()).line;
        Err(WireError::Line { code: "toon_blank_line", line, reason: "a blank line stands inside a list".to_owned() })
    }

    /// Reads the lines that were looked at.
    fn flush(
        &mut self,
        header: &Header,
        window: &mut Window,
        options: &StreamOptions,
        ready: &mut VecDeque<Item>,
    ) -> Result<(), WireError> {
        let first = window.place().line;
        let mut text = format!("[{}{}\n", self.items, header.behind).into_bytes();
        text.extend_from_slice(window.rest().get(..self.length).unwrap_or_default());
        let levels = options.toon.max_depth.saturating_sub(usize::from(header.is_export));
        let read = decode(&text, &DecodeOptions { max_depth: levels, ..options.toon });
        match read.map_err(|error| moved(error, first, 2, header.line))? {
            Value::List(values) => ready.extend(values.into_iter().map(Item::Value)),
            other => ready.push_back(Item::Value(other)),
        }
        window.take(self.length);
        self.items_before += self.items as u64;
        (self.length, self.items, self.is_after_blank) = (0, 0, false);
        Ok(())
    }

    /// The items end here.
    fn close(&mut self, header: &Header, options: &StreamOptions) -> Result<(), WireError> {
        if options.toon.is_strict && header.count != self.items_before {
            let what = if header.is_table { "rows" } else { "items" };
            let reason = format!("{} {what} are declared, {} are there", header.count, self.items_before);
            return Err(WireError::Line { code: "toon_count", line: header.line, reason });
        }
        self.state = State::Behind { is_export: header.is_export };
        Ok(())
    }

    /// Behind a list that is the document nothing may stand, behind that of an export only its `spec`.
    fn behind(&mut self, is_export: bool, window: &mut Window, options: &StreamOptions) -> Result<bool, WireError> {
        let length = window.rest().len();
        if !window.is_end && length <= LONGEST_HEADER {
            return Ok(false);
        }
        let place = window.place();
        let rest = window.rest();
        if !is_export {
            return match rest
                .split_inclusive(|byte| *byte == b'\n')
                .position(|line| !content(line, options.toon.is_strict).is_empty())
            {
                Some(at) => Err(WireError::Line {
                    code: "toon_trailing",
                    line: place.line + at,
                    reason: "this line belongs to nothing before it".to_owned(),
                }),
                None => {
                    window.take(length);
                    Ok(length > 0)
                }
            };
        }
        let members = decode(rest, &options.toon).map_err(|error| moved(error, place.line, 1, place.line))?;
        let spec = Value::Map([("spec".to_owned(), SPEC_VERSION.into())].into_iter().collect());
        if members != spec {
            let reason = format!(
                "an export has `envelopes` and `spec: \"{SPEC_VERSION}\"` and no more; a map with other members is read whole, up to {} bytes, and this is another",
                options.whole_bytes
            );
            return Err(WireError::Line { code: "item_too_large", line: place.line, reason });
        }
        window.take(length);
        self.state = State::End;
        Ok(true)
    }
}

/// A header, or what stands behind the list of an export, is no longer, in bytes.
const LONGEST_HEADER: usize = 1 << 20;

/// What a line says: nothing where it is blank or a comment.
fn content(line: &[u8], is_strict: bool) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_margin = |byte: &u8| *byte == b' ' || (*byte == b'\t' && !is_strict);
    let from = line.iter().position(|byte| *byte != b' ').unwrap_or(line.len());
    let text = line.get(from..).unwrap_or_default();
    if text.starts_with(b"#") || text.iter().all(is_margin) { b"" } else { text }
}

/// How deep a line is indented, and its text.
fn margin(line: &[u8], indent: usize) -> (usize, &[u8]) {
    let length = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let (margin, text) = line.split_at_checked(length).unwrap_or((line, b""));
    let tabs = margin.iter().filter(|byte| **byte == b'\t').count();
    (tabs + (length - tabs) / indent.max(1), text)
}

/// `[3]:`, `[3]{a,b}:` or the same behind `envelopes`; `None` for any other line.
fn header(line: &str, number: usize) -> Option<Header> {
    let text = line.trim_end_matches(['\n', '\r', ' ']);
    let (is_export, rest) = match text.strip_prefix("envelopes[") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('[')?),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (count, behind) = rest.split_at_checked(digits)?;
    let named = behind.strip_prefix(['\t', '|']).unwrap_or(behind).strip_prefix(']')?;
    let is_table = named.starts_with('{') && named.ends_with("}:");
    let has_form = (is_table || named == ":") && !(count.len() > 1 && count.starts_with('0'));
    let count = count.parse().ok().filter(|_| has_form)?;
    // The reader of whole documents knows what is one: `[3]{a\",b}:` is a text.
    if !matches!(decode(format!("[0{behind}\n").as_bytes(), &DecodeOptions::default()), Ok(Value::List(_)) | Err(_)) {
        return None;
    }
    Some(Header { is_export, is_table, count, behind: behind.to_owned(), line: number })
}

/// An error of a part of the file: its line `begin` is the file's line `first`, and those before it are the line `header`.
fn moved(error: WireError, first: usize, begin: usize, header: usize) -> WireError {
    match error {
        WireError::Line { code, line, reason } => {
            let line = if line < begin { header } else { line - begin + first };
            WireError::Line { code, line, reason }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_stand_on_lines_are_seen_by_their_header() {
        let found = |line: &str| header(line, 1).map(|header| (header.is_export, header.is_table, header.count));
        assert_eq!(found("[3]:\n"), Some((false, false, 3)));
        assert_eq!(found("[12|]{a,\"b:}\"|c{d}}: \r\n"), Some((false, true, 12)));
        assert_eq!(found("envelopes[2\t]:"), Some((true, false, 2)));
        for other in
            ["[3]: a,b,c", "[2:]{a}:", "a[2]:", "[02]:", "[]", "[x]:", "{}", "\"[3]:", "[99999999999999999999]:"]
        {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
