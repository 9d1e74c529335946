//! Money as exact integers: nothing is rounded but what is finer than a billionth of a billionth dollar.

use std::fmt;

/// Digits behind the point that are kept of an amount.
const PLACES: u32 = 18;
/// Digits behind the point that a price for a million tokens may have: a token then costs a whole number of [`Money`]'s units.
const PRICE_PLACES: u32 = 12;
/// Above all that anybody spends; far below what overflows.
const MOST_DOLLARS: i128 = 1_000_000_000_000;
/// The dearest million tokens.
const MOST_PER_MILLION: i128 = 1_000_000;

/// An amount in US dollars, a whole number of 10^−18 dollars.
///
/// ```
/// use tracewire_recorder::guards::Money;
/// assert_eq!(Money::parse("5.00").unwrap().to_string(), "5");
/// assert_eq!(Money::parse("0.1").unwrap().to_string(), "0.1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub(super) i128);

impl Money {
    /// Reads decimal text such as `5` or `0.25`: not below 0, at most 10^12, at most 18 digits behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        decimal(text, PLACES).filter(|units| *units <= MOST_DOLLARS * 10i128.pow(PLACES)).map(Money)
    }

    /// Reads an amount that a provider reported: what is finer is rounded up, what is more counts as the most.
    pub(super) fn reported(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let (kept, rest) = fraction.split_at_checked(PLACES as usize).unwrap_or((fraction, ""));
        if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let whole = whole.strip_prefix('+').unwrap_or(whole);
        let digits = whole.trim_start_matches('0');
        if digits.len() > 13 {
            return digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then_some(Money(MOST_DOLLARS * 10i128.pow(PLACES)));
        }
        let kept = if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") };
        let units = decimal(&kept, PLACES)?;
        let up = i128::from(rest.bytes().any(|byte| byte != b'0'));
        Some(Money((units + up).min(MOST_DOLLARS * 10i128.pow(PLACES))))
    }

    pub(super) fn plus(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_scaled(out, self.0, PLACES)
    }
}

/// What a million tokens cost, in 10^−12 dollars; so a token costs this many units of [`Money`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerMillion(i128);

impl PerMillion {
    /// Reads decimal text such as `2.50`: dollars for a million tokens, not below 0, at most 10^6, at most 12 digits behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let most = MOST_PER_MILLION * 10i128.pow(PRICE_PLACES);
        decimal(text, PRICE_PLACES).filter(|units| *units <= most).map(PerMillion)
    }

    /// What so many tokens cost.
    pub(super) fn times(self, tokens: u64) -> Money {
        Money(self.0.saturating_mul(i128::from(tokens)))
    }
}

/// Decimal text, not below zero, as a number of 10^−`places`.
pub(super) fn decimal(text: &str, places: u32) -> Option<i128> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 18
        || fraction.len() > places as usize
        || !is_digits(whole)
        || !is_digits(fraction)
    {
        return None;
    }
    let scaled = format!("{whole}{fraction:0<width$}", width = places as usize);
    scaled.parse().ok()
}

/// Writes a number of 10^−`places` without zeros at its end.
pub(super) fn write_scaled(out: &mut impl fmt::Write, units: i128, places: u32) -> fmt::Result {
    let one = 10u128.pow(places);
    let size = units.unsigned_abs();
    if units < 0 {
        out.write_str("-")?;
    }
    write!(out, "{}", size / one)?;
    let fraction = format!("{:0width$}", size % one, width = places as usize);
    match fraction.trim_end_matches('0') {
        "" => Ok(()),
        digits => write!(out, ".{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_digit_by_digit() {
        for (text, shown) in [
            ("5.00", "5"),
            ("0", "0"),
            ("0.000000000000000001", "0.000000000000000001"),
            ("1000000000000", "1000000000000"),
            ("12.340", "12.34"),
        ] {
            assert_eq!(Money::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", ".5", "5.", "-1", "+1", "1e3", "1,5", "0.0000000000000000001", "1000000000001", " 1", "١"] {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_price_for_a_million_is_exact_for_one() {
        let cost = |price, tokens| PerMillion::parse(price).unwrap().times(tokens).to_string();
        assert_eq!(cost("2.50", 1), "0.0000025");
        assert_eq!(cost("0.000000000001", 1), "0.000000000000000001");
        assert_eq!(cost("1000000", (1 << 53) - 1), "9007199254740991");
        assert_eq!(PerMillion::parse("0.0000000000001"), None);
    }

    #[test]
    fn what_a_provider_reports_is_rounded_up() {
        let read = |text| Money::reported(text).map(|money| money.to_string());
        assert_eq!(read("0.0000000000000000011").as_deref(), Some("0.000000000000000002"));
        assert_eq!(read("0.10").as_deref(), Some("0.1"));
        assert_eq!(read("99999999999999999999").as_deref(), Some("1000000000000"));
        assert_eq!((read("-1"), read("x"), read("1.5e3")), (None, None, None));
    }
}
