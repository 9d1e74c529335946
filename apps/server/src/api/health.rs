//! How the server is.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use tracewire_store::Store;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::Json;
use super::producers::{Loss, losses, named};
use crate::forward::Status;
use crate::guard::Caller;
use crate::name::DEFAULT_PROJECT;
use crate::problem::Problem;
use crate::project::Project;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(health))
}

/// How the server is. Who shows no key where one is needed sees no more than that it answers.
#[derive(Serialize, ToSchema)]
struct Health {
    /// What is proved of the producers' chains.
    #[serde(skip_serializing_if = "Option::is_none")]
    chains: Option<Chains>,
    /// Whether something came that numbers over traces do not have yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    counting: Option<bool>,
    /// Where what comes goes on to, and how that goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forward: Vec<Forward>,
    /// Records that emitters lost, by reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    losses: Option<Vec<Loss>>,
    /// The project of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// What is kept, and what was removed; not there where everything is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    retention: Option<Retention>,
    /// `ok`: it answers, and so does the store.
    #[schema(example = "ok")]
    status: &'static str,
    /// The project's store.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<StoreHealth>,
    /// For how long it has run.
    uptime_nanos: u64,
    /// Its version.
    version: &'static str,
}

/// What is proved of the producers' chains.
#[derive(Serialize, ToSchema)]
struct Chains {
    /// Producers there are.
    producers: u64,
    /// Those whose envelopes contradict; `/v1/producers` says where.
    unsound: u64,
    /// Those that were looked at.
    verified: u64,
}

/// How forwarding to one place goes.
#[derive(Serialize, ToSchema)]
struct Forward {
    /// Why it waits, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing: Option<String>,
    /// Spans or envelopes that were not taken.
    rejected: u64,
    /// Spans or envelopes that were sent and answered, since the server began.
    sent: u64,
    /// Where to.
    to: String,
}

impl From<&Status> for Forward {
    fn from(status: &Status) -> Self {
        Forward {
            failing: status.failing(),
            rejected: status.rejected_count(),
            sent: status.sent_count(),
            to: status.to().to_owned(),
        }
    }
}

/// What is kept, and what was removed.
#[derive(Serialize, ToSchema)]
struct Retention {
    /// Traces go whose last event is older.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<i64>,
    /// The oldest traces go while the store uses more.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Why nothing could be removed the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing: Option<String>,
    /// When it was looked for the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// Bytes of content that were removed since the server began.
    removed_bytes: u64,
    /// Events that were, those of no trace among them.
    removed_events: u64,
    /// Traces that were.
    removed_traces: u64,
}

impl Retention {
    fn of(project: &Project) -> Option<Self> {
        let kept = &project.kept;
        let (last, failing) = kept.last();
        let removed = kept.removed();
        kept.retention.is_some().then(|| Retention {
            age_seconds: kept.retention.age_nanos.map(|nanos| nanos / 1_000_000_000),
            bytes: kept.retention.bytes,
            failing,
            last: last.map(|last| last.to_string()),
            removed_bytes: removed.bytes,
            removed_events: removed.events,
            removed_traces: removed.traces,
        })
    }
}

/// How a store is.
#[derive(Serialize, ToSchema)]
struct StoreHealth {
    /// Its size.
    bytes: u64,
    /// `sqlite` or `postgres`.
    engine: &'static str,
    /// Bytes inside it that deletions have freed.
    free_bytes: u64,
    /// Id of the event that came last.
    last_event: u64,
    /// Version of its tables.
    version: i64,
}

/// Says how the server is.
#[utoipa::path(
    get, path = "/v1/health", tag = "server", operation_id = "getHealth",
    responses((status = 200, body = Health), (status = 503, description = "The store cannot be reached")),
)]
async fn health(State(app): State<Shared>, caller: Option<axum::Extension<Caller>>) -> Result<Json<Health>, Problem> {
    let mut health = Health {
        chains: None,
        counting: None,
        forward: Vec::new(),
        losses: None,
        project: None,
        retention: None,
        status: "ok",
        store: None,
        uptime_nanos: u64::try_from(app.started.elapsed().as_nanos()).unwrap_or(u64::MAX),
        version: env!("CARGO_PKG_VERSION"),
    };
    let Some(axum::Extension(caller)) = caller else { return Ok(Json(health)) };
    if caller.project.name == DEFAULT_PROJECT {
        let forwards = app.forwards.get().into_iter().flatten();
        health.forward = forwards.map(|status| Forward::from(&**status)).collect();
    }
    let engine = caller.project.database.engine();
    let read = move |store: &dyn Store| {
        let (stats, last_event) = (store.stats()?, store.last_event()?);
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for (reason, count) in losses(store)?.into_values().flatten() {
            let sum = sums.entry(reason).or_default();
            *sum = sum.saturating_add(count);
        }
        let (bytes, free_bytes, version) = (stats.bytes, stats.free_bytes, stats.version);
        let producers = store.producers()?.len() as u64;
        Ok((StoreHealth { bytes, engine, free_bytes, last_event, version }, named(&sums), producers))
    };
    let (store, losses, producers) = caller.project.ask(read).await?;
    let (verified, unsound) = caller.project.verified.counts();
    health.chains = Some(Chains { producers, unsound, verified });
    health.counting = Some(caller.project.writer.is_counting());
    health.retention = Retention::of(&caller.project);
    health.project = Some(caller.project.name.clone());
    (health.store, health.losses) = (Some(store), Some(losses));
    Ok(Json(health))
}
