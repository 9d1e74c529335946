//! Tokens, private keys, and passwords in addresses.

use super::text::Text;

/// Characters of the header of a JSON Web Token, behind `eyJ`.
const HEADER: std::ops::RangeInclusive<usize> = 8..=256;
/// Characters of its payload, behind `eyJ`.
const LONGEST_PAYLOAD: usize = 16_384;
/// Characters behind `Bearer` and `Basic`.
const SHORTEST_BEARER: usize = 16;
/// Bytes of what stands in an address before its path.
const LONGEST_AUTHORITY: usize = 200;
/// What stands between `BEGIN` and `PRIVATE KEY`.
const LONGEST_KIND: usize = 30;
/// What stands between `END` and the dashes.
const LONGEST_END: usize = 41;

fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The end of a JSON Web Token whose `eyJ` stands at `start`.
pub(super) fn jwt(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.from(start).starts_with(b"eyJ") {
        return None;
    }
    let header = text.run(start + 3, HEADER.end() + 1, is_url);
    let payload = start + 3 + header + 4;
    if !HEADER.contains(&header) || text.part(payload - 4, payload) != b".eyJ" {
        return None;
    }
    let end = payload + text.run(payload, LONGEST_PAYLOAD, is_url);
    (text.at(end) == b'.').then(|| end + 1 + text.run(end + 1, usize::MAX, is_url))
}

/// What stands behind a `Bearer` or `Basic` at `start`.
pub(super) fn bearer(text: Text<'_>, start: usize) -> Option<(usize, usize)> {
    let word = ["bearer ", "basic "]
        .iter()
        .find(|word| text.part(start, start + word.len()).eq_ignore_ascii_case(word.as_bytes()))?;
    let token = start + word.len();
    let is_sign = |byte: u8| matches!(byte, b'.' | b'_' | b'~' | b'+' | b'/' | b'-');
    let run = text.run(token, usize::MAX, |byte| byte.is_ascii_alphanumeric() || is_sign(byte));
    let part = text.part(token, token + run);
    let is_drawn = part.iter().any(u8::is_ascii_digit) || part.iter().filter(|byte| is_sign(**byte)).count() > 1;
    let end = token + run + text.run(token + run, 2, |byte| byte == b'=');
    (run >= SHORTEST_BEARER && is_drawn).then_some((token, end))
}

/// The end of a private key whose first dash stands at `start`.
pub(super) fn private_key(text: Text<'_>, start: usize) -> Option<usize> {
    let rest = text.from(start).strip_prefix(b"-----BEGIN ")?;
    let is_kind = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ';
    let kind = rest.iter().take(LONGEST_KIND).take_while(is_kind).count();
    let behind = (0..=kind).find_map(|kind| {
        let name = rest.get(kind..)?.strip_prefix(b"PRIVATE KEY")?;
        name.strip_prefix(b" BLOCK").unwrap_or(name).strip_prefix(b"-----")
    })?;
    let body = text.0.len() - behind.len();
    let mut place = body;
    while let Some(found) = find(text.from(place), b"-----END ") {
        place += found + 9;
        let end = place + text.run(place, LONGEST_END, |byte| is_kind(&&byte));
        if text.from(end).starts_with(b"-----") {
            return Some(end + 5);
        }
    }
    Some(text.0.len())
}

/// Where `wanted` stands first.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    crate::work::count(bytes.len());
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The password in the address whose `://` stands at `start`.
pub(super) fn url_password(text: Text<'_>, start: usize) -> Option<(usize, usize)> {
    if text.part(start, start + 3) != b"://" {
        return None;
    }
    let from = start + 3;
    let is_part = |byte: u8| byte > b' ' && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'<' | b'>');
    let authority = text.part(from, from + text.run(from, LONGEST_AUTHORITY, is_part));
    let end = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority.get(..end)?.iter().position(|byte| *byte == b':')?;
    (end > colon + 1).then_some((from + colon + 1, from + end))
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::{BearerToken, Jwt, PrivateKey, UrlPassword};
    use crate::detect::tests::found;

    #[test]
    fn tokens_of_three_parts_are_found_whole() {
        let token = format!("eyJ{}.eyJ{}.{}", "hbGciOiJIUzI1NiJ9", "zdWIiOiIxIn0", "Q2Vy-dA_");
        assert_eq!(found(Jwt, &format!("token={token}; next")), [token.as_str()]);
        assert_eq!(found(Jwt, &format!("{token}.x")), [token.as_str()]);
        let unsigned = token.rsplit_once('.').unwrap().0;
        assert_eq!(found(Jwt, &format!("{unsigned}.")), [format!("{unsigned}.")]);
        let [seven, eight] = ["1234567", "12345678"].map(|header| format!("eyJ{header}.eyJ."));
        assert!(found(Jwt, &seven).is_empty());
        assert_eq!(found(Jwt, &eight), [eight.as_str()]);
        for text in [unsigned, &format!("x{token}"), &token.replace(".eyJ", ".eyK"), &"eyJ".repeat(99)] {
            assert!(found(Jwt, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_stands_behind_bearer_is_found_without_it() {
        for (text, tokens) in [
            ("Authorization: Bearer abcDEF0123456789==, x", vec!["abcDEF0123456789=="]),
            ("BASIC dXNlcjpwYXNzd29yZDE=", vec!["dXNlcjpwYXNzd29yZDE="]),
            ("bearer abc.def-ghijklmno", vec!["abc.def-ghijklmno"]),
            ("Bearer abcdefghijklmnopq", vec![]),
            ("Bearer abcDEF012345678", vec![]),
            ("the bearer of the-ring-that-was", vec![]),
            ("xBearer abcDEF0123456789", vec![]),
        ] {
            assert_eq!(found(BearerToken, text), tokens, "{text}");
        }
    }

    #[test]
    fn private_keys_go_to_their_end_or_to_that_of_the_text() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        assert_eq!(found(PrivateKey, &format!("a {key} b {key}")), [key, key]);
        assert_eq!(found(PrivateKey, "x -----BEGIN PRIVATE KEY-----\nMIIE"), ["-----BEGIN PRIVATE KEY-----\nMIIE"]);
        let block = "-----BEGIN PGP PRIVATE KEY BLOCK-----x-----END PGP PRIVATE KEY BLOCK-----";
        assert_eq!(found(PrivateKey, block), [block]);
        for text in ["-----BEGIN PUBLIC KEY-----x", "----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEYS-----"] {
            assert!(found(PrivateKey, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn passwords_are_found_in_addresses() {
        for (text, passwords) in [
            ("postgresql://app:hunter2@db.example.org/x", vec!["hunter2"]),
            ("https://a:b:c@d@example.org, http://x:y@z", vec!["b:c@d", "y"]),
            ("https://example.org:8080/x@y https://ann@example.org https://a:@b", vec![]),
        ] {
            assert_eq!(found(UrlPassword, text), passwords, "{text}");
        }
    }
}
