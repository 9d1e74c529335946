//! Envelopes that are taken, and those that are not, each with its place and why.

use std::collections::BTreeSet;

use tracewire_store::Received;
use tracewire_wire::WireError;
use tracewire_wire::content;
use tracewire_wire::encoding::{Encoding, ReadOptions};
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::Body;
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::recording::Item as Recorded;
use tracewire_wire::statement::Head;
use tracewire_wire::verify::{Item, Verifier};

/// As many of those that are not taken are named; all are counted.
const MOST_NAMED: usize = 100;
/// As many contents are looked for.
const MOST_NEEDED: usize = 4096;

/// What a body holds.
#[derive(Default)]
pub(super) struct Sorted {
    /// Envelopes that are sound.
    pub(super) envelopes: Vec<Received>,
    /// Signed heads; who asks for them judges their signatures.
    pub(super) heads: Vec<Head>,
    /// Events of the envelopes.
    pub(super) events: u64,
    /// What is not taken: how many, and some of them.
    pub(super) rejected: u64,
    pub(super) named: Vec<Rejected>,
    /// Contents that the envelopes refer to and do not carry.
    pub(super) referred: BTreeSet<Hash>,
}

/// Something that is not taken.
pub(super) struct Rejected {
    /// Which one in the body, from 0.
    pub(super) index: u64,
    /// Its line, from 1, in JSON Lines.
    pub(super) line: Option<u64>,
    pub(super) code: String,
    pub(super) message: String,
    /// Where in the envelope, as a JSON pointer.
    pub(super) pointer: Option<String>,
}

impl Sorted {
    /// Reads a body.
    ///
    /// # Errors
    /// Where the body as a whole is not what its encoding demands: then nothing of it is taken.
    pub(super) fn read(bytes: &[u8], encoding: Encoding) -> Result<Self, WireError> {
        let mut sorted = Sorted::default();
        if encoding == Encoding::Jsonl {
            let lines = bytes.split(|byte| *byte == b'\n').zip(1..);
            let lines = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
            for ((line, number), index) in lines.zip(0..) {
                let read = json::read(line, &json::ReadOptions::default()).and_then(Item::from_value);
                sorted.add(read, index, Some(number));
            }
            return Ok(sorted);
        }
        let recording = encoding.read(bytes, &ReadOptions::default())?;
        for (item, index) in recording.items.into_iter().zip(0..) {
            let read = match item {
                Recorded::Envelope(envelope) => Ok(Item::Envelope(envelope)),
                other => Item::from_value(other.into_value()),
            };
            sorted.add(read, index, None);
        }
        Ok(sorted)
    }

    fn add(&mut self, read: Result<Item, WireError>, index: u64, line: Option<u64>) {
        let envelope = match read {
            Ok(Item::Envelope(envelope)) => *envelope,
            Ok(Item::Head(head)) => return self.heads.push(*head),
            // Of a later version: what it says is not for us (TW-SIG-001).
            Ok(Item::OtherStatement) => return,
            Err(error) => {
                let code = error.code().to_owned();
                let (message, pointer) = error.into_reason();
                return self.reject(Rejected { index, line, code, message, pointer });
            }
        };
        // What contradicts itself is broken (TW-VFY-002); what is missing, erased or withheld is not.
        if let Some(wrong) = Verifier::new().push(&envelope).into_iter().next() {
            let code = wrong.code.to_owned();
            return self.reject(Rejected { index, line, code, message: wrong.message, pointer: None });
        }
        self.events += envelope.events.len() as u64;
        self.refer(&envelope);
        self.envelopes.push(Received::from(envelope));
    }

    fn reject(&mut self, rejected: Rejected) {
        self.rejected += 1;
        if self.named.len() < MOST_NAMED {
            self.named.push(rejected);
        }
    }

    /// Notes what the envelope refers to and does not carry.
    fn refer(&mut self, envelope: &Envelope) {
        let is_here = |hash: &Hash| matches!(envelope.content.get(hash), Some(Content::Value { .. } | Content::Erased));
        let referred = &mut self.referred;
        let mut note = |hash: Hash| {
            if !is_here(&hash) && referred.len() < MOST_NEEDED {
                referred.insert(hash);
            }
        };
        for entry in &envelope.events {
            if let Entry::Event(event) = entry
                && let Body::Present(body) = &event.body
            {
                content::for_each_reference(body, &mut note);
            }
        }
        for content in envelope.content.values() {
            if let Content::Value { value, .. } = content {
                content::for_each_reference_inside(value, &mut note);
            }
        }
    }
}
