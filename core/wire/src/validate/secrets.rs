//! Texts that look like keys, tokens and passwords: by the marks that their makers put on them.
//!
//! What is found is named by its kind and never repeated.

use crate::detect::api_key::{self, has_variety};
use crate::detect::is_credential;
use crate::work;

/// What a text holds that looks like a secret.
pub(super) fn find(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.len() < 16 {
        return None;
    }
    let mut before = b' ';
    for (at, byte) in bytes.iter().enumerate() {
        // A key begins where a word begins; most bytes are done with here.
        let is_inside = before.is_ascii_alphanumeric();
        before = *byte;
        let rest = bytes.get(at..).unwrap_or_default();
        if is_inside {
            if *byte == b':' && is_url_with_password(rest) {
                return Some("a password in an address");
            }
            continue;
        }
        let found = match byte {
            b'-' => is_private_key(rest).then_some("a private key"),
            b'B' | b'b' => is_bearer(rest).then_some("a bearer token"),
            b'e' => is_token(rest).then_some("a JSON Web Token"),
            _ => None,
        };
        if let Some(kind) = found.or_else(|| Some(api_key::at(rest)?.0.kind)) {
            return Some(kind);
        }
    }
    None
}

/// The header of a JSON Web Token is no longer, which bounds what is looked at behind each `eyJ`.
const LONGEST_HEADER: usize = 256;
/// Nor is its payload, which is only looked at behind a header.
const LONGEST_PAYLOAD: usize = 16 << 10;
/// Shorter words behind `Bearer` may be anything.
const SHORTEST_BEARER: usize = 20;

fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_private_key(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"-----BEGIN ") else { return false };
    let line = rest.get(..40.min(rest.len())).unwrap_or_default();
    line.windows(16).any(|window| window == b"PRIVATE KEY-----")
}

fn is_bearer(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"Bearer ").or_else(|| bytes.strip_prefix(b"bearer ")) else { return false };
    let token = rest.get(..SHORTEST_BEARER).unwrap_or_default();
    work::count(token.len());
    token.len() == SHORTEST_BEARER && token.iter().all(|byte| is_url(*byte) || *byte == b'.') && has_variety(token)
}

/// A JSON Web Token has three parts, of which the first two are JSON.
fn is_token(bytes: &[u8]) -> bool {
    let part = |bytes: &[u8], most: usize| {
        let length = bytes.iter().take(most).take_while(|byte| is_url(**byte)).count();
        work::count(length);
        length
    };
    let Some(rest) = bytes.strip_prefix(b"eyJ") else { return false };
    let header = part(rest, LONGEST_HEADER);
    let Some(payload) = rest.get(header..).and_then(|rest| rest.strip_prefix(b".eyJ")) else { return false };
    header >= 8 && payload.get(part(payload, LONGEST_PAYLOAD)) == Some(&b'.')
}

fn is_url_with_password(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"://") else { return false };
    let authority =
        rest.iter().take(200).take_while(|byte| !matches!(byte, b'/' | b'?' | b'#' | b' ' | b'"' | b'\n')).count();
    let authority = rest.get(..authority).unwrap_or_default();
    let Some(at) = authority.iter().rposition(|byte| *byte == b'@') else { return false };
    let user_info = authority.get(..at).unwrap_or_default();
    match user_info.iter().position(|byte| *byte == b':') {
        Some(colon) => is_given(user_info.get(colon + 1..).unwrap_or_default()),
        None => false,
    }
}

/// What a text under such a name is.
pub(super) fn find_named(name: &str, text: &str) -> Option<&'static str> {
    let is_named = (6..=40).contains(&name.len()) && text.len() >= 8 && is_credential(name);
    (is_named && is_given(text.as_bytes())).then_some("a secret, by the name under which it stands")
}

/// Whether a value is one and does not stand for one: `***`, `<password>`, `${PASSWORD}`, `[redacted]`.
fn is_given(value: &[u8]) -> bool {
    let stands_for = matches!(value.first(), None | Some(b'*' | b'<' | b'$' | b'[' | b'{' | b'%' | b'('));
    let is_redacted = value.windows(6).any(|window| window.eq_ignore_ascii_case(b"redact"));
    !stands_for && !is_redacted && value.len() >= 3 && has_variety(value) && !value.starts_with(b"xxx")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::api_key::{PATTERNS, Set};

    /// Made here from pieces, so that nobody's scanner takes the test for a leak.
    fn key(prefix: &str, length: usize) -> String {
        let alphabet = b"A7K2Z9Q4M1X8C5V3";
        format!("{prefix}{}", String::from_utf8((0..length).map(|at| alphabet[at * 7 % 16]).collect()).unwrap())
    }

    #[test]
    fn each_pattern_is_found_in_the_middle_of_a_text() {
        for pattern in &PATTERNS {
            let digits = match pattern.set {
                Set::Hex => "0123456789abcdef".repeat(8).chars().take(pattern.least).collect(),
                _ => key("", pattern.least),
            };
            let text = format!("the key is {}{digits}, keep it", pattern.prefix);
            assert_eq!(find(&text), Some(pattern.kind), "{}", pattern.prefix);
            let word = format!("the keyx{}{digits}", pattern.prefix);
            assert_eq!(find(&word), None, "{}: inside a word", pattern.prefix);
        }
        assert_eq!(find(&format!("Authorization: Bearer {}", key("", 20))), Some("a bearer token"));
        assert_eq!(find("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"), Some("a private key"));
        assert_eq!(find("-----BEGIN PUBLIC KEY-----\nb3BlbnNzaC1r"), None);
        let token = format!("eyJ{}.eyJ{}.{}", key("", 20), key("", 20), key("", 20));
        assert_eq!(find(&token), Some("a JSON Web Token"));
        let long = format!("eyJ{}.eyJ{}.{}", key("", 40), key("", 3000), key("", 340));
        assert_eq!(find(&long), Some("a JSON Web Token"), "claims may be many");
        assert_eq!(find("postgresql://app:hunter22@db.example.org/x"), Some("a password in an address"));
    }

    #[test]
    fn what_only_looks_alike_is_left_alone() {
        for text in [
            "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "task-list-of-the-day-and-what-is-left-of-it-for-tomorrow",
            "Bearer of the ring that was lost in the river",
            "https://example.org/path?user=a@b.c",
            "https://example.org:8080/x@y",
            "postgresql://app:${PASSWORD}@db/x",
            "eyJhbGciOiJIUzI1NiJ9 begins a token and goes no further",
            "sha256:471b3d62472c4080bd31972d14b17d39c331f6df5beefa433870c62868b97e8b",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn names_promise_secrets() {
        for name in ["password", "API_KEY", "x-api-key", "http.request.header.authorization", "clientSecret"] {
            assert!(find_named(name, "hunter22hunter").is_some(), "{name}");
            assert_eq!(find_named(name, "[redacted]"), None);
            assert_eq!(find_named(name, "********"), None);
        }
        assert_eq!(find_named("password_hint", "the usual one"), None);
        assert_eq!(find_named("tokens", "hunter22hunter"), None);
    }
}
