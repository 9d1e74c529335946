//! Numbers of payment cards.

use super::checks::luhn;
use super::text::{Digits, Text};

/// The end of a number that begins at `start`.
pub(super) fn at(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.is_free_left(start) || text.is_joined_left(start, b".") || !text.at(start).is_ascii_digit() {
        return None;
    }
    let is_card = |end: &usize| {
        text.is_free_right(*end)
            && !text.is_joined_right(*end, b".")
            && is_number(Digits::of(text.part(start, *end)).all())
    };
    let run = text.digits(start, 20);
    if (13..=19).contains(&run) {
        return Some(start + run).filter(is_card);
    }
    let forms: [&[usize]; 4] = [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];
    forms.iter().filter(|_| run == 4).filter_map(|form| grouped(text, start, form)).find(is_card)
}

/// Whether somebody gives out such numbers, and the check holds.
fn is_number(digits: &[u8]) -> bool {
    let is_given = matches!(
        (digits.len(), digits),
        (13, [4, ..])
            | (14, [3, 0 | 6 | 8 | 9, ..])
            | (15, [3, 4 | 7, ..])
            | (16, [2..=6, ..])
            | (17..=19, [4..=6, ..])
    );
    is_given && luhn(digits)
}

/// The end of groups of these lengths with one sign between them.
fn grouped(text: Text<'_>, start: usize, lengths: &[usize]) -> Option<usize> {
    let sign = text.at(start + 4);
    let mut place = start;
    for (number, length) in lengths.iter().enumerate() {
        if number > 0 {
            if text.at(place) != sign {
                return None;
            }
            place += 1;
        }
        if text.digits(place, *length) != *length {
            return None;
        }
        place += length;
    }
    matches!(sign, b' ' | b'-').then_some(place)
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector::Card;
    use crate::detect::tests::found;

    #[test]
    fn numbers_that_pass_the_check_are_found() {
        for (text, numbers) in [
            ("my card is 4111 1111 1111 1111 12/27", vec!["4111 1111 1111 1111"]),
            ("4111-1111-1111-1111,5555555555554444", vec!["4111-1111-1111-1111", "5555555555554444"]),
            ("378282246310005 3782 822463 10005", vec!["378282246310005", "3782 822463 10005"]),
            ("3056 930902 5904", vec!["3056 930902 5904"]),
            ("6011 1111 1111 1117", vec!["6011 1111 1111 1117"]),
            ("2223003122003222", vec!["2223003122003222"]),
            (
                "4111 1111 1111 1111 123, 4111 1111 1111 1111 110",
                vec!["4111 1111 1111 1111", "4111 1111 1111 1111 110"],
            ),
        ] {
            assert_eq!(found(Card, text), numbers, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "4111 1111 1111 1112",
            "4111 1111-1111 1111",
            "1767225600123456789",
            "0.4111111111111111",
            "4111111111111111.5",
            "x4111111111111111",
            "4111111111111111x",
            "41111111111111111111",
            "7111111111111116",
            "4111  1111 1111 1111",
            "94111 1111 1111 1111",
        ] {
            assert!(found(Card, text).is_empty(), "{text}");
        }
    }
}
