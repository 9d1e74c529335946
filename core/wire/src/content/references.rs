//! Which contents a body or a content needs: those that stand in its slots as references, and the bytes of its media.

use super::Mark;
#[cfg(feature = "media")]
use super::slots::outer_slots;
use super::slots::{for_each_slot, for_each_slot_inside};
use crate::id::Hash;
use crate::value::{Map, Value};

/// Calls `each` for the hash of everything that a body refers to.
pub fn for_each_reference(body: &Map, each: &mut dyn FnMut(Hash)) {
    for_each_slot(body, &mut |slot| of_slot(slot, each));
    #[cfg(feature = "media")]
    outer_slots(body, &mut |slot| of_media(slot, each));
}

/// Calls `each` for the hash of everything that a content's value refers to.
pub fn for_each_reference_inside(content: &Value, each: &mut dyn FnMut(Hash)) {
    for_each_slot_inside(content, &mut |slot| of_slot(slot, each));
    #[cfg(feature = "media")]
    of_media(content, each);
}

fn of_slot(slot: &Value, each: &mut dyn FnMut(Hash)) {
    if let Some(Mark::Ref(hash)) = Mark::of(slot) {
        each(hash);
    }
}

#[cfg(feature = "media")]
fn of_media(value: &Value, each: &mut dyn FnMut(Hash)) {
    crate::media::for_each_tag(value, &mut |tag| tag.hash.into_iter().for_each(&mut *each));
}
