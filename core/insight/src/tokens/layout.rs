//! How the packed tables lie; shared with the build script that writes them.

/// A letter, `\p{L}`.
pub const LETTER: u8 = 1;
/// A number, `\p{N}`.
pub const NUMBER: u8 = 2;
/// White space, `\s`.
pub const SPACE: u8 = 4;
/// What may stand in the first part of a word: a letter that is not lower case, or a mark.
pub const UPPER: u8 = 8;
/// What may stand in the second part of a word: a letter that is not upper case, or a mark.
pub const LOWER: u8 = 16;

/// Scalar values whose classes stand together.
pub const BLOCK: usize = 128;
/// Blocks of all scalar values.
pub const BLOCKS: usize = 0x11_0000 / BLOCK;

/// A slot without a token.
pub const EMPTY: u32 = u32::MAX;
/// Bits of a slot that hold the rank; the others hold a part of the hash.
const RANK_BITS: u32 = 18;

/// The measures of a vocabulary.
#[derive(Clone, Copy)]
pub struct Shape {
    /// How many tokens it has, special ones aside.
    pub tokens: u32,
    /// The table has two to the power of this many slots.
    pub slot_bits: u32,
    /// The [`hash`] of all its tokens, one behind the other: it is known when a vocabulary is another one.
    pub fingerprint: u64,
}

/// `cl100k_base`.
pub const CL100K: Shape = Shape { tokens: 100_256, slot_bits: 18, fingerprint: 0x719b_8a0a_bc28_e7ac };
/// `o200k_base`.
pub const O200K: Shape = Shape { tokens: 199_998, slot_bits: 19, fingerprint: 0xc18e_1114_5e52_09f2 };

/// A hash that is the same everywhere.
pub fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0_u8; 8];
        for (into, byte) in word.iter_mut().zip(chunk) {
            *into = *byte;
        }
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    hash ^ (hash >> 32)
}

/// The slot where the search for a token begins.
pub fn slot(hash: u64, slot_bits: u32) -> usize {
    (hash >> RANK_BITS) as usize & ((1 << slot_bits) - 1)
}

/// A slot's content: the rank, and bits of the hash that tell most other tokens apart.
pub fn entry(hash: u64, rank: u32) -> u32 {
    (hash as u32) << RANK_BITS | rank
}

/// The rank in a slot, if it may be that of a token with this hash.
pub fn rank(entry: u32, hash: u64) -> Option<u32> {
    (entry >> RANK_BITS == (hash as u32) << RANK_BITS >> RANK_BITS).then_some(entry & ((1 << RANK_BITS) - 1))
}
