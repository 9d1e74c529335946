//! The journal: any file is read to its end, items touch each other, and whatever it holds is sealed to envelopes that verify.
//!
//! Bytes that begin with the magic are a file as it is. Others are pairs of a kind and a payload, which get frames that hold:
//! `kind, length, payload …`; a kind of 255 changes a byte of the file made so far.

use crate::budget::Budget;
use std::path::PathBuf;
use tracewire_recorder::journal::frame::{self, Kind};
use tracewire_recorder::journal::{Header, JournalReader};
use tracewire_recorder::seal::{PLAIN_SEAL_VERSION, Sealer};
use tracewire_wire::envelope::Envelope;

/// For each byte of the file: what is sealed is held as JSON and as events.
pub const BUDGET: Budget = Budget { memory: 600, steps: 8_000 };
/// The reader's own buffer.
const BUFFER: usize = 1 << 20;
const SEED: u64 = 0x0123_4567_89ab_cdef;

/// See the module.
pub fn check(bytes: &[u8]) {
    let file = if bytes.starts_with(&frame::MAGIC) { bytes.to_vec() } else { file(bytes) };
    let may_fail = !file.starts_with(&self::file(&[]));
    let path = path();
    std::fs::write(&path, &file).expect("the folder of temporary files takes files");
    BUDGET.keep(file.len() + BUFFER / BUDGET.memory, || read(&path, file.len() as u64, may_fail));
}

/// A file for each process, in memory where the system has such a folder.
fn path() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("tracewire-fuzz-{}.twj", std::process::id()))
}

/// The file that the bytes describe.
pub fn file(bytes: &[u8]) -> Vec<u8> {
    let mut file = frame::preamble(SEED).to_vec();
    let header = Header {
        spec: "1.0".to_owned(),
        seal: PLAIN_SEAL_VERSION,
        producer: "00000000000000ab-1".to_owned(),
        ..Header::default()
    };
    add(&mut file, Kind::Header, &header.to_cbor());
    let mut rest = bytes;
    while let Some(([kind, length], behind)) = rest.split_first_chunk() {
        let (payload, next) = behind.split_at(behind.len().min(usize::from(*length)));
        rest = next;
        match kind {
            255 => {
                let place = file.len() * usize::from(*length) / 256;
                file[place] ^= payload.first().copied().unwrap_or(1);
                rest = behind;
            }
            0..=199 => add(&mut file, Kind::Record, payload),
            200..=227 => add(&mut file, Kind::Mark, &[0]),
            228..=234 => add(&mut file, Kind::Close, payload),
            _ => file.extend_from_slice(payload),
        }
    }
    file
}

fn add(file: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    let mut framed = Vec::new();
    file.resize(file.len().next_multiple_of(frame::ALIGNMENT as usize), 0);
    if frame::encode(&mut framed, file.len() as u64, kind, payload, SEED) {
        file.extend_from_slice(&framed);
    }
}

fn read(path: &PathBuf, file_bytes: u64, may_fail: bool) {
    let mut reader = match JournalReader::open(path) {
        Ok(reader) => reader,
        Err(error) => return assert!(may_fail, "a file whose header nobody changed is opened: {error}"),
    };
    let mut sealer = Sealer::new(reader.header());
    let mut resumed = None;
    let mut end = reader.offset();
    while let Some(item) = reader.next().expect("a file that is there can be read") {
        assert_eq!(item.offset(), end, "items leave no gap");
        assert!(
            item.end_offset() > end && item.end_offset() <= file_bytes,
            "items have a length and end within the file"
        );
        end = item.end_offset();
        let sealed = sealer.push(&item);
        let by_resumed: Option<Vec<u8>> =
            resumed.as_mut().and_then(|other: &mut Sealer| other.push(&item)).map(|it| it.bytes());
        if let Some(sealed) = sealed {
            let bytes = sealed.bytes();
            let envelope =
                Envelope::read(&bytes).unwrap_or_else(|error| panic!("what is sealed is no envelope: {error}"));
            assert_eq!(envelope.write(), bytes, "what is sealed is canonical");
            assert_eq!(envelope.compute_digest(), envelope.digest, "and has its digest");
            assert!(resumed.is_none() || by_resumed.as_ref() == Some(&bytes), "who goes on later makes the same");
            let checkpoint = sealer.checkpoint();
            if resumed.is_none() && checkpoint.offset == end {
                // Another sealer goes on from the first boundary on.
                let again = JournalReader::open(path).expect("it was opened before");
                resumed = Some(Sealer::resume(again.header(), checkpoint.clone()));
            }
        }
    }
}
