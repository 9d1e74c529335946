//! Statements: what somebody says of a chain, outside of its envelopes (`spec/signing.md`).
//!
//! The one kind of this version is the *head*: up to here a producer's chain went when its signer looked, and how it closed.
//! Who knows the signer's key sees from it what was changed or cut off since. Nothing here knows a key: see `sign`.

use crate::base64;
use crate::envelope::Envelope;
use crate::error::WireError;
use crate::id::Hash;
use crate::json::{self, ReadOptions};
use crate::time::Timestamp;
use crate::value::{Map, Value};

/// The member that tells a statement from all else, and names its kind.
const KIND: &str = "statement";
/// The kind of a head.
const HEAD: &str = "head";
/// What the signature is of begins with this, so that no other signature of the same key is one of a head.
const DOMAIN: &[u8] = b"tracewire head 1\n";
/// Members that this version knows.
const MEMBERS: &[&str] = &["close", "digest", "first_seq", "key", "producer", "seq", "signature", KIND, "time"];

/// Where a producer's chain ended when its signer looked.
///
/// ```
/// use tracewire_wire::statement::Head;
/// let none = br#"{"statement":"head","producer":"p"}"#;
/// assert_eq!(Head::read(none).unwrap_err().code(), "statement_shape");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Whose chain it is.
    pub producer: String,
    /// Number of the first event of the last envelope.
    pub first_seq: u64,
    /// Number of the last event; 0 where there was none.
    pub seq: u64,
    /// Digest of the last envelope.
    pub digest: Hash,
    /// Why the producer ended; `None` where its end was open.
    pub close: Option<String>,
    /// When it was signed, by the signer's clock.
    pub time: Timestamp,
    /// Whose signature it is: `ed25519:` and 16 digits.
    pub key: String,
    /// The signature.
    pub signature: [u8; 64],
    /// Members of a later version, kept and signed.
    pub other: Map,
}

/// Whether a value is a statement of any kind, and so neither an envelope nor an event (TW-SIG-001).
pub fn is_statement(value: &Value) -> bool {
    value.as_map().is_some_and(|map| map.get(KIND).is_some_and(|kind| kind.as_text().is_some()))
}

impl Head {
    /// The head of a chain that ends with this envelope, not signed yet.
    pub fn of(envelope: &Envelope) -> Self {
        Head {
            producer: envelope.producer.clone(),
            first_seq: envelope.first_seq,
            seq: envelope.first_seq.saturating_add(envelope.events.len() as u64).saturating_sub(1),
            digest: envelope.digest,
            close: envelope.close.clone(),
            time: Timestamp(0),
            key: String::new(),
            signature: [0; 64],
            other: Map::new(),
        }
    }

