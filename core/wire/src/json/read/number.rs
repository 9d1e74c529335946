//! Numbers: integers exactly, all others as doubles.

use super::{Fault, Numbers, Reader, fault};
use crate::value::{SAFE_INTEGER, Value};

/// Longest integer literal that is read exactly, in digits.
const MAX_INTEGER_DIGITS: usize = 4096;

impl Reader<'_> {
    pub(super) fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let is_negative = self.take(b'-');
        let first_digit = self.peek();
        let (whole, magnitude) = self.digits();
        if whole == 0 || (whole > 1 && first_digit == Some(b'0')) {
            return fault("json_number", start, "a number begins with one digit, which is 0 only alone");
        }
        if !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return match i64::try_from(magnitude) {
                Ok(small) if whole <= 18 && small <= SAFE_INTEGER => {
                    Ok(Value::Int(if is_negative { -small } else { small }))
                }
                _ => self.large_integer(start, whole),
            };
        }
        if self.take(b'.') && self.digits().0 == 0 {
            return fault("json_number", start, "digits are expected behind the point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits().0 == 0 {
                return fault("json_number", start, "digits are expected in the exponent");
            }
        }
        self.double(start)
    }

    fn large_integer(&mut self, start: usize, digits: usize) -> Result<Value, Fault> {
        if self.numbers == Numbers::Ecma {
            return self.double(start);
        }
        if digits > MAX_INTEGER_DIGITS {
            return fault("json_integer_length", start, format!("an integer of more than {MAX_INTEGER_DIGITS} digits"));
        }
        Ok(Value::big_int(self.since(start)).unwrap_or_default())
    }

    fn double(&mut self, start: usize) -> Result<Value, Fault> {
        match self.since(start).parse::<f64>() {
            Ok(value) if !value.is_finite() => fault("number_range", start, "a number beyond the range of doubles"),
            Ok(value) => Ok(match (Value::from_f64(value), self.numbers) {
                (Value::Map(_), Numbers::Ecma) => Value::Double(value),
                (value, _) => value,
            }),
            Err(_) => fault("json_number", start, "a number that cannot be read"),
        }
    }

    fn since(&self, start: usize) -> &str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Takes digits: how many there are, and their value where they are at most 19.
    #[inline]
    fn digits(&mut self) -> (usize, u64) {
        let start = self.at;
        let mut magnitude = 0u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (self.at - start, magnitude)
    }
}
