//! How far forwarding is, on disk: one small file for each target, replaced as a whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tracewire_wire::id::Hash;

use crate::error::ServerError;

/// Digits of the hash in a file's name.
const DIGITS: usize = 16;

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The last event that was looked at.
    pub(super) after: u64,
    /// The last envelope that was forwarded, by the order of arrival. A place of an earlier version does not say it: all of them
    /// are sent again, which changes nothing there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) envelope: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The file of a target.
pub(super) fn path_of(folder: &Path, shown: &str) -> PathBuf {
    let hash = Hash::of(shown.as_bytes()).to_string();
    let digits = hash.trim_start_matches("sha256:").get(..DIGITS).unwrap_or_default();
    folder.join(format!("forward-{digits}.json"))
}

/// The place; none where nothing was forwarded yet.
pub(super) fn read(path: &Path) -> Result<Option<Place>, ServerError> {
    let refused = |source| ServerError::File { path: path.to_owned(), source };
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| refused(error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// Writes it so that it is the old or the new one whatever happens.
pub(super) fn write(path: &Path, place: &Place) -> Result<(), ServerError> {
    let refused = |source| ServerError::File { path: path.to_owned(), source };
    let beside = path.with_extension("json.new");
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(place)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = path_of(folder.path(), "http://localhost:4318/v1/traces");
        assert_eq!(read(&path).unwrap(), None);
        let place = Place { after: 7, envelope: 3 };
        write(&path, &place).unwrap();
        assert_eq!(read(&path).unwrap(), Some(place));
        fs::write(&path, br#"{"after":7,"producers":{"6f1c09b2d4e8a375-1":[3,"sha256:00"]}}"#).unwrap();
        assert_eq!(read(&path).unwrap(), Some(Place { after: 7, envelope: 0 }));
        fs::write(&path, b"{").unwrap();
        assert_eq!(read(&path).unwrap_err().code(), "file");
    }
}
