//! A trace as a page for a language model, within a budget of tokens.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tracewire_insight::brief::{self, BriefOptions, Style, find_step};
use tracewire_insight::tokens::Encoding as Vocabulary;
use tracewire_store::{Lookup, Store};
use tracewire_wire::id::TraceId;
use tracewire_wire::toon::Delimiter;
use tracewire_wire::value::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{self, Path, Query};
use super::traces::with_tree;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Digits of a trace id that are shown, where they tell it apart.
const DIGITS: usize = 8;
/// What the page costs.
const TOKENS: HeaderName = HeaderName::from_static("tracewire-tokens");

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(page))
}

/// How the page is written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The most tokens (o200k) that the page may take; all there is where it is not there.
    #[param(minimum = 1)]
    max_tokens: Option<u32>,
    /// `toon` where it is not there.
    #[param(inline)]
    format: Option<Form>,
    /// Only this step and what is below it: the first digits of its id, or the last.
    step: Option<String>,
}

/// How a page is written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Form {
    Toon,
    Json,
}

/// A trace for a language model.
///
/// First the skeleton of the whole trace as a table, then detail where it matters most. `tracewire-tokens` says what it costs.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/brief", tag = "traces", operation_id = "getBrief",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"), Asked),
    responses(
        (status = 200, content((String = "text/toon"), (Object = "application/json"))),
        (status = 400, description = "A parameter cannot be used"),
        (status = 404, description = "There is no such trace or step"),
        (status = 422, description = "Not even the shortest page fits; `least` says what it takes"),
    ),
)]
async fn page(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let trace_id = asked::trace_id(&id)?;
    let (style, media) = match asked.format {
        None | Some(Form::Toon) => (Style::Toon(Delimiter::Comma), "text/toon; charset=utf-8"),
        Some(Form::Json) => (Style::Json, "application/json"),
    };
    let processes = caller.project.processes().await?;
    let prices = app.options.prices.clone();
    let write = move |store: &dyn Store| {
        let trace = short(store, trace_id)?;
        with_tree(store, trace_id, &processes, &prices, |tree| {
            let find = |digits: &str| find_step(tree, digits).map_err(|count| no_step(digits, count));
            let focus = asked.step.as_deref().map(find).transpose()?;
            let options = BriefOptions {
                max_tokens: asked.max_tokens.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
                encoding: Vocabulary::default(),
                style,
                focus,
                trace: &trace,
                command: &format!("tracewire trace {trace}"),
                flags: if style == Style::Json { " --format json" } else { " --format toon" },
            };
            brief::write(tree, &options).map_err(|small| too_small(small.least))
        })?
    };
    let brief = caller.project.ask(write).await?;
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(media)), (TOKENS, HeaderValue::from(brief.tokens))];
    Ok((headers, brief.text).into_response())
}

fn no_step(digits: &str, count: usize) -> Problem {
    match count {
        0 => Problem::not_found(format!("no step's id begins or ends with {digits:?}")),
        _ => Problem::parameter(
            "step",
            format!("the ids of {count} steps begin or end with {digits:?}: give more digits"),
        ),
    }
}

fn too_small(least: usize) -> Problem {
    let detail = format!("the shortest page of this trace takes {least} tokens");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_few_tokens", "The budget is too small", detail)
        .with("least", Value::from_u64(least as u64))
}

/// The first digits of a trace's id: eight, or as many as no other trace begins with.
fn short(store: &dyn Store, trace_id: TraceId) -> Result<String, Problem> {
    let id = trace_id.to_string();
    for length in (DIGITS..id.len()).step_by(4) {
        let short = id.get(..length).unwrap_or(&id);
        if store.find(&Lookup::Trace(short.to_owned()), 2)?.len() < 2 {
            return Ok(short.to_owned());
        }
    }
    Ok(id)
}
