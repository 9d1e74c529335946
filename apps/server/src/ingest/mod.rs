//! What comes in.
//!
//! ```text
//! body ─▶ unpack ─▶ read by content type ─▶ each envelope verified ─▶ writer ─▶ durable ─▶ answer
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `envelopes` | `POST /v1/envelopes`: what our SDKs send |
//! | `formats` | which content type is which encoding |
//! | `sorted` | envelopes that are taken, and those that are not, each with its place and why |
//! | [`otlp`] | `POST /v1/traces`, `POST /v1/logs` and the same over gRPC: what OpenTelemetry sends |

mod envelopes;
mod formats;
pub mod otlp;
mod sorted;

pub use formats::{encoding_of, type_of};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Shared;

/// What is posted.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(envelopes::post)).merge(otlp::routes())
}
