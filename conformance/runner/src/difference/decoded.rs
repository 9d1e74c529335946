//! Both sides, read as what they are: which members differ, and what stands there on each side.

use super::{harmless, token};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};
use tracewire_wire::{csv, proto, toon};

/// So many members are named.
const MOST_LINES: usize = 8;

const HASH: &[u8] = b"sha256:";

/// Longest text of a value that is shown.
const SHOWN_CHARS: usize = 160;

/// One line for each member that differs; those that only follow from others, digests, come last.
pub(super) fn lines(names: [&str; 2], first: &[u8], second: &[u8], encoding: &str, offset: usize) -> Vec<String> {
    let (a, b) = match (read(first, encoding), read(second, encoding)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => {
            let complaints = names.iter().zip([a.err(), b.err()]);
            let said = |(name, error): (&&str, Option<String>)| {
                Some(format!("{name} is no {encoding}: {}", harmless(&error?)))
            };
            return complaints.filter_map(said).collect();
        }
    };
    let mut found = Found { names, direct: Vec::new(), derived: Vec::new() };
    found.compare(&a, &b, String::new());
    let all = found.direct.len() + found.derived.len();
    if all == 0 {
        return vec![rewritten(names, first, second, encoding, offset)];
    }
    // Where nothing but digests differ, they were made of what is written in another way.
    let (a, b) = (without_hashes(first), without_hashes(second));
    let cause = (found.direct.is_empty() && a != b).then(|| {
        let offset = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        rewritten(names, &a, &b, encoding, offset)
    });
    let mut lines: Vec<String> = cause.into_iter().chain(found.direct).chain(found.derived).take(MOST_LINES).collect();
    if all > lines.len() {
        lines.push(format!("and {} more", all - lines.len()));
    }
    lines
}

fn rewritten(names: [&str; 2], first: &[u8], second: &[u8], encoding: &str, offset: usize) -> String {
    let same = "the same value, written in another way";
    if encoding != "json" && encoding != "jsonl" {
        return same.to_owned();
    }
    // `1` and `1.0` part behind the `1`, which stands in both: the token that they part in begins earlier.
    let start = token::at(first, offset).start.min(token::at(second, offset).start);
    let (a, b) = (token::at(first, start), token::at(second, start));
    let [first, second] = [&a.shown, &b.shown].map(|shown| short(shown));
    if a.is_name && b.is_name && a.parent == b.parent {
        let place = if a.parent.is_empty() { "the members".to_owned() } else { format!("the members of {}", a.parent) };
        return format!("{same}: {place} stand in another order: {} {first}, {} {second}", names[0], names[1]);
    }
    let place = if a.path.is_empty() { String::new() } else { format!("{}: ", a.path) };
    format!("{same}: {place}{} {first}, {} {second}", names[0], names[1])
}

/// The same bytes with zeros for the digits of hashes.
fn without_hashes(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut at = 0;
    while let Some(digits) = out.get_mut(at..) {
        let Some(found) = digits.windows(HASH.len()).position(|window| window == HASH) else { break };
        let hex = digits.iter_mut().skip(found + HASH.len()).take_while(|byte| byte.is_ascii_hexdigit());
        hex.for_each(|byte| *byte = b'0');
        at += found + HASH.len();
    }
    out
}

fn read(bytes: &[u8], encoding: &str) -> Result<Value, String> {
    let in_json = |bytes: &[u8]| json::read(bytes, &ReadOptions::default()).map_err(|error| error.to_string());
    match encoding {
        "json" => in_json(bytes),
        "jsonl" => {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            lines.map(in_json).collect::<Result<_, _>>().map(Value::List)
        }
        "proto" => proto::decode(bytes).map(|recording| recording.to_value()).map_err(|error| error.to_string()),
        "toon" => toon::decode(bytes, &toon::DecodeOptions::default()).map_err(|error| error.to_string()),
        "csv" => csv::decode(bytes, &csv::DecodeOptions::default()).map_err(|error| error.to_string()),
        other => Err(format!("nobody here reads {other}")),
    }
}

struct Found<'n> {
    names: [&'n str; 2],
    direct: Vec<String>,
    derived: Vec<String>,
}

