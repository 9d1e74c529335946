//! Content addressing.

use super::{Mutant, Spoil};

/// Mutants of content.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "content-in-each-envelope",
        wrong: "content is carried again in each envelope that needs it",
        cases: &["content/not-repeated-in-a-later-envelope"],
        spoil: Spoil::Seal(|faults| faults.content_again = true),
    },
    Mutant {
        name: "content-at-the-end",
        wrong: "all content is carried by the last envelope",
        cases: &["content/not-repeated-in-a-later-envelope"],
        spoil: Spoil::Seal(|faults| faults.content_at_the_end = true),
    },
    Mutant {
        name: "content-hash-of-the-expanded-form",
        wrong: "a content is hashed with everything inside it written out",
        cases: &["content/message-list-is-a-reference-of-references", "content/digest-with-inline-bytes-1"],
        spoil: Spoil::Seal(|faults| faults.hash_expanded = true),
    },
    Mutant {
        name: "content-hash-of-the-carried-form",
        wrong: "a content is hashed as it is carried, with what is short inside it written out",
        cases: &["content/short-messages-inline-in-their-list", "content/digest-with-inline-bytes-100"],
        spoil: Spoil::Seal(|faults| faults.hash_carried = true),
    },
    Mutant {
        name: "content-length-of-the-expanded-form",
        wrong: "whether content is carried is decided with everything inside it written out",
        cases: &["content/messages-in-a-list"],
        spoil: Spoil::Seal(|faults| faults.limit_expanded = true),
    },
    Mutant {
        name: "content-limit-one-off",
        wrong: "a content of exactly the limit is carried",
        cases: &["content/at-the-limit-inline"],
        spoil: Spoil::Seal(|faults| faults.limit_reached = true),
    },
    Mutant {
        name: "content-limit-in-characters",
        wrong: "the limit of content counts characters",
        cases: &["content/limit-counts-bytes"],
        spoil: Spoil::Recorded(|case| {
            let limit = case["settings"]["limits"]["inline_bytes"].as_u64().unwrap_or(256);
            let mut longer = case.clone();
            let texts = case["script"].to_string();
            if !texts.is_ascii() {
                longer["settings"]["limits"]["inline_bytes"] =
                    (limit + (texts.len() - texts.chars().count()) as u64).into();
            }
            crate::honest(&longer)
        }),
    },
    Mutant {
        name: "all-content-carried",
        wrong: "every slot is a reference, however short",
        cases: &["content/short-content-is-not-carried", "content/under-the-limit-inline"],
        spoil: Spoil::Seal(|faults| faults.carry_all = true),
    },
    Mutant {
        name: "no-content-carried",
        wrong: "content is never carried, each slot holds its value",
        cases: &["content/over-the-limit-addressed"],
        spoil: Spoil::Seal(|faults| faults.carry_none = true),
    },
    Mutant {
        name: "messages-no-slots",
        wrong: "the messages of a list are not addressed by themselves",
        cases: &["content/messages-in-a-list", "content/conversation-carried-once"],
        spoil: Spoil::Seal(|faults| faults.no_messages = true),
    },
    Mutant {
        name: "inner-slots-unseen",
        wrong: "system prompts and tools inside a content are not addressed by themselves",
        cases: &["content/system-instructions-tools-in-a-map", "content/slots-of-a-nested-slot"],
        spoil: Spoil::Seal(|faults| faults.no_inner_slots = true),
    },
    Mutant {
        name: "empty-content-kept",
        wrong: "an envelope without content has an empty one",
        cases: &["limits/members-of-an-envelope"],
        spoil: Spoil::Seal(|faults| faults.content_empty = true),
    },
];
