//! The form of JSON files that people and tools both edit: two spaces of indent, members in the order in which they stand, ASCII alone.
//!
//! Tokens are copied, not parsed, so numbers and escapes stay as their author wrote them.

use std::fmt::Write as _;

/// A JSON document in the form of a case's file, with a line end.
///
/// What is given must be JSON; anything else comes out in some order of its tokens.
pub fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0_usize;
    let mut tokens = tokens(json).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                if tokens.next_if(|next| *next == "}" || *next == "]").is_some() {
                    out.push(if token == "{" { '}' } else { ']' });
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            other => push_ascii(&mut out, other),
        }
    }
    out.push('\n');
    out
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

fn string_length(bytes: &[u8]) -> usize {
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

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn push_ascii(out: &mut String, token: &str) {
    for character in token.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

/// A text as a JSON string of ASCII alone.
pub fn string(text: &str) -> String {
    let mut out = String::new();
    push_ascii(&mut out, &serde_json::Value::from(text).to_string());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_indented_and_nothing_else_changes() {
        let given = "{\"b\":[1.0,{ },[ ]],\"a\" : \"é\\n\\\"]\u{1F600}\",\"c\":{\"d\":-0}}";
        let expected = "{\n  \"b\": [\n    1.0,\n    {},\n    []\n  ],\n  \"a\": \"\\u00e9\\n\\\"]\\ud83d\\ude00\",\n  \
                        \"c\": {\n    \"d\": -0\n  }\n}\n";
        assert_eq!(indented(given), expected);
        assert_eq!(indented(expected), expected);
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
