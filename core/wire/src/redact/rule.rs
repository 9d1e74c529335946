//! The grammar of a rule (TW-RED-002): what it looks for, and what becomes of that.

use super::pattern::Pattern;
use crate::WireError;
use crate::detect::Detector;

/// What becomes of what a rule finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// A mark stands in its place.
    #[default]
    Mask,
    /// A mark with a keyed hash, so that equal ones can be told.
    Hash,
    /// The whole value goes.
    Drop,
    /// It stays: nobody looks for it.
    Keep,
}

/// What a rule looks for.
pub enum What {
    /// What these find.
    Detectors(&'static [Detector]),
    /// What a pattern matches, under a name.
    Pattern(String, Pattern),
    /// Members with this key.
    Key(String),
    /// A finding that is this text stays.
    Allow(String),
    /// A finding that this pattern matches whole stays.
    AllowPattern(Pattern),
}

/// One rule.
pub struct Rule {
    /// What it looks for.
    pub what: What,
    /// What becomes of it.
    pub action: Action,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// `redact_rule`, and `redact_pattern` with the byte of the rule at which its pattern cannot be.
    pub fn parse(text: &str) -> Result<Self, WireError> {
        let (what, named) = match text.rsplit_once(" -> ") {
            Some((what, action)) => match action_named(action) {
                Some(action) => (what, Some(action)),
                None => return Err(refused(text, "behind -> stands mask, hash, drop or keep")),
            },
            None => (text, None),
        };
        let action = named.unwrap_or_default();
        let what = parse_what(what, text)?;
        let is_possible = match what {
            What::Detectors(_) => true,
            What::Allow(_) | What::AllowPattern(_) => named.is_none(),
            What::Pattern(..) | What::Key(_) => action != Action::Keep,
        };
        if is_possible { Ok(Rule { what, action }) } else { Err(refused(text, "this action means nothing here")) }
    }

