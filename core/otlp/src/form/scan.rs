//! How many records a body holds, before memory is spent on them: an empty span takes two bytes here and hundreds there.

use tracewire_wire::value::Value;

/// Spans or log records in protobuf; of what is malformed, those before it.
pub(super) fn in_protobuf(body: &[u8]) -> usize {
    let mut count = 0;
    each(body, 1, &mut |group| {
        each(group, 2, &mut |scoped| each(scoped, 2, &mut |_| count += 1));
    });
    count
}

/// Spans or log records in JSON.
pub(super) fn in_json(body: &Value) -> usize {
    items(body, ["resourceSpans", "resourceLogs"])
        .flat_map(|group| items(group, ["scopeSpans", "scopeLogs"]))
        .map(|scoped| items(scoped, ["spans", "logRecords"]).count())
        .sum()
}

fn items<'a>(value: &'a Value, names: [&str; 2]) -> impl Iterator<Item = &'a Value> {
    let list = value.as_map().and_then(|map| names.iter().find_map(|name| map.get(name))).and_then(Value::as_list);
    list.unwrap_or_default().iter()
}

/// Calls `take` with each embedded message of this number.
fn each<'a>(mut rest: &'a [u8], number: u64, take: &mut dyn FnMut(&'a [u8])) {
    while let Some((key, behind)) = varint(rest) {
        let skipped = match key & 7 {
            0 => varint(behind).map(|(_, behind)| behind),
            1 => behind.get(8..),
            2 => varint(behind).and_then(|(length, behind)| {
                let (inner, behind) = behind.split_at_checked(usize::try_from(length).ok()?)?;
                if key >> 3 == number {
                    take(inner);
                }
                Some(behind)
            }),
            5 => behind.get(4..),
            _ => None,
        };
        let Some(behind) = skipped else { return };
        rest = behind;
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(at * 7).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{in_json, in_protobuf};
    use tracewire_wire::json::{self, ReadOptions};

    #[test]
    fn records_are_counted_without_reading_them() {
        // Two groups; the first has a resource and two scopes of two spans and one, the second is empty.
        let group = [&[0x0a, 0][..], &[0x12, 4, 0x12, 0, 0x12, 0], &[0x12, 3, 0x12, 1, 9]].concat();
        let body = [&[0x0a, 13][..], &group, &[0x0a, 0]].concat();
        assert_eq!(in_protobuf(&body), 3);
        assert_eq!(in_protobuf(&body[..12]), 0, "cut off");
        assert_eq!(in_protobuf(&[0xff; 20]), 0);
        let json = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{},{}]},{}]},5]}"#;
        assert_eq!(in_json(&json::read(json, &ReadOptions::default()).unwrap()), 2);
    }
}
