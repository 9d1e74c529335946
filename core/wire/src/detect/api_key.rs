//! Keys of interfaces, by the marks that their makers put on them.

use crate::work;

/// A prefix behind which so many characters of a set follow.
pub(crate) struct Pattern {
    pub(crate) prefix: &'static str,
    /// What it is, for people.
    pub(crate) kind: &'static str,
    pub(crate) set: Set,
    pub(crate) least: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
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
    pub(crate) fn has(self, byte: u8) -> bool {
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

/// Longer prefixes before shorter ones that they begin with. The table of TW-RED-017.
pub(crate) const PATTERNS: [Pattern; 52] = [
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
    pattern("dckr_pat_", "a Docker token", Set::Url, 20),
    pattern("hvs.", "a Vault token", Set::Url, 24),
    pattern("nvapi-", "an NVIDIA API key", Set::Url, 40),
    pattern("sb_secret_", "a Supabase secret key", Set::Url, 20),
    pattern("ATATT", "an Atlassian token", Set::Url, 20),
    pattern("rk_test_", "a Stripe restricted test key", Set::Alnum, 16),
    pattern("glrt-", "a GitLab runner token", Set::Url, 20),
    pattern("csk-", "a Cerebras API key", Set::Alnum, 40),
    pattern("shpat_", "a Shopify token", Set::Hex, 32),
    pattern("tvly-", "a Tavily API key", Set::Url, 24),
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

/// Whether a key may begin with this byte.
pub(super) const fn may_begin(byte: u8) -> bool {
    STARTS[0][byte as usize] != 0
}

/// The pattern of the key that begins with the first byte, and its length.
pub(crate) fn at(bytes: &[u8]) -> Option<(&'static Pattern, usize)> {
    let [one, two, three] = &STARTS;
    let mut left = match bytes {
        [a, b, c, ..] => one[usize::from(*a)] & two[usize::from(*b)] & three[usize::from(*c)],
        _ => 0,
    };
    while left != 0 {
        let pattern = PATTERNS.get(left.trailing_zeros() as usize);
        if let Some(found) = pattern.and_then(|pattern| Some((pattern, length(pattern, bytes)?))) {
            return Some(found);
        }
        left &= left - 1;
    }
    None
}

fn length(pattern: &Pattern, bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(pattern.prefix.as_bytes())?;
    // Looked at twice where it is a key, so that a text which begins many keys and ends none is not looked at over and over.
    let run = |most: usize| {
        let length = rest.iter().take(most).take_while(|byte| pattern.set.has(**byte)).count();
        work::count(length);
        length
    };
    let least = pattern.least;
    if pattern.set == Set::Upper {
        return (run(least + 1) == least && has_variety(rest.get(..least)?)).then_some(pattern.prefix.len() + least);
    }
    if run(least) < least || !has_variety(rest.get(..least)?) {
        return None;
    }
    let whole = rest.get(..run(usize::MAX))?;
    let dots = whole.iter().rev().take_while(|byte| **byte == b'.').count();
    Some(pattern.prefix.len() + whole.len() - dots)
}

/// A key is drawn at random; `sk-xxxxxxxx…` of an example is not.
pub(crate) fn has_variety(bytes: &[u8]) -> bool {
    let first = bytes.first().copied();
    bytes.iter().filter(|byte| Some(**byte) != first).count() * 2 > bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detector::ApiKey;
    use crate::detect::tests::found;

    /// Made here, so that nobody's scanner takes the test for a leak.
    pub(crate) fn made_up(set: Set, length: usize) -> String {
        let alphabet = if set == Set::Hex { "7a0c9e2b4d1f8536" } else { "A7K2Z9Q4M1X8C5V3" };
        alphabet.chars().cycle().take(length).collect()
    }

    #[test]
    fn each_key_is_found_whole_and_not_inside_a_word() {
        for pattern in &PATTERNS {
            let key = format!("{}{}", pattern.prefix, made_up(pattern.set, pattern.least));
            assert_eq!(found(ApiKey, &format!("the key is {key}, keep it")), [key.as_str()]);
            assert!(found(ApiKey, &format!("x{key}")).is_empty(), "{}", pattern.prefix);
            let short = key.get(..key.len() - 1).unwrap();
            assert!(found(ApiKey, short).is_empty(), "{}", pattern.prefix);
            let longer = format!("{key}7");
            let expected: &[&str] = if pattern.set == Set::Upper { &[] } else { &[&longer] };
            assert_eq!(found(ApiKey, &longer), expected, "{}", pattern.prefix);
        }
        assert!(found(ApiKey, &format!("sk-{}", "x".repeat(48))).is_empty());
        let dotted = format!("SG.{}", made_up(Set::Dotted, 60));
        assert_eq!(found(ApiKey, &format!("{dotted}. Next")), [dotted]);
    }
}
