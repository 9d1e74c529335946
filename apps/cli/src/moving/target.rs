//! A file that is there when all of it is, or standard output.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use crate::error::CliError;

/// Where bytes go.
pub struct Target {
    out: BufWriter<Box<dyn Write + Send>>,
    named: Option<Named>,
}

struct Named {
    path: PathBuf,
    /// What is written beside it and gets its name at the end; none where the name is of a pipe or a device.
    partial: Option<(PathBuf, File)>,
}

/// Files that are being written, to be removed where the user ends the program.
static PARTIAL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Target {
    /// A file; standard output where none is named, or where it is named `-`.
    ///
    /// # Errors
    /// Where its folder is not there, or not for us.
    pub fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Target { out: buffered(Box::new(io::stdout())), named: None });
        };
        let refused = |source| CliError::File { path: path.to_owned(), source };
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let known = fs::metadata(&path).ok();
        if known.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(refused(io::ErrorKind::IsADirectory.into()));
        }
        if known.as_ref().is_some_and(|about| !about.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(&path).map_err(refused)?;
            return Ok(Target { out: buffered(Box::new(file)), named: Some(Named { path, partial: None }) });
        }
        let name = path.file_name().ok_or_else(|| refused(io::ErrorKind::IsADirectory.into()))?;
        let partial = path.with_file_name(format!(".{}.{}.partial", name.to_string_lossy(), std::process::id()));
        forget_at_interrupt(&partial);
        let file = File::create(&partial).map_err(refused)?;
        if let Some(about) = known {
            // Who may read the old file may read the new one; where that cannot be said, the usual holds.
            let _ = file.set_permissions(about.permissions());
        }
        let out = file.try_clone().map_err(refused)?;
        Ok(Target { out: buffered(Box::new(out)), named: Some(Named { path, partial: Some((partial, file)) }) })
    }

    /// The file's path; `None` for standard output.
    pub fn path(&self) -> Option<&Path> {
        self.named.as_ref().map(|named| named.path.as_path())
    }

    /// Writes everything out and gives the file its name. Without this nothing stays of it.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn keep(mut self) -> Result<(), CliError> {
        let kept = self.out.flush().and_then(|()| match &self.named {
            Some(Named { path, partial: Some((partial, file)) }) => {
                file.sync_all().and_then(|()| fs::rename(partial, path))
            }
            _ => Ok(()),
        });
        kept.map_err(|error| self.refused(error))
    }

    /// The error of this target.
    pub fn refused(&self, source: io::Error) -> CliError {
        match &self.named {
            Some(Named { path, .. }) => CliError::File { path: path.clone(), source },
            None => CliError::Io(source),
        }
    }
}

fn buffered(out: Box<dyn Write + Send>) -> BufWriter<Box<dyn Write + Send>> {
    BufWriter::with_capacity(128 << 10, out)
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Target {
    /// What was not kept goes; where it has its name already, nothing is there to be removed.
    fn drop(&mut self) {
        if let Some(Named { partial: Some((partial, _)), .. }) = &self.named {
            let _ = fs::remove_file(partial);
            PARTIAL.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| path != partial);
        }
    }
}

/// Where the user ends the program, the file goes first.
fn forget_at_interrupt(partial: &Path) {
    static HANDLER: Once = Once::new();
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner).push(partial.to_owned());
    // Where there is no handler the file stays behind, which is no more than untidy.
    HANDLER.call_once(|| {
        let _ = ctrlc::set_handler(|| {
            for path in PARTIAL.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = fs::remove_file(path);
            }
            std::process::exit(INTERRUPTED);
        });
    });
}

/// The exit code of a program that was interrupted, as shells say it.
const INTERRUPTED: i32 = 130;
