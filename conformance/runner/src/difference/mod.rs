//! Where two byte strings part: the offset, both sides in hex, and what they say when they are read.
//!
//! | module | what it is |
//! |---|---|
//! | `decoded` | both sides read as what they are, and every member that differs |
//! | `token` | what stands at a byte of JSON: the member and how it is written |

mod decoded;
mod token;

use std::fmt::Write as _;

/// Bytes shown on either side of the first difference.
const WINDOW: usize = 12;

/// Where and how two byte strings differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first byte that differs; the length of the shorter one, where that is the beginning of the other.
    pub offset: usize,
    /// Both sides around that byte, in hex and as text.
    pub bytes: String,
    /// What differs when both sides are read, a line a member.
    pub decoded: Vec<String>,
}

impl Difference {
    /// The difference of what was expected and what came, both in this encoding of the protocol; `None` for equal bytes.
    pub fn between(expected: &[u8], actual: &[u8], encoding: &str) -> Option<Self> {
        Self::of(["expected", "actual"], expected, actual, encoding)
    }

    /// The same, of sides with other names.
    pub fn of(names: [&str; 2], first: &[u8], second: &[u8], encoding: &str) -> Option<Self> {
        if first == second {
            return None;
        }
        let offset = first.iter().zip(second).take_while(|(a, b)| a == b).count();
        let start = offset.saturating_sub(WINDOW);
        let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
        let mut bytes = String::new();
        for (name, side) in names.iter().zip([first, second]) {
            let part = side.get(start..side.len().min(offset + WINDOW)).unwrap_or_default();
            let hex: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
            let hex = if part.len() <= offset - start { format!("{} (its end)", hex.join(" ")) } else { hex.join(" ") };
            let text: String = part.iter().map(|byte| shown(*byte)).collect();
            let _ = writeln!(bytes, "{name:width$}  {hex}  |{text}|");
        }
        // The byte that differs first is marked below.
        let column = width + 2 + 3 * (offset - start);
        let lengths = match first.len() == second.len() {
            true => format!("byte {offset} of {}", first.len()),
            false => format!("byte {offset}; {} bytes {}, {} bytes {}", first.len(), names[0], second.len(), names[1]),
        };
        let _ = writeln!(bytes, "{:column$}^^ {lengths}", "");
        Some(Difference { offset, bytes, decoded: decoded::lines(names, first, second, encoding, offset) })
    }

    /// Both views, one below the other.
    pub fn details(&self) -> String {
        let mut out = self.bytes.clone();
        for line in &self.decoded {
            let _ = writeln!(out, "{line}");
        }
        out
    }
}

fn shown(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '·' }
}

/// A text that a terminal takes for nothing but a text: what steers one is written as an escape.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hidden = matches!(character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e0fff}');
        match character {
            '\n' => out.push('\n'),
            '\t' => out.push_str("  "),
            character if character.is_control() || is_hidden => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(expected: &str, actual: &str) -> String {
        Difference::between(expected.as_bytes(), actual.as_bytes(), "json")
            .map_or_else(String::new, |found| found.details())
    }

    #[test]
    fn the_first_difference_is_shown_in_hex_and_named() {
        insta::assert_snapshot!(details(r#"{"a":[1,2],"b":"x"}"#, r#"{"a":[1,4],"b":"xy"}"#), @r#"
        expected  7b 22 61 22 3a 5b 31 2c 32 5d 2c 22 62 22 3a 22 78 22 7d  |{"a":[1,2],"b":"x"}|
        actual    7b 22 61 22 3a 5b 31 2c 34 5d 2c 22 62 22 3a 22 78 79 22 7d  |{"a":[1,4],"b":"xy"}|
                                          ^^ byte 8; 19 bytes expected, 20 bytes actual
        /a/1: expected 2, actual 4
        /b: expected "x", actual "xy"
        "#);
        assert_eq!(details("same", "same"), "");
    }

    #[test]
    fn the_end_of_one_side_is_a_difference() {
        insta::assert_snapshot!(details("[1]", "[1]\n"), @r#"
        expected  5b 31 5d (its end)  |[1]|
        actual    5b 31 5d 0a  |[1]·|
                           ^^ byte 3; 3 bytes expected, 4 bytes actual
        the same value, written in another way: expected its end, actual a line end
        "#);
    }

    #[test]
    fn nothing_that_steers_a_terminal_passes() {
        assert_eq!(harmless("a\u{1b}[2J\u{202e}\n\u{e9}\t"), "a\\u{1b}[2J\\u{202e}\n\u{e9}  ");
    }
}
