//! Ed25519 (RFC 8032) over heads: who holds a key signs, who holds its other half checks (`spec/signing.md`).
//!
//! | file | what it is |
//! |---|---|
//! | `text` | keys as people keep them: PEM, hex, base64 |
//!
//! No key is made here, for this crate has no source of chance: who makes one brings the 32 bytes.

mod text;

use crate::error::WireError;
use crate::id::Hash;
use crate::statement::Head;
use crate::verify::{Item, Report, Signature, Verifier};
use ed25519_dalek::Signer as _;
use std::collections::BTreeMap;
use std::fmt;

/// What checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// What makes them. Its `Debug` shows whose it is, and no secret.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The keys that somebody trusts, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<String, Vec<PublicKey>>);

impl PublicKey {
    /// The key of these bytes.
    ///
    /// # Errors
    /// `key` for what is no point of the curve, and for a point of small order, under which anything is signed.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, WireError> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(PublicKey(key)),
            _ => Err(text::refused("these 32 bytes are no public key of Ed25519")),
        }
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Its id in statements: `ed25519:` and the first 16 digits of the SHA-256 of its bytes (TW-SIG-002).
    pub fn id(&self) -> String {
        let hash = Hash::of(self.0.as_bytes()).to_string();
        format!("ed25519:{}", hash.get(7..23).unwrap_or_default())
    }

    /// Whether a head was signed with this key's other half.
    pub fn has_signed(&self, head: &Head) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&head.signature);
        self.0.verify_strict(&head.signed_bytes(), &signature).is_ok()
    }
}

impl SigningKey {
    /// The key of a seed: 32 bytes that nobody can guess.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Its other half, which anybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Puts key and signature into a head.
    pub fn sign(&self, head: &mut Head) {
        head.key = self.public().id();
        head.signature = self.0.sign(&head.signed_bytes()).to_bytes();
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.public().id())
    }
}

impl Keys {
    /// One more.
    pub fn add(&mut self, key: PublicKey) {
        let same = self.0.entry(key.id()).or_default();
        if !same.contains(&key) {
            same.push(key);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What a head's signature is worth to who trusts these keys.
    pub fn judge(&self, head: &Head) -> Signature {
        match self.0.get(&head.key) {
            None => Signature::OtherKey,
            Some(keys) if keys.iter().any(|key| key.has_signed(head)) => Signature::Valid,
            Some(_) => Signature::Wrong,
        }
    }
}

impl FromIterator<PublicKey> for Keys {
    fn from_iter<T: IntoIterator<Item = PublicKey>>(from: T) -> Self {
        let mut keys = Keys::default();
        from.into_iter().for_each(|key| keys.add(key));
        keys
    }
}

/// What envelopes prove to who trusts these keys; each envelope, and each statement among them, is given by its bytes.
///
/// # Errors
/// As of [`Item::read`], for the first that is neither.
pub fn verify(items: impl IntoIterator<Item = impl AsRef<[u8]>>, keys: &Keys) -> Result<Report, WireError> {
    let mut verifier = Verifier::trusting(keys.ids());
    for item in items {
        match Item::read(item.as_ref())? {
            Item::Envelope(envelope) => _ = verifier.push(&envelope),
            Item::Head(head) => verifier.push_head(&head, keys.judge(&head)),
            Item::OtherStatement => {}
        }
    }
    Ok(verifier.finish())
}
