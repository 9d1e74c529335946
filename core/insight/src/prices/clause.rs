//! Which names a provider or a model goes by.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A condition on a name in lower case.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    Equals(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    Pattern(Pattern),
    /// Parts with anything between them, as a user writes `gpt-5*`.
    Wildcard(Vec<String>),
    Or(Vec<Clause>),
    And(Vec<Clause>),
    Not(Box<Clause>),
}

/// A regular expression, compiled when it is first asked: most never are.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    pub(super) fn is_match(&self, name: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(name))
    }

    /// Whether a match begins where the text begins.
    pub(super) fn is_match_at_start(&self, name: &str) -> bool {
        self.regex().and_then(|regex| regex.find(name)).is_some_and(|found| found.start() == 0)
    }

    /// `None` where it is no regular expression; a test looks at all that we carry.
    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

impl Clause {
    /// Exact text, or text with `*` for anything.
    pub(super) fn wildcard(text: &str) -> Self {
        let text = text.to_lowercase();
        if text.contains('*') {
            Clause::Wildcard(text.split('*').map(str::to_owned).collect())
        } else {
            Clause::Equals(text)
        }
    }

    /// Whether a name in lower case fits.
    pub(super) fn is_match(&self, name: &str) -> bool {
        match self {
            Clause::Equals(text) => name == text,
            Clause::StartsWith(text) => name.starts_with(text.as_str()),
            Clause::EndsWith(text) => name.ends_with(text.as_str()),
            Clause::Contains(text) => name.contains(text.as_str()),
            Clause::Pattern(pattern) => pattern.is_match(name),
            Clause::Wildcard(parts) => fits(parts, name),
            Clause::Or(clauses) => clauses.iter().any(|clause| clause.is_match(name)),
            Clause::And(clauses) => clauses.iter().all(|clause| clause.is_match(name)),
            Clause::Not(clause) => !clause.is_match(name),
        }
    }

    /// All regular expressions inside.
    #[cfg(test)]
    pub(super) fn patterns(&self) -> Vec<&Pattern> {
        match self {
            Clause::Pattern(pattern) => vec![pattern],
            Clause::Or(clauses) | Clause::And(clauses) => clauses.iter().flat_map(Clause::patterns).collect(),
            Clause::Not(clause) => clause.patterns(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
impl Pattern {
    pub(super) fn is_sound(&self) -> bool {
        self.regex().is_some()
    }
}

/// The first part begins the name, the last one ends it, the others follow each other in between.
fn fits(parts: &[String], name: &str) -> bool {
    let Some(((first, last), between)) = parts.split_first().and_then(|(first, rest)| {
        let (last, between) = rest.split_last()?;
        Some(((first, last), between))
    }) else {
        return false;
    };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
    for part in between {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::Clause;

    #[test]
    fn wildcards_fit_what_is_between() {
        for (pattern, name, fits) in [
            ("gpt-5", "gpt-5", true),
            ("gpt-5", "gpt-5-mini", false),
            ("GPT-5*", "gpt-5-mini", true),
            ("*-mini", "gpt-5-mini", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("ft:*:acme:*", "ft:gpt-4o:acme:x", true),
            ("ft:*:acme:*", "ft:gpt-4o:other:x", false),
            ("*b*b*", "abc", false),
        ] {
            assert_eq!(Clause::wildcard(pattern).is_match(name), fits, "{pattern} {name}");
        }
    }
}
