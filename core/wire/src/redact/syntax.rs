//! What a pattern may hold (TW-RED-003), looked at before it is compiled: what needs backtracking has no place here, and whoever
//! wrote it wants to know where it stands.

use crate::WireError;

/// Most times that something may be repeated by number, those of groups within each other multiplied.
const MOST_TIMES: u32 = 1000;
/// Bytes of a pattern.
const MOST_BYTES: usize = 4096;

/// Refuses what the specification does not list.
pub(super) fn check(pattern: &str) -> Result<(), WireError> {
    if pattern.len() > MOST_BYTES {
        return refuse(MOST_BYTES, "a pattern has at most 4,096 bytes");
    }
    let mut reader =
        Reader { bytes: pattern.as_bytes(), place: 0, open: Vec::new(), can_repeat: false, times: 1, most_times: 1 };
    while let Some(byte) = reader.peek(0) {
        reader.step(byte)?;
    }
    match reader.open.last() {
        Some(open) => refuse(open.begin, "a group is not closed"),
        None => Ok(()),
    }
}

fn refuse<T>(offset: usize, reason: &str) -> Result<T, WireError> {
    Err(WireError::Bytes { code: "redact_pattern", offset, reason: reason.to_owned() })
}

struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
    /// The groups that are open.
    open: Vec<Open>,
    /// Whether something stands before that can be repeated.
    can_repeat: bool,
    /// How often what stands before is repeated inside of itself.
    times: u32,
    /// The most of it in the group that is open.
    most_times: u32,
}

