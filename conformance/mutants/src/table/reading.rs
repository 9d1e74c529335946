//! Readers of JSON.

use super::{Mutant, Spoil};
use crate::style::Style;
use crate::{base64, bytes, honest};
use serde_json::{Value as Json, json};
use tracewire_wire::json as wire;
use tracewire_wire::value::{Map, Value};

/// Mutants of readers.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "duplicate-keys-accepted",
        wrong: "of a key that stands twice the last one counts",
        cases: &["json/refused-key-twice", "json/refused-key-twice-escaped"],
        spoil: Spoil::Answer(|case| {
            again(case, "json_duplicate_key", |bytes| {
                serde_json::from_slice::<Json>(bytes).ok().map(|it| it.to_string().into_bytes())
            })
        }),
    },
    Mutant {
        name: "lone-surrogates-accepted",
        wrong: "an escaped surrogate without its other half becomes U+FFFD",
        cases: &["json/refused-high-surrogate", "json/refused-low-surrogate"],
        spoil: Spoil::Answer(|case| again(case, "json_surrogate", |bytes| Some(mended(bytes)))),
    },
    Mutant {
        name: "trailing-bytes-accepted",
        wrong: "bytes behind the value are passed over",
        cases: &["json/refused-trailing-value", "json/refused-trailing-nul"],
        spoil: Spoil::Answer(|case| {
            again(case, "json_trailing", |bytes| {
                let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Json>();
                Some(values.next()?.ok()?.to_string().into_bytes())
            })
        }),
    },
    Mutant {
        name: "byte-order-mark-accepted",
        wrong: "a byte order mark before JSON is passed over",
        cases: &["json/refused-byte-order-mark"],
        spoil: Spoil::Answer(|case| {
            given(case, "json", |bytes| bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec))
        }),
    },
    Mutant {
        name: "ill-formed-utf-8-accepted",
        wrong: "bytes that are not UTF-8 become U+FFFD",
        cases: &["json/refused-utf8-byte", "json/refused-utf8-overlong", "json/refused-utf8-surrogate"],
        spoil: Spoil::Answer(|case| {
            again(case, "json_utf8", |bytes| Some(String::from_utf8_lossy(bytes).into_owned().into_bytes()))
        }),
    },
    Mutant {
        name: "controls-accepted",
        wrong: "control characters may stand in strings unescaped",
        cases: &["json/refused-control-in-string"],
        spoil: Spoil::Answer(|case| {
            again(case, "json_control", |bytes| {
                let escape = |byte: &u8| if *byte < 0x20 { format!("\\u{byte:04x}").into_bytes() } else { vec![*byte] };
                Some(bytes.iter().flat_map(escape).collect())
            })
        }),
    },
    Mutant {
        name: "trailing-commas-accepted",
        wrong: "a comma may stand before the end of a list or map",
        cases: &["json/refused-comma-before-end-list", "json/refused-comma-before-end-map"],
        spoil: Spoil::Answer(|case| {
            again(case, "json_syntax", |bytes| {
                let text = std::str::from_utf8(bytes).ok()?;
                let mended = text.replace(",]", "]").replace(",}", "}");
                (mended != text).then(|| mended.into_bytes())
            })
        }),
    },
    Mutant {
        name: "overflow-as-infinity",
        wrong: "a number beyond the doubles becomes an infinity",
        cases: &["json/overflow-refused"],
        spoil: Spoil::Answer(|case| {
            let mut answer = honest(case);
            if answer["error"]["code"] == "number_range" {
                answer = json!({ "result": { "bytes": base64(br#"{"$float":"Infinity"}"#) } });
            }
            answer
        }),
    },
    Mutant {
        name: "wrong-code",
        wrong: "a control character in a string is refused as a fault of syntax",
        cases: &["json/refused-control-in-string"],
        spoil: Spoil::Answer(|case| code(case, "json_control", "json_syntax")),
    },
    Mutant {
        name: "one-code-for-the-end",
        wrong: "a text that ends too early is refused as a fault of syntax",
        cases: &["json/refused-end-in-list", "json/refused-empty"],
        spoil: Spoil::Answer(|case| code(case, "json_end", "json_syntax")),
    },
    Mutant {
        name: "refused-from-101-levels",
        wrong: "JSON nested deeper than 100 levels is refused",
        cases: &["json/nesting-128", "json/nesting-128-maps"],
        spoil: Spoil::Answer(|case| {
            let is_deep = case["from"] == "json" && {
                let opened = bytes(&case["bytes"])
                    .iter()
                    .take_while(|byte| b"[{\"k:".contains(byte))
                    .filter(|byte| b"[{".contains(byte))
                    .count();
                opened > 100
            };
            if is_deep { json!({ "error": { "code": "json_too_deep", "message": "" } }) } else { honest(case) }
        }),
    },
    Mutant {
        name: "big-integers-as-doubles",
        wrong: "integers beyond 53 bits are read as the nearest double",
        cases: &["json/integers-exact"],
        spoil: Spoil::Answer(|case| {
            written(case, "json", |value| {
                each_map(value, &|map| {
                    if let Some(Value::Text(digits)) = map.get_mut("$int") {
                        *digits = digits.parse::<f64>().map_or(digits.clone(), |number| format!("{number:.0}"));
                    }
                });
            })
        }),
    },
    Mutant {
        name: "reader-normalises",
        wrong: "texts are brought into normal form C when they are read",
        cases: &["json/text-not-normalised"],
        spoil: Spoil::Answer(|case| {
            given(case, "json", |bytes| {
                let text = String::from_utf8(bytes.to_vec()).ok()?;
                Some(
                    [("e\u{301}", "é"), ("a\u{30a}", "å"), ("A\u{30a}", "Å"), ("o\u{308}", "ö"), ("\u{212b}", "Å")]
                        .iter()
                        .fold(text, |text, (decomposed, composed)| text.replace(decomposed, composed))
                        .into_bytes(),
                )
            })
        }),
    },
    Mutant {
        name: "reader-writes-by-code-point",
        wrong: "what was read is written with keys sorted by code point",
        cases: &["json/rfc8785-key-order"],
        spoil: Spoil::Answer(|case| restyled(case, Style { keys_by_code_point: true, ..Style::default() })),
    },
    Mutant {
        name: "reader-escapes-beyond-ascii",
        wrong: "what was read is written in ASCII",
        cases: &["json/text-not-normalised"],
        spoil: Spoil::Answer(|case| {
            let escape = |it: char| {
                let units =
                    |it: char| it.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
                (!it.is_ascii()).then(|| units(it))
            };
            restyled(case, Style { escape: Some(escape), ..Style::default() })
        }),
    },
    Mutant {
        name: "unknown-members-lost",
        wrong: "members that a reader does not know are lost",
        cases: &["envelopes/unknown-members"],
        spoil: Spoil::Answer(|case| given(case, "json", known)),
    },
    Mutant {
        name: "unknown-tags-escaped",
        wrong: "a tag that a reader does not know is taken for a user's key",
        cases: &["json/unknown-tags-kept"],
        spoil: Spoil::Answer(|case| {
            written(case, "json", |value| {
                each_map(value, &|map| {
                    let tags = [
                        "$int",
                        "$float",
                        "$bytes",
                        "$time",
                        "$decimal",
                        "$ref",
                        "$erased",
                        "$withheld",
                        "$cut",
                        "$redacted",
                        "$fields",
                    ];
                    super::texts::rename(map, |key| {
                        let is_unknown = key.starts_with('$') && !key.starts_with("$$") && !tags.contains(&key);
                        is_unknown.then(|| format!("${key}"))
                    });
                });
            })
        }),
    },
];

/// Asks once more with other bytes, where they were refused with a code.
fn again(case: &Json, code: &str, mend: fn(&[u8]) -> Option<Vec<u8>>) -> Json {
    let answer = honest(case);
    if answer["error"]["code"] == code
        && let Some(mended) = mend(&bytes(&case["bytes"]))
    {
        let mut case = case.clone();
        case["bytes"] = base64(&mended);
        return honest(&case);
    }
    answer
}

/// Asks with other bytes of an encoding.
fn given(case: &Json, from: &str, change: fn(&[u8]) -> Option<Vec<u8>>) -> Json {
    let mut case = case.clone();
    if case["from"] == from
        && let Some(changed) = change(&bytes(&case["bytes"]))
    {
        case["bytes"] = base64(&changed);
    }
    honest(&case)
}

/// Changes the value that a result says.
pub(super) fn written(case: &Json, to: &str, change: fn(&mut Value)) -> Json {
    let mut answer = honest(case);
    if case["to"] == to
        && let Ok(mut value) = wire::read(&bytes(&answer["result"]["bytes"]), &Default::default())
    {
        change(&mut value);
        answer["result"]["bytes"] = base64(&wire::write(&value));
    }
    answer
}

fn restyled(case: &Json, style: Style) -> Json {
    let mut answer = honest(case);
    if case["to"] == "json"
        && let Ok(value) = wire::read(&bytes(&answer["result"]["bytes"]), &Default::default())
    {
        answer["result"]["bytes"] = base64(&style.write(&value));
    }
    answer
}

fn code(case: &Json, right: &str, wrong: &str) -> Json {
    let mut answer = honest(case);
    if answer["error"]["code"] == right {
        answer["error"]["code"] = wrong.into();
    }
    answer
}

/// Changes each map, inner ones first.
pub fn each_map(value: &mut Value, change: &dyn Fn(&mut Map)) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| each_map(item, change)),
        Value::Map(map) => {
            map.iter_mut().for_each(|(_, value)| each_map(value, change));
            change(map);
        }
        _ => {}
    }
}

