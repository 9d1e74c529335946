//! What rules find in what is recorded is erased, or all content of some traces: `tracewire redact` for a server.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tracewire_store::erase::{Plan, Selection};
use tracewire_wire::id::TraceId;
use tracewire_wire::redact::Finder;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::Json;
use super::asked::{self, Time};
use crate::body;
use crate::guard::Caller;
use crate::name::DEFAULT_PROJECT;
use crate::options::Limits;
use crate::problem::Problem;
use crate::project::erasing::{Done, Erasing, erase};
use crate::state::Shared;

/// Bytes of a body, packed or not.
const MOST_BYTES: usize = 256 << 10;
/// Traces that an answer names; all are counted.
const MOST_TRACES: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(post))
}

/// What is to be erased, and of what. All conditions must hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Erase {
    /// All content of what is selected, in the place of rules; there must be a condition then.
    #[serde(default)]
    all_content: bool,
    /// Only says what would be erased.
    #[serde(default)]
    dry_run: bool,
    /// Rules of redaction: `@email`, `@secrets`, `password`, `order:/ORD-[0-9]+/`, `!allowed`.
    #[serde(default)]
    #[schema(example = json!(["@email", "@secrets"]))]
    rules: Vec<String>,
    /// Only what belongs to this session.
    session: Option<String>,
    /// Only traces that started at this time or later: RFC 3339.
    #[schema(value_type = Option<String>)]
    since: Option<Time>,
    /// Only these traces.
    traces: Option<Vec<String>>,
    /// Only traces that started before this time.
    #[schema(value_type = Option<String>)]
    until: Option<Time>,
    /// Only runs of this user.
    user: Option<String>,
}

/// What goes, or went. Never what was found.
#[derive(Serialize, ToSchema)]
struct Erasure {
    /// Bodies that go: something was found outside of content.
    bodies: u64,
    /// Contents that go.
    contents: u64,
    /// What was erased; not there where it was only asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<ErasedParts>,
    /// Producers in whose headers something was found: every digest covers these, so they cannot be erased.
    headers: Vec<String>,
    /// Journal files of the server's machine that hold it on.
    journals: Vec<String>,
    /// Traces that were looked at.
    looked_at: u64,
    /// Events of no trace of which something goes.
    loose: u64,
    /// What each rule found.
    rules: Vec<RuleFindings>,
    /// Contents of what is selected that others name: they stay for these.
    shared: u64,
    /// Traces of which something goes.
    trace_count: u64,
    /// Their ids, at most 1000.
    traces: Vec<String>,
    /// Events of processes at work that nobody has sealed: they stay.
    unsealed: u64,
}

/// What was erased.
#[derive(Serialize, ToSchema)]
struct ErasedParts {
    bodies: u64,
    /// Bytes of content.
    bytes: u64,
    contents: u64,
    /// Whether the database's files hold nothing of it any more. Where not, somebody else was at work in them.
    is_wiped: bool,
    /// Contents and bodies that stay without a part of them.
    parts: u64,
}

/// What a rule found.
#[derive(Serialize, ToSchema)]
struct RuleFindings {
    bodies: u64,
    contents: u64,
    /// How often.
    findings: u64,
    /// Its name.
    rule: String,
    traces: u64,
}

/// Erases what rules find, or all content of some traces, for good. Hashes stay in their place: every envelope still verifies.
///
/// One erasure runs at a time, and whoever asks meanwhile waits. It goes on where the answer takes longer than a request may;
/// asked again then, it waits for that, or has nothing left to do.
#[utoipa::path(
    post, path = "/v1/erase", tag = "traces", operation_id = "erase",
    request_body(content = Erase, content_type = "application/json"),
    responses(
        (status = 200, description = "It is erased, or only told", body = Erasure),
        (status = 415, description = "The body is no JSON by its content type"),
        (status = 422, description = "A member or a rule cannot be used"),
        (status = 503, description = "It takes too long, or what is erased before it does; send it again after `Retry-After` seconds"),
    ),
)]
async fn post(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Json<Erasure>, Problem> {
    asked::json_only(&headers)?;
    let limits = Limits { body_bytes: MOST_BYTES, unpacked_bytes: MOST_BYTES, ..app.options.limits };
    let bytes = body::read(&headers, request.into_body(), &limits).await?.unpack(&limits)?;
    let wanted: Erase = serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    let journals = (caller.project.name == DEFAULT_PROJECT).then(|| app.options.directory.clone());
    let done = erase(&caller.project, wanted.read()?, app.options.prices.clone(), journals).await?;
    Ok(Json(Erasure::of(done)))
}

impl Erase {
    fn read(self) -> Result<Erasing, Problem> {
        let trace_id = |text: &String| {
            text.parse::<TraceId>().map_err(|_| invalid("`traces` are ids of 32 lower-case hex digits"))
        };
        let selection = Selection {
            traces: self.traces.map(|traces| traces.iter().map(trace_id).collect()).transpose()?,
            session: self.session,
            user: self.user,
            since: self.since.map(|since| since.0),
            until: self.until.map(|until| until.0),
        };
        let finder = match (self.all_content, self.rules.is_empty()) {
            (false, false) => Some(Finder::new(&self.rules).map_err(|error| invalid(error.to_string()))?),
            (true, true) if !selection.is_everything() => None,
            (true, true) => {
                return Err(invalid("`all_content` needs a condition: traces, session, user, since or until"));
            }
            _ => return Err(invalid("either `rules` or `all_content` is expected")),
        };
        Ok(Erasing { finder, selection, is_dry: self.dry_run })
    }
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "erase_invalid", "This cannot be erased so", detail)
}

impl Erasure {
    fn of(done: Done) -> Self {
        let Plan { rules, traces, headers, .. } = &done.plan;
        let rules = rules.iter().map(|(rule, of)| RuleFindings {
            bodies: of.bodies,
            contents: of.contents,
            findings: of.findings,
            rule: rule.clone(),
            traces: of.traces,
        });
        Erasure {
            bodies: done.plan.bodies,
            contents: done.plan.contents,
            erased: done.erased.map(|(erased, is_wiped)| ErasedParts {
                bodies: erased.bodies,
                bytes: erased.bytes,
                contents: erased.contents,
                is_wiped,
                parts: erased.events + erased.holders,
            }),
            headers: headers.keys().map(|producer| producer.to_string()).collect(),
            journals: done.journals.iter().map(|journal| journal.path.to_string_lossy().into_owned()).collect(),
            looked_at: done.plan.looked_at,
            loose: done.plan.loose,
            rules: rules.collect(),
            shared: done.plan.shared,
            trace_count: traces.len() as u64,
            traces: traces.iter().take(MOST_TRACES).map(|of| of.trace_id.to_string()).collect(),
            unsealed: done.plan.unsealed,
        }
    }
}
