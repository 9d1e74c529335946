//! API keys of a project: `tw_<project>_<random>`, kept as SHA-256 in one file that its user alone can read.
//!
//! The file is looked at again whenever it has changed, so that a key that is made or revoked beside a running server holds at once.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ServerError;
use crate::name::is_name;

/// Name of the file in the project's folder.
pub const FILE_NAME: &str = "keys.json";
/// What all keys begin with.
const PREFIX: &str = "tw_";
/// Bytes of chance in a key.
const RANDOM_BYTES: usize = 24;

/// What a key allows; each holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// To ask.
    Read,
    /// To send envelopes and feedback too.
    Write,
    /// To delete too.
    Admin,
}

impl Scope {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Admin => "admin",
        }
    }
}

/// A key as it is kept: not the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// When it was made, in RFC 3339.
    pub created: String,
    /// What it is called by: not secret.
    pub id: String,
    /// What it is for, in its maker's words.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// SHA-256 of the key, in hex.
    sha256: String,
}

#[derive(Default, Serialize, Deserialize)]
struct KeyFile {
    keys: Vec<Key>,
}

/// Makes a key and keeps its hash. The text that comes back is nowhere else.
///
/// # Errors
/// `project_name`, `key_file`, `file`.
pub fn create(folder: &Path, project: &str, scope: Scope, name: &str) -> Result<(String, Key), ServerError> {
    if !is_name(project) {
        return Err(ServerError::ProjectName(project.to_owned()));
    }
    let mut random = [0; RANDOM_BYTES];
    let mut id = [0; 4];
    getrandom::fill(&mut random)
        .and_then(|()| getrandom::fill(&mut id))
        .map_err(|error| ServerError::System(io::Error::other(error.to_string())))?;
    let text = format!("{PREFIX}{project}_{}", hex(&random));
    let key = Key {
        created: crate::clock::now().to_string(),
        id: hex(&id),
        name: name.to_owned(),
        scope,
        sha256: hash(&text),
    };
    let mut file = read(folder)?;
    file.keys.push(key.clone());
    write(folder, &file)?;
    Ok((text, key))
}

/// All keys of a project, in the order in which they were made.
///
/// # Errors
/// `key_file`, `file`.
pub fn list(folder: &Path) -> Result<Vec<Key>, ServerError> {
    Ok(read(folder)?.keys)
}

/// Takes a key away by its id.
///
/// # Errors
/// `key_unknown`, `key_file`, `file`.
pub fn revoke(folder: &Path, id: &str) -> Result<Key, ServerError> {
    let mut file = read(folder)?;
    let place = file.keys.iter().position(|key| key.id == id);
    let key = place.map(|place| file.keys.remove(place)).ok_or_else(|| ServerError::NoSuchKey(id.to_owned()))?;
    write(folder, &file)?;
    Ok(key)
}

/// The project that a key names.
pub(crate) fn project_of(text: &str) -> Option<&str> {
    let (project, random) = text.strip_prefix(PREFIX)?.rsplit_once('_')?;
    (is_name(project) && random.len() == 2 * RANDOM_BYTES).then_some(project)
}

/// The keys of one folder, as they are now.
pub(crate) struct Keys {
    folder: PathBuf,
    known: Mutex<Known>,
}

/// Keys, and when and how long the file was that they are from.
#[derive(Default)]
struct Known {
    about: Option<(SystemTime, u64)>,
    keys: Vec<Key>,
}

impl Keys {
    pub(crate) fn new(folder: &Path) -> Self {
        Keys { folder: folder.to_owned(), known: Mutex::default() }
    }

    /// The key that this text is.
    pub(crate) fn find(&self, text: &str) -> Option<Key> {
        let hash = hash(text);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let about = self.folder.join(FILE_NAME).metadata();
        let changed = about.and_then(|about| Ok((about.modified()?, about.len()))).ok();
        if changed.is_none() || known.about != changed {
            let keys = read(&self.folder).unwrap_or_else(|error| {
                tracing::error!(code = error.code(), %error, "keys cannot be read: none is valid");
                KeyFile::default()
            });
            *known = Known { about: changed, keys: keys.keys };
        }
        // All are looked at, each to its end: how long it takes says nothing.
        let mut found = None;
        for key in &known.keys {
            if bool::from(key.sha256.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(key.clone());
            }
        }
        found
    }
}

fn read(folder: &Path) -> Result<KeyFile, ServerError> {
    let path = folder.join(FILE_NAME);
    match fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|error| ServerError::KeyFile { path, reason: error.to_string() })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KeyFile::default()),
        Err(source) => Err(ServerError::File { path, source }),
    }
}

/// Writes beside and renames: nobody reads half of it.
fn write(folder: &Path, keys: &KeyFile) -> Result<(), ServerError> {
    let path = folder.join(FILE_NAME);
    let partial = folder.join(format!(".{FILE_NAME}.{}.partial", std::process::id()));
    let written = serde_json::to_vec_pretty(keys).map_err(io::Error::from).and_then(|bytes| {
        make_folder(folder)?;
        let mut file = private(&partial)?;
        file.write_all(&bytes)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&partial, &path)
    });
    written.map_err(|source| ServerError::File { path, source })
}

/// A new file that its user alone can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A folder and those above it, for its user alone.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_until_it_is_revoked_and_stands_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let (text, key) = create(folder.path(), "research", Scope::Write, "the laptop").unwrap();
        let (other, _) = create(folder.path(), "research", Scope::Read, "a page").unwrap();
        assert!(text.starts_with("tw_research_") && text.len() == 12 + 48 && text != other);
        assert_eq!(project_of(&text), Some("research"));
        let keys = Keys::new(folder.path());
        assert_eq!(keys.find(&text).map(|key| key.scope), Some(Scope::Write));
        assert_eq!(keys.find(&other).map(|key| key.scope), Some(Scope::Read));
        assert_eq!(keys.find("tw_research_"), None);
        let kept = fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        assert!(!kept.contains(text.trim_start_matches("tw_research_")) && kept.contains("the laptop"));
        assert_eq!(revoke(folder.path(), &key.id).unwrap(), key);
        assert_eq!(revoke(folder.path(), &key.id).unwrap_err().code(), "key_unknown");
        assert_eq!(Keys::new(folder.path()).find(&text), None);
        assert_eq!(list(folder.path()).unwrap().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_users_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), "default", Scope::Admin, "").unwrap();
        let mode = folder.path().join(FILE_NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_key_names_no_project() {
        let random = "0".repeat(48);
        assert_eq!(project_of(&format!("tw_a-b_{random}")), Some("a-b"));
        for bad in ["", "tw_", "tw__", "tw_default_", &format!("tw_A_{random}"), &format!("tw_../x_{random}"), &random]
        {
            assert_eq!(project_of(bad), None, "{bad}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(create(folder.path(), "No Name", Scope::Read, "").unwrap_err().code(), "project_name");
        fs::write(folder.path().join(FILE_NAME), "[").unwrap();
        assert_eq!(list(folder.path()).unwrap_err().code(), "key_file");
        assert_eq!(Keys::new(folder.path()).find(&format!("tw_default_{random}")), None);
    }
}
