//! Whether a file's writer lives (section 6 of `spec/journal.md`).

use super::frame::{self, Kind};
use super::header::{Header, Origin};
use super::item::Item;
use super::lock::is_held;
use super::reader::JournalReader;
use super::segment::open_readable;
use super::segment::read_at;
use crate::error::RecorderError;
use std::fs::File;
use std::io;
use std::path::Path;

/// How far before its end a file is searched for its close; a close is some 40 bytes.
const CLOSE_BYTES: u64 = 4096;
/// How much is read at once while looking for the last byte that is not zero.
const CHUNK_BYTES: u64 = 64 << 10;

/// What can be said about a file's writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// It holds the file's lock.
    Alive,
    /// The file is complete.
    Closed,
    /// It is gone, and the file may be recovered.
    Dead,
    /// It ran on another host or in another pid namespace, or nothing can be asked: nobody here can tell.
    Unknown,
}

/// Says whether the writer of a file lives.
pub fn liveness(path: impl AsRef<Path>, header: &Header) -> Liveness {
    judge(path.as_ref(), header, &Origin::current()).unwrap_or(Liveness::Unknown)
}

fn judge(path: &Path, header: &Header, here: &Origin) -> Result<Liveness, RecorderError> {
    let failed = |source| RecorderError::io("read", path, source);
    let file = open_readable(path).map_err(failed)?;
    if closing_end(&file, path)?.is_some() {
        return Ok(Liveness::Closed);
    }
    let verdict = match relation(&header.origin, here) {
        Relation::Elsewhere => return Ok(Liveness::Unknown),
        Relation::EarlierBoot => Liveness::Dead,
        Relation::Here if is_held(&file).map_err(failed)? => return Ok(Liveness::Alive),
        Relation::Here => Liveness::Dead,
    };
    // The writer may have closed the file meanwhile, or something stands behind its close: the frames decide.
    Ok(if has_close(path)? { Liveness::Closed } else { verdict })
}

/// Where a writer ran, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Here,
    EarlierBoot,
    Elsewhere,
}

fn relation(writer: &Origin, here: &Origin) -> Relation {
    // Names of namespaces mean something within one boot only.
    if writer.host != here.host {
        Relation::Elsewhere
    } else if writer.boot != here.boot {
        Relation::EarlierBoot
    } else if writer.pid_namespace != here.pid_namespace {
        Relation::Elsewhere
    } else {
        Relation::Here
    }
}

fn has_close(path: &Path) -> Result<bool, RecorderError> {
    let mut reader = JournalReader::open(path)?;
    while let Some(item) = reader.next()? {
        if matches!(item, Item::Close { .. }) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where a file ends, if the last thing in it is a close. Reads the end of the file only.
pub(super) fn closing_end(file: &File, path: &Path) -> Result<Option<u64>, RecorderError> {
    find_close(file).map_err(|source| RecorderError::io("read", path, source))
}

fn find_close(file: &File) -> io::Result<Option<u64>> {
    let mut preamble = [0; frame::PREAMBLE_BYTES as usize];
    if read_at(file, &mut preamble, 0)? < preamble.len() {
        return Ok(None);
    }
    let seed = preamble.last_chunk::<8>().map_or(0, |seed| u64::from_le_bytes(*seed));
    let end = used_bytes(file)?.next_multiple_of(frame::ALIGNMENT);
    let start = end.saturating_sub(CLOSE_BYTES).max(frame::PREAMBLE_BYTES);
    let mut bytes = vec![0; end.saturating_sub(start) as usize];
    // The last word may reach over the end of a file that was cut inside it; it stays zero there.
    read_at(file, &mut bytes, start)?;
    for (index, word) in bytes.chunks_exact(8).enumerate().rev() {
        let offset = start + 8 * index as u64;
        let head = <[u8; 8]>::try_from(word).ok().and_then(|word| frame::head(word, offset, seed));
        if let Some(head) = head
            && head.kind == Kind::Close as u8
            && offset + head.frame_bytes() == end
            && bytes.get(8 * index..).is_some_and(|whole| frame::is_whole(whole, offset, seed))
        {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// The offset behind the last byte that is not zero.
fn used_bytes(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut chunk = vec![0; CHUNK_BYTES as usize];
    while end > 0 {
        let start = end.saturating_sub(CHUNK_BYTES);
        let target = chunk.get_mut(..(end - start) as usize).unwrap_or_default();
        let count = read_at(file, target, start)?;
        let read = target.get(..count).unwrap_or_default();
        if let Some(last) = read.iter().rposition(|byte| *byte != 0) {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_elsewhere_is_never_dead() {
        let here = Origin { host: "a".into(), boot: "1".into(), pid_namespace: "p".into(), pid: 1, started: 1 };
        assert_eq!(relation(&here, &here), Relation::Here);
        assert_eq!(relation(&Origin { host: "b".into(), ..here.clone() }, &here), Relation::Elsewhere);
        assert_eq!(relation(&Origin { pid_namespace: "q".into(), ..here.clone() }, &here), Relation::Elsewhere);
        assert_eq!(relation(&Origin { boot: "2".into(), ..here.clone() }, &here), Relation::EarlierBoot);
        let container = Origin { boot: "2".into(), pid_namespace: "q".into(), ..here.clone() };
        assert_eq!(relation(&container, &here), Relation::EarlierBoot);
        let stranger = Origin { host: "b".into(), boot: "2".into(), ..here.clone() };
        assert_eq!(relation(&stranger, &here), Relation::Elsewhere);
    }
}
