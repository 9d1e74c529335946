//! Reading a file: items in order, in bounded memory, around whatever is damaged (requirements TW-JNL-007 to 009).
//!
//! A living file may be read while it grows. Frames appear in order and whole, but one reading of many bytes is not one
//! moment: what looks bad is read again before it is called damage.

mod search;

use super::frame::{self, Check, Head, Kind};
use super::header::Header;
use super::item::{Item, Tail};
use super::members::HeaderError;
use super::segment::open_readable;
use super::source::Source;
use crate::cbor::Decoder;
use crate::error::RecorderError;
use std::io;
use std::path::{Path, PathBuf};
use tracewire_wire::value::Value;

/// How much is read at once.
const CHUNK_BYTES: u64 = 256 << 10;
/// Bytes that may be hashed in vain, on top of twice what was searched. Only a forged file ever uses them up: in it
/// every word may claim to begin a frame that is as long as the file.
const FORGED_BYTES: u64 = 64 << 20;
/// After so many looks at a quiet end, what lies behind it is searched again.
const QUIET_LOOKS: u32 = 32;

/// Reads one journal file.
pub struct JournalReader {
    path: PathBuf,
    source: Source,
    header: Header,
    seed: u64,
    first: u64,
    at: u64,
    buffer: Vec<u8>,
    buffer_start: u64,
    file_bytes: u64,
    tail: Tail,
    /// The length of the file when everything behind the end was found to be zero, and how often that was trusted.
    quiet: Option<(u64, u32)>,
    searched_from: u64,
    hashed_in_vain: u64,
}

enum Step {
    Frame(Head),
    Damage(u64),
    End,
}

/// What stands behind bytes that are no frame.
enum Search {
    Frame(u64),
    /// No frame; the bytes that are not zero end here.
    Nothing(u64),
}

