//! Sinks that need no network.

use crate::error::RecorderError;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

/// Where envelopes go when the recorder itself delivers them (inline and background mode).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkOptions {
    /// A file of JSON Lines: one envelope a line, appended.
    JsonLines {
        /// The file, made when the first envelope is there.
        path: PathBuf,
    },
}

impl SinkOptions {
    /// The name that stands in journals' headers and cursors.
    pub fn name(&self) -> String {
        match self {
            SinkOptions::JsonLines { path } => format!("jsonl:{}", path.display()),
        }
    }

    /// Delivers envelopes; when it returns, they are with the kernel.
    ///
    /// # Errors
    /// [`RecorderError`] when they could not be written; the same envelopes come again later.
    pub fn deliver(&self, envelopes: &[Vec<u8>]) -> Result<(), RecorderError> {
        match self {
            SinkOptions::JsonLines { path } => {
                let failed = |source| RecorderError::io("append", path, source);
                let mut lines = Vec::with_capacity(envelopes.iter().map(|envelope| envelope.len() + 1).sum());
                for envelope in envelopes {
                    lines.extend_from_slice(envelope);
                    lines.push(b'\n');
                }
                let mut file: File = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
                file.write_all(&lines).map_err(failed)
            }
        }
    }
}
