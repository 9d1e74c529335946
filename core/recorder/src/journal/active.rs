//! The one file that is being written now: how it is made, how it grows, how it ends.

use super::directory::Directory;
use super::frame::{self, Kind};
use super::header::Header;
use super::lock::{create_new, open_writable, try_exclusive};
use super::losses::{Owed, reason, reason_of};
use super::quota::UNFINISHED_SUFFIX;
use super::recovery::close_payload;
use super::segment::{Append, PutError, Segment};
use crate::fork::OwnFile;
use std::fs;
use std::io;
use std::path::Path;

/// Space that is kept for the close, so that a full disk does not leave the file open.
const CLOSE_RESERVE_BYTES: u64 = 64;

/// How files are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) append: Append,
    pub(super) is_synced: bool,
    pub(super) file_bytes: u64,
    /// What the quota leaves for a new file.
    pub(super) headroom: u64,
}

/// What became of one frame.
pub(super) enum Outcome {
    Done,
    /// The file is gone or cut: nothing of it can be relied on.
    Vanished,
    /// Nothing was written; the file is as it was.
    Failed(&'static str),
    /// The end of the file is torn; nothing may follow.
    Torn(&'static str),
    /// The frame is there, though not on the disk; nothing may follow.
    Last(&'static str),
}

/// A journal file between its header and its close.
pub(super) struct ActiveFile {
    // Before the lock: a reader that finds the lock free must find nothing changing.
    segment: Segment,
    _lock: OwnFile,
    pub(super) producer: String,
    seed: u64,
    used: u64,
    contents: Contents,
    has_news: bool,
}

/// What is lost if a file vanishes.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Records, those of losses not counted.
    pub(super) records: u64,
    /// Bytes of their payloads.
    pub(super) record_bytes: u64,
    /// The losses that it tells of, one for each record of that kind.
    pub(super) losses: Vec<Owed>,
}

/// Why a file could not be made.
pub(super) enum CreateError {
    /// The name is taken: another number will do.
    Taken,
    Failed(&'static str, io::Error),
}

impl From<io::Error> for CreateError {
    fn from(error: io::Error) -> Self {
        CreateError::Failed(reason_of(&error), error)
    }
}

impl ActiveFile {
    /// Makes the file of `header.producer`. Nobody sees it under its name before it is locked and its header is whole.
    pub(super) fn create(
        directory: &Directory,
        header: &Header,
        seed: u64,
        manner: Manner,
    ) -> Result<Self, CreateError> {
        directory.prepare()?;
        let path = directory.journal_path(&header.producer);
        let unfinished = directory.journal_folder().join(format!(".{}{UNFINISHED_SUFFIX}", header.producer));
        if path.exists() {
            return Err(CreateError::Taken);
        }
        // Whoever else has an unfinished file of this name keeps it.
        let file = Self::create_at(&unfinished, header, seed, manner)?;
        let named = give_name(&unfinished, &path);
        // A no-op where the file was renamed.
        let _ = fs::remove_file(&unfinished);
        named.map(|()| file)
    }

    fn create_at(path: &Path, header: &Header, seed: u64, manner: Manner) -> Result<Self, CreateError> {
        let lock = match create_new(path) {
            Ok(file) => OwnFile::new(file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(CreateError::Taken),
            Err(error) => return Err(error.into()),
        };
        if !try_exclusive(&lock)? {
            return Err(CreateError::Taken);
        }
        let file = Self::begin(path, lock, header, seed, manner);
        if file.is_err() {
            let _ = fs::remove_file(path);
        }
        file
    }

    fn begin(path: &Path, lock: OwnFile, header: &Header, seed: u64, manner: Manner) -> Result<Self, CreateError> {
        // An opening of its own: a mapping keeps its opening alive in a fork child, and with it the lock.
        let segment = Segment::new(OwnFile::new(open_writable(path)?), manner.append, manner.is_synced);
        let mut file = ActiveFile {
            segment,
            _lock: lock,
            producer: header.producer.clone(),
            seed,
            used: frame::PREAMBLE_BYTES,
            contents: Contents::default(),
            has_news: false,
        };
        let mut scratch = Vec::new();
        let payload = header.to_cbor();
        let end = file.used + frame::frame_bytes(payload.len() as u64);
        if end + CLOSE_RESERVE_BYTES > manner.headroom {
            return Err(CreateError::Failed(reason::QUOTA, io::ErrorKind::QuotaExceeded.into()));
        }
        let target = file.target(end, manner.file_bytes).min(manner.headroom);
        file.segment.step(end + CLOSE_RESERVE_BYTES, target)?;
        file.segment.write_first(&frame::preamble(seed))?;
        match file.put(Kind::Header, &payload, &mut scratch) {
            Outcome::Done => {
                file.has_news = false;
                Ok(file)
            }
            Outcome::Vanished => Err(CreateError::Failed(reason::VANISHED, io::ErrorKind::NotFound.into())),
            Outcome::Failed(reason) | Outcome::Torn(reason) | Outcome::Last(reason) => {
                Err(CreateError::Failed(reason, io::Error::other("the header could not be written")))
            }
        }
    }

    /// What is in it.
    pub(super) fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Whether a record is in it.
    #[inline]
    pub(super) fn has_records(&self) -> bool {
        self.contents.records > 0
    }

    /// A record was put.
    #[inline]
    pub(super) fn holds_record(&mut self, bytes: u64) {
        self.contents.records += 1;
        self.contents.record_bytes += bytes;
    }

    /// The record of a loss was put.
    pub(super) fn tells(&mut self, loss: Owed) {
        self.contents.losses.push(loss);
    }

    /// Bytes that the file takes on the disk.
    pub(super) fn allocated(&self) -> u64 {
        self.segment.allocated()
    }

    /// Whether there is something behind the last mark.
    pub(super) fn has_news(&self) -> bool {
        self.has_news
    }

    pub(super) fn is_mapped(&self) -> bool {
        self.segment.is_mapped()
    }

    /// Where the file would end with this frame.
    #[inline]
    pub(super) fn end_with(&self, payload: &[u8]) -> u64 {
        self.used + frame::frame_bytes(payload.len() as u64)
    }

    /// Whether a frame that ends there fits without another step.
    #[inline]
    pub(super) fn has_room(&self, end: u64) -> bool {
        self.segment.has_room(end + CLOSE_RESERVE_BYTES)
    }

    /// How far the next step would reserve space.
    pub(super) fn target(&self, end: u64, file_bytes: u64) -> u64 {
        self.segment.step_target(end + CLOSE_RESERVE_BYTES, file_bytes)
    }

    /// Reserves space for a frame that ends at `end`, up to `target` if there is as much.
    pub(super) fn grow(&mut self, end: u64, target: u64) -> Result<(), &'static str> {
        let end = end + CLOSE_RESERVE_BYTES;
        self.segment.step(end, target.max(end)).map_err(|error| reason_of(&error))
    }

    /// Whether the file still has a name and all its bytes.
    pub(super) fn is_intact(&self) -> bool {
        self.segment.is_intact(self.used)
    }

    /// Appends one frame, for which there is room.
    #[inline]
    pub(super) fn put(&mut self, kind: Kind, payload: &[u8], scratch: &mut Vec<u8>) -> Outcome {
        if !frame::encode(scratch, self.used, kind, payload, self.seed) {
            return Outcome::Failed(reason::SIZE);
        }
        let result = match self.segment.put(self.used, scratch) {
            Err(PutError::Unmapped) if self.is_intact() => {
                self.segment.give_up_mapping();
                self.segment.put(self.used, scratch)
            }
            result => result,
        };
        match result {
            Ok(()) => {
                self.used += scratch.len() as u64;
                self.has_news = kind != Kind::Mark;
                Outcome::Done
            }
            Err(PutError::Unsynced(error)) if self.is_intact() => Outcome::Last(reason_of(&error)),
            Err(PutError::Unmapped | PutError::Unsynced(_)) => Outcome::Vanished,
            Err(_) if !self.is_intact() => Outcome::Vanished,
            Err(PutError::Failed(error)) => Outcome::Failed(reason_of(&error)),
            Err(PutError::Torn(error)) => Outcome::Torn(reason_of(&error)),
        }
    }

    /// Ends the file. Where that fails it is left as it is, and whoever comes first recovers it.
    pub(super) fn close(mut self, reason: &str, scratch: &mut Vec<u8>) {
        let payload = close_payload(reason);
        let end = self.end_with(&payload);
        let has_room = self.has_room(end) || self.segment.has_room(end) || self.grow(end, end).is_ok();
        if has_room && self.is_intact() && matches!(self.put(Kind::Close, &payload, scratch), Outcome::Done) {
            let ActiveFile { segment, _lock: lock, used, .. } = self;
            let file = segment.finish(used);
            drop((file, lock));
        }
    }
}

/// Gives a finished file its name, never over another file.
fn give_name(unfinished: &Path, path: &Path) -> Result<(), CreateError> {
    match fs::hard_link(unfinished, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(CreateError::Taken),
        // File systems without links.
        Err(_) if !path.exists() => Ok(fs::rename(unfinished, path)?),
        Err(error) => Err(error.into()),
    }
}
