//! WebM and Matroska (TW-MED-009).

use super::input::{Input, place};
use super::{Media, most};

/// Elements of one list that are looked at.
const MOST_ELEMENTS: usize = 256;

const EBML: u64 = 0x1a45_dfa3;
const DOC_TYPE: u64 = 0x4282;
const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_a966;
const TIME_SCALE: u64 = 0x2a_d7b1;
const DURATION: u64 = 0x4489;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK: u64 = 0xae;
const VIDEO: u64 = 0xe0;
const WIDTH: u64 = 0xb0;
const HEIGHT: u64 = 0xba;

pub(super) fn recognise(input: &Input<'_>) -> Option<Media> {
    let end = input.bytes.len();
    let head = first(input, EBML, 0, end).filter(|head| head.at == 0)?;
    let doc_type = first(input, DOC_TYPE, head.from, head.until)?;
    let (film, sound) = match input.bytes.get(doc_type.from..doc_type.until)? {
        b"webm" => ("video/webm", "audio/webm"),
        b"matroska" => ("video/x-matroska", "audio/x-matroska"),
        _ => return None,
    };
    let Some(segment) = first(input, SEGMENT, head.until, end) else { return Some(Media::of(film)) };
    let tracks = first(input, TRACKS, segment.from, segment.until);
    let size = tracks.as_ref().and_then(|tracks| {
        let tracks = elements(input, tracks.from, tracks.until).filter(|found| found.id == TRACK);
        tracks.filter_map(|track| first(input, VIDEO, track.from, track.until)).next()
    });
    // What is all there and shows nothing is heard.
    let is_sound = size.is_none() && tracks.is_some_and(|tracks| tracks.is_whole);
    let mut media = Media::of(if is_sound { sound } else { film });
    if let Some(video) = size {
        let number = |id| first(input, id, video.from, video.until).and_then(|found| unsigned(input, &found));
        if let (Some(width), Some(height)) = (number(WIDTH), number(HEIGHT)) {
            media = media.sized(width, height);
        }
    }
    Some(media.lasting(length(input, &segment)))
}

fn length(input: &Input<'_>, segment: &Found) -> Option<u64> {
    let info = first(input, INFO, segment.from, segment.until)?;
    let scale = match first(input, TIME_SCALE, info.from, info.until) {
        Some(found) => unsigned(input, &found)?,
        None => 1_000_000,
    };
    let duration = first(input, DURATION, info.from, info.until)?;
    let units = match duration.until - duration.from {
        4 => f64::from(f32::from_bits(input.be32(duration.from)? as u32)),
        8 => f64::from_bits(input.be64(duration.from)?),
        _ => return None,
    };
    let nanos = (units * scale as f64).floor();
    if (1.0..9_007_199_254_740_992.0).contains(&nanos) { most(nanos as u64) } else { None }
}

/// An element: what it is, where it begins, and where its data lies.
struct Found {
    id: u64,
    at: usize,
    from: usize,
    until: usize,
    is_whole: bool,
}

/// The elements that lie between two places, whole or not.
fn elements<'i>(input: &'i Input<'_>, from: usize, until: usize) -> impl Iterator<Item = Found> + 'i {
    let mut at = from;
    let next = move || {
        let (id, id_bytes) = number(input, at, 4, false)?;
        let (size, size_bytes) = number(input, at + id_bytes, 8, true)?;
        let from = at + id_bytes + size_bytes;
        // All ones: the size is not known, and all that follows belongs to it.
        let is_unknown = size == (1 << (7 * size_bytes)) - 1;
        // Behind the list, if it says so: on every machine the same.
        let end = if is_unknown { until } else { place((from as u64).saturating_add(size)).unwrap_or(usize::MAX) };
        let found = Found { id, at, from, until: end.min(until), is_whole: end <= until };
        if from > until {
            return None;
        }
        at = found.until;
        Some(found)
    };
    std::iter::from_fn(next).take(MOST_ELEMENTS)
}

fn first(input: &Input<'_>, id: u64, from: usize, until: usize) -> Option<Found> {
    elements(input, from, until).find(|found| found.id == id)
}

/// A number of as many bytes as the zeros before its first bit say, and these bytes; of a size that bit goes.
fn number(input: &Input<'_>, at: usize, most: usize, is_size: bool) -> Option<(u64, usize)> {
    let first = input.byte(at)?;
    let length = (first as u8).leading_zeros() as usize + 1;
    if length > most {
        return None;
    }
    let mut value = if is_size { first & ((1 << (8 - length)) - 1) } else { first };
    for more in 1..length {
        value = value << 8 | input.byte(at + more)?;
    }
    Some((value, length))
}

/// A number of up to eight bytes.
fn unsigned(input: &Input<'_>, found: &Found) -> Option<u64> {
    let bytes = input.bytes.get(found.from..found.until).filter(|bytes| (1..=8).contains(&bytes.len()))?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}
