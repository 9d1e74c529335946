//! One pass over a text for all detectors that are asked for.

use super::text::{Text, is_word};
use super::{Detector, Found, address, api_key, assignment, card, email, iban, national, phone, token};

/// What a byte may begin, a bit for each.
mod may {
    pub(super) const NUMBER: u16 = 1;
    pub(super) const PLUS: u16 = 1 << 1;
    pub(super) const OPEN: u16 = 1 << 2;
    pub(super) const CAPITAL: u16 = 1 << 3;
    pub(super) const HEX: u16 = 1 << 4;
    pub(super) const AT: u16 = 1 << 5;
    pub(super) const COLON: u16 = 1 << 6;
    pub(super) const DASH: u16 = 1 << 7;
    pub(super) const TOKEN: u16 = 1 << 8;
    pub(super) const BEARER: u16 = 1 << 9;
    pub(super) const KEY: u16 = 1 << 10;
    pub(super) const EQUALS: u16 = 1 << 11;
    /// An escape, whose end is no part of a word.
    pub(super) const ESCAPE: u16 = 1 << 12;
    /// Only where no word character stands before.
    pub(super) const AT_WORD: u16 = NUMBER | CAPITAL | HEX;
    /// Only where no letter or digit does.
    pub(super) const AT_LETTERS: u16 = KEY | TOKEN | BEARER;
}

const BEGINS: [u16; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        table[at] = match byte {
            b'0'..=b'9' => may::NUMBER | may::HEX,
            b'A'..=b'F' => may::CAPITAL | may::HEX,
            b'G'..=b'Z' => may::CAPITAL,
            b'a'..=b'f' => may::HEX,
            b'+' => may::PLUS,
            b'(' => may::OPEN,
            b'@' => may::AT,
            b':' => may::COLON | may::EQUALS,
            b'=' => may::EQUALS,
            b'-' => may::DASH,
            b'\\' | b'%' => may::ESCAPE,
            _ => 0,
        };
        if byte == b'e' {
            table[at] |= may::TOKEN;
        }
        if byte == b'B' || byte == b'b' {
            table[at] |= may::BEARER;
        }
        if api_key::may_begin(byte) {
            table[at] |= may::KEY;
        }
        at += 1;
    }
    table
};

/// `\u0022`
const LONGEST_ESCAPE: usize = 6;

/// Looks for what these detectors find.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    wanted: u16,
    begins: u16,
}

impl Scan {
    /// A scan for these; [`Detector::Credential`] finds nothing in a text.
    pub fn new(detectors: impl IntoIterator<Item = Detector>) -> Self {
        let mut scan = Scan::default();
        for detector in detectors {
            scan.wanted |= 1 << detector as u16;
            scan.begins |= match detector {
                Detector::ApiKey => may::KEY,
                Detector::BearerToken => may::BEARER,
                Detector::Jwt => may::TOKEN,
                Detector::PrivateKey => may::DASH,
                Detector::UrlPassword => may::COLON,
                Detector::Credential => 0,
                Detector::Assignment => may::EQUALS,
                Detector::Email => may::AT,
                Detector::Phone => may::NUMBER | may::PLUS | may::OPEN,
                Detector::Card => may::NUMBER,
                Detector::Iban => may::CAPITAL,
                Detector::Ip => may::HEX | may::COLON,
                Detector::NationalId => may::NUMBER | may::CAPITAL,
            };
        }
        scan
    }

    /// Adds what is found, in the order in which it ends being looked at; what one detector finds does not overlap.
    pub fn find(&self, text: &str, found: &mut Vec<Found>) {
        if self.begins == 0 {
            return;
        }
        let text = Text(text.as_bytes());
        let mut finder = Finder { text, wanted: self.wanted, behind: [0; super::DETECTORS.len()], found };
        let wanted = self.begins | may::ESCAPE;
        // Behind what an escape may end.
        let (mut before, mut escaped) = (0, 0);
        for (at, byte) in text.0.iter().enumerate() {
            let mut begins = BEGINS[usize::from(*byte)] & wanted;
            let inside = std::mem::replace(&mut before, *byte);
            if begins == 0 {
                continue;
            }
            if begins & may::ESCAPE != 0 {
                escaped = at + LONGEST_ESCAPE;
            }
            if is_word(inside) && (at > escaped || !text.ends_escape(at)) {
                begins &= if inside == b'_' { !may::AT_WORD } else { !(may::AT_WORD | may::AT_LETTERS) };
            }
            if begins & !may::ESCAPE != 0 {
                finder.look(at, begins);
            }
        }
    }
}

