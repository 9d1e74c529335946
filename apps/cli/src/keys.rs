//! Keys: those that are trusted, and the one that signs.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracewire_recorder::config;
use tracewire_wire::WireError;
use tracewire_wire::sign::{Keys, PublicKey, SigningKey};

use crate::error::CliError;
use crate::paths::short_path;
use crate::term::escape;

/// A file larger than this is no key.
const MOST_BYTES: u64 = 16 << 10;

/// The public keys that arguments name: files, folders of files, or keys themselves. `None` where nothing is named.
///
/// # Errors
/// `signing_key` for what holds no public key.
pub fn trusted(named: &[String]) -> Result<Option<Keys>, CliError> {
    let mut keys = Keys::default();
    for name in named {
        let path = Path::new(name);
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => folder(path, &mut keys)?,
            Ok(_) => keys.add(of_file(path)?),
            // It may be the key itself.
            Err(source) => match name.parse() {
                Ok(key) => keys.add(key),
                Err(_) => return Err(CliError::File { path: path.to_owned(), source }),
            },
        }
    }
    Ok(Some(keys).filter(|keys| !keys.is_empty()))
}

/// All public keys of a folder; what else lies there is left alone.
fn folder(path: &Path, keys: &mut Keys) -> Result<(), CliError> {
    let refused = |source| CliError::File { path: path.to_owned(), source };
    let files: Result<Vec<PathBuf>, io::Error> =
        fs::read_dir(path).and_then(|found| found.map(|entry| Ok(entry?.path())).collect());
    let mut files = files.map_err(refused)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pub" || extension == "pem"));
    files.sort();
    let mut is_none = true;
    for file in files {
        let is_public = file.extension().is_some_and(|extension| extension == "pub");
        match of_file(&file) {
            Ok(key) => {
                keys.add(key);
                is_none = false;
            }
            Err(error) if is_public => return Err(error),
            // A private key, or another's certificate.
            Err(_) => {}
        }
    }
    if is_none {
        let place = escape(&short_path(path), false);
        return Err(CliError::Key(format!("{place}: no public key lies in this folder (.pub, .pem)")));
    }
    Ok(())
}

fn of_file(path: &Path) -> Result<PublicKey, CliError> {
    let refused = |source| CliError::File { path: path.to_owned(), source };
    let wrong = |error: WireError| CliError::Key(format!("{}: {error}", escape(&short_path(path), false)));
    if fs::metadata(path).map_err(refused)?.len() > MOST_BYTES {
        return Err(CliError::Key(format!("{}: it is no key", escape(&short_path(path), false))));
    }
    let bytes = fs::read(path).map_err(refused)?;
    String::from_utf8_lossy(&bytes).parse().map_err(wrong)
}

/// The key that signs: that of the argument, else that of the settings; `None` where neither names one.
///
/// # Errors
/// `signing_key` where it cannot be used.
pub fn signing(named: Option<&Path>) -> Result<Option<SigningKey>, CliError> {
    let found = match named {
        Some(path) => config::read_key(path).map(Some),
        None => config::signing_key(&config::load(None)),
    };
    found.map_err(|error| CliError::Key(escape(&error.to_string(), false)))
}

/// Writes a private key that only this user can read, and its public half beside it. Neither may be there already.
///
/// # Errors
/// `would_overwrite`, or where a file cannot be written.
pub fn write(key: &SigningKey, private: &Path, public: &Path) -> Result<(), CliError> {
    // Looked at first, so that there is not one half of a pair.
    if let Some(there) = [private, public].into_iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        return Err(CliError::WouldOverwrite(there.to_owned()));
    }
    put(private, &key.to_pem(), 0o600)?;
    put(public, &key.public().to_pem(), 0o644)
}

fn put(path: &Path, text: &str, mode: u32) -> Result<(), CliError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => CliError::WouldOverwrite(path.to_owned()),
        _ => CliError::File { path: path.to_owned(), source },
    })
}
