//! How all resources are asked: queries with known names, ids, times, pages.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracewire_store::search::Moment;
use tracewire_wire::encoding::Encoding;
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use utoipa::ToSchema;

use crate::ingest::encoding_of;
use crate::problem::Problem;

/// Rows of a page where nobody says how many.
pub(crate) const DEFAULT_LIMIT: u32 = 50;
/// A page has at most this many.
pub(crate) const MOST_ROWS: u32 = 1000;

/// The query of a request. Names that mean nothing are refused; a name without a value, as forms send it, says nothing.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default().split('&');
        let said: Vec<&str> = query.filter(|pair| !pair.ends_with('=') || pair.matches('=').count() > 1).collect();
        serde_html_form::from_str(&said.join("&")).map(Query).map_err(|error| {
            let reason = error.to_string();
            // `unknown field `knd`, expected one of …` names it.
            let name = reason.split('`').nth(1).unwrap_or_default().to_owned();
            Problem::parameter(&name, reason)
        })
    }
}

/// The ids in a path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Path(path.0)).map_err(|error| Problem::parameter("", error.body_text()))
    }
}

/// A trace's id.
///
/// # Errors
/// `parameter_invalid` with what one looks like.
pub(crate) fn trace_id(text: &str) -> Result<TraceId, Problem> {
    if is_nobodys(text, 32) {
        return Err(Problem::not_found("no trace has an id of zeros (W3C Trace Context)"));
    }
    text.parse().map_err(|_| Problem::parameter("trace_id", "a trace id is 32 lower-case hex digits"))
}

/// A span's id.
///
/// # Errors
/// `parameter_invalid` with what one looks like.
pub(crate) fn span_id(text: &str) -> Result<SpanId, Problem> {
    if is_nobodys(text, 16) {
        return Err(Problem::not_found("no span has an id of zeros (W3C Trace Context)"));
    }
    text.parse().map_err(|_| Problem::parameter("span_id", "a span id is 16 lower-case hex digits"))
}

/// Whether this has the form of an id and is none (TW-ID-001).
fn is_nobodys(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte == b'0')
}

/// Length of a page.
///
/// # Errors
/// `parameter_invalid` outside of its bounds.
pub(crate) fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MOST_ROWS => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        _ => Err(Problem::parameter("limit", format!("1 to {MOST_ROWS} is expected; `cursor` leads on"))),
    }
}

/// That a body is JSON, by its content type.
///
/// # Errors
/// `content_type_unsupported`.
pub(crate) fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(encoding_of(headers), Ok(Encoding::Json)) {
        return Ok(());
    }
    let (status, code) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type_unsupported");
    let detail = "Content-Type may be application/json";
    Err(Problem::new(status, code, "The body is of a type that is not read", detail).header(ACCEPT, "application/json"))
}

/// An encoding of the wire, by its name.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Json,
    Jsonl,
    Toon,
    Csv,
    Proto,
}

impl From<Format> for Encoding {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => Encoding::Json,
            Format::Jsonl => Encoding::Jsonl,
            Format::Toon => Encoding::Toon,
            Format::Csv => Encoding::Csv,
            Format::Proto => Encoding::Proto,
        }
    }
}

/// A time in a query: RFC 3339, or nanoseconds since 1970. The pattern is of the years 1700 to 2199, which all can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(
    value_type = String,
    pattern = r"^(-?(0|[1-9][0-9]{0,17})|((1[7-9]|20|21)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|((1[7-9]|21)(0[48]|[2468][048]|[13579][26])|20([02468][048]|[13579][26]))-02-29)[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$",
)]
pub(crate) struct Time(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(nanos) = text.parse::<i64>() {
            return Ok(Time(Timestamp(nanos)));
        }
        // `+` of an offset that nobody encoded has become a space.
        let moment = text.parse::<Moment>().or_else(|_| text.replacen(' ', "+", 1).parse::<Moment>());
        moment.map(|moment| Time(moment.0)).map_err(serde::de::Error::custom)
    }
}

/// A place in a list, as text whose form is nobody's business: parts in hex, in the order given.
pub(crate) fn cursor_of(parts: &[u64]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("{part:x}")).collect();
    format!("1{}", parts.join("-"))
}

/// The parts of such a text.
///
/// # Errors
/// `parameter_invalid` for any other text.
pub(crate) fn read_cursor<const N: usize>(text: &str) -> Result<[u64; N], Problem> {
    let read = || {
        let parts: Option<Vec<u64>> =
            text.strip_prefix('1')?.split('-').map(|part| u64::from_str_radix(part, 16).ok()).collect();
        <[u64; N]>::try_from(parts?).ok()
    };
    read().ok_or_else(|| Problem::parameter("cursor", "the `next` of the page before is expected as it came"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        since: Option<Time>,
        #[serde(default)]
        attribute: Vec<String>,
    }

    fn read(query: &str) -> Result<Asked, String> {
        serde_html_form::from_str(query).map_err(|error| error.to_string())
    }

    #[test]
    fn times_are_written_in_several_ways() {
        let expected = Some(Time(Timestamp(1_795_235_400_000_000_000)));
        for text in [
            "since=2026-11-21T04:30:00Z",
            "since=2026-11-21T05:30:00%2B01:00",
            "since=2026-11-21T05:30:00+01:00",
            "since=1795235400000000000",
        ] {
            assert_eq!(read(text).map(|asked| asked.since), Ok(expected), "{text}");
        }
        assert!(read("since=yesterday").unwrap_err().contains("is no time"));
    }

    #[test]
    fn names_that_mean_nothing_are_refused() {
        assert_eq!(read("attribute=a:1&attribute=b:2").unwrap().attribute, ["a:1", "b:2"]);
        assert!(read("sinse=1").unwrap_err().contains("unknown field `sinse`"));
    }

    #[test]
    fn cursors_read_back() {
        assert_eq!(read_cursor::<2>(&cursor_of(&[7, u64::MAX])).unwrap(), [7, u64::MAX]);
        for bad in ["", "1", "17", "17-8-9", "27-8", "1x-8", "page two"] {
            assert_eq!(read_cursor::<2>(bad).unwrap_err().code(), "parameter_invalid", "{bad}");
        }
    }
}