impl JournalReader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`RecorderError::Foreign`], [`RecorderError::Newer`] or [`RecorderError::Header`] where the file is not a journal
    /// that this version reads; [`RecorderError::Io`] where it cannot be read at all.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecorderError> {
        let path = path.as_ref().to_owned();
        let failed = |source| RecorderError::io("open", &path, source);
        let file = open_readable(&path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(RecorderError::Foreign { path, offset: 0 });
        }
        Self::over(path, Source::File(file))
    }

    /// The same for the bytes of a file.
    ///
    /// # Errors
    /// As of [`JournalReader::open`].
    pub fn of_bytes(bytes: Vec<u8>) -> Result<Self, RecorderError> {
        Self::over(PathBuf::from("the journal"), Source::Bytes(bytes))
    }

    /// The bytes that it was made of; none where it reads a file.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.source {
            Source::Bytes(bytes) => bytes,
            Source::File(_) => Vec::new(),
        }
    }

    fn over(path: PathBuf, source: Source) -> Result<Self, RecorderError> {
        let mut reader = JournalReader {
            path,
            source,
            header: Header::default(),
            seed: 0,
            first: frame::PREAMBLE_BYTES,
            at: frame::PREAMBLE_BYTES,
            buffer: Vec::new(),
            buffer_start: 0,
            file_bytes: 0,
            tail: Tail::Clean,
            quiet: None,
            searched_from: frame::PREAMBLE_BYTES,
            hashed_in_vain: 0,
        };
        reader.read_header()?;
        Ok(reader)
    }

    /// The file's header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The offset of the next item.
    pub fn offset(&self) -> u64 {
        self.at
    }

    /// Goes on at an offset that an item or [`JournalReader::offset`] gave; 0 is the first item.
    pub fn seek(&mut self, offset: u64) {
        self.at = offset.next_multiple_of(frame::ALIGNMENT).max(self.first);
        self.tail = Tail::Clean;
        self.quiet = None;
        self.searched_from = self.at;
        self.hashed_in_vain = 0;
    }

    /// What stands behind the last item; meaningful after [`JournalReader::next`] gave `None`.
    pub fn tail(&self) -> Tail {
        self.tail
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The next item; `None` at the end so far. A living file may have more later.
    ///
    /// # Errors
    /// [`RecorderError::Io`] when the file cannot be read. Damage is an item, not an error.
    #[expect(clippy::should_implement_trait, reason = "items borrow the reader's buffer, which no Iterator can")]
    pub fn next(&mut self) -> Result<Option<Item<'_>>, RecorderError> {
        if self.tail == Tail::Closed {
            return Ok(None);
        }
        let step = match self.step() {
            Ok(step) => step,
            Err(source) => return Err(RecorderError::io("read", &self.path, source)),
        };
        let offset = self.at;
        match step {
            Step::End => Ok(None),
            Step::Damage(bytes) => {
                self.at += bytes;
                Ok(Some(Item::Damage { offset, bytes }))
            }
            Step::Frame(head) => {
                self.at += head.frame_bytes();
                self.tail = if head.kind == Kind::Close as u8 { Tail::Closed } else { Tail::Clean };
                Ok(Some(self.item(head, offset)))
            }
        }
    }

    fn item(&self, head: Head, offset: u64) -> Item<'_> {
        let end_offset = offset + head.frame_bytes();
        let payload = self.payload(head, offset);
        match head.kind {
            kind if kind == Kind::Record as u8 => Item::Record { offset, end_offset, payload },
            kind if kind == Kind::Mark as u8 => Item::Mark { offset, end_offset },
            kind if kind == Kind::Close as u8 => Item::Close { offset, end_offset, reason: close_reason(payload) },
            kind => Item::Unknown { kind, offset, end_offset },
        }
    }

    fn payload(&self, head: Head, offset: u64) -> &[u8] {
        self.buffered(offset + frame::HEAD_BYTES, u64::from(head.payload_bytes)).unwrap_or_default()
    }

    fn read_header(&mut self) -> Result<(), RecorderError> {
        let path = self.path.clone();
        let failed = |source| RecorderError::io("read", &path, source);
        let invalid =
            |offset, reason: &str| RecorderError::Header { path: path.clone(), offset, reason: reason.to_owned() };
        self.refresh().map_err(failed)?;
        let mut preamble = [0; frame::PREAMBLE_BYTES as usize];
        let length = self.source.read_at(&mut preamble, 0).map_err(failed)?;
        let (magic, seed) = preamble.split_at(frame::MAGIC.len());
        let same = magic.iter().zip(&frame::MAGIC).take(length).take_while(|(a, b)| a == b).count();
        if same < length.min(frame::MAGIC.len()) {
            return Err(RecorderError::Foreign { path, offset: same as u64 });
        }
        if length < preamble.len() {
            return Err(invalid(length as u64, "the file ends here"));
        }
        self.seed = seed.try_into().map_or(0, u64::from_le_bytes);
        let offset = frame::PREAMBLE_BYTES;
        let Some(head) = self.frame_at(offset).map_err(failed)? else {
            return Err(invalid(offset, "its frame is cut off or damaged"));
        };
        if head.kind != Kind::Header as u8 {
            return Err(invalid(offset, "another frame stands in its place"));
        }
        match Header::read(self.payload(head, offset)) {
            Ok(header) => self.header = header,
            Err(HeaderError::Newer(format)) => return Err(RecorderError::Newer { path, offset, format }),
            Err(HeaderError::Invalid(reason)) => return Err(invalid(offset, &reason)),
        }
        self.first = offset + head.frame_bytes();
        self.seek(0);
        Ok(())
    }

    fn step(&mut self) -> io::Result<Step> {
        // What is looked at twice counts once, and what is looked at again at each visit of the end does not add up.
        let hashed_in_vain = self.hashed_in_vain;
        let step = self.step_counting(hashed_in_vain);
        if matches!(step, Ok(Step::End)) {
            self.hashed_in_vain = hashed_in_vain;
        }
        step
    }

    fn step_counting(&mut self, hashed_in_vain: u64) -> io::Result<Step> {
        if let Some(head) = self.frame_at(self.at)? {
            return Ok(Step::Frame(head));
        }
        // What was read earlier may be older than the frame.
        self.refresh()?;
        self.hashed_in_vain = hashed_in_vain;
        if let Some(head) = self.frame_at(self.at)? {
            return Ok(Step::Frame(head));
        }
        if self.is_quiet() {
            return Ok(Step::End);
        }
        match self.search(self.at, self.file_bytes)? {
            Search::Frame(_) => {
                // The search may have met a frame that is younger than what it read before it; whatever stands in front of a
                // visible frame is final, so a second search up to it tells the truth.
                self.refresh()?;
                self.hashed_in_vain = hashed_in_vain;
                if let Some(head) = self.frame_at(self.at)? {
                    return Ok(Step::Frame(head));
                }
                match self.search(self.at, self.file_bytes)? {
                    Search::Frame(next) => Ok(Step::Damage(next - self.at)),
                    Search::Nothing(_) => Ok(Step::End),
                }
            }
            Search::Nothing(end) if end > self.at => {
                self.tail = Tail::Torn { offset: self.at, bytes: end - self.at };
                self.quiet = None;
                Ok(Step::End)
            }
            Search::Nothing(_) => {
                self.tail = Tail::Clean;
                self.quiet = Some((self.file_bytes, 0));
                Ok(Step::End)
            }
        }
    }

    /// Whether the end was found quiet before and nothing says that it is not: the file has its length, and zeros stand
    /// where the next frame would begin. A writer fills those first.
    fn is_quiet(&mut self) -> bool {
        let is_zero = self.buffered(self.at, 8).is_none_or(|word| word == [0; 8]);
        match &mut self.quiet {
            Some((file_bytes, looks)) if is_zero && *file_bytes == self.file_bytes && *looks < QUIET_LOOKS => {
                *looks += 1;
                true
            }
            _ => false,
        }
    }

    /// The frame at an offset, if a whole one stands there; it is then in the buffer.
    fn frame_at(&mut self, offset: u64) -> io::Result<Option<Head>> {
        self.fill(offset, frame::HEAD_BYTES)?;
        let word = self.buffered(offset, frame::HEAD_BYTES).and_then(|word| <[u8; 8]>::try_from(word).ok());
        let Some(head) = word.and_then(|word| frame::head(word, offset, self.seed)) else { return Ok(None) };
        let length = head.frame_bytes();
        if self.hashed_in_vain > FORGED_BYTES + 2 * (offset - self.searched_from.min(offset)) {
            return Ok(None);
        }
        let is_whole = if length <= CHUNK_BYTES {
            self.fill(offset, length)?;
            match self.buffered(offset, length) {
                Some(bytes) => frame::is_whole(bytes, offset, self.seed),
                None => return Ok(None),
            }
        } else {
            // A length that nobody vouches for must not decide how much memory is taken.
            let end = self.source.length()?;
            if offset + length > end {
                return Ok(None);
            }
            self.check_in_pieces(offset, length)? && {
                self.fill(offset, length)?;
                self.buffered(offset, length).is_some()
            }
        };
        if !is_whole {
            self.hashed_in_vain += length;
        }
        Ok(is_whole.then_some(head))
    }

    fn check_in_pieces(&self, offset: u64, length: u64) -> io::Result<bool> {
        let mut check = Check::new(offset, self.seed);
        let mut piece = vec![0; CHUNK_BYTES as usize];
        let end = offset + length - frame::CHECK_BYTES;
        let mut at = offset;
        while at < end {
            let wanted = piece.len().min((end - at) as usize);
            let target = piece.get_mut(..wanted).unwrap_or_default();
            if self.source.read_at(target, at)? < wanted {
                return Ok(false);
            }
            check.update(target);
            at += wanted as u64;
        }
        let mut last = [0; 8];
        Ok(self.source.read_at(&mut last, end)? == last.len() && check.holds(last))
    }

    /// Forgets what was read and asks for the file's length.
    fn refresh(&mut self) -> io::Result<()> {
        self.buffer.clear();
        self.buffer_start = self.at;
        self.file_bytes = self.source.length()?;
        Ok(())
    }

    /// Has the bytes in the buffer, as far as the file holds them.
    fn fill(&mut self, offset: u64, length: u64) -> io::Result<()> {
        if self.buffered(offset, length).is_some() {
            return Ok(());
        }
        let wanted = usize::try_from(length.max(CHUNK_BYTES)).map_err(io::Error::other)?;
        if self.buffer.capacity() > wanted.max(4 * CHUNK_BYTES as usize) {
            self.buffer = Vec::new();
        }
        self.buffer.resize(wanted, 0);
        self.buffer_start = offset;
        let count = self.source.read_at(&mut self.buffer, offset)?;
        self.buffer.truncate(count);
        Ok(())
    }

    fn buffered(&self, offset: u64, length: u64) -> Option<&[u8]> {
        let start = usize::try_from(offset.checked_sub(self.buffer_start)?).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        self.buffer.get(start..end)
    }
}

fn close_reason(payload: &[u8]) -> String {
    match Decoder::new(payload).value() {
        Ok(Value::Map(map)) => map.get("reason").and_then(Value::as_text).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}
