//! Ids and hashes: fixed bytes, written as lower-case hex.

use crate::error::WireError;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal, $code:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// The id of these bytes; `None` for all zeros, which W3C Trace Context does not allow (TW-ID-001).
            pub fn from_bytes(bytes: [u8; $length]) -> Option<Self> {
                if bytes.iter().all(|byte| *byte == 0) { None } else { Some($name(bytes)) }
            }

            /// Its bytes.
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(hex(&self.0, &mut [0; 2 * $length]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = WireError;

            fn from_str(text: &str) -> Result<Self, WireError> {
                let mut bytes = [0; $length];
                if unhex(text, &mut bytes) && let Some(id) = Self::from_bytes(bytes) {
                    return Ok(id);
                }
                let reason = format!("{} lower-case hex digits, not all zero, are expected", 2 * $length);
                Err(WireError::shape($code, "", reason))
            }
        }
    };
}

id!(
    /// A W3C trace id.
    TraceId, 16, "trace_id"
);
id!(
    /// A W3C span id.
    SpanId, 8, "span_id"
);

impl TraceId {
    /// The trace id that every service derives from one correlation id (TW-ID-002).
    ///
    /// ```
    /// use tracewire_wire::id::TraceId;
    /// assert_eq!(TraceId::from_correlation("order-17"), TraceId::from_correlation("order-17"));
    /// ```
    pub fn from_correlation(correlation_id: &str) -> Self {
        let hash = Sha256::new().chain_update("tracewire:correlation:").chain_update(correlation_id).finalize();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(hash) {
            *to = from;
        }
        // A hash that begins with 16 zeros is not to be expected; an invalid id is not to be made.
        Self::from_bytes(bytes).unwrap_or(TraceId([0xff; 16]))
    }
}

/// A SHA-256 hash, written `sha256:` and 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Length of a hash as text.
pub(crate) const HASH_TEXT: usize = 71;

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Hash(Sha256::digest(bytes).into())
    }

    /// The keyed hash of TW-CON-005, or the plain one without a nonce.
    pub fn with_nonce(nonce: Option<&str>, bytes: &[u8]) -> Self {
        match nonce {
            None => Self::of(bytes),
            Some(nonce) => {
                Hash(Sha256::new().chain_update(nonce).chain_update(b"\n").chain_update(bytes).finalize().into())
            }
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Appends its text.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"sha256:");
        out.extend_from_slice(hex(&self.0, &mut [0; 64]).as_bytes());
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("sha256:")?;
        formatter.write_str(hex(&self.0, &mut [0; 64]))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl FromStr for Hash {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let mut bytes = [0; 32];
        match text.strip_prefix("sha256:") {
            Some(digits) if unhex(digits, &mut bytes) => Ok(Hash(bytes)),
            _ => Err(WireError::shape("hash", "", "`sha256:` and 64 lower-case hex digits are expected")),
        }
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex<'a>(bytes: &[u8], out: &'a mut [u8]) -> &'a str {
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            *high = DIGITS[usize::from(byte >> 4)];
            *low = DIGITS[usize::from(byte & 15)];
        }
    }
    std::str::from_utf8(out).unwrap_or_default()
}

fn unhex(text: &str, out: &mut [u8]) -> bool {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    text.len() == out.len() * 2
        && text.as_bytes().chunks_exact(2).zip(out).all(|(pair, byte)| match pair {
            [high, low] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    *byte = (high << 4) | low;
                    true
                }
                _ => false,
            },
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_hex_and_never_zero() {
        let id: TraceId = "0af7651916cd43dd8448eb211c80319c".parse().unwrap();
        assert_eq!(id.to_string(), "0af7651916cd43dd8448eb211c80319c");
        for bad in ["", "0AF7651916CD43DD8448EB211C80319C", "00000000000000000000000000000000", "0af7"] {
            assert_eq!(bad.parse::<TraceId>().unwrap_err().code(), "trace_id", "{bad}");
        }
    }

    #[test]
    fn a_correlation_id_decides_the_trace_id() {
        // First 16 bytes of SHA-256("tracewire:correlation:order-17").
        let expected = &Hash::of(b"tracewire:correlation:order-17").to_string()[7..39];
        assert_eq!(TraceId::from_correlation("order-17").to_string(), expected);
    }

    #[test]
    fn hashes_read_back() {
        let hash = Hash::of(b"");
        assert_eq!(hash.to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
        assert_eq!(Hash::with_nonce(Some("ab"), b"x"), Hash::of(b"ab\nx"));
    }
}