    /// Reads canonical or other JSON.
    ///
    /// # Errors
    /// Those of JSON, and `statement_shape` for what is no head.
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        match Self::from_value(&json::read(bytes, &ReadOptions::default())?)? {
            Some(head) => Ok(head),
            None => Err(refused("", "a head is expected, and this is another statement")),
        }
    }

    /// The head that a statement is; `None` for a statement of another kind, which is nobody's error.
    ///
    /// # Errors
    /// `statement_shape` where a member is missing or has another form.
    pub fn from_value(value: &Value) -> Result<Option<Self>, WireError> {
        let Value::Map(map) = value else { return Err(refused("", "a statement is a map")) };
        match map.get(KIND).and_then(Value::as_text) {
            Some(HEAD) => {}
            Some(_) => return Ok(None),
            None => return Err(refused("/statement", "the kind of the statement is expected")),
        }
        let text = |name: &str| {
            map.get(name).and_then(Value::as_text).ok_or_else(|| refused(&format!("/{name}"), "a text is expected"))
        };
        let number = |name: &str| {
            let found = map.get(name).and_then(Value::as_int).and_then(|number| u64::try_from(number).ok());
            found.ok_or_else(|| refused(&format!("/{name}"), "a number from 0 is expected"))
        };
        let within = |name: &'static str| move |error: WireError| refused(&format!("/{name}"), &error.into_reason().0);
        let close = match map.get("close") {
            None => None,
            Some(_) => Some(text("close")?.to_owned()),
        };
        let (first_seq, seq) = (number("first_seq")?, number("seq")?);
        if first_seq == 0 || seq < first_seq - 1 {
            return Err(refused("/seq", "an envelope begins with event 1 or later, and ends where it begins or later"));
        }
        let signature = base64::decode(text("signature")?).and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        Ok(Some(Head {
            producer: text("producer")?.to_owned(),
            first_seq,
            seq,
            digest: text("digest")?.parse().map_err(within("digest"))?,
            close,
            time: text("time")?.parse().map_err(within("time"))?,
            key: text("key")?.to_owned(),
            signature: signature.ok_or_else(|| refused("/signature", "64 bytes in base64 are expected"))?,
            other: map.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).cloned().collect(),
        }))
    }

    /// The statement as a value.
    pub fn to_value(&self) -> Value {
        let mut map = self.signed_members();
        map.insert("signature".to_owned(), base64::encode(&self.signature).into());
        map.sort();
        Value::Map(map)
    }

    /// Canonical bytes.
    pub fn write(&self) -> Vec<u8> {
        json::write(&self.to_value())
    }

    /// What the signature is of: the domain, and the canonical bytes of all other members (TW-SIG-003).
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = DOMAIN.to_vec();
        json::write_to(&Value::Map(self.signed_members()), &mut bytes);
        bytes
    }

    fn signed_members(&self) -> Map {
        let members = [
            ("close", self.close.clone().map(Value::Text)),
            ("digest", Some(self.digest.to_string().into())),
            ("first_seq", Some(Value::from_u64(self.first_seq))),
            ("key", Some(self.key.as_str().into())),
            ("producer", Some(self.producer.as_str().into())),
            ("seq", Some(Value::from_u64(self.seq))),
            (KIND, Some(HEAD.into())),
            ("time", Some(self.time.to_string().into())),
        ];
        let mut map: Map = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        map.extend(self.other.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).cloned());
        map.sort();
        map
    }
}

fn refused(path: &str, reason: &str) -> WireError {
    WireError::shape("statement_shape", path, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> String {
        let (digest, signature) = (Hash::of(b"1"), base64::encode(&[7; 64]));
        format!(
            r#"{{"digest":"{digest}","first_seq":3,"key":"ed25519:0011223344556677","later":[1],"producer":"p","seq":4,"signature":"{signature}","statement":"head","time":"2026-11-21T04:30:00.000000000Z"}}"#
        )
    }

    #[test]
    fn a_head_comes_back_as_it_was_with_members_of_later_versions() {
        let read = Head::read(head().as_bytes()).unwrap();
        assert_eq!(String::from_utf8(read.write()).unwrap(), head());
        let signed = String::from_utf8(read.signed_bytes()).unwrap();
        assert!(signed.starts_with("tracewire head 1\n{\"digest\":"), "{signed}");
        assert!(signed.contains("\"later\":[1]") && !signed.contains("signature"), "{signed}");
    }

    #[test]
    fn what_is_no_head_is_refused_and_another_kind_is_not() {
        for (from, to, path) in [
            ("\"seq\":4", "\"seq\":-1", "/seq"),
            ("\"seq\":4,", "", "/seq"),
            ("\"seq\":4", "\"seq\":1", "/seq"),
            ("\"first_seq\":3", "\"first_seq\":0", "/seq"),
            ("sha256:", "sha1:", "/digest"),
            ("000Z", "Z", "/time"),
            ("\"later\"", "\"close\"", "/close"),
            ("BwcH", "Bwc", "/signature"),
        ] {
            let changed = head().replacen(from, to, 1);
            assert_ne!(changed, head());
            let error = Head::read(changed.as_bytes()).unwrap_err();
            assert_eq!((error.code(), error.into_reason().1.as_deref()), ("statement_shape", Some(path)));
        }
        let other = json::read(br#"{"statement":"witness"}"#, &ReadOptions::default()).unwrap();
        assert!(is_statement(&other));
        assert_eq!(Head::from_value(&other), Ok(None));
        assert!(!is_statement(&Value::Map(Map::new())));
    }
}
