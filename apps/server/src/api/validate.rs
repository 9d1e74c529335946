//! What is wrong with what somebody's emitter wrote. What is checked is not kept.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use tracewire_insight::document;
use tracewire_wire::encoding::{Encoding, ReadOptions};
use tracewire_wire::validate::{Level, Options, Validator, is_document};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Wire};
use super::asked::{Format, Query};
use crate::body;
use crate::guard::Caller;
use crate::ingest::encoding_of;
use crate::problem::Problem;
use crate::state::Shared;

/// As many findings are told; all are counted.
const MOST_FINDINGS: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(validate))
}

/// How it is checked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// How the body is written, where the content type does not say it.
    #[param(inline)]
    format: Option<Format>,
    /// How deep to look; each level holds those before it. `semantic` where it is not there.
    #[param(inline)]
    level: Option<Depth>,
}

/// How deep to look.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Depth {
    Schema,
    Semantic,
    Canonical,
}

/// What was found.
#[derive(Serialize, ToSchema)]
struct Report {
    /// As `tracewire validate --json` writes them, at most 1000.
    findings: Vec<Wire>,
    /// How much was looked at and found.
    summary: Summary,
}

/// How much was looked at and found.
#[derive(Serialize, ToSchema)]
struct Summary {
    documents: u64,
    envelopes: u64,
    errors: u64,
    events: u64,
    /// Findings that are not told.
    hidden: u64,
    notes: u64,
    spans: u64,
    warnings: u64,
}

/// Checks a body of events or envelopes.
#[utoipa::path(
    post, path = "/v1/validate", tag = "validate", operation_id = "validate", params(Asked),
    request_body(
        description = "Events or envelopes, in any encoding of the wire.",
        content(
            (String = "application/x-ndjson"), (Object = "application/json"), (String = "text/toon"), (String = "text/csv"),
            (Vec<u8> = "application/x-protobuf"),
        ),
    ),
    responses((status = 200, body = Report), (status = 400, description = "A parameter cannot be used")),
)]
async fn validate(
    State(app): State<Shared>,
    _: Caller,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Json<Report>, Problem> {
    let encoding = match asked.format {
        Some(format) => format.into(),
        None => encoding_of(&headers)?,
    };
    let level = match asked.level {
        Some(Depth::Schema) => Level::Schema,
        None | Some(Depth::Semantic) => Level::Semantic,
        Some(Depth::Canonical) => Level::Canonical,
    };
    let limits = app.options.limits;
    let packed = body::read(&headers, request.into_body(), &limits).await?;
    let _one_of_few = app.bodies.acquire().await.map_err(|_| Problem::stopping())?;
    let looking = tokio::task::spawn_blocking(move || Ok(look(&packed.unpack(&limits)?, encoding, level)));
    looking.await.map_err(|_| Problem::internal())?.map(Json)
}

fn look(bytes: &[u8], encoding: Encoding, level: Level) -> Report {
    let mut validator = Validator::new(Options { level, ..Options::default() });
    match encoding {
        Encoding::Json | Encoding::Jsonl if is_document(bytes) => validator.push(bytes, 1),
        Encoding::Json | Encoding::Jsonl => {
            bytes.split(|byte| *byte == b'\n').zip(1..).for_each(|(line, number)| validator.push_line(line, number));
        }
        other => match other.read_value(bytes, &ReadOptions::default()) {
            Ok(value) => validator.push_value(&value),
            Err(error) => validator.push_unreadable(&error),
        },
    }
    let report = validator.finish();
    let shown = report.findings.iter().take(MOST_FINDINGS);
    let findings = shown.map(|finding| Wire(document::finding("body", finding, finding.rule.severity))).collect();
    let seen = report.summary;
    Report {
        findings,
        summary: Summary {
            documents: seen.documents,
            envelopes: seen.envelopes,
            errors: seen.errors,
            events: seen.events,
            hidden: report.findings.len().saturating_sub(MOST_FINDINGS) as u64,
            notes: seen.notes,
            spans: seen.spans,
            warnings: seen.warnings,
        },
    }
}
