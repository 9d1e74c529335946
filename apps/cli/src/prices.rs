//! The prices that hold here, with the errors of this program.

use tracewire_insight::prices::Prices;
use tracewire_recorder::journal::Directory;
use tracewire_store::StoreError;
pub use tracewire_store::prices::{FILE_NAME, file};

use crate::error::CliError;

/// All prices that hold for a directory.
///
/// # Errors
/// Where the user's file cannot be read or used.
pub fn load(directory: &Directory) -> Result<Prices, CliError> {
    tracewire_store::prices::load(directory).map_err(|error| match error {
        StoreError::Prices { path, error } => CliError::Prices { path, error },
        StoreError::Io { path, source } => CliError::Io(source).at(&path),
        other => other.into(),
    })
}
