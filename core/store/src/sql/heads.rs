//! Signed heads, as they came: whoever asks judges their signatures.

use super::driver::{Driver, Row, params};
use crate::error::StoreError;
use tracewire_wire::id::Hash;
use tracewire_wire::statement::Head;

/// Keeps heads that are not here yet, and takes away those that they make superfluous; gives how many are new.
pub(super) fn keep(connection: &dyn Driver, heads: &[Head], superseded: &[Head]) -> Result<u64, StoreError> {
    let mut kept = 0;
    for head in heads {
        let body = head.write();
        // By all of it: one with a forged signature must not take the place of the true one.
        kept += connection.execute(
            "INSERT INTO signed_head(hash, producer, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![Hash::of(&body).as_bytes(), &head.producer, &body],
        )?;
    }
    for head in superseded {
        let hash = Hash::of(&head.write());
        connection.execute("DELETE FROM signed_head WHERE hash = ?1", params![hash.as_bytes()])?;
    }
    Ok(kept)
}

/// Those of a producer, or all, by producer, then by their hashes.
pub(super) fn find(connection: &dyn Driver, producer: Option<&str>) -> Result<Vec<Head>, StoreError> {
    let read = |row: &dyn Row| Ok(Head::read(row.blob(0)?)?);
    match producer {
        Some(name) => connection.all(
            "SELECT body FROM signed_head WHERE producer = ?1 ORDER BY producer, hash",
            params![name],
            read,
        ),
        None => connection.all("SELECT body FROM signed_head ORDER BY producer, hash", &[], read),
    }
}
