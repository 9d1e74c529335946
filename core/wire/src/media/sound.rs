//! Sound: WAV, FLAC, Ogg, MP3, AAC (TW-MED-010).

use super::input::{Input, place};
use super::{Media, nanos};

/// Chunks of a WAV that are looked at.
const MOST_CHUNKS: usize = 256;
/// How far before the end of an Ogg its last page begins, at the most.
const LAST_PAGE: usize = 65_536;

pub(super) fn recognise(input: &Input<'_>) -> Option<Media> {
    wav(input)
        .or_else(|| flac(input))
        .or_else(|| ogg(input))
        .or_else(|| tagged(input))
        .or_else(|| mpeg(input, 0))
        .or_else(|| adts(input))
}

fn wav(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"RIFF") || !input.has(8, b"WAVE") {
        return None;
    }
    Some(Media::of("audio/wav").lasting(wav_length(input)))
}

fn wav_length(input: &Input<'_>) -> Option<u64> {
    let (mut at, mut rate) = (12, 0);
    for _ in 0..MOST_CHUNKS {
        let size = input.le32(at + 4)?;
        match input.slice(at, 4)? {
            b"fmt " => rate = input.le32(at + 16)?,
            b"data" => return nanos(size.min(input.total.saturating_sub(at as u64 + 8)), rate),
            _ => {}
        }
        // Chunks begin at even places.
        at = at.checked_add(place(size + (size & 1))?)?.checked_add(8)?;
    }
    None
}

fn flac(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"fLaC") || input.byte(4)? & 0x7f != 0 {
        return None;
    }
    // 20 bits of rate, 3 of channels, 5 of depth, 36 of samples.
    let length = input.be64(18).and_then(|bits| nanos(bits & 0xf_ffff_ffff, bits >> 44));
    Some(Media::of("audio/flac").lasting(length))
}

fn ogg(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"OggS\0") {
        return None;
    }
    let head = 27 + place(input.byte(26)?)?;
    if input.has(head, b"OpusHead") {
        let skipped = input.le16(head + 10);
        let length = || nanos(last_position(input)?.checked_sub(skipped?)?, 48_000);
        Some(Media::of("audio/ogg").lasting(length()))
    } else if input.has(head, b"\x01vorbis") {
        let length = || nanos(last_position(input)?, input.le32(head + 12)?);
        Some(Media::of("audio/ogg").lasting(length()))
    } else if input.has(head, b"\x7fFLAC") {
        Some(Media::of("audio/ogg"))
    } else if input.has(head, b"\x80theora") {
        Some(Media::of("video/ogg"))
    } else {
        Some(Media::of("application/ogg"))
    }
}

/// The position that the last page says.
fn last_position(input: &Input<'_>) -> Option<u64> {
    if !input.is_whole() {
        return None;
    }
    let from = input.bytes.len().saturating_sub(LAST_PAGE);
    let last = input.bytes.get(from..)?.windows(4).rposition(|window| window == b"OggS")?;
    input.le64(from + last + 6).filter(|position| *position < u64::MAX)
}

/// An MP3 with a tag before it.
fn tagged(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"ID3") {
        return None;
    }
    let mut size = 0;
    for at in 6..10 {
        size = size << 7 | input.byte(at).filter(|byte| *byte < 0x80)?;
    }
    let footer = if input.byte(5)? & 0x10 == 0 { 0 } else { 10 };
    let length = || mpeg_length(input, place(size + 10 + footer)?);
    Some(Media::of("audio/mpeg").lasting(length()))
}

/// An MP3 whose first frame is followed by another one, or by nothing.
fn mpeg(input: &Input<'_>, at: usize) -> Option<Media> {
    let frame = Frame::at(input, at)?;
    let next = at + frame.bytes;
    let is_followed =
        next >= input.bytes.len() || Frame::at(input, next).is_some_and(|next| next.version == frame.version);
    if is_followed { Some(Media::of("audio/mpeg").lasting(mpeg_length(input, at))) } else { None }
}

fn mpeg_length(input: &Input<'_>, at: usize) -> Option<u64> {
    let frame = Frame::at(input, at)?;
    let info = at + 4 + frame.side_bytes;
    let is_counted = input.has(info, b"Xing") || input.has(info, b"Info");
    if is_counted && input.be32(info + 4)? & 1 == 1 {
        return nanos(input.be32(info + 8)? * frame.samples, frame.rate);
    }
    // As if all frames had the first one's bit rate.
    nanos(input.total.saturating_sub(at as u64).saturating_mul(8), frame.bit_rate)
}

/// The header of a frame of MPEG audio, layer III.
struct Frame {
    version: u64,
    bit_rate: u64,
    rate: u64,
    samples: u64,
    side_bytes: usize,
    bytes: usize,
}

impl Frame {
    fn at(input: &Input<'_>, at: usize) -> Option<Self> {
        const FIRST: [u64; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        const SECOND: [u64; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        const RATES: [u64; 3] = [44_100, 48_000, 32_000];
        let head = input.be32(at)?;
        let (version, layer) = (head >> 19 & 3, head >> 17 & 3);
        if head >> 21 != 0x7ff || version == 1 || layer != 1 {
            return None;
        }
        let is_first = version == 3;
        let table = if is_first { FIRST } else { SECOND };
        let bit_rate = table.get(place(head >> 12 & 15)?).filter(|rate| **rate > 0)? * 1000;
        let shift = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let rate = RATES.get(place(head >> 10 & 3)?)? >> shift;
        let is_mono = head >> 6 & 3 == 3;
        let samples = if is_first { 1152 } else { 576 };
        let side_bytes = match (is_first, is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        let bytes = place(samples / 8 * bit_rate / rate + (head >> 9 & 1))?;
        Some(Frame { version, bit_rate, rate, samples, side_bytes, bytes })
    }
}

/// AAC with a header before each frame; how many there are nobody says.
fn adts(input: &Input<'_>) -> Option<Media> {
    let length = adts_frame(input, 0)?;
    let is_followed = length >= input.bytes.len() || adts_frame(input, length).is_some();
    if is_followed { Some(Media::of("audio/aac")) } else { None }
}

/// The length of the frame here.
fn adts_frame(input: &Input<'_>, at: usize) -> Option<usize> {
    let head = input.be32(at)?;
    if head >> 20 != 0xfff || head >> 17 & 3 != 0 || head >> 10 & 15 > 12 {
        return None;
    }
    let length = (head & 3) << 11 | input.be16(at + 4)? >> 5;
    place(length).filter(|length| *length >= 7)
}
