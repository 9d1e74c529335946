//! How all resources answer: canonical JSON, and lists that go on.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tracewire_wire::json;
use tracewire_wire::value::Value;
use utoipa::ToSchema;

use crate::problem::Problem;

/// An answer in JSON. It is canonical where the members of its types stand in the order of their names, as a test demands.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => json_bytes(bytes),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written");
                Problem::internal().into_response()
            }
        }
    }
}

/// Bytes that are JSON.
pub(crate) fn json_bytes(bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// What to give as `cursor` for the next page; null on the last one.
    pub(crate) next: Option<String>,
}

/// A value of the wire, as it stands there.
#[derive(Clone, Debug, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct Wire(pub(crate) Value);

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = String::from_utf8(json::write(&self.0)).map_err(serde::ser::Error::custom)?;
        RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}
