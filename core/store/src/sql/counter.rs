//! Numbers that the store keeps for itself.

use super::driver::{Driver, params};
use crate::error::StoreError;

/// A number that the store keeps for itself; 0 where it was never set.
pub(super) fn counter(connection: &dyn Driver, name: &str) -> Result<i64, StoreError> {
    let value = connection.first("SELECT value FROM counter WHERE name = ?1", params![name], |row| row.int(0))?;
    Ok(value.unwrap_or(0))
}

pub(super) fn set_counter(connection: &dyn Driver, name: &str, value: i64) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO counter(name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

/// Adds one to such a number.
///
/// # Errors
/// [`StoreError`] when the engine refuses.
pub fn count_up(connection: &dyn Driver, name: &str) -> Result<(), StoreError> {
    let before = counter(connection, name)?;
    set_counter(connection, name, before + 1)
}
