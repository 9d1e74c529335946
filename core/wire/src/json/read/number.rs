//! Numbers: integers exactly, all others as doubles.

use super::{Fault, Numbers, Reader, fault};
use crate::value::{SAFE_INTEGER, Value};

/// Longest integer literal that is read exactly, in digits.
const MAX_INTEGER_DIGITS: usize = 4096;

/// Powers of ten that doubles hold exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

impl Reader<'_> {
    #[inline]
    pub(super) fn number(&mut self) -> Result<Value, Fault> {
        let (value, end) = literal(self.text, self.at, self.numbers)?;
        self.at = end;
        Ok(value)
    }
}

/// The number that a whole text is; `None` where it is none, or one that is not read.
pub(crate) fn read_number(text: &str, numbers: Numbers) -> Option<Value> {
    literal(text, 0, numbers).ok().filter(|(_, end)| *end == text.len()).map(|(value, _)| value)
}

/// The number that begins at `start`, and where it ends.
fn literal(text: &str, start: usize, numbers: Numbers) -> Result<(Value, usize), Fault> {
    let bytes = text.as_bytes();
    let is_negative = bytes.get(start) == Some(&b'-');
    let from = start + usize::from(is_negative);
    let (mut at, mut magnitude) = digits(bytes, from, 0);
    let whole = at - from;
    if whole == 0 || (whole > 1 && bytes.get(from) == Some(&b'0')) {
        return fault("json_number", start, "a number begins with one digit, which is 0 only alone");
    }
    if !matches!(bytes.get(at), Some(b'.' | b'e' | b'E')) {
        return match i64::try_from(magnitude) {
            Ok(small) if whole <= 18 && small <= SAFE_INTEGER => {
                Ok((Value::Int(if is_negative { -small } else { small }), at))
            }
            _ => large_integer(text, start, at, whole, numbers).map(|value| (value, at)),
        };
    }
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        let behind;
        (behind, magnitude) = digits(bytes, at + 1, magnitude);
        fraction = behind - at - 1;
        at = behind;
        if fraction == 0 {
            return fault("json_number", start, "digits are expected behind the point");
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let from = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        (at, _) = digits(bytes, from, 0);
        if at == from {
            return fault("json_number", start, "digits are expected in the exponent");
        }
    } else if whole + fraction <= 18 && magnitude <= SAFE_INTEGER.unsigned_abs() {
        // Both are exact, so that their quotient is rounded once, as it has to be (W. D. Clinger, 1990).
        if let Some(power) = POWERS.get(fraction) {
            let value = magnitude as f64 / power;
            return Ok((Value::from_f64(if is_negative { -value } else { value }), at));
        }
    }
    double(text, start, at, numbers).map(|value| (value, at))
}

fn large_integer(text: &str, start: usize, end: usize, digits: usize, numbers: Numbers) -> Result<Value, Fault> {
    if numbers == Numbers::Ecma {
        return double(text, start, end, numbers);
    }
    if digits > MAX_INTEGER_DIGITS {
        return fault("json_integer_length", start, format!("an integer of more than {MAX_INTEGER_DIGITS} digits"));
    }
    Ok(Value::big_int(text.get(start..end).unwrap_or_default()).unwrap_or_default())
}

fn double(text: &str, start: usize, end: usize, numbers: Numbers) -> Result<Value, Fault> {
    match nearest(text.get(start..end).unwrap_or_default()) {
        Some(value) if !value.is_finite() => fault("number_range", start, "a number beyond the range of doubles"),
        Some(value) => Ok(match (Value::from_f64(value), numbers) {
            (Value::Map(_), Numbers::Ecma) => Value::Double(value),
            (value, _) => value,
        }),
        None => fault("json_number", start, "a number that cannot be read"),
    }
}

#[cfg(target_family = "wasm")]
pub(crate) use super::double::nearest;

/// The double nearest to a number's text.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn nearest(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Where the digits end, and the number that they continue, where it has at most 19 of them.
#[inline]
fn digits(bytes: &[u8], from: usize, mut magnitude: u64) -> (usize, u64) {
    let mut at = from;
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    (at, magnitude)
}