    /// Whether the rule lists a key and masks, as every version of the seal knows it.
    pub fn plain_key(&self) -> Option<&str> {
        match (&self.what, self.action) {
            (What::Key(key), Action::Mask) => Some(key),
            _ => None,
        }
    }
}

fn action_named(name: &str) -> Option<Action> {
    match name {
        "mask" => Some(Action::Mask),
        "hash" => Some(Action::Hash),
        "drop" => Some(Action::Drop),
        "keep" => Some(Action::Keep),
        _ => None,
    }
}

fn parse_what(what: &str, rule: &str) -> Result<What, WireError> {
    if let Some(name) = what.strip_prefix('@') {
        return match Detector::named(name) {
            [] => Err(refused(rule, &format!("there is no detector {name}; for a key of that name write key:@{name}"))),
            detectors => Ok(What::Detectors(detectors)),
        };
    }
    if let Some(key) = what.strip_prefix("key:") {
        return Ok(What::Key(key.to_owned()));
    }
    if let Some(allowed) = what.strip_prefix('!') {
        return match slashed(allowed) {
            Some("") => Err(refused(rule, "nothing is allowed")),
            Some(pattern) => Ok(What::AllowPattern(Pattern::whole(pattern).map_err(|error| at(error, 2))?)),
            None if allowed.is_empty() => Err(refused(rule, "nothing is allowed")),
            None => Ok(What::Allow(allowed.to_owned())),
        };
    }
    if what.starts_with('/') {
        let pattern = slashed(what).filter(|pattern| !pattern.is_empty());
        let Some(pattern) = pattern else {
            return Err(refused(rule, "a pattern stands between slashes; for a key write key: before it"));
        };
        return Ok(What::Pattern("pattern".to_owned(), Pattern::new(pattern).map_err(|error| at(error, 1))?));
    }
    if let Some((name, rest)) = what.split_once(':')
        && is_name(name)
        && let Some(pattern) = slashed(rest)
    {
        if pattern.is_empty() {
            return Err(refused(rule, "it looks for nothing"));
        }
        let pattern = Pattern::new(pattern).map_err(|error| at(error, name.len() + 2))?;
        return Ok(What::Pattern(name.to_owned(), pattern));
    }
    Ok(What::Key(what.to_owned()))
}

/// What stands between two slashes, if that is all.
fn slashed(text: &str) -> Option<&str> {
    text.strip_prefix('/')?.strip_suffix('/')
}

fn is_name(name: &str) -> bool {
    let is_rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.len() <= 32 && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(is_rest)
}

fn refused(rule: &str, reason: &str) -> WireError {
    WireError::Unknown { code: "redact_rule", reason: format!("{rule:?} is no rule: {reason}") }
}

/// The place in the rule, of the one in its pattern.
fn at(error: WireError, before: usize) -> WireError {
    match error {
        WireError::Bytes { code, offset, reason } => WireError::Bytes { code, offset: offset + before, reason },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Rule::parse(text) {
            Ok(Rule { what, action }) => {
                let what = match what {
                    What::Detectors(detectors) => detectors.iter().map(|one| one.name()).collect::<Vec<_>>().join(" "),
                    What::Pattern(name, pattern) => format!("{name} {pattern:?}"),
                    What::Key(key) => format!("key {key}"),
                    What::Allow(text) => format!("allow {text}"),
                    What::AllowPattern(pattern) => format!("allow {pattern:?}"),
                };
                format!("{what}, {action:?}")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_rule_says_what_and_then_what_becomes_of_it() {
        for (rule, said) in [
            ("password", "key password, Mask"),
            ("password -> hash", "key password, Hash"),
            ("a -> b -> drop", "key a -> b, Drop"),
            ("key:@id", "key @id, Mask"),
            ("key:/x/", "key /x/, Mask"),
            ("key:", "key , Mask"),
            ("", "key , Mask"),
            ("a/b", "key a/b, Mask"),
            ("@email", "email, Mask"),
            ("@email -> keep", "email, Keep"),
            ("@secrets -> drop", "api_key bearer_token jwt private_key url_password credential assignment, Drop"),
            ("/a+/", "pattern /a+/, Mask"),
            ("order:/ORD-[0-9]{8}/ -> hash", "order /ORD-[0-9]{8}/, Hash"),
            ("Order:/x/", "key Order:/x/, Mask"),
            ("!support@example.com", "allow support@example.com, Mask"),
            ("!/.*@example\\.com/", "allow /.*@example\\.com/, Mask"),
        ] {
            assert_eq!(told(rule), said, "{rule}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for (rule, reason) in [
            ("a -> b", "\"a -> b\" is no rule: behind -> stands mask, hash, drop or keep"),
            ("key:a -> b", "\"key:a -> b\" is no rule: behind -> stands mask, hash, drop or keep"),
            ("/", "\"/\" is no rule: a pattern stands between slashes; for a key write key: before it"),
            ("//", "\"//\" is no rule: a pattern stands between slashes; for a key write key: before it"),
            ("/a", "\"/a\" is no rule: a pattern stands between slashes; for a key write key: before it"),
            ("id://", "\"id://\" is no rule: it looks for nothing"),
            ("!//", "\"!//\" is no rule: nothing is allowed"),
            ("!", "\"!\" is no rule: nothing is allowed"),
            ("@id", "\"@id\" is no rule: there is no detector id; for a key of that name write key:@id"),
            ("password -> keep", "\"password -> keep\" is no rule: this action means nothing here"),
            ("/x/ -> keep", "\"/x/ -> keep\" is no rule: this action means nothing here"),
            ("!a -> mask", "\"!a -> mask\" is no rule: this action means nothing here"),
            ("order:/a(?=b)/", "looking ahead, which needs backtracking, is refused at byte 8"),
        ] {
            assert_eq!(told(rule), reason, "{rule}");
        }
    }
}
