//! Unpacking: pure, and bounded, so that a small body cannot become a large one. The fuzzer reads this file by itself: it knows
//! nothing of requests.

use std::io::Read;

use bytes::Bytes;

/// The window of Zstandard is memory that the sender chooses; 8 MiB are what RFC 8878 recommends to bear.
const WINDOW_LOG: u32 = 23;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
}

/// Why a body is not unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is longer than it may be.
    TooLarge,
    /// It is not packed as was said: in words.
    Broken(String),
    /// No decoder can be had.
    NoDecoder,
}

/// Unpacks a body of at most so many bytes.
///
/// # Errors
/// Why not.
pub fn unpack(bytes: Bytes, packing: Packing, most: usize) -> Result<Bytes, Refused> {
    match packing {
        Packing::None if bytes.len() > most => Err(Refused::TooLarge),
        Packing::None => Ok(bytes),
        Packing::Gzip => bounded(flate2::read::MultiGzDecoder::new(&*bytes), most),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(&*bytes).map_err(|_| Refused::NoDecoder)?;
            decoder.window_log_max(WINDOW_LOG).map_err(|_| Refused::NoDecoder)?;
            bounded(decoder, most)
        }
    }
}

fn bounded(from: impl Read, most: usize) -> Result<Bytes, Refused> {
    let mut unpacked = Vec::new();
    match from.take(most as u64 + 1).read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() > most => Err(Refused::TooLarge),
        Ok(_) => Ok(Bytes::from(unpacked)),
        Err(error) => Err(Refused::Broken(error.to_string())),
    }
}
