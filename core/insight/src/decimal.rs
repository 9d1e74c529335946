//! Exact decimal numbers of any length, for money: nothing is ever rounded.

use std::cmp::Ordering;
use std::fmt;

/// Longest text read, and largest exponent followed: enough for any price, small enough that hostile text costs nothing.
const MAX_LENGTH: usize = 512;

/// A decimal number, exact: `digits` × 10^−`scale`.
///
/// ```
/// use tracewire_insight::Decimal;
/// let sum = Decimal::parse("0.1").unwrap().plus(&Decimal::parse("0.2").unwrap());
/// assert_eq!(sum.to_string(), "0.3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Most significant first, without leading zeros; empty is zero.
    digits: Vec<u8>,
    /// How many of the digits stand behind the point; no trailing zeros are kept there.
    scale: usize,
}

impl Decimal {
    /// Nothing.
    #[must_use]
    pub const fn zero() -> Self {
        Self { negative: false, digits: Vec::new(), scale: 0 }
    }

    /// Reads `-12.50`, `.5`, `1e-7`. `None` for anything else, and for numbers of more than 512 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits = Vec::with_capacity(whole.len() + fraction.len());
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            digits.push(byte - b'0');
        }
        if exponent.unsigned_abs() as usize > MAX_LENGTH {
            return None;
        }
        let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        let scale = if scale < 0 {
            digits.resize(digits.len() + usize::try_from(-scale).ok()?, 0);
            0
        } else {
            usize::try_from(scale).ok()?
        };
        Some(Self { negative, digits, scale }.normal())
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The exact sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        let (left, right) = (self.scaled(scale), other.scaled(scale));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, add(&left, &right))
        } else if compare(&left, &right) == Ordering::Less {
            (other.negative, subtract(&right, &left))
        } else {
            (self.negative, subtract(&left, &right))
        };
        Self { negative, digits, scale }.normal()
    }

    /// The same amount on the other side of zero.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { negative: !self.negative, ..self.clone() }.normal()
    }

    fn scaled(&self, scale: usize) -> Vec<u8> {
        let mut digits = self.digits.clone();
        digits.resize(digits.len() + (scale - self.scale), 0);
        digits
    }

    fn normal(mut self) -> Self {
        while self.scale > 0 && self.digits.last() == Some(&0) {
            self.digits.pop();
            self.scale -= 1;
        }
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        if self.digits.is_empty() {
            self.negative = false;
            self.scale = 0;
        }
        self
    }
}

/// The digit `place` positions from the right.
fn digit(digits: &[u8], place: usize) -> u8 {
    digits.len().checked_sub(place + 1).and_then(|index| digits.get(index)).copied().unwrap_or(0)
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let places = left.len().max(right.len());
    (0..places)
        .rev()
        .map(|place| digit(left, place).cmp(&digit(right, place)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn add(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = (0..=left.len().max(right.len()))
        .map(|place| {
            let total = digit(left, place) + digit(right, place) + carry;
            carry = total / 10;
            total % 10
        })
        .collect();
    sum.reverse();
    sum
}

/// `left` must not be the smaller one.
fn subtract(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut difference: Vec<u8> = (0..left.len().max(right.len()))
        .map(|place| {
            let total = 10 + digit(left, place) - digit(right, place) - borrow;
            borrow = u8::from(total < 10);
            total % 10
        })
        .collect();
    difference.reverse();
    difference
}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            out.write_str("-")?;
        }
        let whole = self.digits.len().saturating_sub(self.scale);
        if whole == 0 {
            out.write_str("0")?;
        }
        for place in (0..self.digits.len().max(self.scale)).rev() {
            if place + 1 == self.scale {
                out.write_str(".")?;
            }
            write!(out, "{}", digit(&self.digits, place))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn sum(left: &str, right: &str) -> String {
        Decimal::parse(left).unwrap().plus(&Decimal::parse(right).unwrap()).to_string()
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(sum("0.1", "0.2"), "0.3");
        assert_eq!(sum("0.999", "0.001"), "1");
        assert_eq!(sum("10", "-0.0001"), "9.9999");
        assert_eq!(sum("-3", "1.5"), "-1.5");
        assert_eq!(sum("1.50", "-1.5"), "0");
        assert_eq!(sum("9007199254740993", "0.00000000000000000001"), "9007199254740993.00000000000000000001");
        assert_eq!(sum("1e-7", "2E3"), "2000.0000001");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", ".", "-", "1,5", "0x1", "1e", "NaN", "1e99999999", " 1", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(600)), None);
    }

    #[test]
    fn display_keeps_the_point() {
        for (text, shown) in [("0.05", "0.05"), (".5", "0.5"), ("100", "100"), ("-0", "0"), ("007.10", "7.1")] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), shown);
        }
    }
}
