//! What stands at a byte of a JSON document: the token there, and the member that it belongs to.
//!
//! It reads what may be wrong, and never fails.

use crate::layout::string_length;

/// A token and its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Token {
    /// The token, or a word for what is none.
    pub(super) shown: String,
    /// Where it begins.
    pub(super) start: usize,
    /// Whether it is the name of a member.
    pub(super) is_name: bool,
    /// The pointer of the value at hand.
    pub(super) path: String,
    /// The pointer of what it stands in.
    pub(super) parent: String,
}

enum Level {
    List(usize),
    Map(String),
}

/// The token that holds this byte, or that begins there.
pub(super) fn at(document: &[u8], offset: usize) -> Token {
    let text = String::from_utf8_lossy(document);
    let mut levels: Vec<Level> = Vec::new();
    let mut place = 0;
    let mut expects_name = false;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(place) {
        let length = match byte {
            b'"' => string_length(bytes.get(place..).unwrap_or_default()),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b' ' | b'\t' | b'\r' | b'\n' => 1,
            _ => {
                let ends = |byte: &u8| b" \t\r\n\"{}[],:".contains(byte);
                bytes.iter().skip(place).position(ends).unwrap_or(bytes.len() - place)
            }
        };
        let token = text.get(place..place + length).unwrap_or_default();
        let is_name = expects_name && *byte == b'"';
        if place + length > offset {
            let mut inner = path(&levels);
            if is_name {
                inner = outer(&levels);
            }
            return Token { shown: shown(token), start: place, is_name, path: inner, parent: outer(&levels) };
        }
        match byte {
            b'{' => {
                levels.push(Level::Map(String::new()));
                expects_name = true;
            }
            b'[' => {
                levels.push(Level::List(0));
                expects_name = false;
            }
            b'}' | b']' => {
                levels.pop();
                expects_name = false;
            }
            b':' => expects_name = false,
            b',' => match levels.last_mut() {
                Some(Level::List(at)) => *at += 1,
                Some(Level::Map(_)) => expects_name = true,
                None => {}
            },
            b'"' if is_name => {
                if let Some(Level::Map(name)) = levels.last_mut() {
                    *name = serde_json::from_str(token).unwrap_or_else(|_| token.to_owned());
                }
            }
            _ => {}
        }
        place += length;
    }
    Token { shown: "its end".to_owned(), start: place, is_name: false, path: path(&levels), parent: outer(&levels) }
}

fn shown(token: &str) -> String {
    match token {
        "\n" | "\r" => "a line end".to_owned(),
        " " | "\t" => "a blank".to_owned(),
        "" => "bytes that are no text".to_owned(),
        other => super::harmless(other),
    }
}

fn path(levels: &[Level]) -> String {
    levels.iter().map(step).collect()
}

fn outer(levels: &[Level]) -> String {
    path(levels.split_last().map_or(&[], |(_, outer)| outer))
}

fn step(level: &Level) -> String {
    match level {
        Level::List(at) => format!("/{at}"),
        Level::Map(name) => format!("/{}", super::harmless(name).replace('~', "~0").replace('/', "~1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_with_its_place() {
        let document = br#"{"a":[10,{"b/c":"x"}],"d":1}"#;
        let found = |offset| {
            let token = at(document, offset);
            (token.shown, token.path, token.parent, token.is_name)
        };
        let expect = |shown: &str, path: &str, parent: &str, is_name| {
            (shown.to_owned(), path.to_owned(), parent.to_owned(), is_name)
        };
        assert_eq!(found(7), expect("10", "/a/0", "/a", false));
        assert_eq!(found(17), expect("\"x\"", "/a/1/b~1c", "/a/1", false));
        assert_eq!(found(11), expect("\"b/c\"", "/a/1", "/a/1", true));
        assert_eq!(found(99), expect("its end", "", "", false));
        assert_eq!(at(b"{\"a", 3).shown, "its end");
    }
}
