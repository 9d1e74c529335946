//! What a reader reads: a file that may still grow, or bytes that somebody has already.

use super::segment::read_at;
use std::fs::File;
use std::io;

pub(super) enum Source {
    File(File),
    Bytes(Vec<u8>),
}

impl Source {
    /// How long it is now.
    pub(super) fn length(&self) -> io::Result<u64> {
        match self {
            Source::File(file) => Ok(file.metadata()?.len()),
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Reads at an offset until `target` is full or the source ends; gives how many bytes were read.
    pub(super) fn read_at(&self, target: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Source::File(file) => read_at(file, target, offset),
            Source::Bytes(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
                let read = rest.len().min(target.len());
                for (to, from) in target.iter_mut().zip(rest) {
                    *to = *from;
                }
                Ok(read)
            }
        }
    }
}
