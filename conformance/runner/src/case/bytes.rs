//! Bytes in a case's file: `{"text":…}` where they are one, `{"hex":…}` or `{"base64":…}`, or base64 alone as the protocol has it.

use crate::layout;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

/// Reads any of the forms.
///
/// # Errors
/// A sentence that names the form.
pub fn read(value: &Value) -> Result<Vec<u8>, String> {
    let of_object = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
    match (value, of_object) {
        (Value::String(text), _) => of_base64(text),
        (_, Some((form, Value::String(text)))) => match form.as_str() {
            "text" => Ok(text.clone().into_bytes()),
            "base64" => of_base64(text),
            "hex" => of_hex(text),
            other => Err(format!("`{other}` is no form of bytes: text, base64 or hex")),
        },
        _ => Err("bytes are a text in base64, or an object with one of: text, base64, hex".to_owned()),
    }
}

/// As the protocol has them.
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// As a case's file shows them: as text where they are one that an editor can hold.
pub fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => format!("{{\"text\":{}}}", layout::string(text)),
        _ => format!("{{\"base64\":\"{}\"}}", BASE64.encode(bytes)),
    }
}

/// Base64 with padding.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn of_base64(text: &str) -> Result<Vec<u8>, String> {
    BASE64.decode(text).map_err(|error| format!("this is no base64 with padding: {error}"))
}

fn of_hex(text: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| "this is no hex: an even number of hex digits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_forms_are_read() {
        for given in [json!({"text":"\u{e9}\u{0}"}), json!({"hex":"C3a900"}), json!({"base64":"w6kA"}), json!("w6kA")] {
            assert_eq!(read(&given), Ok(vec![0xc3, 0xa9, 0]));
        }
        assert_eq!(read(&json!({"text":""})), Ok(Vec::new()));
    }

    #[test]
    fn other_forms_are_refused() {
        let said = |value| read(&value).unwrap_or_else(|_| vec![0]).is_empty();
        for wrong in [json!(1), json!({}), json!({"text":1}), json!({"hex":"abc"}), json!({"hex":"+1"}), json!("w6k")] {
            assert!(!said(wrong));
        }
        assert_eq!(read(&json!({"utf8":""})), Err("`utf8` is no form of bytes: text, base64 or hex".to_owned()));
    }

    #[test]
    fn bytes_are_shown_as_text_where_they_are_one() {
        assert_eq!(shown("a\u{e9}\n".as_bytes()), "{\"text\":\"a\\u00e9\\n\"}");
        assert_eq!(shown(b"a\0"), "{\"base64\":\"YQA=\"}");
        assert_eq!(shown(&[0xff]), "{\"base64\":\"/w==\"}");
    }
}
