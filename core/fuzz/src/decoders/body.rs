//! Bodies of requests: whatever is packed, at most so much is unpacked, memory stays within a bound, and it is the same each time.
//!
//! The first byte chooses how, modulo 3: 0 is not packed, 1 is gzip, 2 is Zstandard.

use crate::budget::measure;
use bytes::Bytes;
use unpack::{Packing, unpack};

// The server's own, which needs nothing else of it.
#[path = "../../../../apps/server/src/body/unpack.rs"]
mod unpack;

/// At most so much is unpacked.
const MOST: usize = 64 << 10;
/// What grows is there twice while it moves, and a decoder has tables and buffers.
const MOST_MEMORY: usize = 4 * MOST + (256 << 10);

/// See the module.
pub fn check(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let packing = match first % 3 {
        0 => Packing::None,
        1 => Packing::Gzip,
        _ => Packing::Zstd,
    };
    let body = Bytes::copy_from_slice(body);
    let (unpacked, taken) = measure(|| unpack(body.clone(), packing, MOST));
    assert!(taken.memory <= MOST_MEMORY, "{} bytes of memory, at most {MOST_MEMORY}", taken.memory);
    assert!(unpacked.as_ref().is_ok_and(|unpacked| unpacked.len() <= MOST) || unpacked.is_err(), "it has a bound");
    assert_eq!(unpack(body, packing, MOST), unpacked, "the same bytes give the same");
}
