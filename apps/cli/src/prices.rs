//! The prices that hold here: the list that is carried along, and the user's own file over it.

use std::path::PathBuf;

use tracewire_insight::prices::Prices;
use tracewire_recorder::config;
use tracewire_recorder::journal::Directory;
use tracewire_wire::value::Value;

use crate::error::CliError;

/// The file that is used where no other is set, in the directory of the recordings.
pub const FILE_NAME: &str = "prices.json";

/// The user's own file: the one that is set, else the directory's, where it is there.
pub fn file(directory: &Directory) -> Option<PathBuf> {
    let set = config::load(None).get("prices").and_then(Value::as_text).map(PathBuf::from);
    set.or_else(|| Some(directory.path().join(FILE_NAME)).filter(|path| path.is_file()))
}

/// All prices that hold for a directory.
///
/// # Errors
/// Where the user's file cannot be read or used: prices other than the user meant would be worse than none.
pub fn load(directory: &Directory) -> Result<Prices, CliError> {
    let Some(path) = file(directory) else { return Ok(Prices::bundled().clone()) };
    let bytes = std::fs::read(&path).map_err(|error| CliError::Io(error).at(&path))?;
    Prices::bundled().with_overlay(&bytes).map_err(|error| CliError::Prices { path, error })
}
