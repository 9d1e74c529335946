//! Exact decimal numbers of any length, for money: nothing is rounded that does not say so.

use std::cmp::Ordering;
use std::fmt;

/// Longest text read, and largest exponent followed: enough for any price, small enough that hostile text costs nothing.
const MAX_LENGTH: usize = 512;

/// Digits behind the point of the smallest unit in which sums are kept.
const PICO_PLACES: usize = 12;

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

impl Default for Decimal {
    fn default() -> Self {
        Self::zero()
    }
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

    /// The exact product with a count.
    #[must_use]
    pub fn times(&self, count: u64) -> Self {
        // A digit times a count and what is carried stay far below 128 bits.
        let (mut carry, mut digits) = (0_u128, Vec::with_capacity(self.digits.len() + 20));
        for digit in self.digits.iter().rev() {
            carry += u128::from(*digit) * u128::from(count);
            digits.push(last_digit(carry));
            carry /= 10;
        }
        while carry > 0 {
            digits.push(last_digit(carry));
            carry /= 10;
        }
        digits.reverse();
        Self { negative: self.negative, digits, scale: self.scale }.normal()
    }

    /// The quotient by a count, rounded half up to so many digits behind the point; exact where it has no more. `None` by zero.
    #[must_use]
    pub fn divided(&self, by: u64, places: usize) -> Option<Self> {
        if by == 0 {
            return None;
        }
        let by = u128::from(by);
        let wanted = places.max(self.scale);
        let (mut rest, mut digits) = (0_u128, Vec::with_capacity(self.digits.len() + wanted));
        for digit in self.scaled(wanted) {
            rest = rest * 10 + u128::from(digit);
            digits.push(last_digit(rest / by));
            rest %= by;
        }
        // What is left rounds the last digit here; digits that are beyond `places` are rounded below.
        let up = wanted == places && rest * 2 >= by;
        let digits = if up { add(&digits, &[1]) } else { digits };
        Some(Self { negative: self.negative, digits, scale: wanted }.normal().rounded(places))
    }

    /// Divided by this power of ten, exactly.
    #[must_use]
    pub fn divided_by_ten_to(&self, power: usize) -> Self {
        Self { negative: self.negative, digits: self.digits.clone(), scale: self.scale + power }.normal()
    }

    /// Rounded to so many digits behind the point, halves away from zero.
    #[must_use]
    pub fn rounded(&self, places: usize) -> Self {
        let Some(more) = self.scale.checked_sub(places).filter(|more| *more > 0) else { return self.clone() };
        let kept = self.digits.len().saturating_sub(more);
        let up = digit(&self.digits, more - 1) >= 5;
        let digits = self.digits.get(..kept).unwrap_or_default();
        let digits = if up { add(digits, &[1]) } else { digits.to_vec() };
        Self { negative: self.negative, digits, scale: places }.normal()
    }

    /// Whether it is less than zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// In units of 10^−12, halves away from zero; the greatest or least number where it is beyond.
    #[must_use]
    pub fn to_pico(&self) -> i64 {
        let size = self.rounded(PICO_PLACES).scaled(PICO_PLACES).iter().try_fold(0_i64, |number, digit| {
            number.checked_mul(10).and_then(|number| number.checked_add(i64::from(*digit)))
        });
        match size {
            Some(size) if self.negative => -size,
            Some(size) => size,
            None if self.negative => i64::MIN,
            None => i64::MAX,
        }
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

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let sizes = || compare(&self.scaled(scale), &other.scaled(scale));
        match (self.negative, other.negative) {
            (false, false) => sizes(),
            (true, true) => sizes().reverse(),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn last_digit(number: u128) -> u8 {
    u8::try_from(number % 10).unwrap_or_default()
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

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn products_are_exact() {
        for (price, count, product) in [
            ("1.25", 1_000_000, "1250000"),
            ("0.1", 3, "0.3"),
            ("-0.075", 4, "-0.3"),
            ("0.000001", u64::MAX, "18446744073709.551615"),
            ("12345678901234567890.5", 2, "24691357802469135781"),
            ("7", 0, "0"),
            ("0", 7, "0"),
        ] {
            assert_eq!(number(price).times(count).to_string(), product, "{price} x {count}");
        }
    }

    #[test]
    fn quotients_round_half_up() {
        for (of, by, places, quotient) in [
            ("1", 3, 12, "0.333333333333"),
            ("2", 3, 12, "0.666666666667"),
            ("1", 8, 12, "0.125"),
            ("0.111", 3600, 12, "0.000030833333"),
            ("-1", 6, 3, "-0.167"),
            ("1", 2, 0, "1"),
            ("0.0000000000005", 1, 12, "0.000000000001"),
            ("0", 9, 12, "0"),
        ] {
            assert_eq!(number(of).divided(by, places).unwrap().to_string(), quotient, "{of} / {by}");
        }
        assert_eq!(number("1").divided(0, 12), None);
        assert_eq!(number("12.5").divided_by_ten_to(6).to_string(), "0.0000125");
        assert_eq!(number("0").divided_by_ten_to(6).to_string(), "0");
    }

    #[test]
    fn pico_are_rounded_half_up_and_saturate() {
        for (text, pico) in [
            ("0.000000000001", 1),
            ("0.0000000000005", 1),
            ("0.00000000000049", 0),
            ("-0.0000000000005", -1),
            ("0.0042", 4_200_000_000),
            ("9223372.036854775807", i64::MAX),
            ("9223372.036854775808", i64::MAX),
            ("-1e300", i64::MIN),
        ] {
            assert_eq!(number(text).to_pico(), pico, "{text}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_what_they_are_worth() {
        let mut numbers = ["10", "-2", "0.5", "-10", "0", "9.99"].map(number);
        numbers.sort();
        assert_eq!(numbers.map(|number| number.to_string()), ["-10", "-2", "0", "0.5", "9.99", "10"]);
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