struct Finder<'a> {
    text: Text<'a>,
    wanted: u16,
    /// Behind what each detector found last.
    behind: [usize; super::DETECTORS.len()],
    found: &'a mut Vec<Found>,
}

impl Finder<'_> {
    fn look(&mut self, at: usize, begins: u16) {
        let text = self.text;
        let here = |end: usize| (at, end);
        if begins & may::KEY != 0 {
            self.try_one(Detector::ApiKey, at, || Some(here(at + api_key::at(text.from(at))?.1)));
        }
        if begins & may::BEARER != 0 {
            self.try_one(Detector::BearerToken, at, || token::bearer(text, at));
        }
        if begins & may::TOKEN != 0 {
            self.try_one(Detector::Jwt, at, || token::jwt(text, at).map(here));
        }
        if begins & may::DASH != 0 {
            self.try_one(Detector::PrivateKey, at, || token::private_key(text, at).map(here));
        }
        if begins & may::COLON != 0 {
            self.try_one(Detector::UrlPassword, at, || token::url_password(text, at));
        }
        if begins & may::EQUALS != 0 {
            self.try_one(Detector::Assignment, at, || assignment::at(text, at));
        }
        if begins & may::AT != 0 {
            let least = self.behind_of(Detector::Email);
            self.try_one(Detector::Email, at, || email::around(text, at, least));
        }
        if begins & may::PLUS != 0 {
            self.try_one(Detector::Phone, at, || phone::international(text, at).map(here));
        }
        let has_digits = begins & (may::NUMBER | may::OPEN) != 0 && text.has_many_digits(at);
        if has_digits {
            self.try_one(Detector::Phone, at, || phone::national(text, at).map(here));
        }
        if has_digits && begins & may::NUMBER != 0 {
            self.try_one(Detector::Card, at, || card::at(text, at).map(here));
        }
        if has_digits || begins & may::CAPITAL != 0 {
            self.try_one(Detector::NationalId, at, || national::at(text, at).map(here));
        }
        if begins & may::CAPITAL != 0 {
            self.try_one(Detector::Iban, at, || iban::at(text, at).map(here));
        }
        if begins & (may::HEX | may::COLON) != 0 {
            self.try_one(Detector::Ip, at, || address::at(text, at).map(here));
        }
    }

    fn behind_of(&self, detector: Detector) -> usize {
        self.behind.get(detector as usize).copied().unwrap_or(0)
    }

    /// Goes on behind what it found before.
    fn try_one(&mut self, detector: Detector, at: usize, find: impl FnOnce() -> Option<(usize, usize)>) {
        if self.wanted & 1 << detector as u16 == 0 || at < self.behind_of(detector) {
            return;
        }
        if let Some((start, end)) = find() {
            if let Some(behind) = self.behind.get_mut(detector as usize) {
                *behind = end;
            }
            self.found.push(Found { start, end, detector });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::DETECTORS;

    #[test]
    fn all_are_found_in_one_pass() {
        let text = "ann@example.com +4915112345678 4111111111111111 DE89370400440532013000 192.0.2.1 078-05-1120 \
                    Bearer abcDEF0123456789 postgres://a:pw@b";
        let mut found = Vec::new();
        Scan::new(DETECTORS).find(text, &mut found);
        let mut names: Vec<&str> = found.iter().map(|found| found.detector.name()).collect();
        names.sort_unstable();
        names.dedup();
        let all = ["bearer_token", "card", "email", "iban", "ip", "national_id", "phone", "url_password"];
        assert_eq!(names, all);
    }

    #[test]
    fn what_was_found_is_not_looked_at_again() {
        let mut found = Vec::new();
        Scan::new([Detector::Phone]).find("+1 (415) 555-2671", &mut found);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn nothing_is_found_of_what_nobody_asked_for() {
        let mut found = Vec::new();
        Scan::new([Detector::Credential]).find("ann@example.com 4111111111111111", &mut found);
        Scan::new([]).find("ann@example.com", &mut found);
        assert!(found.is_empty());
    }
}
