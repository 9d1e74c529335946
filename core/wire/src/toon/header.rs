//! `key[3]{a,b}:`, read (section 6).

use super::Delimiter;
use super::cell::quoted;
use super::fault::{Fault, fault};
use super::scan::behind_quoted;

/// What a header declares.
pub(super) struct Header<'a> {
    /// `None` for a header without a key.
    pub(super) key: Option<String>,
    pub(super) count: usize,
    pub(super) is_keyed: bool,
    pub(super) delimiter: Delimiter,
    /// `None` where it has no braces.
    pub(super) fields: Option<Vec<Field>>,
    /// What follows its colon.
    pub(super) rest: &'a str,
}

/// A field name, and the names below it.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) group: Vec<Field>,
}

/// How many cells a row of these fields has.
pub(super) fn leaves(fields: &[Field]) -> usize {
    fields.iter().map(|field| if field.group.is_empty() { 1 } else { leaves(&field.group) }).sum()
}

/// Reads a line whose first unquoted bracket, at `bracket`, stands before its first unquoted colon.
///
/// # Errors
/// `toon_header`, `toon_escape`.
pub(super) fn header(text: &str, bracket: usize, line: usize, depth_limit: usize) -> Result<Header<'_>, Fault> {
    let wrong = |reason: &str| fault("toon_header", line, reason);
    let key = match text.get(..bracket).unwrap_or_default() {
        "" => None,
        key if key.starts_with('"') => match quoted(key, line)? {
            (text, "") => Some(text),
            _ => return wrong("something stands between a key and its bracket"),
        },
        key if key.ends_with([' ', '\t']) => return wrong("a space stands between a key and its bracket"),
        key => Some(key.to_owned()),
    };
    let rest = text.get(bracket + 1..).unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (length, rest) = rest.split_at(digits);
    if length.is_empty() || (length.len() > 1 && length.starts_with('0')) {
        return wrong("a length of digits without leading zeros is expected in the brackets");
    }
    let (is_keyed, rest) = rest.strip_prefix(':').map_or((false, rest), |rest| (true, rest));
    let (delimiter, rest) = match rest.bytes().next() {
        Some(b'\t') => (Delimiter::Tab, rest.get(1..).unwrap_or_default()),
        Some(b'|') => (Delimiter::Pipe, rest.get(1..).unwrap_or_default()),
        _ => (Delimiter::Comma, rest),
    };
    let Some(mut rest) = rest.strip_prefix(']') else { return wrong("the bracket is not closed behind the length") };
    let mut fields = None;
    if let Some(names) = rest.strip_prefix('{') {
        let (found, behind) = group(names, delimiter.byte(), line, depth_limit)?;
        fields = Some(found);
        rest = behind;
    }
    let Some(rest) = rest.strip_prefix(':') else { return wrong("a colon is expected behind the brackets") };
    if is_keyed && fields.is_none() {
        return wrong("a keyed header names its fields");
    }
    let rest = rest.trim_matches(' ');
    if fields.is_some() && !rest.is_empty() {
        return wrong("nothing may follow the colon of a table's header");
    }
    // A number that no memory holds is as wrong as any other that the lines do not reach.
    let count = length.parse().unwrap_or(usize::MAX);
    Ok(Header { key, count, is_keyed, delimiter, fields, rest })
}

/// The fields up to the closing brace, and what follows it.
fn group(mut text: &str, delimiter: u8, line: usize, depth_left: usize) -> Result<(Vec<Field>, &str), Fault> {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return fault("toon_too_deep", line, "fields are nested deeper than is read");
    };
    let mut fields = Vec::new();
    loop {
        text = text.trim_start_matches(' ');
        let (name, rest) = name(text, delimiter, line)?;
        let (mut rest, mut inner) = (rest, Vec::new());
        if let Some(names) = rest.strip_prefix('{') {
            (inner, rest) = group(names, delimiter, line, depth_left)?;
        }
        fields.push(Field { name, group: inner });
        rest = rest.trim_start_matches(' ');
        match rest.bytes().next() {
            Some(b'}') => return Ok((fields, rest.get(1..).unwrap_or_default())),
            Some(byte) if byte == delimiter => text = rest.get(1..).unwrap_or_default(),
            _ => return fault("toon_header", line, "the list of fields is not closed"),
        }
    }
}

fn name(text: &str, delimiter: u8, line: usize) -> Result<(String, &str), Fault> {
    if text.starts_with('"') {
        let end = behind_quoted(text.as_bytes(), 0);
        let (span, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return Ok((quoted(span, line)?.0, rest));
    }
    let bytes = text.as_bytes();
    let mut end = 0;
    loop {
        match bytes.get(end) {
            None | Some(b',' | b'\t' | b'|' | b'{' | b'}') => break,
            Some(b'"') => end = behind_quoted(bytes, end),
            Some(_) => end += 1,
        }
    }
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let (name, is_spaced) = (name.trim_end_matches(' '), name.ends_with(' '));
    match rest.bytes().next() {
        Some(b'{') if is_spaced => fault("toon_header", line, "a space stands between a field and its braces"),
        _ if name.is_empty() => fault("toon_header", line, "a field has no name"),
        Some(byte @ (b',' | b'\t' | b'|')) if byte != delimiter => {
            fault("toon_header", line, "the fields are separated by something else than the brackets name")
        }
        _ => Ok((name.to_owned(), rest)),
    }
}
