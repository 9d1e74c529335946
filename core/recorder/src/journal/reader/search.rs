//! Looking for the next whole frame behind bytes that are none.

use super::{JournalReader, Search};
use crate::journal::frame;
use std::io;

impl JournalReader {
    /// Looks for a whole frame behind `from`, which holds none, in the bytes up to `limit`.
    pub(super) fn search(&mut self, from: u64, limit: u64) -> io::Result<Search> {
        let mut used_end = from;
        let mut offset = from;
        while offset < limit {
            self.fill(offset, 1)?;
            let start = usize::try_from(offset - self.buffer_start).map_err(io::Error::other)?;
            let bytes = self.buffer.get(start..).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            let mut candidate = None;
            let mut covered = 0;
            for word in bytes.chunks(8) {
                let at = offset + covered;
                covered += 8;
                let Ok(word) = <[u8; 8]>::try_from(word) else {
                    // The file ends inside a word.
                    if word.iter().any(|byte| *byte != 0) {
                        used_end = at + 8;
                    }
                    break;
                };
                if word == [0; 8] {
                    continue;
                }
                used_end = at + 8;
                if at > from && self.claims_frame(word, at) {
                    candidate = Some(at);
                    break;
                }
            }
            offset += covered;
            if let Some(candidate) = candidate
                && self.frame_at(candidate)?.is_some()
            {
                return Ok(Search::Frame(candidate));
            }
        }
        Ok(Search::Nothing(used_end))
    }

    fn claims_frame(&self, word: [u8; 8], offset: u64) -> bool {
        // The length first: it is cheaper to compare than the guard, and random bytes rarely fit.
        let [a, b, c, d, ..] = word;
        let length = frame::frame_bytes(u64::from(u32::from_le_bytes([a, b, c, d])));
        offset + length <= self.file_bytes && frame::head(word, offset, self.seed).is_some()
    }
}
