//! The prices that hold for a directory: the list that is carried along, and the user's own file over it.

use crate::error::StoreError;
use std::path::PathBuf;
use tracewire_insight::prices::Prices;
use tracewire_recorder::config;
use tracewire_recorder::journal::Directory;
use tracewire_wire::value::Value;

/// The file that is used where no other is set, in the directory of the recordings.
pub const FILE_NAME: &str = "prices.json";

/// The user's own file: the one that is set (`TRACEWIRE_PRICES`, or `prices` in `tracewire.toml`), else the directory's, where it
/// is there.
pub fn file(directory: &Directory) -> Option<PathBuf> {
    let set = config::load(None).get("prices").and_then(Value::as_text).map(PathBuf::from);
    set.or_else(|| Some(directory.path().join(FILE_NAME)).filter(|path| path.is_file()))
}

/// All prices that hold for a directory.
///
/// # Errors
/// `store_io`, or a code of [`tracewire_insight::prices::PriceError`], where the user's file cannot be read or used: prices other
/// than the user meant would be worse than none.
pub fn load(directory: &Directory) -> Result<Prices, StoreError> {
    let Some(path) = file(directory) else { return Ok(Prices::bundled().clone()) };
    let bytes = std::fs::read(&path).map_err(|source| StoreError::Io { path: path.clone(), source })?;
    Prices::bundled().with_overlay(&bytes).map_err(|error| StoreError::Prices { path, error })
}
