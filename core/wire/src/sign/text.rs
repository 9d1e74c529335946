//! Keys as people keep them: PEM as `openssl genpkey -algorithm ed25519` writes it, or the 32 bytes in hex or base64.

use super::{PublicKey, SigningKey};
use crate::base64;
use crate::error::WireError;
use std::str::FromStr;

/// What stands before the 32 bytes in DER: RFC 8410, `PRIVATE KEY` without and with the public half, and `PUBLIC KEY`.
const PRIVATE: &[u8] = &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PRIVATE_WITH_PUBLIC: &[u8] = &[0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PUBLIC: &[u8] = &[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

impl FromStr for PublicKey {
    type Err = WireError;

    /// PEM (`PUBLIC KEY`), or 32 bytes in hex or base64.
    fn from_str(text: &str) -> Result<Self, WireError> {
        let bytes = match pem(text)? {
            Some(("PUBLIC KEY", der)) => der.strip_prefix(PUBLIC).and_then(|rest| rest.try_into().ok()),
            Some(("PRIVATE KEY", _)) => return Err(refused("it is a private key; its public half is expected")),
            Some((other, _)) => return Err(other_label(other)),
            None => bytes(text),
        };
        PublicKey::from_bytes(&bytes.ok_or_else(|| refused("it is no public key of Ed25519 in PEM, hex or base64"))?)
    }
}

impl FromStr for SigningKey {
    type Err = WireError;

    /// PEM (`PRIVATE KEY`, PKCS#8), or a seed of 32 bytes in hex or base64.
    fn from_str(text: &str) -> Result<Self, WireError> {
        let seed = match pem(text)? {
            Some(("PRIVATE KEY", der)) => {
                let rest = der.strip_prefix(PRIVATE).filter(|rest| rest.len() == 32);
                let rest = rest.or_else(|| der.strip_prefix(PRIVATE_WITH_PUBLIC)?.get(..32));
                rest.and_then(|seed| seed.try_into().ok())
            }
            Some(("PUBLIC KEY", _)) => return Err(refused("it is a public key, which signs nothing")),
            Some((other, _)) => return Err(other_label(other)),
            None => bytes(text),
        };
        let seed = seed.ok_or_else(|| refused("it is no private key of Ed25519 in PEM (PKCS#8), hex or base64"))?;
        Ok(SigningKey::from_seed(&seed))
    }
}

impl PublicKey {
    /// The key in PEM, as OpenSSL writes it.
    pub fn to_pem(&self) -> String {
        framed("PUBLIC KEY", &[PUBLIC, &self.to_bytes()].concat())
    }
}

impl SigningKey {
    /// The key in PEM (PKCS#8), as OpenSSL writes it: a secret.
    pub fn to_pem(&self) -> String {
        framed("PRIVATE KEY", &[PRIVATE, self.0.as_bytes()].concat())
    }
}

pub(super) fn refused(reason: &str) -> WireError {
    WireError::Unknown { code: "key", reason: reason.to_owned() }
}

fn other_label(label: &str) -> WireError {
    let openssh = "it is a key in the form of OpenSSH, which is not read here; `tracewire keygen` makes one";
    refused(if label.contains("OPENSSH") {
        openssh
    } else {
        "it is a key of another kind than Ed25519 in PEM (PKCS#8)"
    })
}

/// The label and the bytes of what stands between the first pair of dashes; `None` where no dashes are.
fn pem(text: &str) -> Result<Option<(&str, Vec<u8>)>, WireError> {
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return Ok(None) };
    let (label, rest) = rest.split_once("-----").ok_or_else(|| refused("its PEM has no end"))?;
    let (body, _) = rest.split_once("-----END ").ok_or_else(|| refused("its PEM has no end"))?;
    let body: String = body.split_ascii_whitespace().collect();
    // What other programs keep beside the bytes, such as a cipher's name, makes it no base64.
    let der = base64::decode(&body).ok_or_else(|| other_label(label))?;
    Ok(Some((label, der)))
}

fn framed(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64::encode(der))
}

/// 32 bytes in hex or base64, with white space around them.
fn bytes(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() == 64 {
        let digit = |at: usize| text.get(at..at + 1).and_then(|digit| u8::from_str_radix(digit, 16).ok());
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = digit(2 * at)? << 4 | digit(2 * at + 1)?;
        }
        return Some(bytes);
    }
    base64::decode(text)?.try_into().ok()
}
