//! Texts that look like keys, tokens and passwords: by the marks that their makers put on them.
//!
//! What is found is named by its kind and never repeated.

use crate::work;

/// A pattern: a prefix behind which so many characters of a set follow.
struct Pattern {
    prefix: &'static str,
    kind: &'static str,
    set: Set,
    least: usize,
}

#[derive(Clone, Copy)]
enum Set {
    /// Letters and digits.
    Alnum,
    /// Upper-case letters and digits.
    Upper,
    Hex,
    /// Letters, digits, `-` and `_`.
    Url,
    /// The same and `.`.
    Dotted,
}

impl Set {
    fn has(self, byte: u8) -> bool {
        match self {
            Set::Alnum => byte.is_ascii_alphanumeric(),
            Set::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Set::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Set::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Set::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
        }
    }
}

const fn pattern(prefix: &'static str, kind: &'static str, set: Set, least: usize) -> Pattern {
    Pattern { prefix, kind, set, least }
}

/// Longer prefixes before shorter ones that they begin with.
const PATTERNS: &[Pattern] = &[
    pattern("sk-ant-", "an Anthropic API key", Set::Url, 24),
    pattern("sk-proj-", "an OpenAI API key", Set::Url, 24),
    pattern("sk-svcacct-", "an OpenAI API key", Set::Url, 24),
    pattern("sk-admin-", "an OpenAI admin key", Set::Url, 24),
    pattern("sk-or-v1-", "an OpenRouter API key", Set::Hex, 32),
    pattern("sk-lf-", "a Langfuse secret key", Set::Url, 32),
    pattern("sk-", "an API key in the form of OpenAI's", Set::Alnum, 32),
    pattern("sk_live_", "a Stripe secret key", Set::Alnum, 16),
    pattern("sk_test_", "a Stripe test key", Set::Alnum, 16),
    pattern("rk_live_", "a Stripe restricted key", Set::Alnum, 16),
    pattern("whsec_", "a Stripe webhook secret", Set::Alnum, 24),
    pattern("AKIA", "an AWS access key id", Set::Upper, 16),
    pattern("ASIA", "an AWS temporary access key id", Set::Upper, 16),
    pattern("AIza", "a Google API key", Set::Url, 35),
    pattern("ya29.", "a Google OAuth token", Set::Url, 20),
    pattern("GOCSPX-", "a Google OAuth client secret", Set::Url, 20),
    pattern("ghp_", "a GitHub token", Set::Alnum, 36),
    pattern("gho_", "a GitHub token", Set::Alnum, 36),
    pattern("ghu_", "a GitHub token", Set::Alnum, 36),
    pattern("ghs_", "a GitHub token", Set::Alnum, 36),
    pattern("ghr_", "a GitHub token", Set::Alnum, 36),
    pattern("github_pat_", "a GitHub token", Set::Url, 40),
    pattern("glpat-", "a GitLab token", Set::Url, 20),
    pattern("xoxb-", "a Slack token", Set::Url, 20),
    pattern("xoxp-", "a Slack token", Set::Url, 20),
    pattern("xoxa-", "a Slack token", Set::Url, 20),
    pattern("xoxr-", "a Slack token", Set::Url, 20),
    pattern("xoxs-", "a Slack token", Set::Url, 20),
    pattern("xapp-", "a Slack app token", Set::Url, 20),
    pattern("hf_", "a Hugging Face token", Set::Alnum, 34),
    pattern("gsk_", "a Groq API key", Set::Alnum, 40),
    pattern("xai-", "an xAI API key", Set::Alnum, 40),
    pattern("r8_", "a Replicate token", Set::Alnum, 37),
    pattern("pplx-", "a Perplexity API key", Set::Alnum, 32),
    pattern("fw_", "a Fireworks API key", Set::Alnum, 22),
    pattern("lsv2_pt_", "a LangSmith API key", Set::Url, 32),
    pattern("lsv2_sk_", "a LangSmith API key", Set::Url, 32),
    pattern("npm_", "an npm token", Set::Alnum, 36),
    pattern("pypi-AgE", "a PyPI token", Set::Url, 40),
    pattern("SG.", "a SendGrid API key", Set::Dotted, 60),
    pattern("dapi", "a Databricks token", Set::Hex, 32),
    pattern("dop_v1_", "a DigitalOcean token", Set::Hex, 64),
    pattern("shpat_", "a Shopify token", Set::Hex, 32),
    pattern("tvly-", "a Tavily API key", Set::Url, 24),
    pattern("-----BEGIN ", "a private key", Set::Url, 0),
    pattern("eyJ", "a JSON Web Token", Set::Dotted, 30),
    pattern("Bearer ", "a bearer token", Set::Dotted, 20),
    pattern("bearer ", "a bearer token", Set::Dotted, 20),
];

/// For each of the first three bytes and each value of it, the patterns that have it there: a bit for each.
const STARTS: [[u64; 256]; 3] = {
    assert!(PATTERNS.len() <= 64);
    let mut table = [[0; 256]; 3];
    let mut at = 0;
    while at < PATTERNS.len() {
        let prefix = PATTERNS[at].prefix.as_bytes();
        let mut place = 0;
        while place < 3 {
            table[place][prefix[place] as usize] |= 1 << at;
            place += 1;
        }
        at += 1;
    }
    table
};

