//! Addresses of mail, from their `@` to both sides.

use super::text::{Text, begins_character, is_high, is_letter_or_digit};

/// Characters of the part before the `@`.
const LONGEST_LOCAL: usize = 64;
/// Characters of a label.
const LONGEST_LABEL: usize = 63;

/// The address around the `@` at `at`; it begins at `least` or behind.
pub(super) fn around(text: Text<'_>, at: usize, least: usize) -> Option<(usize, usize)> {
    Some((local(text, at, least)?, domain(text, at + 1)?))
}

fn is_local(byte: u8) -> bool {
    is_letter_or_digit(byte) || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'')
}

/// Where the part before the `@` begins: at the first place where one may, of those that are not too far away.
fn local(text: Text<'_>, at: usize, least: usize) -> Option<usize> {
    let (mut place, mut characters, mut begins, mut letters) = (at, 0, None, None);
    while place > 0 && is_local(text.before(place)) {
        place -= 1;
        let byte = text.at(place);
        if !begins_character(byte) {
            continue;
        }
        characters += 1;
        if characters > LONGEST_LOCAL {
            // Of what is longer, the end.
            begins = letters;
            break;
        }
        if is_letter_or_digit(byte) {
            letters = Some(place);
            if !is_letter_or_digit(text.seen_before(place)) {
                begins = Some(place);
            }
        }
    }
    crate::work::count(at - place);
    begins.filter(|begin| *begin >= least && text.part(*begin, at) != b"git")
}

/// Where the labels and what ends them end.
fn domain(text: Text<'_>, start: usize) -> Option<usize> {
    let (mut place, mut end, mut has_letter) = (start, None, false);
    while let Some(behind) = label(text, place) {
        match text.part(place, behind - 1) {
            // `icon@2x.png`
            [b'0'..=b'9', b'x'] => break,
            label => has_letter |= label.iter().any(|byte| byte.is_ascii_alphabetic() || is_high(*byte)),
        }
        place = behind;
        if let Some(found) = last_label(text, place) {
            end = Some(found);
        }
    }
    crate::work::count(place - start);
    end.filter(|_| has_letter)
}

/// The place behind a label and its dot.
fn label(text: Text<'_>, start: usize) -> Option<usize> {
    let end = characters(text, start, LONGEST_LABEL, |byte| is_letter_or_digit(byte) || byte == b'-');
    let is_label = end > start && text.at(start) != b'-' && text.before(end) != b'-';
    (is_label && text.at(end) == b'.').then_some(end + 1)
}

/// The end of at least two letters.
fn last_label(text: Text<'_>, start: usize) -> Option<usize> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || is_high(byte);
    let end = characters(text, start, LONGEST_LABEL, is_letter);
    let first = text.from(start).iter().skip(1).take_while(|byte| !begins_character(**byte)).count() + 1;
    (end > start + first).then_some(end)
}

/// The end of a run of at most so many characters.
fn characters(text: Text<'_>, start: usize, most: usize, is_such: impl Fn(u8) -> bool) -> usize {
    let (mut place, mut count) = (start, 0);
    while place < text.0.len() && is_such(text.at(place)) {
        if begins_character(text.at(place)) {
            count += 1;
            if count > most {
                break;
            }
        }
        place += 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::Email;
    use crate::detect::tests::found;

    #[test]
    fn addresses_are_found_and_nothing_beside_them() {
        for (text, addresses) in [
            ("write to ann.b+c@mail.example.co.uk, or not", vec!["ann.b+c@mail.example.co.uk"]),
            ("<ann@example.com>;bob@example.org.", vec!["ann@example.com", "bob@example.org"]),
            ("mailto:ann@example.com?subject=x", vec!["ann@example.com"]),
            ("müller@straße.de", vec!["müller@straße.de"]),
            (".ann@example.com", vec!["ann@example.com"]),
            ("ann@example.com-x ann@example.com1", vec!["ann@example.com", "ann@example.com"]),
            ("a@b.co@c.de", vec!["a@b.co"]),
            ("a@b@c.de", vec!["b@c.de"]),
            ("ann@-example.com ann@example-.com", vec![]),
            ("ann@example ann@example.c @example.com ann@.com", vec![]),
            ("@decorator.call x@y icon@2x.png user@1000.service git@github.com", vec![]),
            (r"m\n4\tann@example.com", vec!["tann@example.com"]),
        ] {
            assert_eq!(found(Email, text), addresses, "{text}");
        }
    }

    #[test]
    fn parts_have_a_longest_length_in_characters() {
        for letter in ["a", "ä"] {
            let local = letter.repeat(64);
            assert_eq!(found(Email, &format!("{local}@example.com")), [format!("{local}@example.com")]);
            assert_eq!(found(Email, &format!("{letter}{local}@example.com")), [format!("{local}@example.com")]);
            let label = letter.repeat(63);
            assert_eq!(found(Email, &format!("ann@{label}.com")), [format!("ann@{label}.com")]);
            assert!(found(Email, &format!("ann@{label}{letter}.com")).is_empty());
        }
        let end = format!("{}.ann@example.com", "a".repeat(60));
        assert_eq!(found(Email, &format!("aaaa{end}")), [end]);
    }
}
