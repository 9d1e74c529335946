//! What people open in a browser: the dashboard, and the page about the API. No script and no style stands inside a page.
//!
//! | file | what it is |
//! |---|---|
//! | `dashboard` | the built dashboard, where it was there when the server was built |
//! | `docs` | `/openapi.json`, and the same for people at `/docs` |

mod dashboard;
mod docs;

pub(crate) use dashboard::file;

use axum::Router;
use utoipa::openapi::OpenApi;

use crate::state::Shared;

/// Pages that are known by name; all others are the dashboard's.
pub(crate) fn routes(description: &OpenApi) -> Router<Shared> {
    docs::routes(description)
}
