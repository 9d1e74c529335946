//! The bytes of the file that is being written: through a mapped window where the file system is known to be safe for
//! it, else by `write`. Decision 0001 says what each of them promises.

#![allow(unsafe_code, reason = "mapped files, and calls of the C library")]

#[cfg(unix)]
mod mapped;
#[cfg(not(unix))]
#[path = "segment/unmapped.rs"]
mod mapped;
pub(crate) mod os;

use crate::fork::OwnFile;
use mapped::{Populate, Window};
use os::FileSystem;
use std::fs::File;
use std::io;
use std::path::Path;

/// How frames reach the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Append {
    /// Mapped where the file system is known, written elsewhere; `TRACEWIRE_APPEND=write` and `=map` decide otherwise.
    #[default]
    Auto,
    /// Mapped wherever the system can reserve space.
    Mapped,
    /// One `write` for each frame.
    Written,
}

/// Smallest and largest amount of space that is reserved ahead of the writer.
const STEP_BYTES: std::ops::RangeInclusive<u64> = 256 << 10..=4 << 20;

/// Space is reserved in multiples of this.
const GRAIN_BYTES: u64 = 64 << 10;

/// Why a frame could not be put.
#[derive(Debug)]
pub(super) enum PutError {
    /// The pages of the window cannot be made ready: the file is gone or cut, or there is no space or memory after all.
    Unmapped,
    /// `write` failed, and the file is as it was before.
    Failed(io::Error),
    /// `write` failed, and what it left could not be removed.
    Torn(io::Error),
    /// The frame is written, could not be forced to the disk, and could not be removed: readers find it.
    Unsynced(io::Error),
}

/// One file, from its first byte to its last.
pub(super) struct Segment {
    file: OwnFile,
    way: Way,
    /// The file is this long, and where `is_reserving` its blocks are reserved.
    allocated: u64,
    is_reserving: bool,
    is_synced: bool,
}

enum Way {
    Mapped { window: Option<Window>, populate: Populate },
    Written,
}

