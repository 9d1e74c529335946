//! The key that signs heads: where the settings have it.

use super::Settings;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tracewire_wire::sign::SigningKey;
use tracewire_wire::value::Value;

/// A file larger than this is no key.
const MOST_BYTES: u64 = 16 << 10;

/// Why a key cannot be used: one sentence that holds nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub String);

/// The key that the settings name: the file, or in the environment the key itself. `None` where none is set.
///
/// # Errors
/// Where the file cannot be read, others can read it, or it holds no key.
pub fn signing_key(settings: &Settings) -> Result<Option<SigningKey>, KeyError> {
    let Some(text) = settings.get(super::SIGNING_KEY).and_then(Value::as_text) else { return Ok(None) };
    if super::key::is_key_itself(text) {
        return text.parse().map(Some).map_err(|error| KeyError(format!("TRACEWIRE_SIGNING_KEY: {error}")));
    }
    read_key(Path::new(text)).map(Some)
}

/// The private key in a file that nobody else can read.
///
/// # Errors
/// As [`signing_key`].
pub fn read_key(path: &Path) -> Result<SigningKey, KeyError> {
    let failed = |why: String| KeyError(format!("the signing key {}: {why}", path.display()));
    let mut file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let about = file.metadata().map_err(|error| failed(error.to_string()))?;
    if about.is_dir() || about.len() > MOST_BYTES {
        return Err(failed("it is no key".to_owned()));
    }
    // Of what was opened, for the name may be another file's by now.
    if let Some(mode) = others_mode(&about) {
        return Err(failed(format!("others can read it (mode {mode:04o}); `chmod 600` makes it yours alone")));
    }
    let mut text = String::new();
    file.by_ref().take(MOST_BYTES).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    text.parse().map_err(|error| failed(format!("{error}")))
}

/// The mode of a file that others than its owner can read or change.
#[cfg(unix)]
fn others_mode(about: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = about.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn others_mode(_: &std::fs::Metadata) -> Option<u32> {
    None
}
