//! A document as lines with their depth, without comments and blank lines (sections 5.1 and 12), one after the other.

use super::fault::{Fault, fault};
use super::scan::{find_byte, first_not_space, trim_end};
use crate::work;

/// A line that says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) depth: usize,
    /// From 1.
    pub(super) number: usize,
    /// A blank line stands before it.
    pub(super) is_after_blank: bool,
}

/// The lines from where they are read.
pub(super) struct Lines<'a> {
    /// `None` behind the last line.
    rest: Option<&'a str>,
    /// How many lines have been read.
    number: usize,
    indent: usize,
    is_strict: bool,
    /// The line that stands next, once it has been looked at.
    next: Option<Line<'a>>,
    /// What ends the lines before the document ends; whatever else is found to be wrong then follows from it.
    pub(super) fault: Option<Fault>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, indent: usize, is_strict: bool) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Lines { rest: Some(text), number: 0, indent, is_strict, next: None, fault: None }
    }

    /// The line that stands next.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<Line<'a>> {
        if self.next.is_none() && self.rest.is_some() {
            match self.read() {
                Ok(line) => self.next = line,
                Err(fault) => (self.rest, self.fault) = (None, Some(fault)),
            }
        }
        self.next
    }

    /// Goes behind the line that stands next.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.next = None;
    }

    /// Whether a line follows the one that stands next.
    pub(super) fn has_more(&self) -> bool {
        let mut ahead = Lines { next: None, fault: None, ..*self };
        ahead.peek().is_some() || ahead.fault.is_some()
    }

    /// Puts a line in the place of the one that stands next.
    pub(super) fn replace(&mut self, line: Line<'a>) {
        self.next = Some(line);
    }

    fn read(&mut self) -> Result<Option<Line<'a>>, Fault> {
        let mut is_after_blank = false;
        while let Some(rest) = self.rest {
            let end = find_byte(rest.as_bytes(), b'\n');
            work::count(end.unwrap_or(rest.len()) + 1);
            let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            self.rest = end.and_then(|end| rest.get(end + 1..));
            self.number += 1;
            let line = trim_end(line.strip_suffix('\r').unwrap_or(line));
            let spaces = first_not_space(line.as_bytes());
            match line.as_bytes().get(spaces) {
                Some(b'#') => continue,
                None => is_after_blank = true,
                Some(b'\t') => match self.tabs(line, is_after_blank)? {
                    Some(line) => return Ok(Some(line)),
                    None => is_after_blank = true,
                },
                Some(_) => {
                    let text = line.get(spaces..).unwrap_or_default();
                    return self.line(text, spaces, 0, is_after_blank).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// A line whose margin has tabs; `None` for one that counts as blank.
    fn tabs(&self, line: &'a str, is_after_blank: bool) -> Result<Option<Line<'a>>, Fault> {
        let content = line.trim_start_matches(['\t', ' ']);
        if content.is_empty() && !self.is_strict {
            return Ok(None);
        }
        let margin = line.get(..line.len() - content.len()).unwrap_or_default();
        let tabs = margin.bytes().filter(|byte| *byte == b'\t').count();
        self.line(content, margin.len() - tabs, tabs, is_after_blank).map(Some)
    }

    #[inline]
    fn line(&self, text: &'a str, spaces: usize, tabs: usize, is_after_blank: bool) -> Result<Line<'a>, Fault> {
        let number = self.number;
        let indent = self.indent;
        if self.is_strict && tabs > 0 {
            return fault("toon_indentation", number, "a line is indented by a tab; spaces are expected");
        }
        let depth = spaces / indent;
        if self.is_strict && depth * indent != spaces {
            let reason = format!("a line is indented by {spaces} spaces; a multiple of {indent} is expected");
            return fault("toon_indentation", number, reason);
        }
        Ok(Line { text, depth: tabs + depth, number, is_after_blank })
    }
}
