//! Content put back into events. What many of them name is read together, in the order in which it lies in the store.

use crate::error::StoreError;
use crate::model::{StoredContent, StoredEvent};
use crate::put_back::{Resolve, put_back_with, value_of};
use crate::store::Store;
use std::cell::RefCell;
use std::collections::HashMap;
use tracewire_wire::content::{self, Mark};
use tracewire_wire::event::Body;
use tracewire_wire::id::Hash;
use tracewire_wire::value::Value;

/// Events whose content is read together.
const TOGETHER: usize = 256;
/// Bytes of content that are read ahead; what lies beyond is read when its event's turn comes.
const BYTES_AHEAD: usize = 16 << 20;

/// Puts content back into many events, faster than [`Store::resolve`] for each. `each` hears of every event when its turn has come,
/// and whether its content could be read; an error of it ends the work.
///
/// ```
/// use tracewire_store::{SqliteStore, Store, StoreError, resolve_all};
/// let folder = std::env::temp_dir().join(format!("tracewire-resolve-doc-{}", std::process::id()));
/// let store = SqliteStore::open(&folder.join("store.db"))?;
/// let mut events = store.events_after(0, 100)?;
/// resolve_all(&store, &mut events, |_, outcome| outcome)?;
/// # drop(store); std::fs::remove_dir_all(folder).unwrap();
/// # Ok::<(), StoreError>(())
/// ```
///
/// # Errors
/// Those of `each`.
pub fn resolve_all<E>(
    store: &dyn Store,
    events: &mut [StoredEvent],
    each: impl FnMut(&StoredEvent, Result<(), StoreError>) -> Result<(), E>,
) -> Result<(), E> {
    resolve_with(store, events, content::resolve, each)
}

/// The same, but media stay the tags that say what they are: for who shows or counts them, and wants no megabytes of base64.
///
/// # Errors
/// Those of `each`.
pub fn resolve_all_but_media<E>(
    store: &dyn Store,
    events: &mut [StoredEvent],
    each: impl FnMut(&StoredEvent, Result<(), StoreError>) -> Result<(), E>,
) -> Result<(), E> {
    resolve_with(store, events, content::resolve_but_media, each)
}

fn resolve_with<E>(
    store: &dyn Store,
    events: &mut [StoredEvent],
    resolve: Resolve,
    mut each: impl FnMut(&StoredEvent, Result<(), StoreError>) -> Result<(), E>,
) -> Result<(), E> {
    for part in events.chunks_mut(TOGETHER) {
        let ahead = RefCell::new(Ahead::of(store, part));
        for stored in part {
            let outcome = put_back_with(resolve, &mut stored.event, &|hash| match ahead.borrow_mut().take(hash) {
                Some(value) => Ok(Some(value)),
                None => value_of(store.content(hash)?, hash),
            });
            each(stored, outcome)?;
        }
    }
    Ok(())
}

/// Values that are known before somebody asks for them, and how often each will be asked for.
struct Ahead(HashMap<Hash, (usize, Value)>);

impl Ahead {
    fn of(store: &dyn Store, events: &[StoredEvent]) -> Self {
        let mut asked: HashMap<Hash, usize> = HashMap::new();
        for stored in events {
            let Body::Present(body) = &stored.event.body else { continue };
            // Not those of media: few are looked at, and each is large.
            content::for_each_slot(body, &mut |slot| {
                if let Some(Mark::Ref(hash)) = Mark::of(slot) {
                    *asked.entry(hash).or_default() += 1;
                }
            });
        }
        let hashes: Vec<Hash> = asked.keys().copied().collect();
        let (mut known, mut left) = (HashMap::with_capacity(asked.len()), BYTES_AHEAD);
        // What cannot be read is asked for again by itself, where the failure has an event to belong to.
        let _ = store.contents(&hashes, &mut |hash, content| {
            if let StoredContent::Value { json, .. } = &content {
                left = left.saturating_sub(json.len());
            }
            if let (Ok(Some(value)), Some(times)) = (value_of(Some(content), &hash), asked.get(&hash)) {
                known.insert(hash, (*times, value));
            }
            left > 0
        });
        Ahead(known)
    }

    fn take(&mut self, hash: &Hash) -> Option<Value> {
        let (times, value) = self.0.get_mut(hash)?;
        if *times > 1 {
            *times -= 1;
            return Some(value.clone());
        }
        self.0.remove(hash).map(|(_, value)| value)
    }
}
