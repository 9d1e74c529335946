//! The arithmetic that tells a number from one that somebody made up.

/// The check of cards and others (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, digit)| doubled(*digit, place % 2 == 1)).sum();
    sum.is_multiple_of(10)
}

fn doubled(digit: u8, is_doubled: bool) -> u32 {
    let value = u32::from(digit) * if is_doubled { 2 } else { 1 };
    if value > 9 { value - 9 } else { value }
}

/// The sum of digits, each by its weight.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// ISO/IEC 7064, MOD 11, 10: the last digit is the check.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, number)) = digits.split_last() else { return false };
    let product = number.iter().fold(10, |product, digit| {
        let sum = match (u32::from(*digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// ISO/IEC 7064, MOD 11-2: the digits before the last character, and that one, 10 for `X`.
pub(super) fn mod_11_2(digits: &[u8], check: u32) -> bool {
    let sum = digits.iter().fold(0, |sum, digit| (sum + u32::from(*digit)) * 2 % 11);
    (sum + check) % 11 == 1
}

/// The check of Verhoeff: the group of the pentagon's symmetries.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = digits.iter().rev().enumerate().fold(0, |product, (place, digit)| {
        let moved = (0..place % 8).fold(*digit, |digit, _| PERMUTED.get(usize::from(digit)).copied().unwrap_or(0));
        dihedral(product, moved)
    });
    product == 0
}

/// Two symmetries of the pentagon after each other: 0 to 4 are turns, 5 to 9 reflections.
fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// The last character of an Italian codice fiscale, by those before it.
pub(super) fn codice_fiscale(characters: &[u8]) -> bool {
    /// What a character at an odd place counts, in the order of the alphabet; a digit counts as the letter of its number.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let Some((check, number)) = characters.split_last() else { return false };
    let order = |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.saturating_sub(b'A') });
    let counts = number.iter().enumerate().map(|(place, byte)| match place % 2 {
        0 => ODD.get(order(*byte)).copied().unwrap_or(0),
        _ => u32::try_from(order(*byte)).unwrap_or(0),
    });
    counts.sum::<u32>() % 26 == u32::from(check.saturating_sub(b'A'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    /// Of each number, that it passes, and that no other last digit does.
    fn one_of_ten(number: &str, check: impl Fn(&[u8]) -> bool) {
        let mut number = digits(number);
        assert!(check(&number), "{number:?}");
        for other in 1..10 {
            *number.last_mut().unwrap() = (number.last().unwrap() + 1) % 10;
            assert!(!check(&number), "{number:?}, {other}");
        }
    }

    #[test]
    fn each_check_takes_one_last_digit() {
        one_of_ten("4111111111111111", luhn);
        one_of_ten("86095742719", mod_11_10);
        one_of_ten("2363", verhoeff);
        one_of_ten("758722", verhoeff);
    }

    #[test]
    fn letters_are_checked_too() {
        assert!(mod_11_2(&digits("11010519491231002"), 10));
        assert!(!mod_11_2(&digits("11010519491231002"), 9));
        assert!(codice_fiscale(b"RSSMRA85T10A562S"));
        assert!(!codice_fiscale(b"RSSMRA85T10A562T"));
    }
}
