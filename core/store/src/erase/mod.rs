//! What is erased of what is stored already: what rules find, or all content of some traces.
//!
//! ```text
//! Selection ─▶ plan: traces, events, contents ─▶ Plan: counts, Erasure ─▶ Store::erase ─▶ Store::tally ─▶ Store::wipe
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `plan` | goes through what is selected and says what is to be erased |
//! | `contents` | each content looked at once, and what it names |
//! | `chunks` | pieces of a stream put together: what is found may be spread over them |
//! | `envelopes` | the same in copies of envelopes |
//! | `journals` | journal files that still hold what was erased |
//!
//! A finding goes with the innermost slot around it, wherever that content is carried or stands inline; one that stands in no slot
//! goes with the event's body. Nothing here changes anything; nothing that was found is kept, only how often and by which rule.

mod chunks;
mod contents;
mod envelopes;
mod journals;
mod plan;

pub use envelopes::Copies;
pub use journals::{HeldJournal, journals_that_hold};
pub use plan::plan;

use crate::error::StoreError;
use crate::model::{Erased, Erasure};
use crate::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tracewire_insight::Pricing;
use tracewire_wire::id::TraceId;
use tracewire_wire::redact::{Finder, Found};
use tracewire_wire::time::Timestamp;

/// What is looked for.
#[derive(Clone, Copy)]
pub enum Sought<'f> {
    /// What rules find.
    Rules(&'f Finder),
    /// All content. What others name as well stays for them.
    Content,
}

/// What is looked at. All conditions must hold; without any it is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// These traces.
    pub traces: Option<Vec<TraceId>>,
    /// Traces in which some event names this session, and events of no trace that do.
    pub session: Option<String>,
    /// Traces in which some event names this user, and events of no trace that do.
    pub user: Option<String>,
    /// Traces that started at this time or later, and events of no trace that are as late.
    pub since: Option<Timestamp>,
    /// Traces that started before this time.
    pub until: Option<Timestamp>,
}

impl Selection {
    /// Whether it has no condition.
    pub fn is_everything(&self) -> bool {
        *self == Selection::default()
    }
}

/// What is to be erased, and how much that is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// For [`Store::erase`].
    pub erasure: Erasure,
    /// By the name of the rule.
    pub rules: BTreeMap<String, OfRule>,
    /// Traces of which something goes, in the order in which they were looked at.
    pub traces: Vec<OfTrace>,
    /// Events of no trace of which something goes.
    pub loose: u64,
    /// Traces that were looked at.
    pub looked_at: u64,
    /// Contents that go.
    pub contents: u64,
    /// Bodies that go.
    pub bodies: u64,
    /// Contents of the selected traces that others name: they stay for these.
    pub shared: u64,
    /// Events of which something would go, had an envelope held them already.
    pub unsealed: u64,
    /// Producers whose envelopes have something in their headers, which every digest covers: it cannot be erased.
    pub headers: BTreeMap<Arc<str>, Found>,
    /// Producers of the events of which something goes, or whose content does.
    pub producers: BTreeSet<Arc<str>>,
}

/// What a rule found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfRule {
    /// How often; in a content that many name, once.
    pub findings: u64,
    /// Contents in which it found something.
    pub contents: u64,
    /// Bodies in which it did, outside of content.
    pub bodies: u64,
    /// Traces in which it did.
    pub traces: u64,
}

/// What goes of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfTrace {
    /// Which one.
    pub trace_id: TraceId,
    /// When it began.
    pub start: Timestamp,
    /// Contents.
    pub contents: u64,
    /// Bodies.
    pub bodies: u64,
}

/// Erases what a plan says, has the numbers follow, and takes the last of it from the database's files. False where somebody else
/// writes, or still reads an older state: then [`Store::wipe`] is to be asked again.
///
/// # Errors
/// [`StoreError`] when the engine refuses; what was erased before stays so.
pub fn carry_out(
    store: &mut dyn Store,
    erasure: &Erasure,
    pricing: Option<&dyn Pricing>,
) -> Result<(Erased, bool), StoreError> {
    let erased = store.erase(erasure)?;
    store.tally(pricing)?;
    let is_wiped = match store.wipe() {
        // Somebody else writes: what is erased is so, and its last copy goes another time.
        Err(error) if error.is_retryable() => false,
        outcome => outcome?,
    };
    Ok((erased, is_wiped))
}
