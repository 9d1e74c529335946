//! When a text stands bare, and quotes where it cannot (sections 7.1 to 7.3).

/// Bytes that force quotes wherever they stand in a value.
const FORCING: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    let mut at = 0;
    while at < b":\"\\[]{}".len() {
        table[b":\"\\[]{}"[at] as usize] = true;
        at += 1;
    }
    table
};

/// Appends a text as a value; quoted if it must be, and only then.
pub(super) fn write_value(text: &str, delimiter: u8, out: &mut Vec<u8>) {
    if is_bare(text, delimiter) {
        out.extend_from_slice(text.as_bytes());
    } else {
        write_quoted(text, out);
    }
}

fn is_bare(text: &str, delimiter: u8) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let starts = match first {
        b' ' | b'-' | b'#' => false,
        b'0'..=b'9' | b'+' => !is_like_a_number(bytes),
        b't' => text != "true",
        b'f' => text != "false",
        b'n' => text != "null",
        _ => true,
    };
    starts && *last != b' ' && !bytes.iter().any(|byte| FORCING[usize::from(*byte)] | (*byte == delimiter))
}

/// `[+-]?digits(.digits)?(e[+-]?digits)?`: what some reader might take for a number.
fn is_like_a_number(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let signed = |bytes: &[u8]| usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut rest = bytes.get(signed(bytes)..).unwrap_or_default();
    let take = |rest: &mut &[u8]| {
        let count = digits(rest);
        *rest = rest.get(count..).unwrap_or_default();
        count > 0
    };
    if !take(&mut rest) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        rest = fraction;
        if !take(&mut rest) {
            return false;
        }
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        rest = exponent.get(signed(exponent)..).unwrap_or_default();
        if !take(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

/// Appends a key: bare where it is an ASCII identifier, dots allowed.
pub(super) fn write_key(key: &str, out: &mut Vec<u8>) {
    if is_bare_key(key) {
        out.extend_from_slice(key.as_bytes());
    } else {
        write_quoted(key, out);
    }
}

fn is_bare_key(key: &str) -> bool {
    let starts = key.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Appends a text in quotes.
pub(super) fn write_quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        if escape.is_empty() {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(*byte)]);
        } else {
            out.extend_from_slice(escape);
        }
        from = at + 1;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_taken_for_something_else_is_quoted() {
        let written = |text: &str| {
            let mut out = Vec::new();
            write_value(text, b',', &mut out);
            String::from_utf8(out).unwrap()
        };
        for bare in ["a", "1.", ".5", "1e", "1e+", "e5", "\u{a0}x", "true ish", "a|b", "é", "1.2.3", "_", "\u{7f}"] {
            assert_eq!(written(bare), bare);
        }
        for quoted in ["", " a", "a ", "true", "null", "05", "+5", "1e5", "1.5E-3", "-", "-a", "#a", "a:b", "[", "a,b"]
        {
            assert_eq!(written(quoted), format!("\"{quoted}\""));
        }
        assert_eq!(written("a\u{1}\"\\\n\t\r"), "\"a\\u0001\\\"\\\\\\n\\t\\r\"");
    }
}
