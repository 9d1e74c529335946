//! The family of ISO base media files: AVIF, HEIC, MP4, M4A, QuickTime (TW-MED-008).

use super::input::{Input, place};
use super::{Media, nanos};

/// Boxes of one list that are looked at.
const MOST_BOXES: usize = 256;
/// Compatible brands that are looked at.
const MOST_BRANDS: usize = 16;

pub(super) fn recognise(input: &Input<'_>) -> Option<Media> {
    let size = place(input.be32(0)?).filter(|size| *size >= 16)?;
    if !input.has(4, b"ftyp") {
        return None;
    }
    let brand = input.slice(8, 4)?;
    let brands = (16..size).step_by(4).take(MOST_BRANDS).map_while(|at| input.slice(at, 4));
    Some(match brand {
        b"mif1" | b"msf1" => {
            let media_type = brands.filter_map(picture).next().unwrap_or("image/heif");
            sized(Media::of(media_type), input)
        }
        brand => match picture(brand) {
            Some(media_type) => sized(Media::of(media_type), input),
            None => film(input, brand),
        },
    })
}

fn picture(brand: &[u8]) -> Option<&'static str> {
    match brand {
        b"avif" | b"avis" => Some("image/avif"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some("image/heic"),
        _ => None,
    }
}

/// A box: what it is, and where its payload lies.
struct Found {
    kind: [u8; 4],
    from: usize,
    until: usize,
    is_whole: bool,
}

/// The boxes that lie between two places, whole or not.
fn boxes<'i>(input: &'i Input<'_>, from: usize, until: usize) -> impl Iterator<Item = Found> + 'i {
    let mut at = from;
    let next = move || {
        let kind = input.slice(at.checked_add(4)?, 4)?.try_into().ok()?;
        let (head, size) = match input.be32(at)? {
            0 => (8, until.checked_sub(at)? as u64),
            1 => (16, input.be64(at + 8)?),
            size => (8, size),
        };
        let from = at + head;
        if size < head as u64 || from > until {
            return None;
        }
        // Behind the list, if it says so: on every machine the same.
        let end = place((at as u64).saturating_add(size)).unwrap_or(usize::MAX);
        let found = Found { kind, from, until: end.min(until), is_whole: end <= until };
        at = found.until;
        Some(found)
    };
    std::iter::from_fn(next).take(MOST_BOXES)
}

/// The payload of the first box of this kind.
fn first(input: &Input<'_>, kind: &[u8; 4], from: usize, until: usize) -> Option<Found> {
    boxes(input, from, until).find(|found| found.kind == *kind)
}

/// A picture, as large as the largest of those that it is made of.
fn sized(media: Media, input: &Input<'_>) -> Media {
    let largest = || {
        let meta = first(input, b"meta", 0, input.bytes.len())?;
        // Four bytes of version and flags stand before the boxes.
        let properties = first(input, b"iprp", meta.from + 4, meta.until)?;
        let container = first(input, b"ipco", properties.from, properties.until)?;
        let extents = boxes(input, container.from, container.until).filter(|found| found.kind == *b"ispe");
        let sizes = extents.filter_map(|found| Some((input.be32(found.from + 4)?, input.be32(found.from + 8)?)));
        sizes.reduce(|known, size| if size.0 * size.1 > known.0 * known.1 { size } else { known })
    };
    largest().map_or(media, |(width, height)| media.sized(width, height))
}

/// A film, or sound.
fn film(input: &Input<'_>, brand: &[u8]) -> Media {
    let plain = match brand {
        b"qt  " => "video/quicktime",
        b"M4A " | b"M4B " | b"M4P " => "audio/mp4",
        _ => "video/mp4",
    };
    let Some(movie) = first(input, b"moov", 0, input.bytes.len()) else { return Media::of(plain) };
    let size = boxes(input, movie.from, movie.until).filter(|found| found.kind == *b"trak").find_map(|track| {
        let head = first(input, b"tkhd", track.from, track.until)?;
        let at = head.from + if input.byte(head.from)? == 1 { 88 } else { 76 };
        let (width, height) = (input.be32(at)? >> 16, input.be32(at + 4)? >> 16);
        (width > 0 && height > 0).then_some((width, height))
    });
    // What is all there and shows nothing is heard.
    let is_sound = size.is_none() && movie.is_whole && plain == "video/mp4";
    let media = Media::of(if is_sound { "audio/mp4" } else { plain });
    let media = size.map_or(media, |(width, height)| media.sized(width, height));
    media.lasting(first(input, b"mvhd", movie.from, movie.until).and_then(|head| length(input, head.from)))
}

fn length(input: &Input<'_>, at: usize) -> Option<u64> {
    match input.byte(at)? {
        0 => nanos(input.be32(at + 16).filter(|units| *units < u64::from(u32::MAX))?, input.be32(at + 12)?),
        1 => nanos(input.be64(at + 24).filter(|units| *units < u64::MAX)?, input.be32(at + 20)?),
        _ => None,
    }
}
