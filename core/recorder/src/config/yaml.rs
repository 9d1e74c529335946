//! YAML of the project's file: the events of a parser in, values out.
//!
//! The parser gives events alone. What a plain word means is the core schema of YAML 1.2.2 §10.3; tags of one's own are refused,
//! so are a key that stands twice and a second document. Anchors are known, within a bound on what they may add up to.

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag, options};
use tracewire_wire::value::{Map, Value};

/// Nesting beyond this is no configuration; values are dropped recursively.
const MOST_DEPTH: usize = 64;

/// Values that aliases may repeat: a few lines of them stand for billions otherwise.
const MOST_REPEATED: usize = 10_000;

/// The line, from 1, and what is wrong there.
type Wrong = (usize, String);

/// Reads one document, which is a mapping or empty.
///
/// # Errors
/// The line, 0 where it is not known, and what is wrong.
pub(super) fn read(text: &str) -> Result<Map, Wrong> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str_with_options(text, limits()) {
        let (event, span) = event.map_err(|error| (error.marker().line(), error.info()))?;
        let line = span.start.line();
        reader.take(event, line).map_err(|reason| (line, reason))?;
    }
    match reader.document {
        None | Some((_, Value::Null)) => Ok(Map::new()),
        Some((_, Value::Map(map))) => Ok(map),
        Some((line, _)) => Err((line, "names with values are expected, such as `service: agent`".to_owned())),
    }
}

fn limits() -> Options {
    options! { flow_nesting_limit: MOST_DEPTH, block_nesting_limit: MOST_DEPTH }
}

/// A list or mapping that is not complete yet.
struct Open {
    /// The line on which it begins.
    line: usize,
    /// Its anchor; 0 for none.
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    /// The members, and the key whose value comes next.
    Map(Map, Option<String>),
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    /// The document, and the line on which it begins.
    document: Option<(usize, Value)>,
    /// Anchors with their values and how many values each has.
    anchors: Vec<(usize, Value, usize)>,
    /// How many values aliases have added.
    repeated: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref())?;
                self.put(value, anchor, line)
            }
            Event::Alias(anchor) => {
                // An alias within its own anchor has no value yet.
                let known = self.anchors.iter().rev().find(|(id, ..)| *id == anchor);
                let Some((_, value, count)) = known else { return Err("an alias stands within its own anchor".into()) };
                self.repeated += count;
                if self.repeated > MOST_REPEATED {
                    return Err(format!("aliases repeat more than {MOST_REPEATED} values"));
                }
                self.put(value.clone(), 0, line)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check(tag.as_deref(), "seq")?;
                self.open.push(Open { line, anchor, content: Content::List(Vec::new()) });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                check(tag.as_deref(), "map")?;
                self.open.push(Open { line, anchor, content: Content::Map(Map::new(), None) });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { line, anchor, content: Content::List(items) }) => {
                    self.put(Value::List(items), anchor, line)
                }
                Some(Open { line, anchor, content: Content::Map(map, _) }) => self.put(Value::Map(map), anchor, line),
                None => Ok(()),
            },
            Event::DocumentStart(..) if self.document.is_some() => Err("a second document begins here".to_owned()),
            _ => Ok(()),
        }
    }

    /// Puts a complete value where it belongs.
    fn put(&mut self, value: Value, anchor: usize, line: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.push((anchor, value.clone(), count(&value)));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.document = Some((line, value)),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Map(map, key @ None)) => {
                let Value::Text(name) = value else {
                    return Err("a name is expected, in quotes if it is a number".into());
                };
                if map.contains_key(&name) {
                    return Err(format!("`{name}` stands here a second time"));
                }
                *key = Some(name);
            }
            Some(Content::Map(map, key)) => {
                map.insert(key.take().unwrap_or_default(), value);
            }
        }
        Ok(())
    }
}

/// How many values a value is made of.
fn count(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Map(map) => 1 + map.iter().map(|(_, value)| count(value)).sum::<usize>(),
        _ => 1,
    }
}

/// Refuses a tag other than this one of the core schema.
fn check(tag: Option<&Tag>, expected: &str) -> Result<(), String> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(expected) => {
            Err(format!("the tag `{}` means nothing here", tag.original()))
        }
        _ => Ok(()),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        Some(tag) if tag.core_suffix() == Some("str") || tag.original() == "!" => Ok(Value::from(text)),
        Some(tag) => Err(format!("the tag `{}` means nothing here", tag.original())),
        None if style == ScalarStyle::Plain => Ok(plain(text)),
        None => Ok(Value::from(text)),
    }
}

/// What a word without quotes means: YAML 1.2.2 §10.3.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::from_f64(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Value::from_f64(sign * f64::INFINITY);
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        let digits = text.strip_prefix(prefix).filter(|digits| !digits.starts_with('+'));
        if let Some(number) = digits.and_then(|digits| i128::from_str_radix(digits, radix).ok()) {
            return Value::from_i128(number);
        }
    }
    let is_number = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && unsigned.bytes().any(|byte| byte.is_ascii_digit());
    let whole = text.strip_prefix('+').unwrap_or(text);
    match Value::big_int(whole).filter(|_| is_number) {
        Some(number) => number,
        None if is_number => text.parse().map_or_else(|_| Value::from(text), Value::from_f64),
        None => Value::from(text),
    }
}
