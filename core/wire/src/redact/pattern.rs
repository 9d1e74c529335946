//! A regular expression that is matched without backtracking.

use super::syntax;
use crate::WireError;
use regex_lite::{Regex, RegexBuilder};
use std::fmt;

/// Most bytes that a pattern may take when it is compiled. What [`syntax`] takes is far below.
const SIZE_LIMIT: usize = 64 << 20;

/// A pattern of TW-RED-003.
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// `redact_pattern`, with the byte at which it cannot be.
    pub fn new(source: &str) -> Result<Self, WireError> {
        Self::compile(source, source)
    }

    /// A pattern that matches nothing but the whole of a text.
    ///
    /// # Errors
    /// Those of [`Pattern::new`].
    pub fn whole(source: &str) -> Result<Self, WireError> {
        Self::compile(source, &format!(r"\A(?:{source})\z"))
    }

    fn compile(source: &str, text: &str) -> Result<Self, WireError> {
        syntax::check(source)?;
        let built = RegexBuilder::new(text).size_limit(SIZE_LIMIT).build();
        match built {
            Ok(regex) => Ok(Pattern { source: source.to_owned(), regex }),
            Err(error) => Err(WireError::Bytes { code: "redact_pattern", offset: 0, reason: error.to_string() }),
        }
    }

    /// Calls `each` with the range of what is found, from left to right: of the first group, where there is one.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(usize, usize)) {
        if self.regex.captures_len() < 2 {
            self.regex
                .find_iter(text)
                .filter(|found| !found.is_empty())
                .for_each(|found| each(found.start(), found.end()));
            return;
        }
        let groups = self.regex.captures_iter(text).filter_map(|found| found.get(1));
        groups.filter(|group| !group.is_empty()).for_each(|group| each(group.start(), group.end()));
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "/{}/", self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        Pattern::new(pattern).unwrap().find(text, |start, end| found.push(text[start..end].to_owned()));
        found
    }

    #[test]
    fn matches_are_found_from_left_to_right() {
        assert_eq!(found(r"ORD-\d{4}", "ORD-1234 ORD-12 xORD-56789"), ["ORD-1234", "ORD-5678"]);
        assert_eq!(found("a|ab", "ab"), ["a"]);
        assert_eq!(found("a*", "baab"), ["aa"]);
        assert_eq!(found(r"id=(\w+)|(x)", "id=ann x"), ["ann"]);
        assert_eq!(found(r"(?i)bob\b", "Bob bobo BOB"), ["Bob", "BOB"]);
        assert_eq!(found(r".", "é\n"), ["é"]);
        assert_eq!(found(r"\w+", "aé_1"), ["a", "_1"]);
    }

    #[test]
    fn a_pattern_that_is_too_large_is_refused() {
        let error = Pattern::new(&"a".repeat(4097)).unwrap_err();
        assert!(matches!(error, WireError::Bytes { code: "redact_pattern", .. }), "{error}");
    }

    #[test]
    fn what_would_take_forever_elsewhere_takes_no_time() {
        assert!(found("(a+)+b", &"a".repeat(10_000)).is_empty());
    }
}
