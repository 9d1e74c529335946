//! Files of the kit, read into memory: from a folder, or packed into the program that runs the cases elsewhere.

use crate::ConformanceError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files by their paths below a folder, with `/`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The folder; for the packed ones only said.
    pub root: PathBuf,
    all: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// Reads a folder and what is below it; hidden files are those of editors and tools.
    ///
    /// # Errors
    /// Where something cannot be read.
    pub fn of_folder(root: &Path) -> Result<Self, ConformanceError> {
        let mut files = Files { root: root.to_owned(), all: BTreeMap::new() };
        files.gather(root, "")?;
        Ok(files)
    }

    fn gather(&mut self, folder: &Path, prefix: &str) -> Result<(), ConformanceError> {
        let refused = |source| ConformanceError::File { path: folder.to_owned(), source };
        for entry in std::fs::read_dir(folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.gather(&path, &format!("{prefix}{name}/"))?;
            } else {
                let bytes = std::fs::read(&path).map_err(|source| ConformanceError::File { path, source })?;
                self.all.insert(format!("{prefix}{name}"), bytes);
            }
        }
        Ok(())
    }

    /// The files that the build packed into this program.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Self {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/kit.bin"));
        let plain = zstd::decode_all(packed.as_slice()).unwrap_or_default();
        let (mut all, mut rest) = (BTreeMap::new(), plain.as_slice());
        while let Some((name, after)) = part(rest)
            && let Some((bytes, after)) = part(after)
        {
            all.insert(String::from_utf8_lossy(name).into_owned(), bytes.to_vec());
            rest = after;
        }
        Files { root: PathBuf::from("tracewire's own"), all }
    }

    /// What lies below a folder of these.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let prefix = format!("{folder}/");
        let all =
            self.all.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?.to_owned(), bytes.clone())));
        Files { root: self.root.join(folder), all: all.collect() }
    }

    /// All paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// The bytes of a file.
    pub fn bytes(&self, path: &str) -> Result<&[u8], ConformanceError> {
        self.all.get(path).map(Vec::as_slice).ok_or_else(|| ConformanceError::File {
            path: self.root.join(path),
            source: std::io::ErrorKind::NotFound.into(),
        })
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Result<&str, ConformanceError> {
        std::str::from_utf8(self.bytes(path)?)
            .map_err(|error| ConformanceError::Content { path: self.root.join(path), reason: error.to_string() })
    }
}

/// A length of four bytes, least significant first, and so many bytes; and what follows them.
#[cfg(feature = "embedded")]
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}