/// Lone escaped surrogates as U+FFFD.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let (mut out, mut at) = (String::new(), 0);
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (length, kept) = match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, text.get(at..at + 12)),
            (Some(0xd800..=0xdfff), _) => (6, Some("\\ufffd")),
            _ => (character.len_utf8(), text.get(at..at + character.len_utf8())),
        };
        out.push_str(kept.unwrap_or_default());
        at += length;
    }
    out.into_bytes()
}

/// Envelopes and events with the members of today alone.
pub fn known(bytes: &[u8]) -> Option<Vec<u8>> {
    fn inside(value: &mut Value) {
        const EVENT: &[&str] = &[
            "seq",
            "type",
            "time",
            "trace_id",
            "span_id",
            "parent_id",
            "kind",
            "status",
            "duration_nanos",
            "nonce",
            "body",
        ];
        const ENVELOPE: &[&str] = &[
            "spec",
            "seal",
            "producer",
            "resource",
            "first_seq",
            "events",
            "digest",
            "prev",
            "parent",
            "predecessor",
            "close",
            "content",
        ];
        match value {
            Value::List(items) => items.iter_mut().for_each(inside),
            Value::Map(map) => {
                let names = match (map.contains_key("events"), map.contains_key("seq")) {
                    (true, _) => ENVELOPE,
                    (_, true) => EVENT,
                    _ => return,
                };
                *map = std::mem::take(map).into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect();
                map.get_mut("events").into_iter().for_each(inside);
            }
            _ => {}
        }
    }
    let mut value = wire::read(bytes, &Default::default()).ok()?;
    inside(&mut value);
    Some(wire::write(&value))
}
