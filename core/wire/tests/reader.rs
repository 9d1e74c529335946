//! What the JSON reader takes and refuses: literal cases, and a comparison with serde_json on generated text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use proptest::prelude::*;
use tracewire_wire::json::{self, Numbers, ReadOptions};
use tracewire_wire::value::Value;

fn canonical(text: &str) -> Result<String, String> {
    match json::read(text.as_bytes(), &ReadOptions::default()) {
        Ok(value) => Ok(String::from_utf8(json::write(&value)).unwrap()),
        Err(error) => Err(format!("{} {error}", error.code())),
    }
}

#[test]
fn numbers_have_one_form() {
    for (text, expected) in [
        ("1", "1"),
        ("1.0", "1"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1e2", "100"),
        ("0.1", "0.1"),
        ("9007199254740991", "9007199254740991"),
        ("9007199254740992", r#"{"$int":"9007199254740992"}"#),
        ("-9007199254740993", r#"{"$int":"-9007199254740993"}"#),
        ("123456789012345678901234567890", r#"{"$int":"123456789012345678901234567890"}"#),
        ("1e21", r#"{"$int":"1000000000000000000000"}"#),
        ("1e23", r#"{"$int":"99999999999999991611392"}"#),
        ("5e-324", "5e-324"),
        ("1e-400", "0"),
    ] {
        assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_refused_has_a_code_and_a_place() {
    for (text, expected) in [
        ("", "json_end the text ends where a value is expected at byte 0"),
        ("nul", "json_syntax a value is expected at byte 0"),
        ("[1,]", "json_syntax a value is expected at byte 3"),
        ("[1 2]", "json_syntax a comma or the list's end is expected at byte 3"),
        ("{\"a\":1", "json_end the text ends inside a value at byte 6"),
        ("{", "json_end the text ends inside a value at byte 1"),
        ("{\"a\"", "json_end the text ends inside a value at byte 4"),
        ("{\"a\":", "json_end the text ends where a value is expected at byte 5"),
        ("{\"a\":1,", "json_end the text ends inside a value at byte 7"),
        ("[1,", "json_end the text ends where a value is expected at byte 3"),
        ("\"\\", "json_escape an escape that JSON does not have at byte 1"),
        ("\"\\u12", "json_escape four hex digits are expected at byte 1"),
        ("{a:1}", "json_syntax a key is expected at byte 1"),
        ("{\"a\":1,\"b\":2,\"a\":3}", "json_duplicate_key the key \"a\" stands twice in one map at byte 13"),
        ("{\"\\u0061\":1,\"a\":3}", "json_duplicate_key the key \"a\" stands twice in one map at byte 12"),
        ("01", "json_number a number begins with one digit, which is 0 only alone at byte 0"),
        ("-", "json_number a number begins with one digit, which is 0 only alone at byte 0"),
        ("1.", "json_number digits are expected behind the point at byte 0"),
        ("1e", "json_number digits are expected in the exponent at byte 0"),
        ("1e999", "number_range a number beyond the range of doubles at byte 0"),
        ("\"\u{1}\"", "json_control a control character must be escaped at byte 1"),
        ("\"\\x\"", "json_escape an escape that JSON does not have at byte 1"),
        ("\"\\u12\"", "json_escape four hex digits are expected at byte 1"),
        ("\"\\ud800\"", "json_surrogate a surrogate without its other half at byte 1"),
        ("\"\\ud800\\ud800\"", "json_surrogate a surrogate without its other half at byte 1"),
        ("\"\\udc00\"", "json_surrogate a surrogate without its other half at byte 1"),
        ("\"a", "json_end the text ends inside a string at byte 2"),
        ("1 2", "json_trailing bytes follow the value at byte 2"),
        ("\u{feff}1", "json_syntax a value is expected at byte 0"),
    ] {
        assert_eq!(canonical(text), Err(expected.to_owned()), "{text}");
    }
    let error = json::read(b"\"\xff\"", &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "ill-formed UTF-8 at byte 1");
}

#[test]
fn depth_size_and_digits_are_bounded() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(canonical(&deep(128)).is_ok());
    assert_eq!(canonical(&deep(129)), Err("json_too_deep nested deeper than 128 at byte 128".to_owned()));
    assert!(canonical(&deep(1_000_000)).is_err());
    let small = ReadOptions { max_bytes: 3, ..ReadOptions::default() };
    assert_eq!(json::read(b"1234", &small).unwrap_err().code(), "json_too_large");
    let boundless = ReadOptions { max_depth: usize::MAX, ..ReadOptions::default() };
    assert!(json::read(deep(ReadOptions::DEPTH_LIMIT).as_bytes(), &boundless).is_ok());
    assert_eq!(json::read(deep(1_000_000).as_bytes(), &boundless).unwrap_err().code(), "json_too_deep");
    assert!(canonical(&"9".repeat(4096)).is_ok());
    assert!(canonical(&"9".repeat(4097)).unwrap_err().starts_with("json_integer_length"));
}

#[test]
fn many_keys_are_checked_in_any_order() {
    for repeated in [None, Some(0), Some(17), Some(999)] {
        let mut keys: Vec<String> = (0..1000).rev().map(|at| format!("\"{at}\":0")).collect();
        keys.extend(repeated.map(|at| format!("\"{at}\":1")));
        let result = canonical(&format!("{{{}}}", keys.join(",")));
        // The offset is that of the second one, behind the thousand.
        let expected =
            repeated.map(|at| format!("json_duplicate_key the key \"{at}\" stands twice in one map at byte 7891"));
        assert_eq!(result.err(), expected);
    }
    let shuffled: Vec<String> = (0..200_000u64).map(|at| format!("\"{}\":{{}}", at * 7919 % 200_003)).collect();
    assert!(canonical(&format!("{{{}}}", shuffled.join(","))).is_ok(), "huge maps too, in no time");
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Into::into),
        "\\PC*|[\u{0}-\u{1f}\"\\\\\u{e000}\u{10000}]{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::vec(("\\PC{0,4}", inner), 0..8)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn ecma(bytes: &[u8]) -> Result<Value, tracewire_wire::WireError> {
    json::read(bytes, &ReadOptions { numbers: Numbers::Ecma, ..ReadOptions::default() })
}

/// The value that JSON as serde_json reads it is in Ecma mode: every number a double, integral safe ones Int.
fn expected(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => {
            let number = number.as_f64().unwrap();
            if number.fract() == 0.0 && number.abs() < 2f64.powi(53) {
                Value::Int(number as i64)
            } else {
                Value::Double(number)
            }
        }
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(expected).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), expected(value))).collect())
        }
    }
}

