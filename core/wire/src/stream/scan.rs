//! Where a JSON value ends, found piece by piece without reading it.

/// Follows brackets and quotes; whether what stands between them is JSON, the reader says.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Bytes of the value that were looked at.
    pub(super) length: usize,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Looks at the bytes of a value, of which the first [`Scan::length`] were looked at before; gives the value's length once
    /// its end is there. A number or a word ends where the next thing begins, or with the file.
    pub(super) fn end(&mut self, value: &[u8], is_end: bool) -> Option<usize> {
        while let Some(byte) = value.get(self.length) {
            if self.is_in_string {
                self.string(value);
                if !self.is_in_string && self.depth == 0 {
                    return Some(self.length);
                }
                continue;
            }
            match byte {
                b'"' if self.depth == 0 && self.length > 0 => return Some(self.length),
                b'"' => self.is_in_string = true,
                b'[' | b'{' if self.depth == 0 && self.length > 0 => return Some(self.length),
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' if self.depth <= 1 => {
                    // Without an opening one it is not of this value.
                    return Some(self.length + self.depth);
                }
                b']' | b'}' => self.depth -= 1,
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => return Some(self.length),
                _ => {}
            }
            self.length += 1;
        }
        (is_end && self.length > 0).then_some(self.length)
    }

    /// Goes behind the closing quote, or to the end of what is there.
    fn string(&mut self, value: &[u8]) {
        let rest = value.get(self.length..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            if self.is_escaped {
                self.is_escaped = false;
            } else if *byte == b'\\' {
                self.is_escaped = true;
            } else if *byte == b'"' {
                self.is_in_string = false;
                self.length += at + 1;
                return;
            }
        }
        self.length = value.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_same_wherever_the_pieces_are_cut() {
        for (text, length) in [
            (r#"{"a":[1,"]}\"",{}]} ,"#, 19),
            (r#""a\\" "#, 5),
            ("12,", 2),
            ("true]", 4),
            ("[[],[{}]]x", 9),
            ("1\"", 1),
            ("]", 0),
            ("\"\\\"\"", 4),
        ] {
            for cut in 0..=text.len() {
                let mut scan = Scan::default();
                let first = scan.end(&text.as_bytes()[..cut], false);
                let found = first.or_else(|| scan.end(text.as_bytes(), false));
                assert_eq!(found, Some(length), "{text} cut at {cut}");
            }
        }
        assert_eq!(Scan::default().end(b"12", false), None);
        assert_eq!(Scan::default().end(b"12", true), Some(2));
        assert_eq!(Scan::default().end(b"[1", true), Some(2));
        assert_eq!(Scan::default().end(b"", true), None);
    }
}
