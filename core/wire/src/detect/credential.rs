//! Members and variables whose name promises a secret.

/// How such names end, in lower case and without `-` and `_`.
const ENDS: [&str; 14] = [
    "accesstoken",
    "apikey",
    "authorization",
    "authtoken",
    "clientsecret",
    "connectionstring",
    "cookie",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "secretkey",
    "sessiontoken",
];

/// Bytes of the longest of them.
const LONGEST: usize = 16;

/// Whether a member of this name holds a secret. The last part of a dotted name counts: `http.request.header.authorization`.
///
/// ```
/// use tracewire_wire::detect::is_credential;
/// assert!(is_credential("X-API-Key") && is_credential("db.password#2"));
/// assert!(!is_credential("password_hint"));
/// ```
pub fn is_credential(name: &str) -> bool {
    let name = name.rsplit_once('#').filter(|(_, number)| is_count(number)).map_or(name, |(name, _)| name);
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    // From its end, without what does not count.
    let mut plain = [0; LONGEST];
    let mut from = LONGEST;
    for byte in last.bytes().rev().filter(|byte| !matches!(byte, b'-' | b'_')).take(LONGEST) {
        from -= 1;
        if let Some(place) = plain.get_mut(from) {
            *place = byte.to_ascii_lowercase();
        }
    }
    let plain = plain.get(from..).unwrap_or_default();
    ENDS.iter().any(|end| plain.ends_with(end.as_bytes()))
}

/// A number that tells a key from another with the same text (TW-POL-001).
fn is_count(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(number, "" | "1") && !number.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_how_they_end() {
        assert_eq!(ENDS.iter().map(|end| end.len()).max(), Some(LONGEST));
        for name in [
            "password",
            "API_KEY",
            "x-api-key",
            "a/b.clientSecret",
            "proxy-authorization",
            "__secret__",
            "password#2",
            "openai_api_key",
            "DB_CONNECTION_STRING",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in ["password_hint", "tokens", "secret.", "", "passwords", "pässwörd", "password#1", "password#02"] {
            assert!(!is_credential(name), "{name}");
        }
    }
}
