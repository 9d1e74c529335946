//! The value model: JSON's, with every number in its one form and tags for what JSON cannot hold (TW-VAL).

mod digits;
mod keys;
mod map;
mod serde;

pub use self::serde::Mismatch;
pub(crate) use self::serde::from_map;
pub use keys::{compare_keys, escape_key, unescape_key};
pub use map::Map;

use crate::base64;

/// The largest integer that every host's double holds exactly: 2^53 − 1.
pub const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Longest magnitude that becomes exact digits, in bytes.
const MAX_MAGNITUDE_BYTES: usize = 1024;

/// A value in wire form.
///
/// Tags are maps with a key that begins with one `$`; a user's own such key has one more (TW-VAL-008).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integral number within ±(2^53 − 1).
    Int(i64),
    /// Any other finite number.
    Double(f64),
    /// Unicode scalar values.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by key, or a tag.
    Map(Map),
}

impl Value {
    /// The value of a double, by TW-VAL-001 to 004.
    ///
    /// ```
    /// use tracewire_wire::value::Value;
    /// assert_eq!(Value::from_f64(-0.0), Value::Int(0));
    /// assert_eq!(Value::from_f64(0.5), Value::Double(0.5));
    /// assert_eq!(Value::from_f64(2f64.powi(53)), Value::tagged("$int", "9007199254740992"));
    /// assert_eq!(Value::from_f64(f64::NAN), Value::tagged("$float", "NaN"));
    /// ```
    pub fn from_f64(value: f64) -> Self {
        if value.abs() <= SAFE_INTEGER as f64 {
            // Exact where it is integral: the magnitude is below 2^53.
            let integer = value as i64;
            if integer as f64 == value { Value::Int(integer) } else { Value::Double(value) }
        } else if value.is_nan() {
            Value::tagged("$float", "NaN")
        } else if value.is_infinite() {
            Value::tagged("$float", if value > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            Value::tagged("$int", digits::of_double(value))
        }
    }

    /// The value of a signed integer.
    pub fn from_i64(value: i64) -> Self {
        Self::from_i128(i128::from(value))
    }

    /// The value of an unsigned integer.
    pub fn from_u64(value: u64) -> Self {
        Self::from_i128(i128::from(value))
    }

    /// The value of a wide integer.
    pub fn from_i128(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(small) if small.unsigned_abs() <= SAFE_INTEGER.unsigned_abs() => Value::Int(small),
            _ => Value::tagged("$int", value.to_string()),
        }
    }

    /// The value of an integer given by its decimal digits, with an optional `-`; `None` for other text.
    pub fn big_int(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        // 2^53 has 16 digits, so that 17 never overflow.
        let small = if digits.len() <= 17 { digits.parse::<i64>().ok() } else { None };
        Some(match small.or(digits.is_empty().then_some(0)) {
            Some(small) if small <= SAFE_INTEGER => Value::Int(if sign.is_empty() { small } else { -small }),
            _ => Value::tagged("$int", [sign, digits].concat()),
        })
    }

    /// The value of a CBOR bignum: the big-endian magnitude n stands for n, or for −1 − n (RFC 8949 §3.4.3).
    ///
    /// Beyond 1,024 bytes it is `$unserializable` with its size: exact digits take time in the square of their number.
    pub fn big_int_from_bytes(negative: bool, magnitude: &[u8]) -> Self {
        let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
        let magnitude = magnitude.get(zeros..).unwrap_or_default();
        if magnitude.len() > MAX_MAGNITUDE_BYTES {
            return Value::Map(Map::from_unique(vec![
                ("$unserializable".to_owned(), "int".into()),
                ("text".to_owned(), Value::Text(format!("{} bytes", magnitude.len()))),
            ]));
        }
        let digits = digits::of_magnitude(magnitude, negative);
        let text = if negative { format!("-{digits}") } else { digits };
        Self::big_int(&text).unwrap_or_default()
    }

