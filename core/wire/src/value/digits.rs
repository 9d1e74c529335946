//! Exact decimal digits of integers that no machine word holds.

/// Digits of the base-10^9 limbs that a number is built up in.
const LIMB: u64 = 1_000_000_000;

/// The digits of a finite integral double, exactly.
pub(super) fn of_double(value: f64) -> String {
    let bits = value.abs().to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = (bits >> 52) as i32;
    // value = mantissa × 2^shift, with the hidden bit; integral values of at least 2^52 have shift ≥ 0.
    let (mantissa, shift) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
    let mut limbs = Limbs::default();
    if shift >= 0 {
        limbs.multiply_add(0, mantissa);
        for _ in 0..shift / 16 {
            limbs.multiply_add(1 << 16, 0);
        }
        limbs.multiply_add(1 << (shift % 16), 0);
    } else {
        limbs.multiply_add(0, mantissa.checked_shr(shift.unsigned_abs()).unwrap_or(0));
    }
    limbs.text(value < 0.0)
}

/// The digits of a big-endian magnitude, plus one if asked.
pub(super) fn of_magnitude(magnitude: &[u8], plus_one: bool) -> String {
    let mut limbs = Limbs::default();
    for byte in magnitude {
        limbs.multiply_add(256, u64::from(*byte));
    }
    if plus_one {
        limbs.multiply_add(1, 1);
    }
    limbs.text(false)
}

/// A number in base 10^9, least significant limb first.
#[derive(Default)]
struct Limbs(Vec<u64>);

impl Limbs {
    /// self × factor + term. The factor is at most 2^16, so no product overflows.
    fn multiply_add(&mut self, factor: u64, term: u64) {
        let mut carry = term;
        for limb in &mut self.0 {
            let value = *limb * factor + carry % LIMB;
            carry = carry / LIMB + value / LIMB;
            *limb = value % LIMB;
        }
        while carry > 0 {
            self.0.push(carry % LIMB);
            carry /= LIMB;
        }
    }

    fn text(&self, is_negative: bool) -> String {
        use std::fmt::Write as _;
        let mut text = String::from(if is_negative { "-" } else { "" });
        let mut limbs = self.0.iter().rev().skip_while(|limb| **limb == 0);
        match limbs.next() {
            None => return "0".to_owned(),
            // Writing to a String cannot fail.
            Some(first) => _ = write!(text, "{first}"),
        }
        for limb in limbs {
            let _ = write!(text, "{limb:09}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_have_exact_digits() {
        assert_eq!(of_double(9_007_199_254_740_992.0), "9007199254740992");
        assert_eq!(of_double(-1e21), "-1000000000000000000000");
        assert_eq!(of_double(1e23), "99999999999999991611392");
        let largest = of_double(f64::MAX);
        assert_eq!(largest.len(), 309);
        assert!(largest.starts_with("17976931348623157081452742373170435679807056752584499659891747680315726"));
        assert_eq!(largest.parse::<f64>().unwrap(), f64::MAX);
    }

    #[test]
    fn magnitudes_have_exact_digits() {
        assert_eq!(of_magnitude(&[], false), "0");
        assert_eq!(of_magnitude(&[0, 0, 1, 0], false), "256");
        assert_eq!(of_magnitude(&[0xff; 8], true), "18446744073709551616");
        assert_eq!(of_magnitude(&[0xff; 16], false), u128::MAX.to_string());
    }
}