impl Found<'_> {
    fn compare(&mut self, a: &Value, b: &Value, path: String) {
        match (a, b) {
            (Value::Map(a), Value::Map(b)) => {
                for (name, value) in a.iter() {
                    match b.get(name) {
                        None => self.only(0, &path, name, value),
                        Some(other) => self.compare(value, other, format!("{path}/{}", escaped(name))),
                    }
                }
                for (name, value) in b.iter().filter(|(name, _)| !a.contains_key(name)) {
                    self.only(1, &path, name, value);
                }
            }
            (Value::List(a), Value::List(b)) => {
                if a.len() != b.len() {
                    let (first, second) = (a.len(), b.len());
                    self.direct
                        .push(format!("{path}: {} has {first} elements, {} {second}", self.names[0], self.names[1]));
                }
                for (at, (value, other)) in a.iter().zip(b).enumerate() {
                    self.compare(value, other, format!("{path}/{at}"));
                }
            }
            (a, b) if a == b => {}
            (a, b) => {
                let place = if path.is_empty() { "the whole".to_owned() } else { path };
                let line = format!("{place}: {} {}, {} {}", self.names[0], text(a), self.names[1], text(b));
                if is_digest(a) && is_digest(b) { &mut self.derived } else { &mut self.direct }.push(line);
            }
        }
    }

    fn only(&mut self, side: usize, path: &str, name: &str, value: &Value) {
        let side = self.names.get(side).copied().unwrap_or_default();
        self.direct.push(format!("{path}/{}: only {side}: {}", escaped(name), text(value)));
    }
}

/// What changes whenever anything else does: a hash, or a body that stands as its hash.
fn is_digest(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.starts_with("sha256:"),
        Value::Map(members) => is_reference(members),
        _ => false,
    }
}

fn is_reference(members: &Map) -> bool {
    members.iter().count() == 1 && members.iter().all(|(name, value)| name.starts_with('$') && is_digest(value))
}

fn escaped(name: &str) -> String {
    harmless(name).replace('~', "~0").replace('/', "~1")
}

fn text(value: &Value) -> String {
    short(&harmless(&String::from_utf8_lossy(&json::write(value))))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Difference;

    fn said(expected: &[u8], actual: &[u8], encoding: &str) -> Vec<String> {
        Difference::between(expected, actual, encoding).map(|found| found.decoded).unwrap_or_default()
    }

    fn said_json(expected: &str, actual: &str) -> Vec<String> {
        said(expected.as_bytes(), actual.as_bytes(), "json")
    }

    #[test]
    fn members_of_one_side_are_told() {
        assert_eq!(said_json(r#"{"a/b":1}"#, "{}"), ["/a~1b: only expected: 1"]);
        assert_eq!(said_json("{}", r#"{"a":1}"#), ["/a: only actual: 1"]);
        assert_eq!(said_json("[1,2]", "[1,3,4]"), [": expected has 2 elements, actual 3", "/1: expected 2, actual 3"]);
        assert_eq!(said_json("1", "[]"), ["the whole: expected 1, actual []"]);
    }

    #[test]
    fn digests_come_last_for_they_only_follow() {
        let (expected, actual) = (r#"{"digest":"sha256:aa","kind":"llm"}"#, r#"{"digest":"sha256:bb","kind":"tool"}"#);
        let lines = [r#"/kind: expected "llm", actual "tool""#, r#"/digest: expected "sha256:aa", actual "sha256:bb""#];
        assert_eq!(said_json(expected, actual), lines);
    }

    #[test]
    fn what_a_digest_was_made_of_is_named_first() {
        let (expected, actual) =
            (r#"{"digest":"sha256:aa","x":{"a":1,"b":2}}"#, r#"{"digest":"sha256:bb","x":{"b":2,"a":1}}"#);
        let lines = [
            r#"the same value, written in another way: the members of /x stand in another order: expected "a", actual "b""#,
            r#"/digest: expected "sha256:aa", actual "sha256:bb""#,
        ];
        assert_eq!(said_json(expected, actual), lines);
    }

    #[test]
    fn another_way_of_writing_is_named() {
        let same = |rest: &str| [format!("the same value, written in another way: {rest}")];
        assert_eq!(said_json(r#"{"a":[1]}"#, r#"{"a":[1.0]}"#), same("/a/0: expected 1, actual 1.0"));
        assert_eq!(
            said_json(r#"{"x":{"a":1,"b":2}}"#, r#"{"x":{"b":2,"a":1}}"#),
            same(r#"the members of /x stand in another order: expected "a", actual "b""#)
        );
        assert_eq!(said_json("[1,2]", "[1, 2]"), same("/1: expected 2, actual a blank"));
        assert_eq!(said_json(r#"["\n"]"#, r#"["\u000a"]"#), same(r#"/0: expected "\n", actual "\u000a""#));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let lines = said(b"[1]", b"[1", "json");
        assert_eq!(lines.len(), 1);
        assert!(lines.iter().all(|line| line.starts_with("actual is no json: ")), "{lines:?}");
        assert_eq!(said(b"a: 1", b"a: 2", "toon"), ["/a: expected 1, actual 2"]);
    }
}
