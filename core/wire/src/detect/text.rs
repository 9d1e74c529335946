//! Bytes of a text around a place: what they are, and what stands before and behind.

/// A text's bytes, and questions about places of it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a [u8]);

/// Whether a byte is part of a character beyond U+007F.
pub(super) fn is_high(byte: u8) -> bool {
    byte >= 0x80
}

/// Letters, digits and `_`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Letters, digits, and everything beyond U+007F.
pub(super) fn is_letter_or_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_high(byte)
}

/// Whether a character begins with this byte.
pub(super) fn begins_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

impl<'a> Text<'a> {
    /// The byte at a place; zero behind the end, which nothing that is found holds.
    pub(super) fn at(self, place: usize) -> u8 {
        self.0.get(place).copied().unwrap_or(0)
    }

    /// The byte before a place; zero before the first.
    pub(super) fn before(self, place: usize) -> u8 {
        place.checked_sub(1).map_or(0, |before| self.at(before))
    }

    /// The same, but zero for what ends an escape: of `\n4111`, the `n` is no part of a word.
    pub(super) fn seen_before(self, place: usize) -> u8 {
        if self.ends_escape(place) { 0 } else { self.before(place) }
    }

    /// Whether an escape ends before the place: `\n`, `\u0022`, `%22`.
    pub(super) fn ends_escape(self, place: usize) -> bool {
        let behind = |length: usize| place.checked_sub(length).map(|start| self.part(start, place));
        let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        match (behind(2), behind(3), behind(6)) {
            (Some([b'\\', letter]), _, _) if letter.is_ascii_alphabetic() => true,
            (_, Some([b'%', digits @ ..]), _) if hex(digits) => true,
            (_, _, Some([b'\\', b'u', digits @ ..])) => hex(digits),
            _ => false,
        }
    }

    pub(super) fn part(self, start: usize, end: usize) -> &'a [u8] {
        self.0.get(start..end).unwrap_or_default()
    }

    pub(super) fn from(self, start: usize) -> &'a [u8] {
        self.0.get(start..).unwrap_or_default()
    }

    /// How many bytes from a place on are such, at most `most`.
    pub(super) fn run(self, start: usize, most: usize, is_such: impl Fn(u8) -> bool) -> usize {
        let length = self.from(start).iter().take(most).take_while(|byte| is_such(**byte)).count();
        crate::work::count(length);
        length
    }

    /// How many digits stand from a place on, at most `most`.
    pub(super) fn digits(self, start: usize, most: usize) -> usize {
        self.run(start, most, |byte| byte.is_ascii_digit())
    }

    /// Whether six digits stand in the next ten bytes, as in each number that people write in groups.
    pub(super) fn has_many_digits(self, start: usize) -> bool {
        self.from(start).iter().take(10).filter(|byte| byte.is_ascii_digit()).count() >= 6
    }

    /// No word character stands before the place.
    pub(super) fn is_free_left(self, start: usize) -> bool {
        !is_word(self.before(start)) || self.ends_escape(start)
    }

    /// No word character stands at the place.
    pub(super) fn is_free_right(self, end: usize) -> bool {
        !is_word(self.at(end))
    }

    /// One of these stands before the place, and a digit before that.
    pub(super) fn is_joined_left(self, start: usize, joints: &[u8]) -> bool {
        start >= 2 && joints.contains(&self.before(start)) && self.seen_before(start - 1).is_ascii_digit()
    }

    /// One of these stands at the place, and a digit behind that.
    pub(super) fn is_joined_right(self, end: usize, joints: &[u8]) -> bool {
        joints.contains(&self.at(end)) && self.at(end + 1).is_ascii_digit()
    }
}

/// Digits of a number that is written in groups.
#[derive(Clone, Copy, Default)]
pub(super) struct Digits {
    digits: [u8; 24],
    length: usize,
}

impl Digits {
    /// The digits among these bytes; what is more than fits is left out, and no number is that long.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut found = Digits::default();
        for byte in bytes.iter().filter(|byte| byte.is_ascii_digit()) {
            if let Some(place) = found.digits.get_mut(found.length) {
                *place = byte - b'0';
                found.length += 1;
            }
        }
        found
    }

    pub(super) fn all(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// The number that some of them are.
    pub(super) fn number(&self, from: usize, to: usize) -> u64 {
        let digits = self.all().get(from..to).unwrap_or_default();
        digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
    }
}
