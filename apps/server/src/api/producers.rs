//! Who recorded: one row for each producer, that is for each journal file or foreign emitter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tracewire_store::{ProducerRow, Store};
use tracewire_wire::value::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::{Json, Page};
use super::asked::{self, Query};
use crate::guard::Caller;
use crate::keys::hex;
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

/// Which producers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// At most this many, 1 to 1000; all where it is not there.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(pattern = "^(1([0-9a-f]{2})+)?$")]
    cursor: Option<String>,
}

/// Lists producers by name: all of them, or page by page.
#[utoipa::path(
    get, path = "/v1/producers", tag = "producers", operation_id = "listProducers", params(Asked),
    responses((status = 200, body = Page<Producer>), (status = 400, description = "A parameter cannot be used")),
)]
async fn list(caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<Producer>>, Problem> {
    let limit = asked.limit.map(|limit| asked::limit(Some(limit))).transpose()?;
    let after: Option<Vec<u8>> = asked.cursor.as_deref().map(behind).transpose()?;
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
        let mut rows = store.producers()?;
        if let Some(after) = after {
            rows.retain(|row| row.name.as_bytes() > after.as_slice());
        }
        let has_more = limit.is_some_and(|limit| rows.len() > limit);
        rows.truncate(limit.unwrap_or(rows.len()));
        let next = rows.last().filter(|_| has_more).map(|row| format!("1{}", hex(row.name.as_bytes())));
        let rows = rows.into_iter().map(|row| {
            let chain = chains.remove(&row.name).unwrap_or_default();
            shown(row, chain)
        });
        Ok(Page { items: rows.collect(), next })
    };
    Ok(Json(caller.project.ask(read).await?))
}

/// The bytes of the name behind which a page begins.
fn behind(cursor: &str) -> Result<Vec<u8>, Problem> {
    let read = || {
        let digits = cursor.strip_prefix('1').filter(|digits| !digits.is_empty() && digits.len().is_multiple_of(2))?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
    };
    read().ok_or_else(|| Problem::parameter("cursor", "the `next` of the page before is expected as it came"))
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
