//! Pictures: PNG, JPEG, GIF, WebP, BMP, TIFF, SVG (TW-MED-007).

use super::Media;
use super::input::{Input, place};

/// Segments of a JPEG, and entries of a TIFF, that are looked at.
const MOST_PARTS: u64 = 1024;
/// Where the root of an SVG begins, at the latest.
const SVG_HEAD: usize = 1024;

pub(super) fn recognise(input: &Input<'_>) -> Option<Media> {
    png(input)
        .or_else(|| jpeg(input))
        .or_else(|| gif(input))
        .or_else(|| webp(input))
        .or_else(|| bmp(input))
        .or_else(|| tiff(input))
        .or_else(|| svg(input))
}

/// A picture of this size; without one it is none of these.
fn sized(media_type: &'static str, width: u64, height: u64) -> Option<Media> {
    Some(Media::of(media_type).sized(width, height)).filter(|media| media.width.is_some())
}

fn png(input: &Input<'_>) -> Option<Media> {
    let is_it = input.has(0, b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR");
    if is_it { sized("image/png", input.be32(16)?, input.be32(20)?) } else { None }
}

fn jpeg(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"\xff\xd8\xff") || input.bytes.len() < 4 {
        return None;
    }
    let media = Media::of("image/jpeg");
    Some(jpeg_frame(input).map_or(media, |(width, height)| media.sized(width, height)))
}

/// The size in the header of the first frame.
fn jpeg_frame(input: &Input<'_>) -> Option<(u64, u64)> {
    let mut at = 2;
    for _ in 0..MOST_PARTS {
        if input.byte(at)? != 0xff {
            return None;
        }
        while input.byte(at + 1)? == 0xff {
            at += 1;
        }
        match input.byte(at + 1)? {
            0x01 | 0xd0..=0xd7 => at += 2,
            0x00 | 0xd8..=0xda => return None,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((input.be16(at + 7)?, input.be16(at + 5)?));
            }
            _ => {
                let length = place(input.be16(at + 2)?).filter(|length| *length >= 2)?;
                at += 2 + length;
            }
        }
    }
    None
}

fn gif(input: &Input<'_>) -> Option<Media> {
    let is_it = input.has(0, b"GIF87a") || input.has(0, b"GIF89a");
    if is_it { sized("image/gif", input.le16(6)?, input.le16(8)?) } else { None }
}

fn webp(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"RIFF") || !input.has(8, b"WEBP") {
        return None;
    }
    let media = Media::of("image/webp");
    Some(webp_size(input).map_or(media, |(width, height)| media.sized(width, height)))
}

fn webp_size(input: &Input<'_>) -> Option<(u64, u64)> {
    if input.has(12, b"VP8 ") && input.has(23, b"\x9d\x01\x2a") {
        return Some((input.le16(26)? & 0x3fff, input.le16(28)? & 0x3fff));
    }
    if input.has(12, b"VP8L") && input.has(20, b"\x2f") {
        let bits = input.le32(21)?;
        return Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1));
    }
    let is_extended = input.has(12, b"VP8X");
    if is_extended { Some((input.le24(24)? + 1, input.le24(27)? + 1)) } else { None }
}

fn bmp(input: &Input<'_>) -> Option<Media> {
    if !input.has(0, b"BM") || input.le32(6)? != 0 {
        return None;
    }
    let (width, height, planes) = match input.le32(14)? {
        12 => (input.le16(18)?, input.le16(20)?, input.le16(22)?),
        40 | 52 | 56 | 64 | 108 | 124 => {
            // A picture whose lines begin at the top has a negative height.
            let height = input.le32(22)? as u32 as i32;
            (input.le32(18)?, u64::from(height.unsigned_abs()), input.le16(26)?)
        }
        _ => return None,
    };
    if planes == 1 { sized("image/bmp", width, height) } else { None }
}

fn tiff(input: &Input<'_>) -> Option<Media> {
    let is_little = match input.slice(0, 4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let media = Media::of("image/tiff");
    Some(tiff_size(input, is_little).map_or(media, |(width, height)| media.sized(width, height)))
}

/// The size that the first directory says.
fn tiff_size(input: &Input<'_>, is_little: bool) -> Option<(u64, u64)> {
    let short = |at| if is_little { input.le16(at) } else { input.be16(at) };
    let long = |at| if is_little { input.le32(at) } else { input.be32(at) };
    let directory = place(long(4)?)?;
    let entries = short(directory)?.min(MOST_PARTS);
    let (mut width, mut height) = (None, None);
    for number in 0..place(entries)? {
        let entry = directory.checked_add(2 + number * 12)?;
        let value = match short(entry + 2)? {
            3 => short(entry + 8)?,
            4 => long(entry + 8)?,
            _ => continue,
        };
        match short(entry)? {
            256 => width = width.or(Some(value)),
            257 => height = height.or(Some(value)),
            _ => {}
        }
    }
    Some((width?, height?))
}

fn svg(input: &Input<'_>) -> Option<Media> {
    let head = input.bytes.get(..SVG_HEAD).unwrap_or(input.bytes);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    let text = text.get(spaces..)?;
    let begins = [&b"<svg"[..], b"<?xml", b"<!--", b"<!DOCTYPE svg"];
    if !begins.iter().any(|begin| text.starts_with(begin)) {
        return None;
    }
    let is_root = |at: &usize| {
        let behind = head.get(*at + 4).copied();
        head.get(*at..*at + 4) == Some(b"<svg") && behind.is_some_and(|byte| is_space(byte) || b">/".contains(&byte))
    };
    let root = (0..head.len()).find(is_root)?;
    let tag = head.get(root..)?.split(|byte| *byte == b'>').next()?;
    let media = Media::of("image/svg+xml");
    Some(match (pixels(tag, b"width=\""), pixels(tag, b"height=\"")) {
        (Some(width), Some(height)) => media.sized(width, height),
        _ => media,
    })
}

/// The first attribute of this name, if it is a number of pixels.
fn pixels(tag: &[u8], name: &[u8]) -> Option<u64> {
    let at = tag.windows(name.len() + 1).position(|window| match window {
        [before, rest @ ..] => is_space(*before) && rest == name,
        [] => false,
    })?;
    let value = tag.get(at + 1 + name.len()..)?;
    let value = value.get(..value.iter().position(|byte| *byte == b'"')?)?;
    let digits = value.strip_suffix(b"px").unwrap_or(value);
    let is_number = (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    if is_number { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' ')
}
