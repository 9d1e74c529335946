//! Steps and events by what they say, newest first.

use serde::Deserialize;
use tracewire_store::search::Moment;
use tracewire_store::{SearchQuery, Store, search};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page, Wire};
use super::asked::{self, Query, Time};
use super::shapes::SearchRow;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What is searched for; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Some text in name, status message, exception, input, output, data or log message, whatever the case.
    q: Option<String>,
    /// The kind of a step.
    kind: Option<String>,
    /// How a step ended: `ok`, `error`, `timeout`, `cancelled`, `unset`.
    status: Option<String>,
    /// A type such as `span.end` or `log`, or the name of an event.
    r#type: Option<String>,
    /// Of this time or later: RFC 3339, or nanoseconds since 1970.
    #[param(inline)]
    since: Option<Time>,
    /// Before this time.
    #[param(inline)]
    until: Option<Time>,
    /// The session.
    session: Option<String>,
    /// The correlation id.
    correlation: Option<String>,
    /// `service.name` of who recorded it.
    service: Option<String>,
    /// Runs of this agent.
    agent: Option<String>,
    /// `name:value`, any number of times: a number, true or false as such, all else as text; "quotes" make it text.
    #[param(style = Form, explode = true, inline, value_type = Vec<Condition>)]
    attribute: Vec<String>,
    /// At most this many, 1 to 1000; 50 where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(pattern = "^(1[0-9a-f]{17,32})?$")]
    cursor: Option<String>,
}

/// `name:value`.
#[derive(ToSchema)]
#[schema(pattern = r"^([^:]+:[\s\S]*)?$", example = "gen_ai.request.model:gpt-5-mini")]
#[expect(dead_code, reason = "it describes what `condition` reads")]
struct Condition(String);

/// Searches.
#[utoipa::path(
    get, path = "/v1/search", tag = "traces", operation_id = "search", params(Asked),
    responses((status = 200, body = Page<SearchRow>), (status = 400, description = "A parameter cannot be used")),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<Wire>>, Problem> {
    let attributes = asked.attribute.iter().map(|text| condition(text)).collect::<Result<_, _>>()?;
    let query = SearchQuery {
        agent_id: asked.agent,
        event_type: asked.r#type,
        kind: asked.kind,
        status: asked.status,
        start_time: asked.since.map(|time| Moment(time.0)),
        end_time: asked.until.map(|time| Moment(time.0)),
        correlation_id: asked.correlation,
        session_id: asked.session,
        service: asked.service,
        attributes,
        text: asked.q,
        limit: Some(asked::limit(asked.limit)?),
        cursor: asked.cursor,
    };
    let page = caller.project.ask(move |store: &dyn Store| Ok(search(store, &query)?)).await?;
    Ok(Json(Page { items: page.rows.iter().map(|row| Wire(row.to_value())).collect(), next: page.next }))
}

/// `name:value`. Names have colons seldom and values often, so that the first one parts them.
fn condition(text: &str) -> Result<(String, Value), Problem> {
    let parts = text.split_once(':').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or_else(|| Problem::parameter("attribute", "name:value is expected"))?;
    let read = json::read(value.as_bytes(), &ReadOptions::default()).ok();
    let read = read.filter(|value| !matches!(value, Value::List(_) | Value::Map(_)) || value.tag().is_some());
    Ok((name.to_owned(), read.unwrap_or_else(|| value.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_conditions_are_what_they_look_like() {
        for (text, expected) in [
            ("model:gpt-5", Value::from("gpt-5")),
            ("n:5", Value::Int(5)),
            ("n:\"5\"", Value::from("5")),
            ("is:true", Value::Bool(true)),
            ("url:http://a", Value::from("http://a")),
            ("empty:", Value::from("")),
        ] {
            assert_eq!(condition(text).unwrap().1, expected, "{text}");
        }
        assert!(condition("model").is_err() && condition(":x").is_err());
    }
}
