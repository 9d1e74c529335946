//! Values of hosts, written down: what a test wants a host to record, also where JSON and Rust have no such value.
//!
//! The notation is that of the conformance protocol. Null, booleans, texts, integers and lists stand for themselves; all else is a
//! map with one member: `{"double":"7ff8000000000000"}`, `{"utf16":"d83d"}`, `{"map":[[1,"a"],["b",2]]}`, `{"cycle":"list"}`.

use crate::cbor::Walker;
use crate::record::BodyWriter;
use std::fmt;
use tracewire_wire::value::{Map, Value};

/// What a notation asks for and Rust has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent(&'static str);

impl fmt::Display for Absent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rust has no {}", self.0)
    }
}

impl std::error::Error for Absent {}

/// Writes the value that `notation` stands for, as a host would: with one call of the walker for each value in it.
///
/// ```
/// use tracewire_recorder::{Limits, cbor::{Scratch, Walker}, testing::write_value};
/// use tracewire_wire::json::{self, ReadOptions};
/// let notation = json::read(br#"[{"int":"18446744073709551615"},{"utf16":"0041d83d"}]"#, &ReadOptions::default())?;
/// let (mut scratch, limits) = (Scratch::default(), Limits::default());
/// let mut walker = Walker::new(&mut scratch, &limits);
/// write_value(&mut walker, &notation).unwrap();
/// assert_eq!(walker.written(), b"\x9f\xc2\x48\xff\xff\xff\xff\xff\xff\xff\xff\x64A\xef\xbf\xbd\xff");
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`Absent`] for a value of a type that Rust does not have; what was written until then stays.
pub fn write_value(walker: &mut Walker<'_>, notation: &Value) -> Result<(), Absent> {
    match notation {
        Value::Null => walker.null(),
        Value::Bool(value) => walker.bool(*value),
        Value::Int(value) => walker.int(*value),
        Value::Double(value) => walker.double(*value),
        Value::Text(text) => walker.text(text),
        Value::List(items) => return elements(walker, items, false),
        Value::Map(members) => {
            let Some((name, given)) = members.iter().next() else { return Err(Absent("value without a notation")) };
            match text_bytes(notation) {
                Some(text) => walker.text_lossy(&text),
                None => return special(walker, name, given),
            }
        }
    }
    Ok(())
}

/// Writes the members of a body, a map from their names to what [`write_value`] takes.
///
/// # Errors
/// As of [`write_value`].
pub fn write_members(body: &mut BodyWriter<'_, '_>, members: &Value) -> Result<(), Absent> {
    let mut written = Ok(());
    for (name, notation) in members.as_map().into_iter().flatten() {
        body.value(name, |walker| written = written.and(write_value(walker, notation)));
    }
    written
}

fn special(walker: &mut Walker<'_>, name: &str, given: &Value) -> Result<(), Absent> {
    let (text, items) = (given.as_text().unwrap_or_default(), given.as_list().unwrap_or_default());
    match (name, items) {
        ("int", _) => {
            let number: i128 = text.parse().map_err(|_| Absent("integers beyond 128 bits"))?;
            walker.big_int(number < 0, &number.unsigned_abs().to_be_bytes());
        }
        ("double", _) => walker.double(f64::from_bits(u64::from_str_radix(text, 16).unwrap_or_default())),
        ("float", _) => walker.double(f32::from_bits(u32::from_str_radix(text, 16).unwrap_or_default()).into()),
        ("bytes", _) => match tagged("$bytes", text).as_bytes() {
            Some(bytes) => walker.bytes(&bytes),
            None => return Err(Absent("bytes in another form than base64")),
        },
        ("set", _) => return elements(walker, items, true),
        ("map", _) => return entries(walker, items),
        ("nest", [kind, Value::Int(levels), inner]) => return nest(walker, *kind == "list".into(), *levels, inner),
        ("cycle", _) => cycle(walker, text == "list"),
        ("moment" | "local" | "date" | "time", _) => return Err(Absent("type of its own for dates and times")),
        ("decimal", _) => return Err(Absent("type of its own for decimals")),
        ("foreign", _) => return Err(Absent("objects whose type says what it is")),
        _ => return Err(Absent("such value")),
    }
    Ok(())
}

fn elements(walker: &mut Walker<'_>, items: &[Value], is_set: bool) -> Result<(), Absent> {
    if if is_set { walker.begin_set(0) } else { walker.begin_list(0) } {
        items.iter().try_for_each(|item| write_value(walker, item))?;
        walker.end_list(0);
    }
    Ok(())
}

