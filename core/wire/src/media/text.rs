//! Media that stand in a text: base64, alone or behind the head of a data URL (TW-MED-003).

use crate::base64;
use std::borrow::Cow;

/// Where the data of a data URL begins, at the latest.
const MOST_HEAD: usize = 256;
/// A shorter text is none, unless it is a data URL.
const LEAST_TEXT: usize = 32;
/// Characters of base64 that are decoded before all of them are: most long texts are nothing.
const FIRST: usize = 1368;

/// How bytes are written as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    is_url: bool,
    is_padded: bool,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match (self.is_url, self.is_padded) {
            (false, true) => "base64",
            (false, false) => "base64-unpadded",
            (true, true) => "base64url",
            (true, false) => "base64url-unpadded",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [(false, true), (false, false), (true, true), (true, false)];
        all.into_iter().map(|(is_url, is_padded)| Encoding { is_url, is_padded }).find(|it| it.name() == name)
    }

    /// The text of what the usual base64 says.
    pub(super) fn of_base64(self, text: &str) -> String {
        let text = if self.is_padded { text } else { text.trim_end_matches('=') };
        if self.is_url { text.replace('+', "-").replace('/', "_") } else { text.to_owned() }
    }
}

/// A text that may be a medium: what stands before its base64, and that.
pub(super) struct Candidate<'t> {
    pub(super) prefix: &'t str,
    data: &'t str,
}

impl<'t> Candidate<'t> {
    pub(super) fn of(text: &'t str) -> Option<Self> {
        if !text.starts_with("data:") {
            return (text.len() >= LEAST_TEXT).then_some(Candidate { prefix: "", data: text });
        }
        let comma = text.bytes().take(MOST_HEAD).position(|byte| byte == b',')?;
        let (prefix, data) = text.split_at_checked(comma + 1)?;
        prefix.ends_with(";base64,").then_some(Candidate { prefix, data })
    }

    /// Whether what it begins with may be a medium, as `is_known` tells (TW-MED-003).
    pub(super) fn may_be(&self, is_known: impl FnOnce(&[u8]) -> bool) -> bool {
        let first = self.data.get(..FIRST);
        self.data.len() <= FIRST || first.and_then(decode).is_some_and(|(bytes, _)| is_known(&bytes))
    }

    /// All bytes, and how they are written; `None` for what would not come back character for character.
    pub(super) fn bytes(&self) -> Option<(Vec<u8>, Encoding)> {
        let plain = self.data.trim_end_matches('=');
        let padding = self.data.len() - plain.len();
        let needed = (4 - plain.len() % 4) % 4;
        if padding != 0 && padding != needed {
            return None;
        }
        let (bytes, is_url) = decode(plain)?;
        Some((bytes, Encoding { is_url, is_padded: padding == needed }))
    }

    /// The bytes of a text that was cut, and how many the whole text stood for, as far as its length says.
    pub(super) fn cut_bytes(&self, missing: u64) -> Option<(Vec<u8>, u64)> {
        let kept = self.data.get(..self.data.len() & !3)?;
        let (bytes, _) = decode(kept)?;
        Some((bytes, (self.data.len() as u64).checked_add(missing)?.checked_mul(3)? / 4))
    }
}

/// The bytes of base64 without padding, and whether its alphabet is that of URLs.
fn decode(text: &str) -> Option<(Vec<u8>, bool)> {
    if text.contains('=') {
        return None;
    }
    let is_url = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let mut usual = Cow::Borrowed(text);
    if is_url {
        if text.bytes().any(|byte| matches!(byte, b'+' | b'/')) {
            return None;
        }
        usual = Cow::Owned(text.replace('-', "+").replace('_', "/"));
    }
    let padding = match text.len() % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return None,
    };
    if !padding.is_empty() {
        usual.to_mut().push_str(padding);
    }
    Some((base64::decode(&usual)?, is_url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_bytes_comes_back() {
        let bytes = [0xfb, 0xff, 0xbf, 0xfe, 0x10];
        for (text, name) in [
            ("data:x;base64,+/+//hA=", "base64"),
            ("data:x;base64,+/+//hA", "base64-unpadded"),
            ("data:x;base64,-_-__hA=", "base64url"),
            ("data:x;base64,-_-__hA", "base64url-unpadded"),
        ] {
            let candidate = Candidate::of(text).unwrap();
            let (found, encoding) = candidate.bytes().unwrap();
            assert_eq!((found.as_slice(), encoding.name()), (&bytes[..], name), "{text}");
            assert_eq!(Encoding::named(name), Some(encoding));
            let again = candidate.prefix.to_owned() + &encoding.of_base64(&base64::encode(&bytes));
            assert_eq!(again, text);
        }
        for text in [
            "data:x;base64,+_+_",
            "data:x;base64,+/+/=",
            "data:x;base64,+/+//hB=",
            "data:x;base64,+/+/A",
            "data:x,AAAA",
        ] {
            assert!(Candidate::of(text).and_then(|candidate| candidate.bytes()).is_none(), "{text}");
        }
        assert!(Candidate::of("AAAA").is_none(), "short texts are none");
    }
}