struct Open {
    begin: usize,
    /// What was counted around it.
    most_times: u32,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.place + ahead).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.place..).unwrap_or_default()
    }

    fn step(&mut self, byte: u8) -> Result<(), WireError> {
        match byte {
            b'\\' => self.escape(false)?,
            b'[' => self.class()?,
            b'(' => self.group()?,
            b')' => {
                let Some(open) = self.open.pop() else { return refuse(self.place, "no group is open here") };
                self.place += 1;
                self.can_repeat = true;
                self.times = self.most_times;
                self.most_times = open.most_times.max(self.times);
            }
            b'*' | b'+' | b'?' => {
                self.place += 1;
                self.repeated(self.place - 1)?;
            }
            b'{' => self.times()?,
            b'|' => {
                self.place += 1;
                self.can_repeat = false;
            }
            b'^' | b'$' => {
                self.place += 1;
                self.can_repeat = false;
            }
            _ => {
                self.place += 1;
                self.single();
            }
        }
        Ok(())
    }

    /// Something that can be repeated, and repeats nothing itself.
    fn single(&mut self) {
        self.can_repeat = true;
        self.times = 1;
    }

    /// Behind a repetition, which may be lazy.
    fn repeated(&mut self, begin: usize) -> Result<(), WireError> {
        if !self.can_repeat {
            return refuse(begin, "nothing stands before it that could be repeated");
        }
        match self.peek(0) {
            Some(b'?') => self.place += 1,
            Some(b'+') => {
                return refuse(self.place, "holding on to what matched, which needs backtracking, is refused");
            }
            _ => {}
        }
        self.can_repeat = false;
        Ok(())
    }

    fn times(&mut self) -> Result<(), WireError> {
        let begin = self.place;
        self.place += 1;
        let least = self.number();
        let most = if self.peek(0) == Some(b',') {
            self.place += 1;
            self.number()
        } else {
            least
        };
        if least.is_none() || self.peek(0) != Some(b'}') {
            return refuse(begin, "a number of times is expected; write \\{ for the sign itself");
        }
        self.place += 1;
        let times = least.max(most).unwrap_or(1).max(1).saturating_mul(self.times);
        if times > MOST_TIMES {
            return refuse(begin, "this is repeated more than 1,000 times");
        }
        self.most_times = self.most_times.max(times);
        if most.is_some_and(|most| Some(most) < least) {
            return refuse(begin, "the most is less than the least");
        }
        self.repeated(begin)
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(self.rest().get(..digits)?).ok()?;
        self.place += digits;
        if text.is_empty() { None } else { Some(text.parse().unwrap_or(u32::MAX)) }
    }

    fn group(&mut self) -> Result<(), WireError> {
        let begin = self.place;
        self.can_repeat = false;
        let rest = self.rest();
        for (mark, what) in [
            ("(?=", "looking ahead"),
            ("(?!", "looking ahead"),
            ("(?<=", "looking behind"),
            ("(?<!", "looking behind"),
            ("(?>", "holding on to what matched"),
            ("(?P=", "a reference to a group"),
            ("(?P>", "calling a group"),
            ("(?&", "calling a group"),
            ("(?(", "asking what matched"),
            ("(?|", "numbering groups anew"),
            ("(?#", "a comment"),
            ("(?R", "calling the pattern"),
        ] {
            if rest.starts_with(mark.as_bytes()) {
                return refuse(begin, &format!("{what}, which needs backtracking, is refused"));
            }
        }
        let name = [&b"(?P<"[..], b"(?<"].into_iter().find(|mark| rest.starts_with(mark));
        if let Some(mark) = name {
            let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let name = rest.get(mark.len()..).unwrap_or_default();
            let length = name.iter().take_while(is_name).count();
            let is_named =
                length > 0 && !name.first().is_some_and(u8::is_ascii_digit) && name.get(length) == Some(&b'>');
            if !is_named {
                return refuse(begin, "a group's name has letters, digits and _, and ends with >");
            }
            self.place += mark.len() + length + 1;
        } else if rest.starts_with(b"(?") {
            let flags = rest.get(2..).unwrap_or_default();
            let length = flags.iter().take_while(|byte| !matches!(byte, b':' | b')')).count();
            let is_flag = |byte: &u8| matches!(byte, b'i' | b'm' | b's' | b'-');
            let is_known = flags.iter().take(length).all(is_flag);
            let dashes = flags.iter().take(length).filter(|byte| **byte == b'-').count();
            if !is_known
                || dashes > 1
                || flags.get(length).is_none()
                || flags.get(length.wrapping_sub(1)) == Some(&b'-')
            {
                return refuse(begin, "only the flags i, m and s are known");
            }
            self.place += 2 + length + 1;
            if flags.get(length) == Some(&b')') {
                return if length == 0 { refuse(begin, "no flag is named") } else { Ok(()) };
            }
        } else {
            self.place += 1;
        }
        self.open.push(Open { begin, most_times: self.most_times });
        self.most_times = 1;
        Ok(())
    }

    fn class(&mut self) -> Result<(), WireError> {
        let begin = self.place;
        self.place += 1 + usize::from(self.peek(1) == Some(b'^'));
        let first = self.place;
        // Whether what stands before can begin a range.
        let mut can_range = false;
        while let Some(byte) = self.peek(0) {
            let place = self.place;
            match byte {
                b']' if place > first => {
                    self.place += 1;
                    self.single();
                    return Ok(());
                }
                b']' => return refuse(place, "a class holds something; write \\] for the sign itself"),
                b'[' => return refuse(place, "write \\[ for the sign itself"),
                b'&' | b'~' | b'-' if self.peek(1) == Some(byte) => return refuse(place, "classes are not computed"),
                b'-' if place == first || self.peek(1) == Some(b']') => {
                    self.place += 1;
                    can_range = false;
                }
                b'-' if can_range => {
                    self.place += 1;
                    if !self.class_member()? {
                        return refuse(place, "a range ends with one character");
                    }
                    can_range = false;
                }
                b'-' => return refuse(place, "write \\- for the sign itself"),
                _ => can_range = self.class_member()?,
            }
        }
        refuse(begin, "a class is not closed")
    }

    /// One member of a class; true where it is one character.
    fn class_member(&mut self) -> Result<bool, WireError> {
        let begin = self.place;
        match self.peek(0) {
            Some(b'\\') => {
                let is_set = matches!(self.peek(1), Some(b'd' | b'D' | b'w' | b'W' | b's' | b'S'));
                self.escape(true)?;
                Ok(!is_set)
            }
            Some(b'[' | b'-') | None => refuse(begin, "write a backslash before it for the sign itself"),
            Some(byte @ (b'&' | b'~')) if self.peek(1) == Some(byte) => refuse(begin, "classes are not computed"),
            // All bytes of a character.
            Some(_) => {
                self.place += 1;
                while self.peek(0).is_some_and(|byte| byte & 0xC0 == 0x80) {
                    self.place += 1;
                }
                Ok(true)
            }
        }
    }

    fn escape(&mut self, in_class: bool) -> Result<(), WireError> {
        let begin = self.place;
        let Some(byte) = self.peek(1) else { return refuse(begin, "nothing stands behind the backslash") };
        self.place += 2;
        self.single();
        match byte {
            b'd' | b'D' | b'w' | b'W' | b's' | b'S' | b'n' | b'r' | b't' => Ok(()),
            b'A' | b'z' | b'b' | b'B' if !in_class => {
                self.can_repeat = false;
                // `\b{start}` is another thing than a repetition.
                if self.peek(0) == Some(b'{') {
                    refuse(self.place, "nothing stands before it that could be repeated")
                } else {
                    Ok(())
                }
            }
            b'x' => self.code(begin),
            b'1'..=b'9' | b'k' | b'g' => refuse(begin, "a reference to a group, which needs backtracking, is refused"),
            b'p' | b'P' => refuse(begin, "classes of Unicode are not known; write the characters themselves"),
            _ if byte.is_ascii_punctuation() && !matches!(byte, b'<' | b'>') => Ok(()),
            _ => refuse(begin, "this escape is not known"),
        }
    }

    /// `\x41`, `\x{1F600}`.
    fn code(&mut self, begin: usize) -> Result<(), WireError> {
        let rest = self.rest();
        let (digits, length) = match rest.first() {
            Some(b'{') => {
                let end = rest.iter().take(8).position(|byte| *byte == b'}').unwrap_or(0);
                (rest.get(1..end).unwrap_or_default(), end + 1)
            }
            _ => (rest.get(..2).unwrap_or_default(), 2),
        };
        let text = std::str::from_utf8(digits).unwrap_or_default();
        let is_code = u32::from_str_radix(text, 16).ok().and_then(char::from_u32).is_some() && !text.starts_with('+');
        if !is_code {
            return refuse(begin, "the number of a character is expected");
        }
        self.place += length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(pattern: &str) -> (usize, String) {
        match check(pattern) {
            Err(WireError::Bytes { code: "redact_pattern", offset, reason }) => (offset, reason),
            other => panic!("{pattern}: {other:?}"),
        }
    }

    #[test]
    fn what_needs_going_back_is_refused_with_its_place() {
        for (pattern, offset) in [
            ("a(?=b)", 1),
            ("ab(?!c)", 2),
            ("(?<=a)b", 0),
            ("x(?<!a)b", 1),
            ("(a)\\1", 3),
            ("(?P<n>a)(?P=n)", 8),
            ("(?<n>a)\\k<n>", 7),
            ("a++", 2),
            ("a*+", 2),
            ("a{2}+", 4),
            ("(?>a)", 0),
            ("[\\1]", 1),
            ("(?R)", 0),
        ] {
            let (found, reason) = refused(pattern);
            assert_eq!(found, offset, "{pattern}");
            assert!(reason.contains("backtracking"), "{pattern}: {reason}");
        }
    }

    #[test]
    fn what_means_different_things_elsewhere_is_refused_too() {
        for (pattern, offset) in [
            ("a**", 2),
            ("*a", 0),
            ("a|+", 2),
            ("(?x)a", 0),
            ("(?U)a", 0),
            ("(?i", 0),
            ("(?-)", 0),
            ("(?)", 0),
            ("a{1001}", 1),
            ("a{3,2}", 1),
            ("a{", 1),
            ("a{,3}", 1),
            ("(a{100}){11}", 8),
            ("((a{10}){10}b){11}", 14),
            ("[\\d-z]", 3),
            ("[a-c-e]", 4),
            ("[a-\\d]", 2),
            ("(a", 0),
            ("a)", 1),
            ("[a", 0),
            ("[]a]", 1),
            ("[[:alpha:]]", 1),
            ("[a&&b]", 2),
            ("[a--b]", 2),
            ("\\pL", 0),
            ("\\q", 0),
            ("\\", 0),
            ("\\<", 0),
            ("\\b{start}", 2),
            ("\\x4", 0),
            ("\\x{110000}", 0),
            ("\\x{+41}", 0),
            ("(?P<1>a)", 0),
            ("^*", 1),
            ("\\b+", 2),
        ] {
            assert_eq!(refused(pattern).0, offset, "{pattern}");
        }
    }

    #[test]
    fn the_rest_is_taken() {
        for pattern in [
            "ORD-[0-9]{8}",
            "(?i)bob",
            "(?s-m:a.b)",
            "(?P<n>a)|(?<m>b)",
            "a+?b*?c??d{2,}?",
            "[^a-z\\d\\-]",
            "^\\A\\bx\\B\\z$",
            "\\x41\\x{1F600}",
            "\\/\\.",
            "é+",
            "a|b|",
            "a]b}c",
            "[-a]|[a-]|[a-c\\-]|[é-ü]",
            "(a{100}|b{10}){10}",
            "()",
        ] {
            assert!(check(pattern).is_ok(), "{pattern}");
            assert!(regex_lite::Regex::new(pattern).is_ok(), "{pattern}");
        }
    }

    proptest! {
        /// Whatever passes here is a pattern, except for ranges that go backwards and what is too large.
        #[test]
        fn what_is_taken_is_a_pattern(pattern in r"[ab(){}\[\]^$.*+?|\\123,:<>=!Pdwsbx&~-]{0,12}") {
            if check(&pattern).is_ok()
                && let Err(error) = regex_lite::Regex::new(&pattern)
            {
                let reason = error.to_string();
                let is_left = ["range", "size", "duplicate"].iter().any(|word| reason.contains(word));
                prop_assert!(is_left, "{}: {}", pattern, reason);
            }
        }
    }
}
