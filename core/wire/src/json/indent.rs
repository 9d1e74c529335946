//! Canonical JSON for people: the same tokens in the same order, a member or an item on a line of its own.

/// Canonical bytes with line breaks, `width` spaces for each level, and a space behind colons.
///
/// ```
/// let text = tracewire_wire::json::indent(br#"{"a":[1,{}],"b":"x:{"}"#, 1);
/// assert_eq!(text, b"{\n \"a\": [\n  1,\n  {}\n ],\n \"b\": \"x:{\"\n}");
/// ```
pub fn indent(canonical: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len() * 2);
    let mut level = 0_usize;
    let line = |out: &mut Vec<u8>, level: usize| {
        out.push(b'\n');
        out.resize(out.len() + level * width, b' ');
    };
    let (mut is_text, mut is_escaped) = (false, false);
    for (at, byte) in canonical.iter().copied().enumerate() {
        if is_text {
            out.push(byte);
            is_text = is_escaped || byte != b'"';
            is_escaped = byte == b'\\' && !is_escaped;
            continue;
        }
        match byte {
            b'{' | b'[' => {
                out.push(byte);
                // An empty one stays together.
                if !matches!(canonical.get(at + 1), Some(b'}' | b']')) {
                    level += 1;
                    line(&mut out, level);
                }
            }
            b'}' | b']' => {
                if !matches!(at.checked_sub(1).and_then(|before| canonical.get(before)), Some(b'{' | b'[')) {
                    level = level.saturating_sub(1);
                    line(&mut out, level);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, level);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                is_text = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::indent;
    use crate::json::{self, ReadOptions};

    #[test]
    fn it_reads_as_the_same_value() {
        for text in [r#"{"a":{"b":[[],{},"]\"[\\",1.5]},"c":"{,:}"}"#, "[]", "1", r#""\\""#] {
            let shown = indent(text.as_bytes(), 2);
            let read = json::read(&shown, &ReadOptions::default()).unwrap();
            assert_eq!(json::write(&read), text.as_bytes());
        }
        let shown = String::from_utf8(indent(br#"[[],{"a":"\",{"}]"#, 2)).unwrap();
        assert_eq!(shown, "[\n  [],\n  {\n    \"a\": \"\\\",{\"\n  }\n]");
    }
}
