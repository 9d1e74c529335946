//! The first bytes of media: what they are is told, whatever they are; and what is taken out of a value comes back as it was.

use crate::budget::Budget;
use tracewire_wire::content;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::media;
use tracewire_wire::value::{Map, Value};

/// The bytes stand in three values, each of which is written once and decoded a few times.
pub const BUDGET: Budget = Budget { memory: 64, steps: 8_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    for total in [bytes.len() as u64, u64::MAX] {
        let told = media::recognise(bytes, total);
        assert_eq!(told, media::recognise(bytes, total));
        assert!(told.is_none_or(|told| told.width.is_some() == told.height.is_some()));
    }
    BUDGET.keep(bytes.len(), || {
        let whole = Value::bytes(bytes);
        let text = whole.as_map().and_then(|map| map.get("$bytes")).cloned().unwrap_or_default();
        let text = text.as_text().unwrap_or_default();
        let address = ["data:image/png;base64,", text.trim_end_matches('=')].concat();
        let cut = Map::from_iter([("$cut".to_owned(), whole.clone()), ("missing_bytes".to_owned(), Value::Int(9))]);
        let said =
            vec![whole, Value::from(text), Value::from(address), String::from_utf8_lossy(bytes).into_owned().into()];
        let mut body =
            Map::from_iter([("input".to_owned(), Value::List(said)), ("output".to_owned(), Value::Map(cut))]);
        let before = body.get("input").cloned();
        let mut carried = Vec::new();
        media::extract(&mut body, &mut |hash, json| carried.push((hash, json)));
        content::resolve(&mut body, &|hash| {
            let (_, json) = carried.iter().find(|(known, _)| known == hash)?;
            let value = json::read(json, &ReadOptions::default()).ok()?;
            assert!(content::is_under(&value, None, hash), "what is carried verifies");
            Some(value)
        });
        assert_eq!(body.get("input").cloned(), before, "what is taken out comes back");
    });
}
