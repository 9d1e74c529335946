//! Times as others write them: RFC 3339 with any number of digits and any offset, put into the form of the wire.

use crate::time::Timestamp;

/// Whether a text has the form of the wire (TW-TIME-001); it need not be a moment that exists.
pub(super) fn has_wire_form(text: &str) -> bool {
    fits(text.as_bytes(), b"dddd-dd-ddTdd:dd:dd.dddddddddZ")
}

fn fits(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// The same moment in the form of the wire; `None` where the text is not RFC 3339, or would lose digits.
pub(super) fn settle(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let head: Vec<u8> = bytes.get(..19)?.iter().map(|byte| byte.to_ascii_uppercase()).collect();
    let separated: Vec<u8> =
        head.iter().enumerate().map(|(at, byte)| if at == 10 && *byte == b' ' { b'T' } else { *byte }).collect();
    if !fits(&separated, b"dddd-dd-ddTdd:dd:dd") {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (rest.get(..digits).filter(|digits| !digits.is_empty())?, rest.get(digits..)?)
        }
        None => ("", rest),
    };
    // More digits than nine are kept only where they are zeros: nothing is rounded.
    let nine = fraction.get(..9.min(fraction.len()))?;
    if fraction.get(nine.len()..)?.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let local: Timestamp = format!("{}.{nine:0<9}Z", std::str::from_utf8(&separated).ok()?).parse().ok()?;
    let offset_minutes = match zone {
        "Z" | "z" => 0,
        _ => {
            let bytes = zone.as_bytes();
            let sign = match bytes.first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            if !fits(bytes.get(1..)?, b"dd:dd") {
                return None;
            }
            let (hours, minutes): (i64, i64) = (zone.get(1..3)?.parse().ok()?, zone.get(4..6)?.parse().ok()?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 60 + minutes)
        }
    };
    Some(Timestamp(local.0.checked_sub(offset_minutes * 60_000_000_000)?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_of_the_same_moment_are_settled() {
        for text in [
            "2026-11-21T04:30:00Z",
            "2026-11-21t04:30:00z",
            "2026-11-21 04:30:00.000Z",
            "2026-11-21T04:30:00.000000000000Z",
            "2026-11-21T06:30:00.0+02:00",
            "2026-11-20T23:00:00-05:30",
        ] {
            assert_eq!(settle(text).as_deref(), Some("2026-11-21T04:30:00.000000000Z"), "{text}");
        }
        assert_eq!(settle("2026-11-21T04:30:00.5Z").as_deref(), Some("2026-11-21T04:30:00.500000000Z"));
    }

    #[test]
    fn what_would_have_to_be_guessed_is_not() {
        for text in [
            "2026-11-21T04:30:00",
            "2026-11-21",
            "1795235400",
            "2026-11-21T04:30:00.Z",
            "2026-11-21T04:30:00.0000000001Z",
            "2026-02-30T04:30:00Z",
            "2026-11-21T04:30:00+25:00",
            "",
            "é",
        ] {
            assert_eq!(settle(text), None, "{text}");
        }
    }
}
