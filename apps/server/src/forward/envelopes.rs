//! The next page of envelopes, in the order in which they came: one that comes after later ones of its producer is not missed.

use tracewire_store::Store;

use super::Page;
use super::place::Place;
use crate::problem::Problem;
use crate::project::Project;

/// Envelopes that are read at once.
const ENVELOPES: usize = 16;

pub(super) async fn next(project: &Project, mut place: Place) -> Result<Page, Problem> {
    let read = move |store: &dyn Store| {
        let last = store.last_event()?;
        let found = store.envelopes_since(place.envelope, ENVELOPES)?;
        let Some((behind, _)) = found.last() else {
            place.after = last;
            return Ok(Page { bodies: Vec::new(), place, has_more: false });
        };
        place.envelope = *behind;
        let mut body = Vec::new();
        for (_, envelope) in &found {
            body.extend_from_slice(&envelope.bytes);
            body.push(b'\n');
        }
        Ok(Page { bodies: vec![(found.len() as u64, body)], place, has_more: true })
    };
    project.ask(read).await
}
