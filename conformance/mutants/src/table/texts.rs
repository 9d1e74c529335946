//! Texts and keys: what they become, and how they are written.

use super::walk::{each_map, each_text, retain};
use super::{Mutant, Spoil};
use crate::request::{replace, texts, unhex};
use crate::style::SURROGATES;
use serde_json::{Value, json};
use tracewire_wire::value::Map;

/// Mutants of texts and keys.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "keys-by-code-point",
        wrong: "keys are sorted by code points, as a sort of UTF-8 has them, and not by UTF-16 units",
        cases: &["keys/sorted-by-utf-16"],
        spoil: Spoil::Seal(|faults| faults.style.keys_by_code_point = true),
    },
    Mutant {
        name: "slash-escaped",
        wrong: "`/` is escaped",
        cases: &["strings/quotes-and-backslashes"],
        spoil: Spoil::Seal(|faults| faults.style.escape = Some(|it| (it == '/').then(|| "\\/".to_owned()))),
    },
    Mutant {
        name: "beyond-ascii-escaped",
        wrong: "what is not ASCII is escaped",
        cases: &["strings/right-to-left", "strings/zero-width-joiner-emoji"],
        spoil: Spoil::Seal(|faults| {
            faults.style.escape = Some(|it| {
                let units =
                    |it: char| it.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
                (!it.is_ascii()).then(|| units(it))
            });
        }),
    },
    Mutant {
        name: "line-separators-escaped",
        wrong: "U+2028 and U+2029 are escaped, as for JavaScript of long ago",
        cases: &["strings/line-and-paragraph-separators"],
        spoil: Spoil::Seal(|faults| {
            faults.style.escape =
                Some(|it| matches!(it, '\u{2028}' | '\u{2029}').then(|| format!("\\u{:04x}", u32::from(it))));
        }),
    },
    Mutant {
        name: "markup-escaped",
        wrong: "`<`, `>` and `&` are escaped, as Go's writer does unless told otherwise",
        cases: &["strings/markup"],
        spoil: Spoil::Seal(|faults| {
            faults.style.escape = Some(|it| "<>&".contains(it).then(|| format!("\\u{:04x}", u32::from(it))));
        }),
    },
    Mutant {
        name: "controls-by-number",
        wrong: "backspace and form feed are \\u0008 and \\u000c",
        cases: &["strings/controls"],
        spoil: Spoil::Seal(|faults| {
            faults.style.escape =
                Some(|it| matches!(it, '\u{8}' | '\u{c}').then(|| format!("\\u{:04x}", u32::from(it))));
        }),
    },
    Mutant {
        name: "controls-in-upper-case",
        wrong: "controls are escaped with upper-case digits: \\u001F",
        cases: &["strings/controls"],
        spoil: Spoil::Seal(|faults| {
            faults.style.escape =
                Some(|it| (it < ' ' && !"\u{8}\t\n\u{c}\r".contains(it)).then(|| format!("\\u{:04X}", u32::from(it))));
        }),
    },
    Mutant {
        name: "delete-escaped",
        wrong: "U+007F is escaped as a control",
        cases: &["strings/controls"],
        spoil: Spoil::Seal(|faults| faults.style.escape = Some(|it| (it == '\u{7f}').then(|| "\\u007f".to_owned()))),
    },
    Mutant {
        name: "lone-surrogate-escaped",
        wrong: "a lone surrogate is written as an escape",
        cases: &["strings/lone-high-surrogate", "strings/lone-low-surrogate"],
        spoil: Spoil::Both(
            |case| {
                replace(case, "utf16", |units| {
                    surrogates(units, |unit| char::from_u32(SURROGATES + u32::from(unit) - 0xd800))
                })
            },
            |faults| {
                faults.style.escape = Some(|it| {
                    let unit = u32::from(it).checked_sub(SURROGATES).filter(|unit| *unit < 0x800)?;
                    Some(format!("\\u{:04x}", unit + 0xd800))
                });
            },
        ),
    },
    Mutant {
        name: "lone-surrogate-as-question-mark",
        wrong: "a lone surrogate becomes a question mark",
        cases: &["strings/lone-high-surrogate", "strings/reversed-pair"],
        spoil: Spoil::Request(|case| replace(case, "utf16", |units| surrogates(units, |_| Some('?')))),
    },
    Mutant {
        name: "one-replacement-for-a-run",
        wrong: "a run of bytes that are not well-formed becomes one U+FFFD",
        cases: &["strings/bytes-that-begin-nothing"],
        spoil: Spoil::Request(|case| {
            replace(case, "utf8", |digits| {
                let text = String::from_utf8_lossy(&unhex(digits.as_str()?)).into_owned();
                let mut kept = String::new();
                text.chars().for_each(|it| {
                    if it != '\u{fffd}' || !kept.ends_with('\u{fffd}') {
                        kept.push(it)
                    }
                });
                text.contains('\u{fffd}').then(|| kept.into())
            });
        }),
    },
    Mutant {
        name: "encoded-pair-not-joined",
        wrong: "surrogates that stand encoded in bytes are six bytes that are not well-formed",
        cases: &["strings/encoded-pair"],
        spoil: Spoil::Request(|case| {
            replace(case, "utf8", |digits| Some(String::from_utf8_lossy(&unhex(digits.as_str()?)).into_owned().into()));
        }),
    },
    Mutant {
        name: "texts-normalised",
        wrong: "texts are brought into normal form C",
        cases: &["strings/composed-and-decomposed"],
        spoil: Spoil::Request(|case| {
            texts(case, |text| {
                ["e\u{301}é", "a\u{30a}å", "A\u{30a}Å", "o\u{308}ö", "u\u{308}ü", "n\u{303}ñ"].iter().fold(
                    text.to_owned(),
                    |text, pair| {
                        let (composed, decomposed) =
                            (pair.chars().skip(2).collect::<String>(), pair.chars().take(2).collect::<String>());
                        text.replace(&decomposed, &composed)
                    },
                )
            })
        }),
    },
    Mutant {
        name: "byte-order-mark-dropped",
        wrong: "U+FEFF at the beginning of a text is dropped",
        cases: &["strings/byte-order-mark-inside"],
        spoil: Spoil::Request(|case| texts(case, |text| text.trim_start_matches('\u{feff}').to_owned())),
    },
    Mutant {
        name: "text-ends-at-nul",
        wrong: "a text ends at its first NUL",
        cases: &["strings/nul"],
        spoil: Spoil::Request(|case| texts(case, |text| text.split('\0').next().unwrap_or_default().to_owned())),
    },
    Mutant {
        name: "white-space-trimmed",
        wrong: "white space around a text is taken away",
        cases: &["strings/lines-and-blanks"],
        spoil: Spoil::Request(|case| texts(case, |text| text.trim().to_owned())),
    },
    Mutant {
        name: "dollar-unescaped",
        wrong: "a user's key that begins with `$` stands as it is",
        cases: &["keys/dollar"],
        spoil: Spoil::Events(|_, emission| {
            each_map(emission, |map| {
                rename(map, |key| key.strip_prefix('$').filter(|rest| rest.starts_with('$')).map(str::to_owned))
            });
        }),
    },
    Mutant {
        name: "dollar-escaped-once",
        wrong: "a user's key that begins with `$$` gets no further `$`",
        cases: &["keys/dollar"],
        spoil: Spoil::Events(|_, emission| {
            each_map(emission, |map| {
                rename(map, |key| key.strip_prefix('$').filter(|rest| rest.starts_with("$$")).map(str::to_owned))
            });
        }),
    },
    Mutant {
        name: "collision-overwrites",
        wrong: "of keys that become the same text the last one wins",
        cases: &["keys/collision"],
        spoil: Spoil::Request(|case| {
            replace(case, "map", |pairs| {
                let pairs = pairs.as_array()?;
                let text = |pair: &Value| pair[0].as_str().map_or_else(|| pair[0].to_string(), str::to_owned);
                let is_last = |at: usize| !pairs.iter().skip(at + 1).any(|later| text(later) == text(&pairs[at]));
                let kept: Vec<&Value> = (0..pairs.len()).filter(|at| is_last(*at)).map(|at| &pairs[at]).collect();
                Some(json!({ "map": kept }))
            });
        }),
    },
    Mutant {
        name: "collision-counts-from-one",
        wrong: "the second of keys that become the same text gets `#1`",
        cases: &["keys/collision"],
        spoil: Spoil::Events(|_, emission| {
            each_map(emission, |map| {
                rename(map, |key| {
                    let (stem, number) = key.rsplit_once('#')?;
                    let number: u32 = number.parse().ok()?;
                    (number > 1).then(|| format!("{stem}#{}", number - 1))
                });
            });
        }),
    },
    Mutant {
        name: "keys-as-the-host-prints-them",
        wrong: "a key that is no text becomes what the host prints for it: `None`, `True`",
        cases: &["keys/scalars"],
        spoil: Spoil::Request(|case| {
            replace(case, "map", |pairs| {
                let mut pairs = pairs.clone();
                for pair in pairs.as_array_mut()? {
                    match &pair[0] {
                        Value::Null => pair[0] = "None".into(),
                        Value::Bool(true) => pair[0] = "True".into(),
                        Value::Bool(false) => pair[0] = "False".into(),
                        _ => {}
                    }
                }
                Some(json!({ "map": pairs }))
            });
        }),
    },
    Mutant {
        name: "keys-in-lower-case",
        wrong: "keys are written in lower case",
        cases: &["keys/sorted-as-texts"],
        spoil: Spoil::Events(|_, emission| each_map(emission, |map| rename(map, |key| Some(key.to_lowercase())))),
    },
    Mutant {
        name: "cut-in-a-character",
        wrong: "a text is cut at a byte, and what is left of a character becomes U+FFFD",
        cases: &["cuts/text-between-scalar-values"],
        spoil: Spoil::Events(|case, emission| {
            let Some(limit) = case["settings"]["limits"]["text_bytes"].as_i64() else { return };
            each_map(emission, |map| {
                let missing =
                    map.get("missing_bytes").and_then(tracewire_wire::value::Value::as_int).unwrap_or_default();
                let kept = map.get("$cut").and_then(|kept| kept.as_text()).map(str::to_owned);
                let Some(kept) = kept.filter(|kept| (kept.len() as i64) < limit) else { return };
                let over = limit - kept.len() as i64;
                map.insert("$cut".to_owned(), tracewire_wire::value::Value::Text(kept + "\u{fffd}"));
                map.insert("missing_bytes".to_owned(), tracewire_wire::value::Value::Int(missing - over));
            });
        }),
    },
    Mutant {
        name: "missing-characters-counted",
        wrong: "of a cut text the characters that are missing are counted and not the bytes",
        cases: &["cuts/text-between-scalar-values"],
        spoil: Spoil::Events(|case, emission| {
            let mut whole = Vec::new();
            collect(case, &mut whole);
            each_text_cut(emission, &whole);
        }),
    },
    Mutant {
        name: "empty-texts-dropped",
        wrong: "members that are empty texts are left out",
        cases: &["values/empty-list-map-text"],
        spoil: Spoil::Events(|_, emission| {
            each_map(emission, |map| retain(map, |value| value.as_text() != Some("")));
        }),
    },
    Mutant {
        name: "emoji-taken-apart",
        wrong: "the zero-width joiner is taken out of texts",
        cases: &["strings/zero-width-joiner-emoji"],
        spoil: Spoil::Events(|_, emission| each_text(emission, |text| text.replace('\u{200d}', ""))),
    },
];

