//! Protobuf against two implementations that know nothing of ours: code that prost generates from the messages, and messages
//! walked by their descriptors. Each reads what the other writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;
mod oracle;

use common::strategies::{envelope, event, value};
use common::{json, read};
use oracle::{descriptors, dynamic, v1};
use proptest::prelude::*;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage as _};
use std::sync::LazyLock;
use tracewire_wire::proto;
use tracewire_wire::recording::{Form, Item, Recording};

fn message(name: &str) -> MessageDescriptor {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| descriptors::pool(&descriptors::sources()));
    POOL.get_message_by_name(&format!("tracewire.v1.{name}")).unwrap()
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        value().prop_map(Item::from_value),
        event().prop_map(|event| Item::Event(Box::new(event))),
        envelope().prop_map(|envelope| Item::Envelope(Box::new(envelope))),
    ]
}

/// Whether keys may be in another order by bytes than by UTF-16: prost sorts by bytes.
fn sorts_in_two_ways(text: &str) -> bool {
    text.chars().any(|c| c >= '\u{10000}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn others_read_what_we_write(
        items in prop::collection::vec(item(), 1..3),
        form in prop::sample::select(vec![Form::Lines, Form::List, Form::Export]),
    ) {
        let recording = Recording { form, items };
        let bytes = proto::encode(&recording);
        let expected: Vec<String> = recording.items.iter().map(|item| json(&item.to_value())).collect();

        let theirs = v1::Recording::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(theirs.items.len(), expected.len());
        let again = theirs.encode_to_vec();
        if !expected.iter().any(|text| sorts_in_two_ways(text)) {
            prop_assert_eq!(&again, &bytes);
        }
        let ours = proto::decode(&again);
        prop_assert_eq!(ours.as_ref(), Ok(&recording));

        let walked = dynamic::items(&DynamicMessage::decode(message("Recording"), bytes.as_slice()).unwrap());
        prop_assert_eq!(walked.iter().map(json).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn we_read_what_others_write(seed in any::<u64>()) {
        let mut draw = dynamic::Draw::new(seed, &[]);
        for name in ["Envelope", "Event"] {
            let drawn = draw.message(&message(name));
            let bytes = drawn.encode_to_vec();
            let expected = dynamic::value_of(&drawn);
            let (ours, rewritten) = if name == "Event" {
                let event = proto::decode_event(&bytes).unwrap();
                (event.to_value(), proto::encode_event(&event))
            } else {
                let envelope = proto::decode_envelope(&bytes).unwrap();
                (envelope.to_value(), proto::encode_envelope(&envelope))
            };
            prop_assert_eq!(json(&ours), json(&expected));
            let again = DynamicMessage::decode(message(name), rewritten.as_slice()).unwrap();
            prop_assert_eq!(json(&dynamic::value_of(&again)), json(&expected));
        }
    }

    /// A later version has more fields in every message that can keep them, and another kind of value.
    #[test]
    fn fields_of_a_later_version_survive_json(seed in any::<u64>()) {
        static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| descriptors::pool(&descriptors::later_sources()));
        let mut draw = dynamic::Draw::new(seed, &["later", "later_values", "later_kind"]);
        let envelope = POOL.get_message_by_name("tracewire.v1.Envelope").unwrap();
        let drawn = draw.message(&envelope);
        let ours = proto::decode_envelope(&drawn.encode_to_vec()).unwrap();
        let text = json(&ours.to_value());
        prop_assert!(draw.drew_later || !text.contains("$fields"), "{}", text);
        let item = Item::from_value(read(text.as_bytes()));
        let Item::Envelope(back) = &item else { panic!("an envelope is expected: {text}") };
        let again = DynamicMessage::decode(envelope, proto::encode_envelope(back).as_slice()).unwrap();
        // Read once, so that a field that was set to its default is as one that was not.
        let drawn = DynamicMessage::decode(drawn.descriptor(), drawn.encode_to_vec().as_slice()).unwrap();
        prop_assert!(again == drawn, "{}", text);
    }
}

#[test]
fn every_kind_of_value_is_read_by_others() {
    for (text, expected) in [
        ("null", ""),
        ("false", "0800"),
        ("1", "1002"),
        ("-1", "1001"),
        (r#"{"$int":"9007199254740993"}"#, "1082808080808080 20"),
        ("0.5", "19000000000000e03f"),
        (r#"{"$float":"NaN"}"#, "19000000000000f87f"),
        (r#"{"$int":"10000000000000000000000"}"#, "1992d54d06cff08044"),
        (r#""a""#, "220161"),
        ("[]", "2a00"),
        ("[null,[]]", "2a060a000a022a00"),
        ("{}", "3200"),
        (r#"{"":null,"a":true}"#, "320b0a000a070a01611202 0801"),
        (r#"{"$bytes":"AAE="}"#, "3a020001"),
        // What is not base64 as it is written has no bytes.
        (r#"{"$bytes":"AAF="}"#, "3212 0a10 0a06 246279746573 1206 2204 4141463d"),
    ] {
        let value = read(text.as_bytes());
        let mut bytes = Vec::new();
        proto::write_item(&Item::Value(value.clone()), &mut bytes);
        let hex: String = bytes[4..].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected.replace(' ', ""), "{text}");
        let theirs = v1::Recording::decode(bytes.as_slice()).unwrap();
        assert_eq!(theirs.encode_to_vec(), bytes, "{text}");
        assert_eq!(proto::decode(&bytes).unwrap().items, [Item::Value(value)], "{text}");
    }
}
