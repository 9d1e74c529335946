//! Where a text is cut before anything is merged. Both encodings say it as a regular expression whose alternatives are tried in
//! order; here it is followed by hand, which needs no compiling and looks at each character a fixed number of times.
//!
//! ```text
//! cl100k  '(?i:s|t|re|ve|m|ll|d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} |  ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
//! o200k   [^\r\n\p{L}\p{N}]?U*L+C? | [^\r\n\p{L}\p{N}]?U+L*C? | \p{N}{1,3} |  ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
//!         U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]   L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]   C = (?i:'s|'t|'re|'ve|'m|'ll|'d)
//! ```

use super::Encoding;
use super::layout::{BLOCK, BLOCKS, LETTER, LOWER, NUMBER, SPACE, UPPER};

static CLASSES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classes.bin"));

/// The classes of a character, as bits.
fn class(character: char) -> u8 {
    let code = character as usize;
    let index = (code / BLOCK) * 2;
    let Some(&[low, high]) = CLASSES.get(index..index + 2) else { return 0 };
    let block = usize::from(u16::from_le_bytes([low, high]));
    CLASSES.get(BLOCKS * 2 + block * BLOCK + code % BLOCK).copied().unwrap_or(0)
}

fn is(character: char, classes: u8) -> bool {
    class(character) & classes != 0
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\r' | '\n')
}

/// A sign: no white space, letter or number.
fn is_sign(character: char) -> bool {
    !is(character, SPACE | LETTER | NUMBER)
}

/// What may stand before a word and belongs to it.
fn is_prefix(character: char) -> bool {
    !is_line_end(character) && !is(character, LETTER | NUMBER)
}

/// The pieces of a text, in order; together they are the text.
pub(super) struct Splitter<'t> {
    rest: &'t str,
    encoding: Encoding,
}

impl<'t> Splitter<'t> {
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Self {
        Self { rest: text, encoding }
    }
}

impl<'t> Iterator for Splitter<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.rest;
        let first = text.chars().next()?;
        let word = match self.encoding {
            Encoding::O200k => cased_word(text, first),
            Encoding::Cl100k => contraction(text).or_else(|| plain_word(text, first)),
        };
        let length = word.unwrap_or_else(|| match first {
            _ if is(first, NUMBER) => numbers(text),
            _ => signs(text, first, self.encoding).unwrap_or_else(|| spaces(text)),
        });
        // No alternative is empty; if one were, a character is a piece rather than none for ever.
        let (piece, rest) = text.split_at_checked(length.max(first.len_utf8())).unwrap_or((text, ""));
        self.rest = rest;
        Some(piece)
    }
}

/// The bytes of the characters from the beginning that are so.
fn run(text: &str, so: impl Fn(char) -> bool) -> usize {
    text.find(|character| !so(character)).unwrap_or(text.len())
}

fn behind(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// `'s`, `'LL` and the like, in bytes.
fn contraction(text: &str) -> Option<usize> {
    let mut characters = text.chars();
    if characters.next() != Some('\'') {
        return None;
    }
    match (characters.next()?, characters.next()) {
        // Whatever the case: the long s is one too.
        (first @ ('s' | 'S' | 't' | 'T' | 'm' | 'M' | 'd' | 'D' | '\u{17f}'), _) => Some(1 + first.len_utf8()),
        ('r' | 'R' | 'v' | 'V', Some('e' | 'E')) | ('l' | 'L', Some('l' | 'L')) => Some(3),
        _ => None,
    }
}

/// Letters, and one thing before them that is neither letter, number nor line end.
fn plain_word(text: &str, first: char) -> Option<usize> {
    let before = if is_prefix(first) { first.len_utf8() } else { 0 };
    let letters = run(behind(text, before), |character| is(character, LETTER));
    (letters > 0).then_some(before + letters)
}

/// A word that ends where its case falls back, with a contraction.
fn cased_word(text: &str, first: char) -> Option<usize> {
    let before = first.len_utf8();
    let prefixed = is_prefix(first).then(|| behind(text, before));
    let end = prefixed
        .and_then(|word| Some(before + ends_low(word)?))
        .or_else(|| ends_low(text))
        .or_else(|| prefixed.and_then(|word| Some(before + is_high(word)?)))
        .or_else(|| is_high(text))?;
    Some(end + contraction(behind(text, end)).unwrap_or(0))
}

/// `U*L+`: as far as it goes, then back to where an L is.
fn ends_low(word: &str) -> Option<usize> {
    let high = run(word, |character| is(character, UPPER));
    let low = run(behind(word, high), |character| is(character, LOWER));
    if low > 0 {
        return Some(high + low);
    }
    let back = word.get(..high)?.char_indices().rev().find(|(_, character)| is(*character, LOWER));
    back.map(|(at, character)| at + character.len_utf8())
}

/// `U+L*`, where `U*L+` is not: nothing that is L follows.
fn is_high(word: &str) -> Option<usize> {
    let high = run(word, |character| is(character, UPPER));
    (high > 0).then_some(high)
}

/// One to three numbers.
fn numbers(text: &str) -> usize {
    text.chars().take(3).take_while(|character| is(*character, NUMBER)).map(char::len_utf8).sum()
}

/// Signs with a blank before them, and line ends behind them.
fn signs(text: &str, first: char, encoding: Encoding) -> Option<usize> {
    let before = usize::from(first == ' ');
    let signs = run(behind(text, before), is_sign);
    if signs == 0 {
        return None;
    }
    let may_follow = |character| is_line_end(character) || encoding == Encoding::O200k && character == '/';
    Some(before + signs + run(behind(text, before + signs), may_follow))
}

/// White space: up to its last line end; else all but the last, which belongs to what follows; at the end of the text all.
fn spaces(text: &str) -> usize {
    let length = run(text, |character| is(character, SPACE));
    let Some(all) = text.get(..length) else { return length };
    if let Some(at) = all.rfind(is_line_end) {
        return at + 1;
    }
    match all.char_indices().next_back() {
        Some((at, _)) if length < text.len() && at > 0 => at,
        _ => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_those_of_the_expressions() {
        let cut = |text, encoding| Splitter::new(text, encoding).collect::<Vec<&str>>();
        for (text, o200k, cl100k) in [
            ("", &[][..], &[][..]),
            ("Hello world", &["Hello", " world"], &["Hello", " world"]),
            ("getHTTPResponse", &["get", "HTTPResponse"], &["getHTTPResponse"]),
            ("it's IT'S", &["it's", " IT'S"], &["it", "'s", " IT", "'S"]),
            ("12345", &["123", "45"], &["123", "45"]),
            ("a\n\n  b", &["a", "\n\n", " ", " b"], &["a", "\n\n", " ", " b"]),
            ("a  \n", &["a", "  \n"], &["a", "  \n"]),
            ("x   ", &["x", "   "], &["x", "   "]),
            (" {\n//", &[" {\n//"], &[" {\n", "//"]),
            ("日本ABCd", &["日本ABCd"], &["日本ABCd"]),
            ("ABC日", &["ABC日"], &["ABC日"]),
            ("\t\tif", &["\t", "\tif"], &["\t", "\tif"]),
            ("'\u{17f}x", &["'\u{17f}x"], &["'\u{17f}", "x"]),
        ] {
            assert_eq!(cut(text, Encoding::O200k), o200k, "{text:?}");
            assert_eq!(cut(text, Encoding::Cl100k), cl100k, "{text:?}");
        }
    }
}
