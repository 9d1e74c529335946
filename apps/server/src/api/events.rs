//! A trace's events, as they were recorded.

use serde::Deserialize;
use tracewire_store::{Store, StoredEvent, resolve_all};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Path, Query};
use super::rows::EventRow;
use super::traces::exists;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// At most this many, 1 to 1000; all where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(pattern = "^(1[0-9a-f]{17,32})?$")]
    cursor: Option<String>,
}

/// Events of a trace, by time, producer and number: all of them, or page by page.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/events", tag = "traces", operation_id = "listEvents",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"), Asked),
    responses(
        (status = 200, body = Page<EventRow>),
        (status = 400, description = "The id is none, or a parameter cannot be used"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn list(
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<EventRow>>, Problem> {
    let trace_id = asked::trace_id(&id)?;
    let limit = asked.limit.map(|limit| asked::limit(Some(limit))).transpose()?;
    let after = asked.cursor.as_deref().map(Place::read).transpose()?;
    let read = move |store: &dyn Store| {
        exists(store, trace_id)?;
        let (mut events, next) = page(store.events(trace_id)?, after, limit);
        // A content that does not read back is shown as a reference; `tracewire verify` says what is wrong with it.
        resolve_all(store, &mut events, |_, _| Ok::<(), Problem>(()))?;
        Ok(Page { items: events.into_iter().map(EventRow::from).collect(), next })
    };
    Ok(Json(caller.project.ask(read).await?))
}

/// An event's place among those of its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    time: i64,
    id: u64,
}

impl Place {
    fn of(stored: &StoredEvent) -> Self {
        Place { time: stored.event.time.0, id: stored.id }
    }

    fn text(self) -> String {
        format!("1{:016x}{:x}", self.time.cast_unsigned(), self.id)
    }

    /// # Errors
    /// `parameter_invalid` for what no page gave.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let read = || {
            let (time, id) = text.strip_prefix('1')?.split_at_checked(16)?;
            let number = |digits: &str| {
                let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                u64::from_str_radix(digits, 16).ok().filter(|_| is_hex)
            };
            Some(Place { time: number(time)?.cast_signed(), id: number(id)? })
        };
        read().ok_or_else(|| Problem::parameter("cursor", "the `next` of the page before is expected as it came"))
    }
}

/// A page of events in their order, and what leads on. Who asks behind an event that is gone goes on at its time.
pub(super) fn page(
    mut events: Vec<StoredEvent>,
    after: Option<Place>,
    limit: Option<usize>,
) -> (Vec<StoredEvent>, Option<String>) {
    if let Some(after) = after {
        let behind = events.iter().position(|stored| stored.id == after.id).map(|place| place + 1);
        let start = behind.or_else(|| events.iter().position(|stored| stored.event.time.0 > after.time));
        events.drain(..start.unwrap_or(events.len()));
    }
    let has_more = limit.is_some_and(|limit| events.len() > limit);
    events.truncate(limit.unwrap_or(events.len()));
    let next = events.last().filter(|_| has_more).map(|stored| Place::of(stored).text());
    (events, next)
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_reads_back() {
        for (time, id) in [(0, 0), (-1, 7), (i64::MAX, u64::MAX)] {
            let place = Place { time, id };
            assert_eq!(Place::read(&place.text()).unwrap(), place);
        }
        for bad in ["", "1", "10000000000000000", "1+000000000000000a", "x0000000000000000a", "10000000000000000g"] {
            assert_eq!(Place::read(bad).unwrap_err().code(), "parameter_invalid", "{bad}");
        }
    }
}
