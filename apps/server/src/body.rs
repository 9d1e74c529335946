//! Bodies of requests: bounded as they come, and again behind unpacking, so that a small body cannot become a large one.

mod unpack;

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

pub use unpack::Packing;
use unpack::Refused;

use crate::options::Limits;
use crate::problem::Problem;

/// A body as it came.
pub struct Packed {
    bytes: Bytes,
    packing: Packing,
}

impl Packing {
    /// What the header says.
    ///
    /// # Errors
    /// `encoding_unsupported` with those that are.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers.get(CONTENT_ENCODING).map_or(Ok(""), HeaderValue::to_str);
        match text.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            Ok("" | "identity") => Ok(Packing::None),
            Ok("gzip" | "x-gzip") => Ok(Packing::Gzip),
            Ok("zstd") => Ok(Packing::Zstd),
            _ => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "encoding_unsupported",
                "The body is packed in a way that is not read",
                "Content-Encoding may be gzip, zstd or identity",
            )
            .header(ACCEPT_ENCODING, "gzip, zstd, identity")),
        }
    }
}

/// Reads a body to its end.
///
/// # Errors
/// `body_too_large`, `body_incomplete`, `encoding_unsupported`.
pub async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Packed, Problem> {
    let packing = Packing::of(headers)?;
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|said| said > limits.body_bytes) {
        return Err(too_large(limits.body_bytes, "as it came"));
    }
    match Limited::new(body, limits.body_bytes).collect().await {
        Ok(collected) => Ok(Packed { bytes: collected.to_bytes(), packing }),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limits.body_bytes, "as it came")),
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "The body did not arrive whole",
            "the connection ended before the body did",
        )),
    }
}

impl Packed {
    /// The body unpacked. Blocks for as long as that takes.
    ///
    /// # Errors
    /// `body_too_large`, `body_not_gzip`, `body_not_zstd`.
    pub fn unpack(self, limits: &Limits) -> Result<Bytes, Problem> {
        let most = limits.unpacked_bytes;
        let code = if self.packing == Packing::Zstd { "body_not_zstd" } else { "body_not_gzip" };
        unpack::unpack(self.bytes, self.packing, most).map_err(|refused| match refused {
            Refused::TooLarge => too_large(most, "unpacked"),
            Refused::NoDecoder => Problem::internal(),
            Refused::Broken(why) => {
                Problem::new(StatusCode::BAD_REQUEST, code, "The body is not packed as Content-Encoding says", why)
            }
        })
    }
}

fn too_large(most: usize, how: &str) -> Problem {
    let detail = format!("a body has at most {most} bytes {how}; send fewer envelopes at once");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap().into()
    }

    fn unpack(bytes: Bytes, packing: Packing, most: usize) -> Result<Bytes, &'static str> {
        let limits = Limits { unpacked_bytes: most, ..Limits::default() };
        Packed { bytes, packing }.unpack(&limits).map_err(|problem| problem.code())
    }

    #[test]
    fn what_was_packed_comes_back() {
        assert_eq!(unpack(gzip(b"otter"), Packing::Gzip, 5).unwrap(), "otter");
        let zstd = Bytes::from(zstd::encode_all(&b"otter"[..], 3).unwrap());
        assert_eq!(unpack(zstd, Packing::Zstd, 5).unwrap(), "otter");
        assert_eq!(unpack(Bytes::from_static(b"otter"), Packing::None, 5).unwrap(), "otter");
    }

    #[test]
    fn a_small_body_does_not_become_a_large_one() {
        let zeros = vec![0; 32 << 20];
        let packed = gzip(&zeros);
        assert!(packed.len() < 40_000);
        assert_eq!(unpack(packed, Packing::Gzip, 1 << 20).unwrap_err(), "body_too_large");
        let packed = Bytes::from(zstd::encode_all(&*zeros, 3).unwrap());
        assert!(packed.len() < 40_000);
        assert_eq!(unpack(packed, Packing::Zstd, 1 << 20).unwrap_err(), "body_too_large");
    }

    #[test]
    fn what_is_broken_is_refused() {
        assert_eq!(unpack(Bytes::from_static(b"otter"), Packing::Gzip, 99).unwrap_err(), "body_not_gzip");
        assert_eq!(unpack(gzip(b"otter").slice(..9), Packing::Gzip, 99).unwrap_err(), "body_not_gzip");
        assert_eq!(unpack(Bytes::from_static(b"otter"), Packing::Zstd, 99).unwrap_err(), "body_not_zstd");
        assert_eq!(unpack(Bytes::from_static(b"otter"), Packing::None, 4).unwrap_err(), "body_too_large");
    }

    #[test]
    fn headers_say_how() {
        let of = |text: &str| {
            let headers = HeaderMap::from_iter([(CONTENT_ENCODING, text.parse().unwrap())]);
            Packing::of(&headers).map_err(|problem| problem.code())
        };
        assert_eq!((of("GZIP"), of("zstd"), of("identity")), (Ok(Packing::Gzip), Ok(Packing::Zstd), Ok(Packing::None)));
        assert_eq!(of("br"), Err("encoding_unsupported"));
        assert_eq!(of("gzip, gzip"), Err("encoding_unsupported"));
    }
}
