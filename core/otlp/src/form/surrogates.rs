//! Halves of surrogate pairs that stand alone in JSON.

/// The text with each lone half replaced by the escape of U+FFFD; `None` where there is none.
pub(super) fn mended(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        let Some(unit) = unit(body, at) else {
            // Another escape: what is escaped is no beginning of one.
            at += 2;
            continue;
        };
        let is_pair = matches!(unit, 0xd800..=0xdbff) && self::unit(body, at + 6).is_some_and(is_low);
        if is_pair {
            at += 12;
        } else {
            if matches!(unit, 0xd800..=0xdfff) {
                out.extend_from_slice(body.get(from..at).unwrap_or_default());
                out.extend_from_slice(b"\\ufffd");
                from = at + 6;
            }
            at += 6;
        }
    }
    if from == 0 {
        return None;
    }
    out.extend_from_slice(body.get(from..).unwrap_or_default());
    Some(out)
}

fn is_low(unit: u16) -> bool {
    matches!(unit, 0xdc00..=0xdfff)
}

/// The number of the escape `\uXXXX` that stands here.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let escape = body.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn lone_halves_are_replaced_and_pairs_stay() {
        let shown = |text: &str| mended(text.as_bytes()).map(|mended| String::from_utf8(mended).unwrap());
        assert_eq!(shown(r#""a\ud83d\ude00b""#), None);
        assert_eq!(shown(r#""a\ud83d""#).as_deref(), Some(r#""a\ufffd""#));
        assert_eq!(shown(r#""\ude00\ud83d\u0041\\ud83d""#).as_deref(), Some(r#""\ufffd\ufffd\u0041\\ud83d""#));
        assert_eq!(shown(r#""\u12"#), None);
    }
}
