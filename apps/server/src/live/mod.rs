//! What happens, as it happens: events of the store in the order of their arrival, and traces as they change.
//!
//! ```text
//! writer ─▶ news: the last event's id ─▶ each connection reads its own next page from the store ─▶ SSE or WebSocket
//! ```
//!
//! Nothing is queued for anybody but the piece that is being written: a connection holds a place in the store, so that one that falls
//! behind costs nothing, and one that comes back goes on where it was. Who reads nothing for long is let go.
//!
//! | file | what it is |
//! |---|---|
//! | `filter` | which events are wanted |
//! | `feed` | the next events and traces of one connection |
//! | `sse` | as server-sent events |
//! | `ws` | as messages of a WebSocket |

mod feed;
mod filter;
mod sse;
mod ws;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Shared;

/// What is followed.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(sse::follow)).routes(routes!(ws::follow))
}
