//! Heads that were accepted are signed, where a key is named: while nothing else is to be done, and before the end.

use std::sync::Arc;

use tracewire_store::{Store, StoreError, sign_new_heads};
use tracewire_wire::sign::SigningKey;

use crate::clock;

/// Who signs, and how far that is.
pub(super) struct Signing {
    key: Arc<SigningKey>,
    /// The last entry of the ledger that was looked at.
    after: u64,
    /// Whether something may have been accepted since.
    pub(super) is_wanted: bool,
    /// What was said already of chains that nobody vouches for.
    refused: Vec<String>,
}

impl Signing {
    /// Looks at everything once: what came before the key did is signed, too.
    pub(super) fn new(key: Arc<SigningKey>) -> Self {
        Signing { key, after: 0, is_wanted: true, refused: Vec::new() }
    }

    /// Signs what is new.
    pub(super) fn go_on(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let (after, done) = sign_new_heads(store, self.after, &self.key, clock::now())?;
        self.after = after;
        self.is_wanted = false;
        for producer in done.refused {
            if !self.refused.contains(&producer) {
                tracing::warn!(producer, "a chain that contradicts or has a gap is not signed");
                self.refused.push(producer);
            }
        }
        Ok(())
    }
}