/// The patterns that may begin here, a bit for each.
#[inline]
fn candidates(bytes: &[u8]) -> u64 {
    let [one, two, three] = &STARTS;
    match bytes {
        [a, b, c, ..] => one[usize::from(*a)] & two[usize::from(*b)] & three[usize::from(*c)],
        _ => 0,
    }
}

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
        if is_inside {
            if *byte == b':' && is_url_with_password(bytes.get(at..).unwrap_or_default()) {
                return Some("a password in an address");
            }
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let mut left = candidates(rest);
        while left != 0 {
            let pattern = PATTERNS.get(left.trailing_zeros() as usize);
            if let Some(pattern) = pattern.filter(|pattern| fits(pattern, rest)) {
                return Some(pattern.kind);
            }
            left &= left - 1;
        }
    }
    None
}

/// The header of a JSON Web Token is no longer, which bounds what is looked at behind each `eyJ`.
const LONGEST_HEADER: usize = 256;
/// Nor is its payload, which is only looked at behind a header.
const LONGEST_PAYLOAD: usize = 16 << 10;

fn fits(pattern: &Pattern, bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(pattern.prefix.as_bytes()) else { return false };
    // Bounded, so that a text which begins many tokens and ends none is not looked at over and over.
    let run = |most: usize| {
        let length = rest.iter().take(most).take_while(|byte| pattern.set.has(**byte)).count();
        work::count(length);
        length
    };
    match pattern.prefix {
        "-----BEGIN " => {
            let line = rest.get(..40.min(rest.len())).unwrap_or_default();
            line.windows(16).any(|window| window == b"PRIVATE KEY-----")
        }
        "eyJ" => is_token(rest),
        "AKIA" | "ASIA" => run(pattern.least + 1) == pattern.least,
        _ => run(pattern.least) == pattern.least && has_variety(rest.get(..pattern.least).unwrap_or_default()),
    }
}

/// What stands behind the `eyJ` of a JSON Web Token: three parts, of which the second is JSON too.
fn is_token(rest: &[u8]) -> bool {
    let part = |bytes: &[u8], most: usize| {
        let length = bytes.iter().take(most).take_while(|byte| Set::Url.has(**byte)).count();
        work::count(length);
        length
    };
    let header = part(rest, LONGEST_HEADER);
    let Some(payload) = rest.get(header..).and_then(|rest| rest.strip_prefix(b".eyJ")) else { return false };
    header >= 8 && payload.get(part(payload, LONGEST_PAYLOAD)) == Some(&b'.')
}

/// A key is drawn at random; `sk-xxxxxxxx…` of an example is not.
fn has_variety(bytes: &[u8]) -> bool {
    let first = bytes.first().copied();
    bytes.iter().filter(|byte| Some(**byte) != first).count() * 2 > bytes.len()
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

/// Names of members whose value is a secret, in lower case and without `-` and `_`.
const NAMES: [&str; 16] = [
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
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "secretkey",
    "setcookie",
    "xapikey",
];

/// A longer part of a name is none of them.
const LONGEST_NAME: usize = 24;

/// What a text under such a name is.
pub(super) fn find_named(name: &str, text: &str) -> Option<&'static str> {
    if name.len() < 6 || name.len() > 40 || text.len() < 8 {
        return None;
    }
    // The last part of a dotted name: `http.request.header.authorization`.
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    if last.len() > LONGEST_NAME {
        return None;
    }
    let mut plain = [0; LONGEST_NAME];
    let mut length = 0;
    for (place, byte) in plain.iter_mut().zip(last.bytes().filter(|byte| !matches!(byte, b'-' | b'_'))) {
        *place = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = plain.get(..length).unwrap_or_default();
    let is_named = NAMES.binary_search_by(|known| known.as_bytes().cmp(plain)).is_ok();
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

    /// Made here from pieces, so that nobody's scanner takes the test for a leak.
    fn key(prefix: &str, length: usize) -> String {
        let alphabet = b"A7K2Z9Q4M1X8C5V3";
        format!("{prefix}{}", String::from_utf8((0..length).map(|at| alphabet[at * 7 % 16]).collect()).unwrap())
    }

    #[test]
    fn each_pattern_is_found_in_the_middle_of_a_text() {
        for pattern in PATTERNS.iter().filter(|pattern| !matches!(pattern.prefix, "eyJ" | "-----BEGIN ")) {
            let digits = match pattern.set {
                Set::Hex => "0123456789abcdef".repeat(8).chars().take(pattern.least).collect(),
                _ => key("", pattern.least),
            };
            let text = format!("the key is {}{digits}, keep it", pattern.prefix);
            assert_eq!(find(&text), Some(pattern.kind), "{}", pattern.prefix);
            let word = format!("the keyx{}{digits}", pattern.prefix);
            assert_eq!(find(&word), None, "{}: inside a word", pattern.prefix);
        }
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
        assert!(NAMES.is_sorted());
        for name in ["password", "API_KEY", "x-api-key", "http.request.header.authorization", "clientSecret"] {
            assert!(find_named(name, "hunter22hunter").is_some(), "{name}");
            assert_eq!(find_named(name, "[redacted]"), None);
            assert_eq!(find_named(name, "********"), None);
        }
        assert_eq!(find_named("password_hint", "the usual one"), None);
        assert_eq!(find_named("tokens", "hunter22hunter"), None);
    }
}
