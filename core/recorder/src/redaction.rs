//! Rules of redaction: as a user gives them, and as a journal's header carries them (`spec/privacy.md`).

use crate::seal::version::{PLAIN_SEAL_VERSION, RULES_SEAL_VERSION};
use std::fmt;
use tracewire_wire::WireError;
#[cfg(feature = "redact")]
use tracewire_wire::redact::{self, Rule};

/// A shorter key can be found by trying (TW-RED-001).
#[cfg(feature = "redact")]
const LEAST_KEY_BYTES: usize = 16;

/// What a user asks for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Rules in the grammar of TW-RED-002: `password`, `@email -> hash`, `/ORD-[0-9]{8}/`.
    pub rules: Vec<String>,
    /// The key that rules hash with. It stands in no file: what is made of it does.
    pub key: Option<String>,
    /// When rules are applied.
    pub at: RedactAt,
}

/// When rules are applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RedactAt {
    /// When the journal is sealed: the caller waits for nothing, and the file holds the values until it goes.
    #[default]
    Seal,
    /// When a record is written: what is found never reaches a disk, and the caller waits for it.
    Record,
}

impl RedactAt {
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "seal" => Some(RedactAt::Seal),
            "record" => Some(RedactAt::Record),
            _ => None,
        }
    }
}

impl Redaction {
    /// These keys, masked.
    pub fn of_keys(keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Redaction { rules: keys.into_iter().map(Into::into).collect(), ..Redaction::default() }
    }

    /// What a header carries of it.
    ///
    /// # Errors
    /// `redact_rule` and `redact_pattern`: what is no rule, or cannot be applied.
    pub fn rules(&self) -> Result<Redact, WireError> {
        let mut redact = Redact::default();
        for rule in &self.rules {
            match plain_key(rule)? {
                Some(key) => redact.keys.push(key),
                None => redact.rules.push(rule.clone()),
            }
        }
        #[cfg(feature = "redact")]
        if !redact.rules.is_empty() {
            let key = self.key.as_deref().filter(|key| key.len() >= LEAST_KEY_BYTES);
            redact.hash_key = key.map(redact::hash_key);
            redact.redactor()?;
        }
        Ok(redact)
    }
}

/// The key that a rule lists, where that is all it says.
#[cfg(feature = "redact")]
fn plain_key(rule: &str) -> Result<Option<String>, WireError> {
    Ok(Rule::parse(rule)?.plain_key().map(str::to_owned))
}

/// A library without rules knows keys, and refuses what may be more.
#[cfg(not(feature = "redact"))]
fn plain_key(rule: &str) -> Result<Option<String>, WireError> {
    if rule.bytes().any(|byte| matches!(byte, b'@' | b'!' | b'/' | b':' | b'>')) {
        return Err(WireError::Unknown { code: "redact_rule", reason: "only keys are known here".to_owned() });
    }
    Ok(Some(rule.to_owned()))
}

/// What a journal's header carries: whoever seals the file removes the same.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Redact {
    /// Keys whose values are masked, compared without regard to ASCII case, at any depth of a body.
    pub keys: Vec<String>,
    /// All other rules, in their order. Where there is one, the file is at least of seal 2.
    pub rules: Vec<String>,
    /// What rules hash with.
    pub hash_key: Option<[u8; 32]>,
}

impl Redact {
    /// The lowest version of the seal that knows all of this.
    pub fn seal_version(&self) -> u64 {
        if self.rules.is_empty() { PLAIN_SEAL_VERSION } else { RULES_SEAL_VERSION }
    }

    #[cfg(feature = "redact")]
    pub(crate) fn redactor(&self) -> Result<redact::Redactor, WireError> {
        redact::Redactor::new(&self.keys, &self.rules, self.hash_key)
    }
}

/// Without the keys.
impl fmt::Debug for Redaction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Redaction").field("rules", &self.rules).field("at", &self.at).finish_non_exhaustive()
    }
}

/// Without the key.
impl fmt::Debug for Redact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Redact").field("keys", &self.keys).field("rules", &self.rules).finish_non_exhaustive()
    }
}
