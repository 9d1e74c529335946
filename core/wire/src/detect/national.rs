//! Numbers that states give to people. What stands for a form here:
//!
//! `d` a digit, `A` a capital letter, any other character itself. The table of `spec/privacy.md` says the rest.

use super::checks::{codice_fiscale, luhn, mod_11_2, mod_11_10, verhoeff, weighted};
use super::text::{Digits, Text};

/// A form that numbers are written in, and what tells them from others.
struct Form {
    shape: &'static [u8],
    holds: fn(&[u8]) -> bool,
}

const fn form(shape: &'static [u8], holds: fn(&[u8]) -> bool) -> Form {
    Form { shape, holds }
}

/// Longer forms before shorter ones: of several that hold at a place, the longest counts.
const FORMS: [Form; 27] = [
    form(b"d dd dd dd ddd ddd dd", france),
    form(b"d dd dd dA ddd ddd dd", france),
    form(b"ddddddddddddddddd?", china),
    form(b"AAAAAAddAddAdddA", italy),
    form(b"ddddddddddddddd", france),
    form(b"ddddddAdddddddd", france),
    form(b"dddd dddd dddd", india),
    form(b"ddd.ddd.ddd-dd", brazil),
    form(b"dd ddd ddd ddd", germany),
    form(b"dddddd-ddddddd", korea),
    form(b"dddddddd-dddd", sweden),
    form(b"dddddddd+dddd", sweden),
    form(b"AA dd dd dd A", britain),
    form(b"dddddd-dddd", sweden),
    form(b"dddddd+dddd", sweden),
    form(b"dddddd?ddd?", finland),
    form(b"ddd-dd-dddd", america),
    form(b"ddd ddd ddd", canada),
    form(b"ddd-ddd-ddd", canada),
    form(b"ddddddddddd", germany),
    form(b"ddddddddddd", poland),
    form(b"dddddddd-A", spain),
    form(b"Addddddd-A", spain),
    form(b"AAddddddA", britain),
    form(b"ddddddddA", spain),
    form(b"AdddddddA", spain),
    form(b"", |_| false),
];

/// The end of a number that begins at `start`.
pub(super) fn at(text: Text<'_>, start: usize) -> Option<usize> {
    if !text.is_free_left(start) || text.is_joined_left(start, b"-.") {
        return None;
    }
    if !may_begin(text, start) {
        return None;
    }
    let shapes = FORMS.iter().filter(|form| fits(form.shape, text.from(start)));
    let ends = |form: &Form| {
        let end = start + form.shape.len();
        let is_apart = text.is_free_right(end) && !text.is_joined_right(end, b"-.") && is_alone(text, form, start, end);
        (is_apart && (form.holds)(text.part(start, end))).then_some(end)
    };
    shapes.filter_map(ends).next()
}

/// All forms have many digits at their beginning, or a capital letter and another or a digit.
fn may_begin(text: Text<'_>, start: usize) -> bool {
    let second = text.at(start + 1);
    if text.at(start).is_ascii_uppercase() {
        return second.is_ascii_uppercase() || second.is_ascii_digit();
    }
    text.has_many_digits(start)
}

/// Groups of digits that stand in a longer row of such groups are a table, not a number.
fn is_alone(text: Text<'_>, form: &Form, start: usize, end: usize) -> bool {
    let is_in_rows = matches!(form.shape, b"dddd dddd dddd" | b"ddd ddd ddd");
    !is_in_rows || !text.is_joined_left(start, b" ") && !text.is_joined_right(end, b" ")
}

fn fits(shape: &[u8], bytes: &[u8]) -> bool {
    let is_such = |(expected, byte): (&u8, &u8)| match expected {
        b'd' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        b'?' => byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'+'),
        _ => byte == expected,
    };
    !shape.is_empty() && bytes.len() >= shape.len() && shape.iter().zip(bytes).all(is_such)
}

fn last(bytes: &[u8]) -> u8 {
    bytes.last().copied().unwrap_or(0)
}

fn is_date(month: u64, day: u64) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn america(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    let (area, group, serial) = (digits.number(0, 3), digits.number(3, 5), digits.number(5, 9));
    if area >= 900 {
        return matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99);
    }
    !matches!(area, 0 | 666) && group != 0 && serial != 0
}

fn britain(bytes: &[u8]) -> bool {
    let letters = bytes.get(..2).unwrap_or_default();
    let is_letter = |letter: &u8| !b"DFIQUV".contains(letter);
    let is_given = !matches!(letters, b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ");
    letters.iter().all(is_letter) && letters.last() != Some(&b'O') && is_given && matches!(last(bytes), b'A'..=b'D')
}

fn germany(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    let mut counts = [0; 10];
    for digit in digits.all().iter().take(10) {
        if let Some(count) = counts.get_mut(usize::from(*digit)) {
            *count += 1;
        }
    }
    let repeated: Vec<i32> = counts.into_iter().filter(|count| *count > 1).collect();
    digits.all().first() != Some(&0) && matches!(repeated.as_slice(), [2 | 3]) && mod_11_10(digits.all())
}

fn france(bytes: &[u8]) -> bool {
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b' ').collect();
    let department = match plain.get(5..7) {
        Some(b"2A") => Some(19),
        Some(b"2B") => Some(18),
        _ => None,
    };
    let is_department = department.is_some() || plain.get(6).is_some_and(u8::is_ascii_digit);
    let digits = plain.iter().enumerate().map(|(place, byte)| match (place, department) {
        (5, Some(number)) => number / 10,
        (6, Some(number)) => number % 10,
        _ => u64::from(byte.saturating_sub(b'0')),
    });
    let number = digits.fold(0, |number, digit| number * 10 + digit);
    let month = number / 10_000_000_000 % 100;
    let is_month = (1..=12).contains(&month) || month >= 20;
    let is_sound = number % 100 == 97 - number / 100 % 97;
    is_department && is_sound && is_month && matches!(plain.first(), Some(b'1' | b'2'))
}

