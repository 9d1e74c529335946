//! The next page of envelopes: of one producer those that lie behind the last one that was forwarded.
//!
//! An envelope that comes after later ones of its producer, by another way than its emitter's own, is not looked for.

use tracewire_store::{ProducerRow, Store};
use tracewire_wire::id::Hash;

use super::Page;
use super::place::Place;
use crate::problem::Problem;
use crate::project::Project;

/// Envelopes that are read at once.
const ENVELOPES: usize = 16;

pub(super) async fn next(project: &Project, mut place: Place) -> Result<Page, Problem> {
    let read = move |store: &dyn Store| {
        let last = store.last_event()?;
        let producers = store.producers()?;
        for row in &producers {
            if !has_more(row, &place) {
                continue;
            }
            let after =
                place.producers.get(&row.name).and_then(|(seq, digest)| Some((*seq, digest.parse::<Hash>().ok()?)));
            let found = store.envelopes(&row.name, after, ENVELOPES)?;
            let Some(behind) = found.last() else { continue };
            place.producers.insert(row.name.clone(), (behind.first_seq, behind.digest.to_string()));
            let mut body = Vec::new();
            for envelope in &found {
                body.extend_from_slice(&envelope.bytes);
                body.push(b'\n');
            }
            return Ok(Page { bodies: vec![(found.len() as u64, body)], place, has_more: true });
        }
        place.after = last;
        Ok(Page { bodies: Vec::new(), place, has_more: false })
    };
    project.ask(read).await
}

/// Whether the producer's head is another envelope than the last one that was forwarded.
fn has_more(row: &ProducerRow, place: &Place) -> bool {
    let head = row.head.as_ref().map(Hash::to_string);
    head.is_some() && place.producers.get(&row.name).map(|(_, digest)| digest) != head.as_ref()
}
