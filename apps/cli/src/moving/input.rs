//! A file or standard input, from the beginning as often as needed.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};

use crate::error::CliError;
use crate::paths::short_path;
use crate::term::{Bar, escape};

/// What is read.
pub struct Input {
    place: Place,
    /// Its name for people, harmless.
    pub name: String,
}

enum Place {
    Stdin,
    File(PathBuf),
    /// What came through a pipe, kept in a file without a name.
    Kept(File),
}

impl Input {
    /// A file, or standard input where the name is `-`.
    pub fn new(path: &Path) -> Self {
        if path.as_os_str() == "-" {
            return Input { place: Place::Stdin, name: "standard input".to_owned() };
        }
        Input { name: escape(&short_path(path), false), place: Place::File(path.to_owned()) }
    }

    /// What was written to a file without a name.
    pub fn kept(file: File, name: &str) -> Self {
        Input { place: Place::Kept(file), name: name.to_owned() }
    }

    /// The same, but so that it can be read twice: what comes through a pipe is kept in a temporary file.
    ///
    /// # Errors
    /// Where it cannot be read, or there is no room.
    pub fn lasting(self, bar: &mut Bar) -> Result<Self, CliError> {
        let is_lasting = match &self.place {
            Place::Stdin => false,
            Place::Kept(_) => true,
            // A named pipe gives its bytes once.
            Place::File(path) => path.metadata().is_ok_and(|about| about.is_file()),
        };
        if is_lasting {
            return Ok(self);
        }
        let mut from = self.open()?;
        let mut file = temporary()?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.refused(error)),
            };
            let bytes = buffer.get(..length).unwrap_or_default();
            io::Write::write_all(&mut file, bytes).map_err(no_room)?;
            bar.advance(length as u64);
        }
        Ok(Input { place: Place::Kept(file), name: self.name })
    }

    /// Whether it is there, and for us; a pipe is left alone, for its writer ends with its first reader.
    ///
    /// # Errors
    /// Where it is not.
    pub fn check(&self) -> Result<(), CliError> {
        let Place::File(path) = &self.place else { return Ok(()) };
        let checked = path.metadata().and_then(|about| match () {
            () if about.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            () if about.is_file() => File::open(path).map(drop),
            () => Ok(()),
        });
        checked.map_err(|error| self.refused(error))
    }

    /// Reads it from the beginning.
    ///
    /// # Errors
    /// Where the file is not there, or not for us.
    pub fn open(&self) -> Result<Box<dyn Read>, CliError> {
        Ok(match &self.place {
            Place::Stdin => Box::new(io::stdin().lock()),
            Place::File(path) => Box::new(File::open(path).map_err(|error| self.refused(error))?),
            Place::Kept(file) => {
                let mut file = file.try_clone().map_err(no_room)?;
                file.rewind().map_err(no_room)?;
                Box::new(file)
            }
        })
    }

    /// How many bytes there are, where that is known.
    pub fn size(&self) -> Option<u64> {
        match &self.place {
            Place::Stdin => None,
            Place::File(path) => path.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len()),
            Place::Kept(file) => file.metadata().ok().map(|about| about.len()),
        }
    }

    /// The error of this input.
    pub fn refused(&self, source: io::Error) -> CliError {
        match &self.place {
            Place::File(path) => CliError::File { path: path.clone(), source },
            Place::Stdin => CliError::File { path: "standard input".into(), source },
            Place::Kept(_) => no_room(source),
        }
    }
}

/// A file without a name, which goes when nobody has it open.
///
/// # Errors
/// Where the folder for temporary files cannot be written.
pub fn temporary() -> Result<File, CliError> {
    tempfile::tempfile().map_err(no_room)
}

/// The error of a file without a name.
pub fn no_room(source: io::Error) -> CliError {
    CliError::Temporary { path: std::env::temp_dir(), source }
}
