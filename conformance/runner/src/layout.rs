//! The form of JSON files that people and tools both edit: members in the order in which they stand, two spaces of indent, what fits into a
//! line in one, ASCII alone.
//!
//! Tokens are copied, not parsed, so numbers and escapes stay as their author wrote them.

use std::fmt::Write as _;

/// Lines are no longer, as far as what stands in them can be parted.
const COLUMNS: usize = 120;

/// A JSON document in the form of a case's file, with a line end: a list or an object that fits into a line stands in one, except
/// the document itself.
///
/// What is given must be JSON; anything else comes out in some order of its tokens.
pub fn indented(json: &str) -> String {
    let tokens: Vec<String> = tokens(json).map(ascii).collect();
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0_usize;
    let mut at = 0;
    // Where the line at hand begins.
    let mut begin = 0;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" | "[" => {
                let (end, width) = extent(tokens.get(at..).unwrap_or_default());
                let fits = out.len() - begin + width < COLUMNS && (depth > 0 || end == 1);
                if fits {
                    tokens.iter().skip(at).take(end + 1).for_each(|token| push_flat(&mut out, token));
                    at += end + 1;
                    continue;
                }
                out.push_str(token);
                depth += 1;
                begin = line(&mut out, depth);
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                begin = line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                begin = line(&mut out, depth);
            }
            token => push_flat(&mut out, token),
        }
        at += 1;
    }
    out.push('\n');
    out
}

/// How far the list or object reaches that begins here, in tokens, and how wide it is in one line. One that is too wide is not read
/// to its end.
fn extent(tokens: &[String]) -> (usize, usize) {
    let (mut depth, mut width) = (0_usize, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        width += token.len() + usize::from(token == "," || token == ":");
        match token.as_str() {
            "{" | "[" => depth += 1,
            "}" | "]" if depth <= 1 => return (at, width),
            "}" | "]" => depth -= 1,
            _ if width > COLUMNS => break,
            _ => {}
        }
    }
    (tokens.len(), COLUMNS)
}

fn push_flat(out: &mut String, token: &str) {
    out.push_str(token);
    if token == "," || token == ":" {
        out.push(' ');
    }
}

/// The members of a JSON object, each with its value as it is written.
pub fn members(json: &str) -> Vec<(String, String)> {
    let mut members = Vec::new();
    let (mut depth, mut name, mut value) = (0_usize, None, String::new());
    for token in tokens(json) {
        let closes = token == "}" || token == "]";
        depth = depth.saturating_sub(usize::from(closes));
        match (depth, token) {
            (0, "{") => {}
            (1, ":") if value.is_empty() => {}
            (0, "}") | (1, ",") => members.extend(name.take().map(|name| (name, std::mem::take(&mut value)))),
            (1, token) if name.is_none() => name = serde_json::from_str(token).ok(),
            (_, token) => value.push_str(token),
        }
        depth += usize::from(token == "{" || token == "[");
    }
    members
}

/// Strings, numbers, words and signs, in order; blanks are left out.
fn tokens(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let bytes = rest.as_bytes();
        let length = match bytes.first()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string_length(bytes),
            _ => rest.find([' ', '\t', '\r', '\n', '{', '}', '[', ']', ',', ':', '"']).unwrap_or(rest.len()),
        };
        let (token, others) = rest.split_at_checked(length)?;
        rest = others;
        Some(token)
    })
}

/// How long the string of JSON is that begins here, quotes included; all of the rest where it does not end.
pub(crate) fn string_length(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn line(out: &mut String, depth: usize) -> usize {
    out.push('\n');
    let begin = out.len();
    out.extend(std::iter::repeat_n("  ", depth));
    begin
}

fn ascii(token: &str) -> String {
    let mut out = String::with_capacity(token.len());
    for character in token.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// A text as a JSON string of ASCII alone.
pub fn string(text: &str) -> String {
    ascii(&serde_json::Value::from(text).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_indented_and_nothing_else_changes() {
        let long = "x".repeat(90);
        let given = format!(
            "{{\"b\":[1.0,{{ }},[ ]],\"a\" : \"\u{e9}\\n\\\"]\u{1F600}\",\"c\":[{{\"d\":-0}},\"{long}\",[\"{long}\"]]}}"
        );
        let expected = format!(
            "{{\n  \"b\": [1.0, {{}}, []],\n  \"a\": \"\\u00e9\\n\\\"]\\ud83d\\ude00\",\n  \"c\": [\n    {{\"d\": -0}},\n    \
             \"{long}\",\n    [\"{long}\"]\n  ]\n}}\n"
        );
        assert_eq!(indented(&given), expected);
        assert_eq!(indented(&expected), expected);
        assert_eq!(indented("{}"), "{}\n");
    }

    #[test]
    fn a_line_has_a_hundred_and_twenty_columns() {
        let fits = format!("{{\n  \"a\": [\"{}\"]\n}}\n", "x".repeat(119 - 2 - 5 - 4));
        assert_eq!(indented(&fits), fits);
        let wider = fits.replace("[\"", "[\"xx");
        assert_eq!(indented(&wider).lines().count(), 5);
    }

    #[test]
    fn members_keep_what_is_written() {
        let found = members("{\"a\": {\"x\": [1, 2.0]},\n \"b,\": \"}\", \"c\": null}");
        let expected = [("a", "{\"x\":[1,2.0]}"), ("b,", "\"}\""), ("c", "null")];
        let expected: Vec<(String, String)> =
            expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(found, expected);
        assert!(members("{}").is_empty());
    }

    #[test]
    fn texts_are_ascii() {
        assert_eq!(string("a\"\u{e9}\u{1F600}\u{7f}\n"), r#""a\"\u00e9\ud83d\ude00\u007f\n""#);
    }
}
