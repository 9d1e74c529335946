//! Numbers, bytes, moments, sets: what values become.

use super::{Mutant, Spoil};
use crate::request::{double, replace};
use crate::style::RAW;
use serde_json::{Value, json};
use tracewire_wire::value::Value as Wire;

const SAFE: f64 = 9_007_199_254_740_991.0;

/// Mutants of values.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "point-zero-kept",
        wrong: "an integral double keeps its fraction: 1.0",
        cases: &["values/doubles-that-are-integral"],
        spoil: Spoil::Literal(|case| {
            replace(case, "double", |bits| {
                let number = double(bits)?;
                (number.fract() == 0.0 && number.abs() <= SAFE).then(|| format!("{RAW}{number:.1}").into())
            });
        }),
    },
    Mutant {
        name: "minus-zero-kept",
        wrong: "-0 stays -0",
        cases: &["values/minus-zero"],
        spoil: Spoil::Literal(|case| {
            replace(case, "double", |bits| (bits == "8000000000000000").then(|| format!("{RAW}-0").into()))
        }),
    },
    Mutant {
        name: "seventeen-digits",
        wrong: "doubles are written with 17 digits and not with the fewest that restore them",
        cases: &["values/doubles-shortest-digits"],
        spoil: Spoil::Seal(|faults| faults.style.double = Some(seventeen_digits)),
    },
    Mutant {
        name: "fifteen-digits",
        wrong: "doubles are written with 15 digits, so the last one is lost",
        cases: &["values/doubles-shortest-digits"],
        spoil: Spoil::Seal(|faults| {
            faults.style.double = Some(|number| {
                let short: f64 = format!("{number:.14e}").parse().unwrap_or(number);
                String::from_utf8_lossy(&tracewire_wire::json::write(&Wire::Double(short))).into_owned()
            });
        }),
    },
    Mutant {
        name: "float-widened-by-its-digits",
        wrong: "a 32-bit float becomes the double of its decimal digits and not of its value",
        cases: &["values/floats-of-32-bits"],
        spoil: Spoil::Request(|case| {
            replace(case, "float", |bits| {
                let number = f32::from_bits(u32::from_str_radix(bits.as_str()?, 16).ok()?);
                let widened: f64 = number.is_finite().then(|| number.to_string().parse().ok())??;
                Some(json!({ "double": format!("{:016x}", widened.to_bits()) }))
            });
        }),
    },
    Mutant {
        name: "exponent-of-two-digits",
        wrong: "an exponent has two digits at least: 1e-07",
        cases: &["values/doubles-with-an-exponent"],
        spoil: Spoil::Seal(|faults| {
            faults.style.double = Some(|number| {
                let text = plain(number);
                match text.split_once("e-") {
                    Some((digits, exponent)) if exponent.len() == 1 => format!("{digits}e-0{exponent}"),
                    _ => text,
                }
            });
        }),
    },
    Mutant {
        name: "exponent-without-plus",
        wrong: "a large double is written as 1e21, a number that is no integer's digits",
        cases: &["values/double-1e21"],
        spoil: Spoil::Literal(|case| replace(case, "double", |bits| large(bits, |text| text))),
    },
    Mutant {
        name: "exponent-with-plus",
        wrong: "a large double is written as ECMAScript does, 1e+21, and not as the integer that it is",
        cases: &["values/double-1e21"],
        spoil: Spoil::Literal(|case| replace(case, "double", |bits| large(bits, |text| text.replace('e', "e+")))),
    },
    Mutant {
        name: "exponent-from-1e-5",
        wrong: "numbers from 1e-6 to 1e-4 have an exponent, as Python prints them",
        cases: &["values/doubles-shortest-digits"],
        spoil: Spoil::Seal(|faults| {
            faults.style.double =
                Some(|number| if number.abs() < 1e-4 { format!("{number:e}") } else { plain(number) });
        }),
    },
    Mutant {
        name: "big-integer-as-double",
        wrong: "an integer beyond 53 bits is rounded to a double on its way",
        cases: &["values/integer-2-to-the-53-plus-1", "values/integers-of-64-bits"],
        spoil: Spoil::Request(|case| {
            replace(case, "int", |digits| {
                let number: f64 = digits.as_str()?.parse().ok()?;
                Some(json!({ "double": format!("{:016x}", number.to_bits()) }))
            });
        }),
    },
    Mutant {
        name: "limit-of-integers-one-off",
        wrong: "2^53 itself is written as a number",
        cases: &["values/integer-2-to-the-53", "values/integer-minus-2-to-the-53"],
        spoil: Spoil::Literal(|case| {
            replace(case, "int", |digits| {
                let digits = digits.as_str()?;
                (digits.trim_start_matches('-') == "9007199254740992").then(|| format!("{RAW}{digits}").into())
            });
        }),
    },
    Mutant {
        name: "integers-of-32-bits",
        wrong: "integers wrap around at 32 bits",
        cases: &["values/integer-largest-safe"],
        spoil: Spoil::Request(|case| crate::request::numbers(case, |number| (number as i32).into())),
    },
    Mutant {
        name: "subnormals-flushed",
        wrong: "subnormal doubles become 0",
        cases: &["values/double-smallest-subnormal", "values/double-largest-subnormal"],
        spoil: Spoil::Request(|case| replace(case, "double", |bits| double(bits)?.is_subnormal().then_some(json!(0)))),
    },
    Mutant {
        name: "not-a-number-as-null",
        wrong: "NaN and the infinities become null, as JSON.stringify makes them",
        cases: &["values/not-a-number-and-infinities"],
        spoil: Spoil::Request(|case| {
            replace(case, "double", |bits| (!double(bits)?.is_finite()).then_some(Value::Null))
        }),
    },
    Mutant {
        name: "base64-without-padding",
        wrong: "base64 has no padding",
        cases: &["values/bytes"],
        spoil: Spoil::Events(|_, emission| {
            crate::table::walk::each_tag(emission, "$bytes", |text| text.trim_end_matches('=').to_owned())
        }),
    },
    Mutant {
        name: "base64url",
        wrong: "base64 has the alphabet for addresses",
        cases: &["values/bytes-of-all-values"],
        spoil: Spoil::Events(|_, emission| {
            crate::table::walk::each_tag(emission, "$bytes", |text| text.replace('+', "-").replace('/', "_"));
        }),
    },
    Mutant {
        name: "bytes-as-list",
        wrong: "bytes become a list of numbers",
        cases: &["values/bytes"],
        spoil: Spoil::Request(|case| replace(case, "bytes", |text| Some(crate::bytes(text).into()))),
    },
    Mutant {
        name: "decimal-as-double",
        wrong: "a decimal number becomes a double",
        cases: &["values/decimals"],
        spoil: Spoil::Request(|case| {
            replace(case, "decimal", |text| {
                let number: f64 = text.as_str()?.parse().ok()?;
                Some(json!({ "double": format!("{:016x}", number.to_bits()) }))
            });
        }),
    },
    Mutant {
        name: "zone-dropped",
        wrong: "a moment with a zone keeps its local time and gets a Z",
        cases: &["values/moments-in-a-zone"],
        spoil: Spoil::Literal(|case| {
            replace(case, "moment", |text| {
                let text = text.as_str()?;
                let end = text.get(19..)?.find(['+', '-', 'Z'])? + 19;
                Some(time(text.get(..end)?, "Z"))
            });
        }),
    },
    Mutant {
        name: "local-moment-gets-a-zone",
        wrong: "a moment without a zone is taken for one in UTC",
        cases: &["values/moments-without-a-zone"],
        spoil: Spoil::Literal(|case| replace(case, "local", |text| Some(time(text.as_str()?, "Z")))),
    },
    Mutant {
        name: "date-as-midnight",
        wrong: "a date becomes the moment at which it begins",
        cases: &["values/dates"],
        spoil: Spoil::Literal(|case| {
            replace(case, "date", |text| Some(time(&format!("{}T00:00:00", text.as_str()?), "")));
        }),
    },
    Mutant {
        name: "sets-unsorted",
        wrong: "a set's members stand as the host gives them",
        cases: &["values/set-sorted-by-canonical-bytes"],
        spoil: Spoil::Request(|case| replace(case, "set", |members| Some(members.clone()))),
    },
    Mutant {
        name: "sets-without-equal-members",
        wrong: "of members of a set that come out equal one stays",
        cases: &["values/set-of-equal-members"],
        spoil: Spoil::Request(|case| {
            replace(case, "set", |members| {
                let mut kept: Vec<Value> = Vec::new();
                for member in members.as_array()? {
                    let number = member.get("double").and_then(double).map(|number| json!(number as i64));
                    let member = number.unwrap_or_else(|| member.clone());
                    if !kept.contains(&member) {
                        kept.push(member);
                    }
                }
                Some(json!({ "set": kept }))
            });
        }),
    },
    Mutant {
        name: "cycle-as-null",
        wrong: "where a value contains itself stands null",
        cases: &["values/cycle-of-a-list"],
        spoil: Spoil::Request(|case| {
            replace(case, "cycle", |kind| {
                Some(if kind == "list" { json!([null]) } else { json!({ "map": [["k", null]] }) })
            });
        }),
    },
    Mutant {
        name: "foreign-as-text",
        wrong: "an object of a foreign type becomes the text of its type",
        cases: &["values/foreign"],
        spoil: Spoil::Request(|case| replace(case, "foreign", |name| Some(name.clone()))),
    },
];

/// A time of nine digits, as a literal: Rust has none of its own.
fn time(text: &str, zone: &str) -> Value {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{RAW}{{\"$time\":\"{seconds}.{fraction:0<9}{zone}\"}}").into()
}

/// As the right writer has it.
fn plain(number: f64) -> String {
    String::from_utf8_lossy(&tracewire_wire::json::write(&Wire::Double(number))).into_owned()
}

/// As C's `%.17g` has it, where there is no exponent.
fn seventeen_digits(number: f64) -> String {
    let scientific = format!("{number:.16e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or_default();
    if !(-5..17).contains(&exponent) {
        return plain(number);
    }
    let digits = usize::try_from(16 - exponent).unwrap_or_default();
    let text = format!("{number:.digits$}");
    text.trim_end_matches('0').to_owned()
}

/// A finite double beyond 53 bits, as a literal with an exponent.
fn large(bits: &Value, form: fn(String) -> String) -> Option<Value> {
    let number = double(bits)?;
    (number.is_finite() && number.abs() > SAFE && number.abs() >= 1e21)
        .then(|| format!("{RAW}{}", form(format!("{number:e}"))).into())
}