/// Texts of UTF-16 units, with something in the place of lone surrogates.
fn surrogates(units: &Value, lone: fn(u16) -> Option<char>) -> Option<Value> {
    let units: Vec<u16> = unhex(units.as_str()?)
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or_default()]))
        .collect();
    let text: Option<String> = char::decode_utf16(units)
        .map(|unit| unit.map_or_else(|error| lone(error.unpaired_surrogate()), Some))
        .collect();
    Some(text?.into())
}

/// Gives keys another name, where there is one.
pub fn rename(map: &mut Map, name: impl Fn(&str) -> Option<String>) {
    if map.iter().any(|(key, _)| name(key).is_some()) {
        let entries = std::mem::take(map).into_iter();
        *map = Map::from_entries(entries.map(|(key, value)| (name(&key).unwrap_or(key), value)).collect());
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

fn each_text_cut(emission: &mut crate::seal::Emission, whole: &[String]) {
    for event in emission.events() {
        let mut body = event.remove("body");
        if let Some(body) = &mut body {
            recount(body, whole);
        }
        body.map(|body| event.insert("body".to_owned(), body));
    }
}

fn recount(value: &mut tracewire_wire::value::Value, whole: &[String]) {
    use tracewire_wire::value::Value as Wire;
    match value {
        Wire::List(items) => items.iter_mut().for_each(|item| recount(item, whole)),
        Wire::Map(map) => {
            let kept = map.get("$cut").and_then(Wire::as_text).unwrap_or_default();
            let missing = map.get("missing_bytes").and_then(Wire::as_u64).unwrap_or_default() as usize;
            let found = whole.iter().find(|text| text.len() == kept.len() + missing && text.starts_with(kept));
            if let Some(count) = found.map(|text| text.chars().count() - kept.chars().count()) {
                map.insert("missing_bytes".to_owned(), Wire::Int(count as i64));
            }
            map.iter_mut().for_each(|(_, value)| recount(value, whole));
        }
        _ => {}
    }
}
