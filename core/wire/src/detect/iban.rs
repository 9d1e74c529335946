//! Numbers of bank accounts (ISO 13616).

use super::text::Text;

/// How long numbers of a country are, by its letters.
const LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The end of a number that begins at `start`.
pub(super) fn at(text: Text<'_>, start: usize) -> Option<usize> {
    let country = text.part(start, start + 2);
    let known = LENGTHS.binary_search_by(|(letters, _)| letters.as_slice().cmp(country)).ok()?;
    let length = LENGTHS.get(known)?.1;
    if !text.is_free_left(start) {
        return None;
    }
    let (mut place, mut remainder, mut head) = (start, 0, 0);
    for number in 0..length {
        if number > 0 && number % 4 == 0 && text.at(place) == b' ' {
            place += 1;
        }
        let byte = text.at(place);
        let value = match byte {
            b'0'..=b'9' => u64::from(byte - b'0'),
            b'A'..=b'Z' if !matches!(number, 2 | 3) => u64::from(byte - b'A') + 10,
            _ => return None,
        };
        // The first four stand at the end for the check.
        let part = if number < 4 { &mut head } else { &mut remainder };
        *part = *part * if value > 9 { 100 } else { 10 } + value;
        if number >= 4 {
            remainder %= 97;
        }
        place += 1;
    }
    // Two letters are four digits, and two digits follow.
    let is_sound = (remainder * 1_000_000 + head) % 97 == 1;
    (is_sound && text.is_free_right(place)).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::LENGTHS;
    use crate::detect::Detector::Iban;
    use crate::detect::tests::found;

    #[test]
    fn numbers_that_pass_the_check_are_found() {
        assert!(LENGTHS.is_sorted());
        for (text, numbers) in [
            ("pay DE89 3704 0044 0532 0130 00 today", vec!["DE89 3704 0044 0532 0130 00"]),
            (
                "GB29NWBK60161331926819;FR1420041010050500013M02606",
                vec!["GB29NWBK60161331926819", "FR1420041010050500013M02606"],
            ),
            (
                "NO9386011117947 MT84MALT011000012345MTLCAST001S",
                vec!["NO9386011117947", "MT84MALT011000012345MTLCAST001S"],
            ),
        ] {
            assert_eq!(found(Iban, text), numbers, "{text}");
        }
        for text in [
            "DE88370400440532013000",
            "DE8937040044053201300",
            "DE893704004405320130001",
            "XX89370400440532013000",
            "xDE89370400440532013000",
            "DE89 37040 0440532013000",
            "de89370400440532013000",
        ] {
            assert!(found(Iban, text).is_empty(), "{text}");
        }
    }
}
