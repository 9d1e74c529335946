//! Where slots are (TW-CON-001), and what a message is (TW-CON-002).

use super::Mark;
use crate::value::{Map, Value};

/// What a member of a body is.
pub(super) enum BodyMember {
    Slot,
    Attributes,
    Plain,
}

impl BodyMember {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "input" | "output" | "data" | "tool_definitions" => BodyMember::Slot,
            "attributes" => BodyMember::Attributes,
            _ => BodyMember::Plain,
        }
    }
}

/// What a member of the attributes is.
pub(super) enum AttributeMember {
    Slot,
    /// Each element of a list is a slot.
    Messages,
    Plain,
}

impl AttributeMember {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "gen_ai.system_instructions" | "gen_ai.tool.definitions" => AttributeMember::Slot,
            "gen_ai.input.messages" | "gen_ai.output.messages" => AttributeMember::Messages,
            _ => AttributeMember::Plain,
        }
    }
}

/// Where the slots inside a slot's value are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    Absent,
    /// Each element of the list.
    Messages,
    /// Some members of the map.
    Members,
}

impl Inner {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::List(items) if are_messages(items) => Inner::Messages,
            Value::Map(map) if map.iter().any(|(name, value)| InnerMember::of(name, value) != InnerMember::Plain) => {
                Inner::Members
            }
            _ => Inner::Absent,
        }
    }
}

/// What a member of a slot's value is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InnerMember {
    Slot,
    /// Each element of the list is a slot.
    Messages,
    Plain,
}

impl InnerMember {
    pub(super) fn of(name: &str, value: &Value) -> Self {
        match (name, value) {
            ("system" | "instructions" | "tools", _) => InnerMember::Slot,
            ("messages", Value::List(items)) if are_messages(items) => InnerMember::Messages,
            _ => InnerMember::Plain,
        }
    }
}

/// A non-empty list of messages, some of which may be marks already.
fn are_messages(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| is_message(item) || Mark::of(item).is_some())
}

/// Whether the spec recognises a value as a message (TW-CON-002): a map with a text `role`, or with a `type` that says so.
pub fn is_message(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let text = |name: &str| map.get(name).and_then(Value::as_text);
    text("role").is_some()
        || matches!(text("type"), Some("message" | "function_call" | "function_call_output" | "reasoning"))
}

/// Both forms of the two walks: to look, and to change.
macro_rules! walks {
    ($($mutable:ident)?, $body:ident, $value:ident, $slots:ident, $slots_inside:ident, $iter:ident) => {
        /// Calls `each` for the outermost slots of a body.
        pub(crate) fn $body(body: &$($mutable)? Map, each: &mut dyn FnMut(&$($mutable)? Value)) {
            for (name, value) in body.$iter() {
                match (BodyMember::of(name), value) {
                    (BodyMember::Slot, value) => each(value),
                    (BodyMember::Attributes, Value::Map(attributes)) => {
                        for (name, value) in attributes.$iter() {
                            match (AttributeMember::of(name), value) {
                                (AttributeMember::Slot, value) => each(value),
                                (AttributeMember::Messages, Value::List(items)) => items.$iter().for_each(&mut *each),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
        }

        /// Calls `each` for the outermost slots inside a slot's value.
        pub(super) fn $value(value: &$($mutable)? Value, each: &mut dyn FnMut(&$($mutable)? Value)) {
            match (Inner::of(value), value) {
                (Inner::Messages, Value::List(items)) => items.$iter().for_each(&mut *each),
                (Inner::Members, Value::Map(map)) => {
                    for (name, value) in map.$iter() {
                        match (InnerMember::of(name, value), value) {
                            (InnerMember::Slot, value) => each(value),
                            (InnerMember::Messages, Value::List(items)) => items.$iter().for_each(&mut *each),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }

        /// Calls `visit` for every slot of a body, outer ones first.
        ///
        /// A slot that holds a mark when `visit` returns has no slots inside it (TW-CON-003).
        pub fn $slots(body: &$($mutable)? Map, visit: &mut dyn FnMut(&$($mutable)? Value)) {
            $body(body, &mut |value| {
                visit(value);
                $slots_inside(value, visit);
            });
        }

        /// Calls `visit` for every slot inside a content, outer ones first, but not for the content itself.
        pub fn $slots_inside(content: &$($mutable)? Value, visit: &mut dyn FnMut(&$($mutable)? Value)) {
            if Mark::of(content).is_none() {
                $value(content, &mut |value| {
                    visit(value);
                    $slots_inside(value, visit);
                });
            }
        }
    };
}

walks!(, outer_slots, inner_slots, for_each_slot, for_each_slot_inside, iter);
walks!(mut, visit_outer_slots, inner_slots_mut, visit_slots, visit_slots_inside, iter_mut);
