//! Images, sound, films and documents: what they are and how large, told by their first bytes, without decoding them
//! (`spec/media.md`).
//!
//! ```text
//! value of a slot ─▶ extract: bytes, data URL, base64 ─▶ recognise ─▶ content under the hash of the raw bytes
//!                                                                   └▶ tag `$media` in its place ─▶ restore
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `image`, `boxes`, `matroska`, `sound` | what the first bytes say, format by format |
//! | `input` | reads that may fail |
//! | `text` | media that stand in a text, and the text again |
//! | `tag` | what stands in the place of a medium |
//! | `extract` | media of a body taken out, put back, and named |
//!
//! Work is bounded: of no format are more than 1,024 parts looked at, and no text more than a few times.

mod boxes;
mod extract;
mod image;
mod input;
mod matroska;
mod sound;
mod tag;
mod text;

pub use extract::{extract, for_each_tag, restore};
pub use tag::Tag;

use crate::id::Hash;
use crate::value::{SAFE_INTEGER, Value};
use input::Input;

/// What a medium is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its type, such as `image/png`.
    pub media_type: &'static str,
    /// Pixels from left to right.
    pub width: Option<u64>,
    /// Pixels from top to bottom.
    pub height: Option<u64>,
    /// How long it lasts.
    pub duration_nanos: Option<u64>,
}

impl Media {
    fn of(media_type: &'static str) -> Self {
        Media { media_type, width: None, height: None, duration_nanos: None }
    }

    fn sized(mut self, width: u64, height: u64) -> Self {
        if width > 0 && height > 0 {
            (self.width, self.height) = (Some(width), Some(height));
        }
        self
    }

    fn lasting(mut self, nanos: Option<u64>) -> Self {
        self.duration_nanos = nanos;
        self
    }
}

/// What these bytes are, if they are one of the formats that are known. `total` is how many bytes there are where these are the
/// first of more.
///
/// ```
/// use tracewire_wire::media;
/// let gif = b"GIF89a\x40\x01\xf0\0\0\0\0";
/// let found = media::recognise(gif, gif.len() as u64).unwrap();
/// assert_eq!((found.media_type, found.width, found.height), ("image/gif", Some(320), Some(240)));
/// assert_eq!(media::recognise(b"otters", 6), None);
/// ```
pub fn recognise(bytes: &[u8], total: u64) -> Option<Media> {
    let input = &Input { bytes, total };
    image::recognise(input)
        .or_else(|| boxes::recognise(input))
        .or_else(|| matroska::recognise(input))
        .or_else(|| input.has(0, b"%PDF-").then(|| Media::of("application/pdf")))
        .or_else(|| sound::recognise(input))
}

/// The hash of bytes that are a content of their own (TW-MED-004): of themselves. `None` for another value, and for bytes that could
/// be the canonical form of a value, or what a keyed content is hashed of.
pub fn raw_hash(value: &Value) -> Option<Hash> {
    let bytes = value.as_bytes()?;
    let may_be_value = match bytes.first()? {
        b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b'a'..=b'f' | b'n' | b't' => !bytes.starts_with(b"fLaC"),
        _ => false,
    };
    (!may_be_value).then(|| Hash::of(&bytes))
}

/// Units of a clock in nanoseconds; nothing where that is none, or more than every number holds.
fn nanos(units: u64, per_second: u64) -> Option<u64> {
    let nanos = (u128::from(units) * 1_000_000_000).checked_div(u128::from(per_second))?;
    most(u64::try_from(nanos).ok()?)
}

fn most(nanos: u64) -> Option<u64> {
    (1..=SAFE_INTEGER.unsigned_abs()).contains(&nanos).then_some(nanos)
}
