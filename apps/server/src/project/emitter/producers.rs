//! One chain for each resource, so many at once.

use std::collections::HashMap;

use tracewire_recorder::clock::{Sources as _, System};
use tracewire_recorder::journal::Header;
use tracewire_recorder::seal::{PLAIN_SEAL_VERSION, Sealed, Sealer};
use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::id::Hash;
use tracewire_wire::value::Map;

/// Chains at once; of more the one that was quiet longest is closed.
const MOST_OPEN: usize = 64;
/// A producer that carries so many contents is followed by another one: what it carries must be remembered.
const MOST_CONTENTS: usize = 1 << 15;

/// Chains by the key of their resource.
#[derive(Default)]
pub(super) struct Producers {
    open: HashMap<Hash, Open>,
    /// Goes up with each use.
    clock: u64,
}

struct Open {
    sealer: Sealer,
    header: Header,
    process: String,
    number: u64,
    used: u64,
    has_news: bool,
}

impl Producers {
    /// The chain of a resource; a new one where there is none.
    pub(super) fn of(&mut self, key: &Hash, resource: &Map, sealed: &mut Vec<Sealed>) -> &mut Sealer {
        self.clock += 1;
        if !self.open.contains_key(key) && self.open.len() >= MOST_OPEN {
            self.close_quietest(sealed);
        }
        let open = self.open.entry(*key).or_insert_with(|| Open::new(resource));
        open.used = self.clock;
        open.has_news = true;
        &mut open.sealer
    }

    /// Ends all envelopes that are begun.
    pub(super) fn end(&mut self, sealed: &mut Vec<Sealed>) {
        for (_, open) in self.in_order() {
            if !std::mem::take(&mut open.has_news) {
                continue;
            }
            if open.sealer.checkpoint().content.len() + open.sealer.pending_content().len() < MOST_CONTENTS {
                sealed.extend(open.sealer.mark());
            } else {
                sealed.extend(open.rotate());
            }
        }
    }

    /// Closes all of them.
    pub(super) fn close(&mut self, sealed: &mut Vec<Sealed>) {
        sealed.extend(self.in_order().into_iter().filter_map(|(_, open)| open.sealer.close("exited")));
        self.open.clear();
    }

    fn close_quietest(&mut self, sealed: &mut Vec<Sealed>) {
        let Some(key) = self.in_order().first().map(|(key, _)| **key) else { return };
        sealed.extend(self.open.remove(&key).and_then(|mut open| open.sealer.close("exited")));
    }

    /// The one first that was quiet longest.
    fn in_order(&mut self) -> Vec<(&Hash, &mut Open)> {
        let mut open: Vec<(&Hash, &mut Open)> = self.open.iter_mut().collect();
        open.sort_unstable_by_key(|(_, open)| open.used);
        open
    }
}

impl Open {
    fn new(resource: &Map) -> Self {
        // 16 hex digits drawn at random, as producers' names begin (TW-ID-004).
        let process = System.span_id().to_string();
        let header = Header {
            spec: SPEC_VERSION.to_owned(),
            seal: PLAIN_SEAL_VERSION,
            producer: format!("{process}-1"),
            created: crate::clock::now(),
            resource: resource.clone(),
            ..Header::default()
        };
        Open { sealer: Sealer::new(&header), header, process, number: 1, used: 0, has_news: false }
    }

    /// Ends the producer, and begins the next one of its process.
    fn rotate(&mut self) -> Option<Sealed> {
        let last = self.sealer.close("rotated");
        self.number += 1;
        self.header.predecessor = Some(std::mem::take(&mut self.header.producer));
        self.header.producer = format!("{}-{}", self.process, self.number);
        self.sealer = Sealer::new(&self.header);
        last
    }
}
