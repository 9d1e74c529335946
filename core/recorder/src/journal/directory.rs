//! Where journals live: `.tracewire/` of the project, or the user's state folder (section 1 of `spec/journal.md`).

use super::segment::os::{self, FileSystem};
use crate::error::RecorderError;
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Name of a project's directory.
const PROJECT_FOLDER: &str = ".tracewire";
/// Suffix of journal files.
pub(super) const SUFFIX: &str = ".twj";

/// A directory of journals. Nothing is made on disk before the first record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    path: PathBuf,
    notice: Option<String>,
}

/// What [`find_directory`] looks at; a test gives its own.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `TRACEWIRE_DIR`.
    pub chosen: Option<OsString>,
    /// The working directory.
    pub working: Option<PathBuf>,
    /// The user's state folder, without `tracewire`.
    pub state: Option<PathBuf>,
}

impl Surroundings {
    /// Those of the calling process.
    pub fn current() -> Self {
        Surroundings {
            chosen: std::env::var_os("TRACEWIRE_DIR").filter(|value| !value.is_empty()),
            working: std::env::current_dir().ok(),
            state: state_folder(),
        }
    }
}

/// The directory that the calling process uses, by requirement TW-JNL-001. Touches nothing.
pub fn find_directory() -> Directory {
    find_directory_in(&Surroundings::current())
}

/// The same for given surroundings.
pub fn find_directory_in(surroundings: &Surroundings) -> Directory {
    let wished = match &surroundings.chosen {
        Some(chosen) => match &surroundings.working {
            Some(working) => working.join(chosen),
            None => PathBuf::from(chosen),
        },
        None => match &surroundings.working {
            Some(working) => working
                .ancestors()
                .map(|folder| folder.join(PROJECT_FOLDER))
                .find(|folder| folder.is_dir() && belongs_to_user(folder))
                .unwrap_or_else(|| working.join(PROJECT_FOLDER)),
            None => return fallback(surroundings, "there is no working directory"),
        },
    };
    match obstacle(&wished) {
        None => Directory::at(wished),
        Some(obstacle) => fallback(surroundings, &format!("{} {obstacle}", wished.display())),
    }
}

fn fallback(surroundings: &Surroundings, reason: &str) -> Directory {
    let state = surroundings.state.clone().unwrap_or_else(std::env::temp_dir);
    let path = state.join("tracewire");
    let notice = format!("tracewire records to {}, because {reason}", path.display());
    Directory { path, notice: Some(notice) }
}

/// Why journals cannot live in a folder that is there or would be made there.
fn obstacle(wished: &Path) -> Option<&'static str> {
    // The nearest folder that exists decides: the rest would be made in it.
    let existing = wished.ancestors().find(|folder| folder.exists());
    match existing {
        Some(found) if !found.is_dir() => Some("is not a folder"),
        Some(found) if os::file_system_at(found) == FileSystem::Network => Some("is on a network file system"),
        Some(found) if !os::is_writable(found) => Some("is not writable"),
        Some(_) => None,
        None => Some("does not exist"),
    }
}

/// Whether what was found on the way up belongs to this user: in a shared folder, somebody else could have put it there
/// to read along.
pub(crate) fn belongs_to_user(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let user = os::user_id();
        user == 0 || fs::metadata(path).is_ok_and(|found| found.uid() == user || found.uid() == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        true
    }
}

fn state_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return variable("LOCALAPPDATA");
    }
    if let Some(state) = variable("XDG_STATE_HOME") {
        return Some(state);
    }
    let home = std::env::home_dir().filter(|home| home.is_absolute())?;
    Some(home.join(if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/state" }))
}

impl Directory {
    /// A directory that the caller chose.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // A host that changes its working directory later must not move its journals.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Directory { path, notice: None }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why it is not the project's own directory, as a sentence for the host's log.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The folder of the journal files.
    pub fn journal_folder(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// The file of a producer.
    pub fn journal_path(&self, producer: &str) -> PathBuf {
        self.journal_folder().join(format!("{producer}{SUFFIX}"))
    }

    /// All journal files, by process and number; none where the folder does not exist.
    ///
    /// # Errors
    /// [`RecorderError::Io`] when the folder cannot be read.
    pub fn journals(&self) -> Result<Vec<PathBuf>, RecorderError> {
        let folder = self.journal_folder();
        let failed = |source| RecorderError::io("read", &folder, source);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            // Files that are being made begin with a dot.
            if let Some(producer) = name.to_str().and_then(|name| name.strip_suffix(SUFFIX))
                && !producer.starts_with('.')
            {
                found.push(producer.to_owned());
            }
        }
        found.sort_by_cached_key(|producer| sort_key(producer));
        Ok(found.iter().map(|producer| self.journal_path(producer)).collect())
    }

    /// Makes the folders (mode 0700) and the `.gitignore` where they are missing.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn prepare(&self) -> io::Result<()> {
        make_folder(&self.journal_folder())?;
        let ignore = self.path.join(".gitignore");
        if !ignore.exists() {
            // What is in a journal is nobody's to commit. A folder without this file records all the same.
            let _ = fs::File::create_new(&ignore).and_then(|mut file| file.write_all(b"*\n"));
        }
        Ok(())
    }
}

/// Makes a folder and those above it, readable by its user alone.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Orders `p-2` before `p-10`.
fn sort_key(producer: &str) -> (String, u64, String) {
    let (process, number) = producer.rsplit_once('-').unwrap_or((producer, ""));
    (process.to_owned(), number.parse().unwrap_or(0), producer.to_owned())
}

/// Whether a text is a producer's name (requirement TW-ID-004): it also names a file, so it must not be a path.
pub(crate) fn is_producer_name(text: &str) -> bool {
    let Some((process, number)) = text.split_once('-') else { return false };
    process.len() == 16
        && process.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && !number.starts_with('0')
        && (1..=19).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of a file.
pub(crate) fn producer_name(process: &str, number: u64) -> String {
    format!("{process}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_and_not_paths() {
        assert!(is_producer_name("00000000000000ff-1"));
        assert!(is_producer_name("0123456789abcdef-120"));
        for wrong in
            ["", "ff-1", "00000000000000FF-1", "00000000000000ff-0", "00000000000000ff-", "../../../../etc/x-1"]
        {
            assert!(!is_producer_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn files_are_ordered_by_number() {
        let mut names = ["b-1", "a-10", "a-2"];
        names.sort_by_cached_key(|name| sort_key(name));
        assert_eq!(names, ["a-2", "a-10", "b-1"]);
    }
}
