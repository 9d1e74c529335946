//! Who recorded: one row for each producer, that is for each journal file or foreign emitter.

use std::collections::BTreeMap;

use serde::Serialize;
use tracewire_store::{ProducerRow, Store};
use tracewire_wire::value::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use crate::guard::Caller;
use crate::problem::Problem;
use crate::project::{Chain, Contradiction};
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A producer.
#[derive(Serialize, ToSchema)]
struct Producer {
    /// Why it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<String>,
    /// The first place of its chain that contradicts; not there while none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    contradiction: Option<Contradiction>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Number of the last event in an envelope.
    last_seq: u64,
    /// What it lost, by reason.
    losses: Vec<Loss>,
    /// Events up to `verified_seq` that are in no envelope here.
    missing_events: u64,
    /// Its name.
    name: String,
    /// Events that no envelope holds yet.
    pending: u64,
    /// Its process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u64>,
    /// State of its process: `alive`, `closed`, `dead`, `unknown`.
    process_state: &'static str,
    /// Version of the sealing function.
    seal: u64,
    /// `service.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// Whether nothing in its envelopes contradicts; null while none of them is verified. They are, one after the other, soon
    /// after they came.
    sound: Option<bool>,
    /// Version of the specification.
    spec: String,
    /// State of its journal file, in the same words.
    state: &'static str,
    /// Number of the last event whose envelope is verified.
    verified_seq: u64,
}

/// What was lost for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Loss {
    /// How many records.
    pub(crate) count: u64,
    /// Why.
    pub(crate) reason: String,
}

/// Lists producers by name.
#[utoipa::path(
    get, path = "/v1/producers", tag = "producers", operation_id = "listProducers",
    responses((status = 200, body = Page<Producer>)),
)]
async fn list(caller: Caller) -> Result<Json<Page<Producer>>, Problem> {
    let mut chains = caller.project.verified.all();
    let read = move |store: &dyn Store| {
        let losses = losses(store)?;
        let shown = |row: ProducerRow, chain: Chain| Producer {
            sound: chain.is_sound(),
            verified_seq: chain.verified_seq,
            missing_events: chain.missing_events,
            contradiction: chain.contradiction,
            host: text(&row.facts.origin, "host"),
            pid: row.facts.origin.get("pid").and_then(Value::as_u64),
            service: text(&row.facts.resource, "service.name"),
            created: row.facts.created.map(|created| created.to_string()),
            losses: losses.get(&row.name).map(named).unwrap_or_default(),
            process_state: row.process_state.as_str(),
            state: row.state.as_str(),
            close: row.close,
            last_seq: row.last_seq,
            pending: row.pending,
            seal: row.facts.seal,
            spec: row.facts.spec,
            name: row.name,
        };
        let rows = store.producers()?.into_iter();
        Ok(rows
            .map(|row| {
                let chain = chains.remove(&row.name).unwrap_or_default();
                shown(row, chain)
            })
            .collect())
    };
    Ok(Json(Page::whole(caller.project.ask(read).await?)))
}

/// Records lost, by producer and reason.
///
/// # Errors
/// Those of the store.
pub(super) fn losses(store: &dyn Store) -> Result<BTreeMap<String, BTreeMap<String, u64>>, Problem> {
    let mut losses: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for stored in store.losses()? {
        let reason = stored.event.body_field("reason").and_then(Value::as_text).unwrap_or("unknown").to_owned();
        let count = stored.event.body_field("count").and_then(Value::as_u64).unwrap_or(0);
        let known = losses.entry(stored.producer.to_string()).or_default().entry(reason).or_default();
        *known = known.saturating_add(count);
    }
    Ok(losses)
}

/// The same as a list.
pub(super) fn named(losses: &BTreeMap<String, u64>) -> Vec<Loss> {
    losses.iter().map(|(reason, count)| Loss { count: *count, reason: reason.clone() }).collect()
}

fn text(map: &Map, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_text).filter(|text| !text.is_empty()).map(str::to_owned)
}
