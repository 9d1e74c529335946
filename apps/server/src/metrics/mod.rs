//! Counts for Prometheus, of what has come since the server began. A counter that begins anew is what Prometheus expects of one.
//!
//! | file | what it is |
//! |---|---|
//! | `http` | what the server itself did |
//! | `events` | what events say: of one project, and shown to its keys alone |
//! | `removed` | what was removed because it was too old or too much |
//! | `chains` | producers whose envelopes were verified |
//! | `begun` | spans that have begun, and the calls that they are |
//! | `names` | labels whose values come from strangers, and are bounded |
//! | `rate` | events in a second, over the last minute |

mod begun;
mod chains;
mod events;
mod http;
mod names;
mod rate;
mod removed;

pub use events::Counted;
pub use http::{Forwarded, Metrics};
pub(crate) use removed::Removals;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard::Caller;
use crate::problem::Problem;
use crate::project::Project;
use crate::state::Shared;

/// Events that are read at once.
const PAGE: usize = 1000;

/// What is scraped.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(scrape))
}

/// Counts, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "server", operation_id = "getMetrics",
    responses((status = 200, description = "OpenMetrics 1.0", content_type = "application/openmetrics-text", body = String)),
)]
async fn scrape(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let mut text = String::new();
    let project = &caller.project;
    let written = app.metrics.write(&mut text).and_then(|()| project.counted.write(&mut text));
    let written = written.and_then(|()| project.kept.write(&mut text));
    let written = written.and_then(|()| chains::write(project.verified.counts(), &mut text));
    written.map_err(|_| Problem::internal())?;
    text.push_str("# EOF\n");
    let media = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(CONTENT_TYPE, media)], text).into_response())
}

/// Counts what comes into a project, until its writer ends.
pub(crate) async fn follow(project: Arc<Project>) {
    let mut news = project.news();
    let mut after = *news.borrow_and_update();
    while news.changed().await.is_ok() {
        let last = *news.borrow_and_update();
        while after < last {
            if let Some((behind, events)) = project.fresh.take(after) {
                after = behind;
                for part in events.chunks(PAGE) {
                    project.counted.take(part);
                    tokio::task::yield_now().await;
                }
                continue;
            }
            let read = move |store: &dyn tracewire_store::Store| Ok(store.events_after(after, PAGE)?);
            let page = match project.ask(read).await {
                Ok(page) => page,
                Err(problem) => {
                    // They are counted with the next ones.
                    tracing::warn!(code = problem.code(), "events were not counted yet");
                    break;
                }
            };
            let is_full = page.len() == PAGE;
            after = page.last().map_or(after, |stored| stored.id);
            project.counted.take(page.iter().map(|stored| &stored.event));
            if !is_full {
                break;
            }
        }
    }
}
