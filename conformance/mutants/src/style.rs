//! A writer of JSON that may have a hand of its own: the order of keys, the form of numbers, escapes.

use sha2::{Digest as _, Sha256};
use tracewire_wire::json;
use tracewire_wire::value::{Value, compare_keys};

/// A text that begins with this stands for what follows it, unquoted: how a spoiled request brings a literal through.
pub const RAW: &str = "\u{10fffd}raw:";

/// A lone surrogate, brought through a request as a character of the last plane: `0x10_0000 + unit - 0xd800`.
pub const SURROGATES: u32 = 0x10_0000;

/// How JSON is written.
#[derive(Clone, Copy, Default)]
pub struct Style {
    /// Keys in the order of code points, as a sort of UTF-8 bytes gives it.
    pub keys_by_code_point: bool,
    /// The form of a number that is no integer.
    pub double: Option<fn(f64) -> String>,
    /// The escape of a character, where it has one.
    pub escape: Option<fn(char) -> Option<String>>,
}

impl Style {
    /// The bytes of a value.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_to(value, &mut out);
        out
    }

    /// The hash of what is written, as text.
    pub fn hash(&self, value: &Value) -> String {
        hash(&self.write(value))
    }

    fn write_to(&self, value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Double(number) => match self.double {
                Some(form) => out.extend(form(*number).into_bytes()),
                None => json::write_to(value, out),
            },
            Value::Text(text) => self.text(text, out),
            Value::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    out.extend((at > 0).then_some(b','));
                    self.write_to(item, out);
                }
                out.push(b']');
            }
            Value::Map(map) => {
                let mut members: Vec<&(String, Value)> = map.iter().collect();
                members.sort_by(|(a, _), (b, _)| if self.keys_by_code_point { a.cmp(b) } else { compare_keys(a, b) });
                out.push(b'{');
                for (at, (key, value)) in members.into_iter().enumerate() {
                    out.extend((at > 0).then_some(b','));
                    self.text(key, out);
                    out.push(b':');
                    self.write_to(value, out);
                }
                out.push(b'}');
            }
            _ => json::write_to(value, out),
        }
    }

    fn text(&self, text: &str, out: &mut Vec<u8>) {
        if let Some(literal) = text.strip_prefix(RAW) {
            return out.extend(literal.bytes());
        }
        let Some(escape) = self.escape else { return json::write_text(text, out) };
        out.push(b'"');
        for character in text.chars() {
            match escape(character) {
                Some(escape) => out.extend(escape.into_bytes()),
                None => {
                    let mut plain = Vec::new();
                    json::write_text(character.encode_utf8(&mut [0; 4]), &mut plain);
                    out.extend(plain.get(1..plain.len() - 1).unwrap_or_default());
                }
            }
        }
        out.push(b'"');
    }
}

/// The SHA-256 of bytes in the form of the wire.
pub fn hash(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}
