//! Lines and columns of JSON pointers: found in the text afterwards, where something was found in the value.

use super::finding::push_token;
use std::collections::BTreeMap;

/// A place in a text: line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// Where the values of these pointers begin. The text is JSON that was read already; what leads nowhere is left out.
pub(super) fn spots<'p>(text: &[u8], pointers: impl Iterator<Item = &'p str>) -> BTreeMap<&'p str, Spot> {
    let mut wanted: BTreeMap<&str, Option<usize>> = pointers.map(|pointer| (pointer, None)).collect();
    let mut walk = Walk { text, at: 0, pointer: String::new(), wanted: &mut wanted };
    walk.value();
    let mut by_offset: Vec<(usize, &str)> =
        wanted.into_iter().filter_map(|(pointer, offset)| Some((offset?, pointer))).collect();
    by_offset.sort_unstable();
    let mut counter = Counter::new(text);
    by_offset.into_iter().map(|(offset, pointer)| (pointer, counter.spot(offset))).collect()
}

/// The spot of one offset.
pub(super) fn spot(text: &[u8], offset: usize) -> Spot {
    Counter::new(text).spot(offset)
}

/// Counts lines and characters up to offsets that only grow.
struct Counter<'a> {
    text: &'a [u8],
    at: usize,
    spot: Spot,
}

impl<'a> Counter<'a> {
    fn new(text: &'a [u8]) -> Self {
        Counter { text, at: 0, spot: Spot { line: 1, column: 1 } }
    }

    fn spot(&mut self, offset: usize) -> Spot {
        for byte in self.text.get(self.at..offset.min(self.text.len())).unwrap_or_default() {
            match byte {
                b'\n' => self.spot = Spot { line: self.spot.line + 1, column: 1 },
                // A continuation byte belongs to the character before it.
                0x80..=0xbf => {}
                _ => self.spot.column += 1,
            }
        }
        self.at = self.at.max(offset.min(self.text.len()));
        self.spot
    }
}

struct Walk<'a, 'p> {
    text: &'a [u8],
    at: usize,
    pointer: String,
    wanted: &'a mut BTreeMap<&'p str, Option<usize>>,
}

impl Walk<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Whether something inside the value at hand is wanted.
    fn is_wanted_inside(&self) -> bool {
        let from = std::ops::Bound::Excluded(self.pointer.as_str());
        // Every pointer inside begins with this one and `/`; between the two only what begins with a lower byte can stand.
        let below =
            |pointer: &str| pointer.strip_prefix(self.pointer.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.wanted
            .range::<str, _>((from, std::ops::Bound::Unbounded))
            .take_while(|(pointer, _)| pointer.starts_with(self.pointer.as_str()))
            .take(64)
            .any(|(pointer, _)| below(pointer))
    }

    fn value(&mut self) {
        self.space();
        if let Some(place) = self.wanted.get_mut(self.pointer.as_str()) {
            *place = Some(self.at);
        }
        if !matches!(self.peek(), Some(b'{' | b'[')) || !self.is_wanted_inside() {
            return self.skip();
        }
        let is_map = self.peek() == Some(b'{');
        self.at += 1;
        let length = self.pointer.len();
        for index in 0.. {
            self.space();
            match self.peek() {
                None => return,
                Some(b'}' | b']') => {
                    self.at += 1;
                    return;
                }
                Some(b',') => {
                    self.at += 1;
                    self.space();
                }
                _ => {}
            }
            if is_map {
                let start = self.at;
                self.skip();
                let name = self.text.get(start..self.at).unwrap_or_default();
                let name = crate::json::read(name, &crate::json::ReadOptions::default()).ok();
                push_token(&mut self.pointer, name.as_ref().and_then(crate::value::Value::as_text).unwrap_or_default());
                self.space();
                self.at += 1;
            } else {
                self.pointer.push('/');
                self.pointer.push_str(&index.to_string());
            }
            self.value();
            self.pointer.truncate(length);
        }
    }

    /// Goes behind the value at hand.
    fn skip(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return,
                _ => {
                    self.at += 1;
                    if depth == 0 {
                        // A number or a word ends where something else begins.
                        continue;
                    }
                }
            }
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => return,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_found_in_any_layout() {
        let text = "{\n  \"a\": [1, {\"b/c\": \"x,}\\\"\"}],\n  \"ä~\": {\"z\": null} }".as_bytes();
        let spots = spots(text, ["", "/a", "/a/0", "/a/1", "/a/1/b~1c", "/ä~0/z", "/nowhere"].into_iter());
        let shown: Vec<String> =
            spots.iter().map(|(pointer, spot)| format!("{pointer}={}:{}", spot.line, spot.column)).collect();
        assert_eq!(shown, ["=1:1", "/a=2:8", "/a/0=2:9", "/a/1=2:12", "/a/1/b~1c=2:20", "/ä~0/z=3:15"]);
    }
}
