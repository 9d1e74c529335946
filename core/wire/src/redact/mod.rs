//! Rules of redaction: what must not leave a journal, and what stands in its place (`spec/privacy.md`).
//!
//! ```text
//! rules (texts) ─▶ Plan ─▶ Redactor: walk a body ─▶ keys ─▶ texts: JSON inside? ─▶ findings ─▶ mask, hash or drop
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `rule` | the grammar of a rule |
//! | `pattern`, `syntax` | regular expressions without backtracking, and the refusal of others with the place |
//! | `plan` | all rules of a file, ready to apply |
//! | `findings` | what is found in a text: gathered, joined, replaced |
//! | `walk`, `embedded` | the values of a body, and of JSON inside of a text |
//! | `find` | the same rules for who only looks: what they find, and in which slot it stands (feature `find`) |
//!
//! It takes time in proportion to what it looks at, and gives the same bytes wherever it runs.

mod embedded;
#[cfg(feature = "find")]
mod find;
mod findings;
mod pattern;
mod plan;
mod rule;
mod syntax;
mod walk;

#[cfg(feature = "find")]
pub use find::{Finder, Found, Places};
pub use rule::{Action, Rule, What};

use crate::WireError;
use crate::value::{Map, Value};
use hmac::{Hmac, KeyInit as _, Mac as _};
use plan::{Key, Plan};
use sha2::{Digest as _, Sha256};

/// What comes before a user's key where the one that rules hash with is made of it.
const KEY_PREFIX: &[u8] = b"tracewire redact key 1:";

/// The key that a header carries, of the one that a user chose (TW-RED-001).
pub fn hash_key(chosen: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(KEY_PREFIX);
    digest.update(chosen.as_bytes());
    digest.finalize().into()
}

/// Rules, ready to apply to bodies.
///
/// ```
/// use tracewire_wire::json;
/// use tracewire_wire::redact::Redactor;
/// use tracewire_wire::value::Value;
/// let redactor = Redactor::new(&["password".to_owned()], &["@email".to_owned()], None)?;
/// let mut body = json::read(br#"{"input":{"password":1,"to":"ann@example.com"}}"#, &json::ReadOptions::default())?;
/// if let Value::Map(body) = &mut body {
///     redactor.apply(body);
/// }
/// assert_eq!(json::write(&body), br#"{"input":{"password":{"$redacted":"key"},"to":"[email]"}}"#);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub struct Redactor {
    plan: Plan,
    hash_key: Option<[u8; 32]>,
    /// What was found so far, of one that only looks.
    #[cfg(feature = "find")]
    noted: Option<std::sync::Mutex<Found>>,
}

impl Redactor {
    /// The rules of a header: keys that are masked, further rules in order, and the key that they hash with.
    ///
    /// # Errors
    /// `redact_rule` for a text that is no rule, and for one that hashes without a key; `redact_pattern`, with the place, for a
    /// pattern that cannot be matched without backtracking, or is none.
    pub fn new(keys: &[String], rules: &[String], hash_key: Option<[u8; 32]>) -> Result<Self, WireError> {
        let plan = Plan::new(keys, rules)?;
        match plan.hashing_rule() {
            Some(rule) if hash_key.is_none() => Err(WireError::Unknown {
                code: "redact_rule",
                reason: format!("{rule:?} hashes, and there is no key of at least 16 bytes: set redact_key"),
            }),
            _ => Ok(Redactor {
                plan,
                hash_key,
                #[cfg(feature = "find")]
                noted: None,
            }),
        }
    }

    /// Applies the rules to a body; the names of its own members are the wire's.
    pub fn apply(&self, body: &mut Map) {
        walk::body(self, body);
    }

    /// What a text becomes, as a value of its own; `None` where nothing is found.
    pub fn text(&self, text: &str) -> Option<Value> {
        walk::text(self, text, 1)
    }

    /// Whether nobody wants what a body becomes, but what is found in it.
    fn is_looking(&self) -> bool {
        #[cfg(feature = "find")]
        return self.noted.is_some();
        #[cfg(not(feature = "find"))]
        false
    }

    /// One more finding of the rule with this name.
    fn note(&self, name: &str) {
        #[cfg(feature = "find")]
        self.remember(name);
        #[cfg(not(feature = "find"))]
        let _ = name;
    }

    /// One more member with this key; one that was redacted when it was recorded has nothing left.
    fn note_key(&self, rule: &Key, value: &Value) {
        if self.is_looking() && !value.as_map().is_some_and(|map| map.contains_key("$redacted")) {
            self.note(&format!("key:{}", rule.name));
        }
    }

    /// The first 16 digits of the keyed hash.
    fn hash(&self, bytes: &[u8]) -> String {
        // A key of any length will do; rules that hash were refused without one.
        let key = self.hash_key.as_ref().map_or(&[][..], |key| key.as_slice());
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
        mac.update(bytes);
        let digest = mac.finalize().into_bytes();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
