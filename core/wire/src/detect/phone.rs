//! Numbers of telephones: with a country's code, as in North America, and with a leading zero.

use super::text::Text;

/// Digits of a number with a country's code (ITU-T E.164).
const INTERNATIONAL: std::ops::RangeInclusive<usize> = 8..=15;
/// Digits of a number with a leading zero.
const NATIONAL: std::ops::RangeInclusive<usize> = 9..=12;

/// The end of a number that begins with the `+` at `start`.
pub(super) fn international(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.is_free_left(start) || text.before(start) == b'+' || !matches!(text.at(start + 1), b'1'..=b'9') {
        return None;
    }
    let is_sign = |byte| matches!(byte, b' ' | b'.' | b'-' | b'/' | b'(' | b')');
    let (mut place, mut digits, mut end) = (start + 1, 0, None);
    loop {
        let group = text.digits(place, INTERNATIONAL.end() + 1);
        // A country's code has up to three digits; of a longer first group nothing is told from what follows.
        if digits == 0 && group > 3 {
            return INTERNATIONAL.contains(&group).then_some(place + group);
        }
        digits += group;
        if group == 0 || digits > *INTERNATIONAL.end() {
            return end;
        }
        place += group;
        if INTERNATIONAL.contains(&digits) {
            end = Some(place);
        }
        place += text.run(place, 2, is_sign);
    }
}

/// The end of a number without a country's code that begins at `start`.
pub(super) fn national(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.is_free_left(start) {
        return None;
    }
    let is_apart = !text.is_joined_left(start, b".-");
    let zero = text.at(start) == b'0' && matches!(text.at(start + 1), b'1'..=b'9');
    let american = || american(text, start).filter(|_| is_apart && !zero);
    let groups = || groups(text, start).filter(|_| is_apart && zero);
    american().or_else(groups).or_else(|| pairs(text, start).filter(|_| zero))
}

/// `(415) 555-2671`, `1-415-555-2671`, `415.555.2671`.
fn american(text: Text<'_>, start: usize) -> Option<usize> {
    let is_sign = |byte| matches!(byte, b' ' | b'.' | b'-');
    let three = |place: usize| text.digits(place, 3) == 3 && matches!(text.at(place), b'2'..=b'9');
    let mut place = start;
    if text.at(place) == b'1' {
        if !is_sign(text.at(place + 1)) {
            return None;
        }
        place += 2;
    }
    let sign = if text.at(place) == b'(' {
        if !three(place + 1) || text.at(place + 4) != b')' {
            return None;
        }
        place += 5 + usize::from(text.at(place + 5) == b' ');
        None
    } else {
        let sign = text.at(place + 3);
        if !three(place) || !is_sign(sign) {
            return None;
        }
        place += 4;
        Some(sign)
    };
    let second = text.at(place + 3);
    let end = place + 8;
    let is_whole = three(place) && is_sign(second) && sign.is_none_or(|sign| sign == second);
    let is_last = text.digits(place + 4, 5) == 4 && text.is_free_right(end) && !text.is_joined_right(end, b".-");
    (is_whole && is_last).then_some(end)
}

/// `0170 1234567`, `020 7946 0958`: three to five digits, and further groups.
fn groups(text: Text<'_>, start: usize) -> Option<usize> {
    let first = text.digits(start, 6);
    // Five digits, a hyphen and four are a code of the post in America.
    if !(3..=5).contains(&first) || first == 5 && text.at(start + first) == b'-' {
        return None;
    }
    let (mut place, mut digits, mut end) = (start + first, first, None);
    for _ in 0..4 {
        if !matches!(text.at(place), b' ' | b'-' | b'/') {
            break;
        }
        let group = text.digits(place + 1, NATIONAL.end() + 1);
        digits += group;
        if group == 0 || digits > *NATIONAL.end() {
            break;
        }
        place += 1 + group;
        if NATIONAL.contains(&digits) && text.is_free_right(place) {
            end = Some(place);
        }
    }
    end
}

/// `06 12 34 56 78`.
fn pairs(text: Text<'_>, start: usize) -> Option<usize> {
    let sign = text.at(start + 2);
    let is_pair = |at: usize| text.at(start + at * 3 - 1) == sign && text.digits(start + at * 3, 2) == 2;
    let end = start + 14;
    let is_apart = !text.is_joined_left(start, b" .") && !text.is_joined_right(end, b" .");
    (matches!(sign, b' ' | b'.') && (1..5).all(is_pair) && text.is_free_right(end) && is_apart).then_some(end)
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::Phone;
    use crate::detect::tests::found;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        for (text, numbers) in [
            ("call +49 (0) 170 1234567 now", vec!["+49 (0) 170 1234567"]),
            ("+14155552671, +1 (415) 555-2671", vec!["+14155552671", "+1 (415) 555-2671"]),
            ("+49 170 1234567 2026-11-23", vec!["+49 170 1234567"]),
            ("+49 170 1234567 12 items", vec!["+49 170 1234567 12"]),
            (
                "1 (415) 555-2671, (415) 555-2671 or 415-555-2671 or 1.415.555.2671",
                vec!["1 (415) 555-2671", "(415) 555-2671", "415-555-2671", "1.415.555.2671"],
            ),
            ("tel:0170 1234567.", vec!["0170 1234567"]),
            (
                "020 7946 0958, 06 12 34 56 78, 06.12.34.56.78",
                vec!["020 7946 0958", "06 12 34 56 78", "06.12.34.56.78"],
            ),
        ] {
            assert_eq!(found(Phone, text), numbers, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "1+12345678",
            "x+12345678",
            "++12345678",
            "+1234567",
            "+1234567890123456",
            "+0123456789",
            "2026-11-23",
            "01.02.2026 12",
            "115-555-2671",
            "1415-555-2671",
            "415-555-26711",
            "415-555.2671",
            "0170",
            "0170 12",
            "123456789012",
            "12-415-555-2671",
            "0000 1234567",
            "415-555-2671-9",
            "06 12 34 56 789",
        ] {
            assert!(found(Phone, text).is_empty(), "{text}");
        }
    }
}