/// Both judge alike, and read the same value; the known differences are those of [`where_serde_json_judges_otherwise`].
fn agree(text: &[u8]) -> Result<(), TestCaseError> {
    match (serde_json::from_slice::<serde_json::Value>(text), ecma(text)) {
        (Ok(theirs), Ok(ours)) => prop_assert_eq!(expected(&theirs), ours),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => prop_assert_eq!(error.code(), "json_duplicate_key", "{}", String::from_utf8_lossy(text)),
        (Err(error), Ok(_)) => prop_assert!(false, "only we take {:?}: {}", String::from_utf8_lossy(text), error),
    }
    Ok(())
}

#[test]
fn where_serde_json_judges_otherwise() {
    let theirs = |text: &str| serde_json::from_str::<serde_json::Value>(text);
    // It lets the last of two equal keys win.
    assert_eq!(theirs(r#"{"a":1,"a":2}"#).unwrap()["a"], 2);
    assert_eq!(ecma(br#"{"a":1,"a":2}"#).unwrap_err().code(), "json_duplicate_key");
    // It reads one level less.
    let levels = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(theirs(&levels).is_err());
    assert!(ecma(levels.as_bytes()).is_ok());
    // It knows integers from other numbers by their text, and keeps the sign of zero.
    assert_ne!(theirs("1").unwrap(), theirs("1.0").unwrap());
    assert_eq!(ecma(b"1").unwrap(), ecma(b"1.0").unwrap());
    assert!(theirs("-0").unwrap().as_f64().unwrap().is_sign_negative());
    assert_eq!(ecma(b"-0").unwrap(), Value::Int(0));
    // Beyond 64 bits it rounds integers.
    assert_eq!(theirs("18446744073709551617").unwrap(), 18446744073709551616.0);
    assert_eq!(canonical("18446744073709551617").unwrap(), r#"{"$int":"18446744073709551617"}"#);
}

proptest! {
    #[test]
    fn both_read_the_same_value(value in any_json()) {
        agree(&serde_json::to_vec(&value).unwrap())?;
        agree(&serde_json::to_vec_pretty(&value).unwrap())?;
    }

    #[test]
    fn our_bytes_are_the_same_value_to_both(value in any_json()) {
        let ours = expected(&value);
        let written = json::write(&ours);
        prop_assert_eq!(&ecma(&written).unwrap(), &ours);
        prop_assert_eq!(expected(&serde_json::from_slice(&written).unwrap()), ours);
    }

    #[test]
    fn damaged_text_is_judged_alike(value in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut text = serde_json::to_vec(&value).unwrap();
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at);
        }
        agree(&text)?;
    }

    #[test]
    fn text_that_is_nearly_json_is_judged_alike(text in r#"[\[\]{}:,"\\ \n\-+.0-9eEtrufalsnd\x00\x1f]{0,24}"#) {
        agree(text.as_bytes())?;
    }

    #[test]
    fn numbers_are_judged_alike(text in "-?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{0,4})?") {
        agree(text.as_bytes())?;
    }

    #[test]
    fn strings_are_judged_alike(text in r#""([a\x00-\x20é😀]|\\[\\"/bfnrtxu]|\\u(d[89c-f]|0|[0-9a-fA-F]{2})[0-9a-fA-F]{2}){0,6}"?"#) {
        agree(text.as_bytes())?;
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = json::read(&bytes, &ReadOptions::default());
    }
}