fn entries(walker: &mut Walker<'_>, pairs: &[Value]) -> Result<(), Absent> {
    if !walker.begin_map(0) {
        return Ok(());
    }
    for pair in pairs {
        let Some([key, value]) = pair.as_list() else { return Err(Absent("entries without a key and a value")) };
        match text_bytes(key) {
            Some(text) => walker.key_lossy(&text),
            None if walker.begin_key() => {
                write_value(walker, key)?;
                walker.end_key();
            }
            None => {}
        }
        write_value(walker, value)?;
    }
    walker.end_map(0);
    Ok(())
}

fn nest(walker: &mut Walker<'_>, in_lists: bool, levels: i64, inner: &Value) -> Result<(), Absent> {
    match (levels, in_lists) {
        (..=0, _) => return write_value(walker, inner),
        (_, true) if walker.begin_list(0) => {
            nest(walker, in_lists, levels - 1, inner)?;
            walker.end_list(0);
        }
        (_, false) if walker.begin_map(0) => {
            walker.key("k");
            nest(walker, in_lists, levels - 1, inner)?;
            walker.end_map(0);
        }
        _ => {}
    }
    Ok(())
}

/// The walker knows a value by its address; any number stands for one.
fn cycle(walker: &mut Walker<'_>, is_list: bool) {
    if is_list && walker.begin_list(1) {
        walker.begin_list(1);
        walker.end_list(0);
    } else if !is_list && walker.begin_map(1) {
        walker.key("k");
        walker.begin_map(1);
        walker.end_map(0);
    }
}

/// The bytes of a text, well-formed or not.
fn text_bytes(notation: &Value) -> Option<Vec<u8>> {
    if let Value::Text(text) = notation {
        return Some(text.clone().into_bytes());
    }
    let (name, digits) = notation.as_map()?.iter().next().map(|(name, digits)| (name.as_str(), digits.as_text()))?;
    match name {
        "utf8" => Some(units(digits?, 2).map(|unit| unit as u8).collect()),
        "utf16" => Some(String::from_utf16_lossy(&units(digits?, 4).collect::<Vec<_>>()).into_bytes()),
        _ => None,
    }
}

fn units(digits: &str, width: usize) -> impl Iterator<Item = u16> {
    let unit = move |at| digits.get(at..at + width).and_then(|unit| u16::from_str_radix(unit, 16).ok());
    (0..digits.len()).step_by(width).filter_map(unit)
}

fn tagged(tag: &str, text: &str) -> Value {
    Value::Map(Map::from_iter([(tag.to_owned(), text.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::{Decoder, Scratch};
    use crate::limits::Limits;
    use tracewire_wire::json::{self, ReadOptions};

    /// The wire's value of a notation.
    fn recorded(notation: &str) -> Result<String, String> {
        let notation = json::read(notation.as_bytes(), &ReadOptions::default()).unwrap();
        let (mut scratch, limits) = (Scratch::default(), Limits { depth: 3, ..Limits::default() });
        let mut walker = Walker::new(&mut scratch, &limits);
        write_value(&mut walker, &notation).map_err(|absent| absent.to_string())?;
        let value = Decoder::new(walker.written()).value().unwrap();
        Ok(String::from_utf8(json::write(&value)).unwrap())
    }

    #[test]
    fn every_notation_is_a_value() {
        for (notation, expected) in [
            (r#"[null,true,-1,"a"]"#, r#"[null,true,-1,"a"]"#),
            (r#"{"int":"-9007199254740993"}"#, r#"{"$int":"-9007199254740993"}"#),
            (r#"[{"double":"3fb999999999999a"},{"float":"3dcccccd"}]"#, "[0.1,0.10000000149011612]"),
            (r#"[{"utf16":"0041d83d"},{"utf8":"61ff62"}]"#, "[\"A\u{fffd}\",\"a\u{fffd}b\"]"),
            (r#"{"bytes":"AAEC"}"#, r#"{"$bytes":"AAEC"}"#),
            (r#"{"set":[2,1]}"#, "[1,2]"),
            (r#"{"map":[["k",1],[2,"v"],[{"utf8":"61"},0],[[1],3]]}"#, r#"{"2":"v","[1]":3,"a":0,"k":1}"#),
            (r#"{"nest":["list",2,7]}"#, "[[7]]"),
            (r#"{"nest":["map",9,7]}"#, r#"{"k":{"k":{"k":{"$cut":null,"missing_depth":1}}}}"#),
            (r#"{"cycle":"list"}"#, r#"[{"$unserializable":"cycle"}]"#),
            (r#"{"cycle":"map"}"#, r#"{"k":{"$unserializable":"cycle"}}"#),
        ] {
            assert_eq!(recorded(notation).as_deref(), Ok(expected));
        }
        assert_eq!(recorded(r#"{"decimal":"1.50"}"#).unwrap_err(), "Rust has no type of its own for decimals");
        assert!(recorded(r#"{"int":"999999999999999999999999999999999999999999"}"#).is_err());
    }
}
