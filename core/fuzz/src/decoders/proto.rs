//! Protobuf: what is read is written in the one way and read again as the same, whole and item by item, and JSON brings it back.

use crate::budget::Budget;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::proto::{self, ItemReader};
use tracewire_wire::recording::Recording;

/// Empty items take the most memory: two bytes each become an event or a value.
pub const BUDGET: Budget = Budget { memory: 400, steps: 2_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    for decoded in [proto::decode_event(bytes).map(|event| proto::encode_event(&event))].into_iter().flatten() {
        let again = proto::decode_event(&decoded).map(|event| proto::encode_event(&event));
        assert_eq!(again, Ok(decoded), "an event has one way to be written");
    }
    if let Ok(envelope) = proto::decode_envelope(bytes) {
        let written = proto::encode_envelope(&envelope);
        assert_eq!(proto::decode_envelope(&written).as_ref(), Ok(&envelope), "an envelope comes back");
    }
    let Ok(recording) = BUDGET.keep(bytes.len(), || proto::decode(bytes)) else { return };
    let written = proto::encode(&recording);
    let again = proto::decode(&written);
    assert_eq!(again.as_ref(), Ok(&recording), "what is written is read as the same");
    assert_eq!(again.map(|again| proto::encode(&again)), Ok(written.clone()), "and has one way to be written");
    let mut pieces = Vec::new();
    proto::write_header(recording.form, &mut pieces);
    recording.items.iter().for_each(|item| proto::write_item(item, &mut pieces));
    assert_eq!(pieces, written, "item by item it is the same");
    by_items(&written, &recording);
    through_json(&recording);
}

fn by_items(written: &[u8], recording: &Recording) {
    let mut reader = ItemReader::new();
    let (mut rest, mut items) = (written, Vec::new());
    while !rest.is_empty() {
        let (item, length) = reader.next_item(rest, true).expect("what is written is read");
        items.extend(item);
        assert!(length > 0, "a reader that has all bytes goes on");
        rest = &rest[length..];
    }
    assert_eq!((reader.form(), &items), (recording.form, &recording.items), "nor does reading item by item differ");
}

/// Deeper values than JSON's reader takes are left alone.
fn through_json(recording: &Recording) {
    let options = ReadOptions { max_depth: ReadOptions::DEPTH_LIMIT, ..ReadOptions::default() };
    for item in &recording.items {
        let value = item.to_value();
        match json::read(&json::write(&value), &options) {
            Ok(again) => assert_eq!(again, value, "JSON says what protobuf said"),
            Err(error) => assert_eq!(error.code(), "json_too_deep", "JSON can say what protobuf said: {error}"),
        }
    }
}