impl Segment {
    /// Takes an empty file. With `is_synced` each frame is forced to the disk, which takes `write`.
    pub(super) fn new(file: OwnFile, append: Append, is_synced: bool) -> Self {
        let is_mapped = !is_synced
            && match append {
                Append::Written => false,
                Append::Mapped => cfg!(any(target_os = "linux", target_os = "macos")),
                Append::Auto => os::file_system_of(&file) == FileSystem::Preallocating,
            };
        let way = if is_mapped { Way::Mapped { window: None, populate: Populate::Yes } } else { Way::Written };
        Segment { file, way, allocated: 0, is_reserving: true, is_synced }
    }

    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.way, Way::Mapped { .. })
    }

    /// Bytes that the file takes.
    pub(super) fn allocated(&self) -> u64 {
        self.allocated
    }

    /// Whether bytes up to `end` fit without another step.
    #[inline]
    pub(super) fn has_room(&self, end: u64) -> bool {
        end <= self.allocated
    }

    /// How far the next step would go: at least to `end`, otherwise in steps that grow with the file.
    pub(super) fn step_target(&self, end: u64, file_bytes: u64) -> u64 {
        let step = self.allocated.clamp(*STEP_BYTES.start(), *STEP_BYTES.end());
        let ceiling = file_bytes.next_multiple_of(GRAIN_BYTES);
        (self.allocated + step).min(ceiling).max(end).next_multiple_of(GRAIN_BYTES)
    }

    /// Reserves space up to `target`, or at least up to `end`.
    pub(super) fn step(&mut self, end: u64, target: u64) -> io::Result<()> {
        let limit = os::size_limit();
        if end > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if !self.is_reserving {
            self.allocated = target.min(limit);
            return Ok(());
        }
        let first = os::allocate(&self.file, self.allocated, target.min(limit));
        let result = match first {
            Err(error) if error.kind() == io::ErrorKind::StorageFull && target > end => {
                let least = end.next_multiple_of(4096).min(limit);
                os::allocate(&self.file, self.allocated, least).map(|()| least)
            }
            other => other.map(|()| target.min(limit)),
        };
        match result {
            Ok(reached) => self.allocated = reached,
            // A file system that cannot reserve space is written to, and says itself when it is full.
            Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {
                self.way = Way::Written;
                self.is_reserving = false;
                self.allocated = target.min(limit);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether the file still has a name and all of its first `used` bytes.
    #[inline]
    pub(super) fn is_intact(&self, used: u64) -> bool {
        os::length_and_links(&self.file).is_some_and(|(length, links)| links > 0 && length >= used)
    }

    /// Writes what stands before the first frame. The caller has asked [`Segment::has_room`].
    pub(super) fn write_first(&self, bytes: &[u8]) -> io::Result<()> {
        write_all_at(&self.file, bytes, 0)
    }

    /// Puts one frame at `offset`. The caller has asked [`Segment::has_room`].
    #[inline]
    pub(super) fn put(&mut self, offset: u64, frame: &[u8]) -> Result<(), PutError> {
        let length = frame.len() as u64;
        let Way::Mapped { window, populate } = &mut self.way else {
            return self.write(offset, frame);
        };
        let ready = match window {
            Some(window) if window.holds(offset, length) => window,
            _ => {
                // First unmap what is behind, then map what is ahead: resident memory stays one window.
                *window = None;
                let fresh = Window::map(&self.file, offset, length).map_err(|_| PutError::Unmapped)?;
                window.insert(fresh)
            }
        };
        if *populate == Populate::Yes {
            *populate = ready.populate(offset + length, self.allocated).map_err(|_| PutError::Unmapped)?;
        }
        ready.put(offset, frame);
        Ok(())
    }

    /// From now on frames are written: the window could not be used although the file is intact.
    pub(super) fn give_up_mapping(&mut self) {
        self.way = Way::Written;
    }

    fn write(&mut self, offset: u64, frame: &[u8]) -> Result<(), PutError> {
        let mut result = write_all_at(&self.file, frame, offset);
        let is_whole = result.is_ok();
        if self.is_synced {
            result = result.and_then(|()| self.file.sync_data());
        }
        let Err(error) = result else { return Ok(()) };
        // Part of the frame may be there. Readers would skip it, but the next frame must not follow a torn one.
        match self.file.set_len(offset) {
            Ok(()) => {
                self.allocated = offset;
                Err(PutError::Failed(error))
            }
            Err(_) if is_whole => Err(PutError::Unsynced(error)),
            Err(_) => Err(PutError::Torn(error)),
        }
    }

    /// Cuts the file to its used length and gives it back.
    pub(super) fn finish(mut self, used: u64) -> OwnFile {
        self.way = Way::Written;
        // A longer file is read just the same: what follows the close is zeros.
        let _ = self.file.set_len(used);
        self.file
    }
}

/// Writes all bytes at an offset, leaving the file's own position alone where the system can.
#[cfg(unix)]
pub(super) fn write_all_at(file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Writes all bytes at an offset, leaving the file's own position alone where the system can.
#[cfg(not(unix))]
pub(super) fn write_all_at(mut file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek as _, SeekFrom, Write as _};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Reads at an offset until `bytes` is full or the file ends; gives how many were read.
pub(super) fn read_at(file: &std::fs::File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        #[cfg(unix)]
        let result = std::os::unix::fs::FileExt::read_at(file, rest, offset + filled as u64);
        #[cfg(not(unix))]
        let result = {
            use std::io::{Read as _, Seek as _, SeekFrom};
            let mut reader = file;
            reader.seek(SeekFrom::Start(offset + filled as u64)).and_then(|_| reader.read(rest))
        };
        match result {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Opens without waiting: a pipe that somebody put in a journal's place must not stop a reader.
pub(super) fn open_readable(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn put_into(device: &str) -> Result<(), PutError> {
        let file = std::fs::OpenOptions::new().write(true).open(device).unwrap();
        Segment::new(OwnFile::new(file), Append::Written, true).put(0, b"a frame")
    }

    #[test]
    fn a_frame_that_is_there_to_stay_is_not_a_torn_one() {
        // Neither of the two can be forced to a disk or cut; the second takes no bytes either.
        assert!(matches!(put_into("/dev/null"), Err(PutError::Unsynced(_))));
        assert!(matches!(put_into("/dev/full"), Err(PutError::Torn(_))));
    }
}
