//! Which bytes are a token, and its rank: the lower, the earlier it is merged.

use super::layout::{self, Shape};

/// Tables in the program's own bytes.
pub(super) struct Vocabulary {
    shape: Shape,
    slots: &'static [u8],
    ends: &'static [u8],
    bytes: &'static [u8],
}

macro_rules! vocabulary {
    ($name:literal, $shape:expr) => {
        Vocabulary {
            shape: $shape,
            slots: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".slots")),
            ends: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".ends")),
            bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".bytes")),
        }
    };
}

pub(super) static CL100K: Vocabulary = vocabulary!("cl100k", layout::CL100K);
pub(super) static O200K: Vocabulary = vocabulary!("o200k", layout::O200K);

/// No token is longer, in bytes.
const LONGEST: usize = 128;

impl Vocabulary {
    /// The rank of these bytes, if they are a token.
    pub(super) fn rank(&self, bytes: &[u8]) -> Option<u32> {
        if bytes.len() > LONGEST {
            return None;
        }
        let hash = layout::hash(bytes);
        let mut slot = layout::slot(hash, self.shape.slot_bits);
        loop {
            let entry = number(self.slots, slot)?;
            if entry == layout::EMPTY {
                return None;
            }
            if let Some(rank) = layout::rank(entry, hash)
                && self.token(rank as usize) == Some(bytes)
            {
                return Some(rank);
            }
            slot = (slot + 1) & ((1 << self.shape.slot_bits) - 1);
        }
    }

    fn token(&self, rank: usize) -> Option<&'static [u8]> {
        let from = if rank == 0 { 0 } else { number(self.ends, rank - 1)? };
        self.bytes.get(from as usize..number(self.ends, rank)? as usize)
    }
}

/// The number at a place of a table.
fn number(table: &[u8], place: usize) -> Option<u32> {
    let bytes = table.get(place * 4..place * 4 + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_found_under_its_rank() {
        for vocabulary in [&CL100K, &O200K] {
            let mut longest = 0;
            for rank in 0..vocabulary.shape.tokens {
                let token = vocabulary.token(rank as usize).unwrap();
                assert_eq!(vocabulary.rank(token), Some(rank));
                longest = longest.max(token.len());
            }
            assert_eq!(longest, LONGEST);
            assert_eq!(vocabulary.rank(&[b'a'; LONGEST + 1]), None);
            assert_eq!(vocabulary.rank(b"\xff\xfe\xfd\xfc"), None);
        }
    }
}
