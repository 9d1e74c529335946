//! Which content type is which encoding.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use tracewire_wire::encoding::Encoding;

use crate::problem::Problem;

/// Content types by encoding, the usual one first.
pub const TYPES: [(Encoding, &[&str]); 5] = [
    (Encoding::Json, &["application/json"]),
    (Encoding::Jsonl, &["application/x-ndjson", "application/jsonl", "application/ndjson", "application/x-jsonlines"]),
    (Encoding::Toon, &["text/toon", "application/toon"]),
    (Encoding::Csv, &["text/csv"]),
    (Encoding::Proto, &["application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf"]),
];

/// The content type of an encoding.
pub fn type_of(encoding: Encoding) -> &'static str {
    let found = TYPES.iter().find(|(known, _)| *known == encoding).and_then(|(_, types)| types.first());
    found.copied().unwrap_or("application/octet-stream")
}

/// The encoding that the content type says.
///
/// # Errors
/// `content_type_unsupported` with those that are.
pub fn encoding_of(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = TYPES.iter().find(|(_, types)| types.contains(&name.as_str()));
    found.map(|(encoding, _)| *encoding).ok_or_else(|| {
        let known = TYPES.map(|(encoding, _)| type_of(encoding)).join(", ");
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_unsupported",
            "The body is of a type that is not read",
            format!("Content-Type may be {known}"),
        )
        .header(ACCEPT, "application/json, application/x-ndjson, text/toon, text/csv, application/x-protobuf")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_case_change_nothing() {
        let of = |text: &str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, text.parse().unwrap())]);
            encoding_of(&headers).map_err(|problem| problem.code())
        };
        assert_eq!(of("application/json; charset=utf-8"), Ok(Encoding::Json));
        assert_eq!(of("Application/X-NDJSON"), Ok(Encoding::Jsonl));
        assert_eq!(of("application/protobuf"), Ok(Encoding::Proto));
        assert_eq!(of("text/html"), Err("content_type_unsupported"));
        assert_eq!(of(""), Err("content_type_unsupported"));
    }
}