    /// Bytes, as `$bytes` in base64.
    pub fn bytes(bytes: &[u8]) -> Self {
        Value::tagged("$bytes", base64::encode(bytes))
    }

    /// A moment, date or time of day, as `$time`.
    pub fn time(text: impl Into<String>) -> Self {
        Value::tagged("$time", text)
    }

    /// A decimal number, as `$decimal`.
    pub fn decimal(text: impl Into<String>) -> Self {
        Value::tagged("$decimal", text)
    }

    /// A tag with a text.
    pub fn tagged(tag: &str, text: impl Into<String>) -> Self {
        Value::Map(Map::from_iter([(tag.to_owned(), Value::Text(text.into()))]))
    }

    /// The tag's name and value, if this is a tag: the first key that begins with exactly one `$`.
    pub fn tag(&self) -> Option<(&str, &Value)> {
        let Value::Map(map) = self else { return None };
        map.iter().find(|(key, _)| keys::is_tag(key)).map(|(key, value)| (key.as_str(), value))
    }

    /// Brings the members of all maps into the order of canonical JSON (TW-JSON-001).
    ///
    /// TOON and CSV write members in the order in which they stand, as their own specifications want. Recordings have one text in
    /// each encoding (TW-ENC-004): whoever writes them in one of these calls this before.
    ///
    /// ```
    /// use tracewire_wire::{json, toon};
    /// let mut value = json::read(br#"{"b":[{"d":1,"c":2}],"a":3}"#, &json::ReadOptions::default())?;
    /// assert_eq!(toon::encode(&value, &toon::EncodeOptions::default()), "b[1]{d,c}:\n  1,2\na: 3");
    /// value.sort_members();
    /// assert_eq!(toon::encode(&value, &toon::EncodeOptions::default()), "a: 3\nb[1]{c,d}:\n  2,1");
    /// # Ok::<(), tracewire_wire::WireError>(())
    /// ```
    pub fn sort_members(&mut self) {
        match self {
            Value::List(items) => items.iter_mut().for_each(Value::sort_members),
            Value::Map(map) => {
                map.sort();
                map.iter_mut().for_each(|(_, value)| value.sort_members());
            }
            _ => {}
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The integer, if this is one within ±(2^53 − 1).
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(value) = self { Some(*value) } else { None }
    }

    /// The integer, if this is one from 0 to 2^64 − 1, as a number or as `$int`.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Value::Int(value) => u64::try_from(*value).ok(),
            _ => self.big_int_digits()?.parse().ok(),
        }
    }

    /// The integer, if this is one within the range of an `i64`, as a number or as `$int`.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            _ => self.big_int_digits()?.parse().ok(),
        }
    }

    /// The digits of a `$int` that has nothing but digits and a minus sign.
    fn big_int_digits(&self) -> Option<&str> {
        let (tag, digits) = self.tag()?;
        let digits = digits.as_text().filter(|_| tag == "$int")?;
        digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(digits)
    }

    /// The number as a double; a `$int` or a text is none.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(value) => Some(*value as f64),
            Value::Double(value) => Some(*value),
            _ => None,
        }
    }

    /// The bytes, if this is `$bytes` and nothing else.
    ///
    /// ```
    /// use tracewire_wire::value::Value;
    /// assert_eq!(Value::bytes(b"otter").as_bytes().as_deref(), Some(&b"otter"[..]));
    /// assert_eq!(Value::tagged("$bytes", "no base64").as_bytes(), None);
    /// ```
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        let (tag, text) = self.tag().filter(|_| self.as_map().is_some_and(|map| map.len() == 1))?;
        base64::decode(text.as_text().filter(|_| tag == "$bytes")?)
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self { Some(*value) } else { None }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items) = self { Some(items) } else { None }
    }

    /// The map, if this is one (a tag is one too).
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = self { Some(map) } else { None }
    }

    /// What kind of JSON value it is, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Double(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Map(map)
    }
}
