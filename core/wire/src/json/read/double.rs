//! The double nearest to a decimal, as the standard library finds it, but without its ten kilobytes of powers: for browsers, whose
//! module everybody loads. Integers of any length are divided, so that every bit is right, however long the text.

use std::cmp::Ordering;

/// Digits that decide: beyond these, only whether any is not zero matters (a midpoint between doubles has at most 767).
const MOST_DIGITS: usize = 800;
/// Decimal exponents beyond which every number of these digits is zero or infinite.
const FARTHEST: i64 = 1200;

/// The double nearest to a JSON number, ties to even; `None` for what is none.
pub(crate) fn nearest(text: &str) -> Option<f64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, saturated(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut number = Big::default();
    let (mut kept, mut scale, mut has_more) = (0, exponent.saturating_sub(i64::try_from(fraction.len()).ok()?), false);
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        if kept < MOST_DIGITS {
            number.multiply_add(10, u64::from(digit));
            kept += usize::from(kept > 0 || digit > 0);
        } else {
            has_more |= digit > 0;
            scale = scale.saturating_add(1);
        }
    }
    if has_more {
        // One more digit stands for all that follow: they are more than nothing and less than the next.
        number.multiply_add(10, 1);
        scale = scale.saturating_sub(1);
    }
    let size = scale.saturating_add(i64::try_from(kept).ok()?);
    let magnitude = if number.is_zero() || size < -FARTHEST {
        0.0
    } else if size > FARTHEST {
        f64::INFINITY
    } else {
        scaled(number, scale)
    };
    Some(if is_negative { -magnitude } else { magnitude })
}

fn saturated(exponent: &str) -> Option<i64> {
    let (is_negative, digits) = match exponent.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut number = 0_i64;
    for byte in digits {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number = number.saturating_mul(10).saturating_add(i64::from(digit));
    }
    Some(if is_negative { -number } else { number })
}

/// `number` × 10^`scale`, rounded once.
fn scaled(mut above: Big, scale: i64) -> f64 {
    let mut below = Big::default();
    below.multiply_add(0, 1);
    for _ in 0..scale.unsigned_abs() {
        if scale > 0 { &mut above } else { &mut below }.multiply_add(10, 0);
    }
    // above / below × 2^-power has 53 bits, or fewer where it is subnormal.
    let mut power = above.bits() - below.bits() - 53;
    power = power.max(-1074);
    if power > 0 { &mut below } else { &mut above }.shift(power.unsigned_abs());
    let mut quotient = 0_u64;
    // By bits: at most 54 of them.
    let mut step = above.bits() - below.bits() + 1;
    if step > 0 {
        below.shift(step.unsigned_abs());
    }
    let mut remainder = above;
    while step >= 0 {
        quotient <<= 1;
        if remainder.compare(&below) != Ordering::Less {
            remainder.subtract(&below);
            quotient |= 1;
        }
        if step > 0 {
            below.halve();
        }
        step -= 1;
    }
    remainder.shift(1);
    let mut rounds_up = match remainder.compare(&below) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient & 1 == 1,
    };
    if quotient >> 53 != 0 {
        // One bit too many: it decides, and what was left only where it is the last.
        let last = quotient & 1 == 1;
        let is_tie = remainder.is_zero();
        quotient >>= 1;
        power += 1;
        rounds_up = last && (!is_tie || quotient & 1 == 1);
    }
    quotient += u64::from(rounds_up);
    if quotient >> 53 != 0 {
        quotient >>= 1;
        power += 1;
    }
    if quotient >> 52 == 0 {
        return f64::from_bits(quotient);
    }
    let exponent = power + 1075;
    if exponent >= 2047 {
        return f64::INFINITY;
    }
    f64::from_bits(((exponent as u64) << 52) | (quotient & ((1 << 52) - 1)))
}

/// An integer of any length: limbs of 32 bits, the least first, none above the highest that is not zero.
#[derive(Default)]
struct Big(Vec<u64>);

impl Big {
    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |last| 32 * self.0.len() as i64 - i64::from(last.leading_zeros() - 32))
    }

    fn multiply_add(&mut self, factor: u64, term: u64) {
        let mut carry = term;
        for limb in &mut self.0 {
            carry += *limb * factor;
            *limb = carry & 0xffff_ffff;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    fn shift(&mut self, bits: u64) {
        self.multiply_add(1 << (bits % 32), 0);
        if !self.is_zero() {
            self.0.splice(0..0, (0..bits / 32).map(|_| 0));
        }
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for limb in self.0.iter_mut().rev() {
            let low = *limb & 1;
            *limb = (*limb >> 1) | (carry << 31);
            carry = low;
        }
        self.trim();
    }

    fn compare(&self, other: &Big) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// What is subtracted is no larger.
    fn subtract(&mut self, other: &Big) {
        let mut borrow = 0;
        for (at, limb) in self.0.iter_mut().enumerate() {
            let less = other.0.get(at).copied().unwrap_or(0) + borrow;
            borrow = u64::from(*limb < less);
            *limb = limb.wrapping_sub(less) & 0xffff_ffff;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use proptest::prelude::*;

    #[test]
    fn what_is_hard_to_round_is_rounded_right() {
        let literals = [
            "0",
            "-0.0",
            "1",
            "0.1",
            "1e0",
            "123456789012345678901234567890",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740993.0000000000000000000000000000000001",
            "1e308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "-1e400",
            "1e99999999999999999999",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "2.225073858507201136057409796709131975934819546e-308",
            "4.9406564584124654e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "5e-324",
            "1e-400",
            "0e999999999",
            "6.631236846766476e-316",
            "8.41e21",
            "5.0e-324",
            "0.000001e-1",
            "1448997445238699",
            "7.2057594037927933e16",
        ];
        for literal in literals {
            let expected: f64 = literal.parse().unwrap();
            assert_eq!(nearest(literal).unwrap().to_bits(), expected.to_bits(), "{literal}");
        }
        // The midpoint between two doubles, with and without something behind it, longer than what is kept.
        let half = format!("{:.1075}", f64::from_bits(1) / 2.0 + 0.0);
        for tail in ["", "0000000000", "0000000001"] {
            let literal = format!("{half}{tail}");
            let expected: f64 = literal.parse().unwrap();
            assert_eq!(nearest(&literal).unwrap().to_bits(), expected.to_bits(), "{tail}");
        }
        let middle = format!("{}5{}1", "9".repeat(900), "0".repeat(900));
        assert_eq!(nearest(&format!("{middle}e-1800")), middle_parsed(&middle));
        assert_eq!(nearest("1x"), None);
    }

    fn middle_parsed(middle: &str) -> Option<f64> {
        format!("{middle}e-1800").parse().ok()
    }

    proptest! {
        #[test]
        fn every_double_is_read_as_it_was_written(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let written = format!("{value:e}");
            prop_assert_eq!(nearest(&written).unwrap().to_bits(), value.to_bits());
        }

        #[test]
        fn every_literal_is_read_as_the_standard_library_reads_it(
            literal in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,60})?(e[+-]?[0-9]{1,3})?"
        ) {
            let expected: f64 = literal.parse().unwrap();
            prop_assert_eq!(nearest(&literal).unwrap().to_bits(), expected.to_bits());
        }
    }
}
