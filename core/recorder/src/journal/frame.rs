//! The frame: how one payload stands in the file (section 2 of `spec/journal.md`).
//!
//! ```text
//! 0      4     5       8          8+n      padded     +8
//! │ n u32│kind │guard24│ payload … │ zeros  │ check u64│
//! ```
//!
//! Guard and check are XXH3 with a seed that only the file knows, so no payload can imitate a frame.

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

/// First bytes of every journal file.
pub const MAGIC: [u8; 8] = [0x89, b'T', b'W', b'J', 0x0d, 0x0a, 0x1a, 0x0a];
/// Bytes before the first frame: magic and seed.
pub const PREAMBLE_BYTES: u64 = 16;
/// Bytes of a frame before its payload.
pub const HEAD_BYTES: u64 = 8;
/// Bytes of a frame behind its padded payload.
pub const CHECK_BYTES: u64 = 8;
/// Frames start at multiples of this.
pub const ALIGNMENT: u64 = 8;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The header of the file, its first frame.
    Header = 1,
    /// One record.
    Record = 2,
    /// A flush: an envelope ends here.
    Mark = 3,
    /// The end of the file.
    Close = 4,
}

/// The head of a frame whose guard holds; its check may still fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Kind, perhaps one that this version does not know.
    pub kind: u8,
    /// Length of the payload in bytes.
    pub payload_bytes: u32,
}

impl Head {
    /// Length of the whole frame in bytes.
    pub fn frame_bytes(&self) -> u64 {
        frame_bytes(u64::from(self.payload_bytes))
    }
}

/// Length of a frame with this payload, in bytes.
pub fn frame_bytes(payload_bytes: u64) -> u64 {
    HEAD_BYTES + payload_bytes.next_multiple_of(ALIGNMENT) + CHECK_BYTES
}

/// Low 24 bits of the hash over offset, length and kind.
fn guard(offset: u64, payload_bytes: u32, kind: u8, seed: u64) -> u32 {
    let mut bytes = [0; 13];
    let (place, rest) = bytes.split_at_mut(8);
    place.copy_from_slice(&offset.to_le_bytes());
    let (length, last) = rest.split_at_mut(4);
    length.copy_from_slice(&payload_bytes.to_le_bytes());
    last.copy_from_slice(&[kind]);
    (xxh3_64_with_seed(&bytes, seed) & 0xff_ffff) as u32
}

/// The first 8 bytes of a frame.
fn head_word(offset: u64, payload_bytes: u32, kind: u8, seed: u64) -> u64 {
    let guard = guard(offset, payload_bytes, kind, seed);
    u64::from(payload_bytes) | (u64::from(kind) << 32) | (u64::from(guard) << 40)
}

/// Writes the preamble of a new file.
pub fn preamble(seed: u64) -> [u8; PREAMBLE_BYTES as usize] {
    let mut bytes = [0; PREAMBLE_BYTES as usize];
    let (magic, rest) = bytes.split_at_mut(8);
    magic.copy_from_slice(&MAGIC);
    rest.copy_from_slice(&seed.to_le_bytes());
    bytes
}

/// Replaces `out` by one frame as it stands at `offset`; false where the payload has no frame (empty, or beyond 4 GiB).
#[must_use]
pub fn encode(out: &mut Vec<u8>, offset: u64, kind: Kind, payload: &[u8], seed: u64) -> bool {
    out.clear();
    let payload_bytes = match u32::try_from(payload.len()) {
        Ok(length) if length > 0 => length,
        _ => return false,
    };
    let total = frame_bytes(u64::from(payload_bytes)) as usize;
    out.reserve(total);
    out.extend_from_slice(&head_word(offset, payload_bytes, kind as u8, seed).to_le_bytes());
    out.extend_from_slice(payload);
    out.resize(total - CHECK_BYTES as usize, 0);
    let check = xxh3_64_with_seed(out, seed.wrapping_add(offset));
    out.extend_from_slice(&check.to_le_bytes());
    true
}

/// Reads the first 8 bytes of a frame; `None` where no frame can start with them.
#[inline]
pub fn head(word: [u8; 8], offset: u64, seed: u64) -> Option<Head> {
    let word = u64::from_le_bytes(word);
    let payload_bytes = word as u32;
    if payload_bytes == 0 {
        return None;
    }
    let kind = (word >> 32) as u8;
    let is_good = guard(offset, payload_bytes, kind, seed) == (word >> 40) as u32;
    is_good.then_some(Head { kind, payload_bytes })
}

/// The running check of a frame that is read in pieces.
pub struct Check(Xxh3);

impl Check {
    /// The check of a frame at this offset.
    pub fn new(offset: u64, seed: u64) -> Self {
        Check(Xxh3::with_seed(seed.wrapping_add(offset)))
    }

    /// Takes the next bytes of the frame, from its head to its padding.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Whether the frame ends with this check.
    pub fn holds(&self, check: [u8; 8]) -> bool {
        self.0.digest() == u64::from_le_bytes(check)
    }
}

/// Whether the check at the end of a whole frame holds.
pub fn is_whole(frame: &[u8], offset: u64, seed: u64) -> bool {
    match frame.split_last_chunk::<8>() {
        Some((covered, check)) => xxh3_64_with_seed(covered, seed.wrapping_add(offset)) == u64::from_le_bytes(*check),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_of_one_byte_is_24_bytes() {
        let mut out = Vec::new();
        assert!(encode(&mut out, 16, Kind::Mark, &[0xf6], 0));
        assert_eq!(out.len(), 24);
        assert_eq!(out[..5], [1, 0, 0, 0, 3]);
        assert_eq!(out[8..16], [0xf6, 0, 0, 0, 0, 0, 0, 0]);
        assert!(is_whole(&out, 16, 0));
        assert!(!is_whole(&out, 24, 0), "the check depends on the offset");
        assert!(!is_whole(&out, 16, 1), "and on the seed");
    }

    #[test]
    fn payloads_without_a_frame_are_refused() {
        assert!(!encode(&mut Vec::new(), 16, Kind::Record, &[], 7));
    }

    #[test]
    fn heads_are_read_back_only_where_they_were_written() {
        let mut out = Vec::new();
        assert!(encode(&mut out, 4096, Kind::Record, b"hello", 99));
        let word: [u8; 8] = out[..8].try_into().unwrap();
        assert_eq!(head(word, 4096, 99), Some(Head { kind: 2, payload_bytes: 5 }));
        assert_eq!(head(word, 4104, 99), None);
        assert_eq!(head([0; 8], 4096, 99), None);
    }

    #[test]
    fn the_running_check_is_the_check_at_every_length() {
        for length in [1usize, 7, 8, 16, 120, 200, 232, 240, 241, 500, 5000] {
            let mut out = Vec::new();
            assert!(encode(&mut out, 64, Kind::Record, &vec![0xa5; length], 3));
            let mut check = Check::new(64, 3);
            let (covered, end) = out.split_last_chunk::<8>().unwrap();
            covered.chunks(97).for_each(|piece| check.update(piece));
            assert!(check.holds(*end), "{length}");
        }
    }
}