fn spain(bytes: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let prefix = match bytes.first() {
        Some(b'X') => 0,
        Some(b'Y') => 10_000_000,
        Some(b'Z') => 20_000_000,
        Some(byte) if byte.is_ascii_digit() => 0,
        _ => return false,
    };
    let digits = Digits::of(bytes);
    let number = prefix + digits.number(0, digits.all().len());
    LETTERS.get(usize::try_from(number % 23).unwrap_or(0)) == Some(&last(bytes))
}

fn italy(bytes: &[u8]) -> bool {
    bytes.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month)) && codice_fiscale(bytes)
}

fn poland(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    let is_sound = weighted(digits.all(), &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10);
    is_sound && is_date(digits.number(2, 4) % 20, digits.number(4, 6))
}

fn sweden(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    let from = digits.all().len().saturating_sub(10);
    let (month, day) = (digits.number(from + 2, from + 4), digits.number(from + 4, from + 6));
    // Coordination numbers have 60 more days.
    let is_day = is_date(month, day) || is_date(month, day.saturating_sub(60));
    is_day && luhn(digits.all().get(from..).unwrap_or_default())
}

fn finland(bytes: &[u8]) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let parts = (bytes.get(..6), bytes.get(6), bytes.get(7..10));
    let (Some(date), Some(century), Some(number)) = parts else { return false };
    let digits = Digits::of(&[date, number].concat());
    let is_sound = CHECKS.get(usize::try_from(digits.number(0, 9) % 31).unwrap_or(0)) == Some(&last(bytes));
    is_sound && b"-+ABCDEFYXWVU".contains(century) && is_date(digits.number(2, 4), digits.number(0, 2))
}

fn brazil(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    let check = |count: usize| {
        let weights: Vec<u32> = (2..).take(count).collect::<Vec<_>>().into_iter().rev().collect();
        let digit = 11 - weighted(digits.all(), &weights) % 11;
        digits.all().get(count).map(|digit| u32::from(*digit)) == Some(if digit > 9 { 0 } else { digit })
    };
    let first = digits.all().first();
    check(9) && check(10) && digits.all().iter().any(|digit| Some(digit) != first)
}

fn india(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'2'..=b'9')) && verhoeff(Digits::of(bytes).all())
}

fn china(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes.get(..17).unwrap_or_default());
    let check = match last(bytes) {
        b'X' => 10,
        digit if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return false,
    };
    let is_year = (1900..=2099).contains(&digits.number(6, 10));
    is_year && is_date(digits.number(10, 12), digits.number(12, 14)) && mod_11_2(digits.all(), check)
}

fn canada(bytes: &[u8]) -> bool {
    !matches!(bytes.first(), Some(b'0' | b'8')) && luhn(Digits::of(bytes).all())
}

fn korea(bytes: &[u8]) -> bool {
    let digits = Digits::of(bytes);
    is_date(digits.number(2, 4), digits.number(4, 6)) && (1..=8).contains(&digits.number(6, 7))
}

#[cfg(test)]
mod tests {
    use super::FORMS;
    use crate::detect::Detector::NationalId;
    use crate::detect::tests::found;

    #[test]
    fn longer_forms_come_first() {
        assert!(FORMS.iter().rev().map(|form| form.shape.len()).is_sorted());
    }

    #[test]
    fn numbers_that_pass_their_check_are_found() {
        for number in [
            "078-05-1120",
            "912-70-1234",
            "QQ 12 34 56 C",
            "AB123456C",
            "86095742719",
            "86 095 742 719",
            "2 69 05 49 588 157 80",
            "269054958815780",
            "255082A16802597",
            "2 55 08 2B 168 025 27",
            "12345678Z",
            "12345678-Z",
            "X1234567L",
            "RSSMRA85T10A562S",
            "44051401359",
            "811228-9874",
            "19811228-9874",
            "811228+9874",
            "131052-308T",
            "131052A308T",
            "529.982.247-25",
            "2341 2341 2346",
            "11010519491231002X",
            "046 454 286",
            "130-692-544",
            "820701-2345678",
        ] {
            let expected: Vec<&str> =
                if number.starts_with('Q') || number.starts_with("046") { vec![] } else { vec![number] };
            assert_eq!(found(NationalId, &format!("id {number}, thanks")), expected, "{number}");
        }
    }

    #[test]
    fn numbers_that_do_not_are_left_alone() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "123-00-4567",
            "123-45-0000",
            "912-49-1234",
            "078-05-1120-1",
            "1-078-05-1120",
            "AB 123456 C",
            "AB12 34 56C",
            "GB123456A",
            "AB123456E",
            "86095742718",
            "12345678A",
            "RSSMRA85T10A562T",
            "44051401358",
            "811228-9873",
            "811328-9874",
            "131052-308S",
            "111.111.111-11",
            "529.982.247-26",
            "2341 2341 2347",
            "1341 2341 2346",
            "110105194912310021",
            "130 692 544 255",
            "2341 2341 2346 1",
            "130-692-545",
            "821301-2345678",
            "1.86095742719",
            "x86095742719",
            "078-05-11201",
        ] {
            assert!(found(NationalId, text).is_empty(), "{text}");
        }
    }
}
