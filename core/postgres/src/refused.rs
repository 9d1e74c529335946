//! What is said where a database cannot be opened.

use tracewire_store::StoreError;

/// It cannot be opened, for this reason.
pub(crate) fn cannot_open(reason: &str) -> StoreError {
    StoreError::CannotOpen { path: "PostgreSQL".into(), reason: reason.to_owned() }
}
