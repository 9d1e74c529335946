//! The part of a file that is at hand, and where in the file it stands.

/// Bytes that were pushed and not yet taken.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    at: usize,
    /// Lines that end before the first byte at hand.
    lines_before: usize,
    /// Bytes of its line before the first byte at hand.
    column: usize,
    /// Up to here, from the first byte at hand, the end of the last line was looked for in vain.
    searched: usize,
    /// No more will come.
    pub(super) is_end: bool,
}

/// A place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: usize,
    /// Bytes before it in its line.
    pub(super) column: usize,
}

impl Window {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        // What was taken goes when it is most of what is here: each byte is moved once or twice in all.
        if self.at > self.bytes.len() / 2 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// What is at hand.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Goes on behind the next `length` bytes.
    pub(super) fn take(&mut self, length: usize) {
        let taken = self.rest().get(..length).unwrap_or_else(|| self.rest());
        let place = self.place_behind(taken);
        let length = taken.len();
        (self.lines_before, self.column) = (place.line - 1, place.column);
        self.at += length;
        self.searched = 0;
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
        }
    }

    /// Where the first byte at hand stands.
    pub(super) fn place(&self) -> Place {
        Place { line: self.lines_before + 1, column: self.column }
    }

    /// The place behind these bytes, which are the next ones.
    pub(super) fn place_behind(&self, bytes: &[u8]) -> Place {
        let Place { line, column } = self.place();
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
                Place { line: line + lines, column: bytes.len() - last - 1 }
            }
            None => Place { line, column: column + bytes.len() },
        }
    }

    /// Takes white space as JSON has it.
    pub(super) fn skip_space(&mut self) {
        let spaces = self.rest().iter().take_while(|byte| is_space(**byte)).count();
        self.take(spaces);
    }

    /// Where the line that begins at `from` ends, its line feed included; all of the rest at the file's end. Between two calls
    /// of [`Window::take`], `from` only grows.
    pub(super) fn line_end(&mut self, from: usize) -> Option<usize> {
        let begin = from.max(self.searched);
        let length = self.rest().len();
        match self.rest().get(begin..).unwrap_or_default().iter().position(|byte| *byte == b'\n') {
            Some(feed) => Some(begin + feed + 1),
            None if self.is_end && length > from => Some(length),
            None => {
                self.searched = length;
                None
            }
        }
    }
}

/// White space as JSON has it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A text without white space before it.
pub(super) fn trim_start(text: &[u8]) -> &[u8] {
    let from = text.iter().position(|byte| !is_space(*byte)).unwrap_or(text.len());
    text.get(from..).unwrap_or_default()
}

/// A text without white space around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let to = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    trim_start(text.get(..to).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_kept_over_pushes() {
        let mut window = Window::default();
        window.push(b"one\ntwo");
        window.take(5);
        assert_eq!((window.rest(), window.place()), (&b"wo"[..], Place { line: 2, column: 1 }));
        window.push(b"\n\nfour");
        assert_eq!(window.line_end(0), Some(3));
        assert_eq!(window.place_behind(b"wo\n\nf"), Place { line: 4, column: 1 });
        window.take(4);
        assert_eq!((window.line_end(0), window.rest()), (None, &b"four"[..]));
        window.is_end = true;
        assert_eq!((window.line_end(0), window.line_end(4)), (Some(4), None));
        window.take(99);
        assert_eq!(window.place(), Place { line: 4, column: 4 });
    }
}
