//! `POST /v1/envelopes`: what our SDKs send.
//!
//! An envelope is known by its digest (TW-DIG-004), so that sending it again changes nothing (TW-DIG-005). The answer comes when
//! everything that is sound would survive a loss of power. Where something is not sound the rest is taken all the same, and the
//! answer is a refusal that says what was taken: a sender must not believe that all of it arrived, and need not send any of it
//! again.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use tracewire_store::{Store, StoredContent};
use tracewire_wire::id::Hash;
use tracewire_wire::value::Value;
use utoipa::ToSchema;

use super::formats::encoding_of;
use super::sorted::{Rejected, Sorted};
use crate::api::answer::Json;
use crate::body;
use crate::guard::Caller;
use crate::problem::Problem;
use crate::state::Shared;

/// Names so many contents at most.
const MOST_NEEDED: usize = 1000;

/// What was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// Envelopes that the store has now; those that it knew before are among them.
    #[schema(example = 2)]
    envelopes: u64,
    /// Their events.
    #[schema(example = 40)]
    events: u64,
    /// Hashes of contents that these envelopes refer to and nobody has sent yet. Sending them is welcome, and nothing waits for it.
    needed: Vec<String>,
}

/// Takes envelopes.
///
/// Answers when they would survive a loss of power. The same envelopes may come any number of times.
#[utoipa::path(
    post, path = "/v1/envelopes", tag = "ingest", operation_id = "postEnvelopes",
    request_body(
        description = "Envelopes and signed heads: one, a list, or an export. `Content-Encoding` may be `gzip` or `zstd`.",
        content(
            (String = "application/x-ndjson"), (Object = "application/json"), (String = "text/toon"),
            (Vec<u8> = "application/x-protobuf"),
        ),
    ),
    responses(
        (status = 200, description = "All of it is stored", body = Taken),
        (status = 422, description = "Some of it is not sound: what is named in `rejected` is not stored, all else is"),
        (status = 413, description = "Too large; send fewer envelopes at once"),
        (status = 503, description = "Nothing of it is acknowledged; send it again after `Retry-After` seconds"),
    ),
)]
pub(super) async fn post(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Json<Taken>, Problem> {
    let encoding = encoding_of(&headers)?;
    let limits = app.options.limits;
    let packed = body::read(&headers, request.into_body(), &limits).await?;
    // Unpacked and read, a body takes many times its size: few are at once. Who sends slowly keeps nobody waiting here.
    let _one_of_few = app.bodies.acquire().await.map_err(|_| Problem::stopping())?;
    let reading = tokio::task::spawn_blocking(move || {
        let bytes = packed.unpack(&limits)?;
        let sorted = Sorted::read(&bytes, encoding).map_err(Problem::unreadable)?;
        Ok::<_, Problem>((sorted, bytes.len()))
    });
    let (mut sorted, bytes) = reading.await.map_err(|_| Problem::internal())??;
    let taken = Taken { envelopes: sorted.envelopes.len() as u64, events: sorted.events, needed: Vec::new() };
    if !sorted.envelopes.is_empty() {
        caller.project.writer.take(std::mem::take(&mut sorted.envelopes), bytes).await?;
    }
    if !sorted.heads.is_empty() {
        let heads = std::mem::take(&mut sorted.heads);
        let keep = move |store: &mut dyn Store| store.keep_heads(&heads, &[]).map(drop);
        caller.project.writer.change(Box::new(keep)).await?;
    }
    app.metrics.took(taken.envelopes, sorted.rejected);
    let needed = needed(&caller, std::mem::take(&mut sorted.referred)).await?;
    let taken = Taken { needed, ..taken };
    if sorted.rejected == 0 { Ok(Json(taken)) } else { Err(refusal(&sorted, taken)) }
}

/// Which of these the store does not have. What it has in another copy than this request's is found too.
async fn needed(
    caller: &Caller,
    referred: impl IntoIterator<Item = Hash> + Send + 'static,
) -> Result<Vec<String>, Problem> {
    let find = |store: &dyn Store| {
        let mut missing = Vec::new();
        for hash in referred {
            if matches!(store.content(&hash)?, None | Some(StoredContent::Withheld)) && missing.len() < MOST_NEEDED {
                missing.push(hash.to_string());
            }
        }
        Ok(missing)
    };
    caller.project.ask(find).await
}

fn refusal(sorted: &Sorted, taken: Taken) -> Problem {
    tracing::warn!(rejected = sorted.rejected, taken = taken.envelopes, "envelopes were not sound");
    let named = sorted.named.iter().map(Rejected::to_value).collect();
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "envelopes_rejected",
        "Not everything was sound",
        format!("{} not taken, {} stored", sorted.rejected, taken.envelopes),
    )
    .with("envelopes", Value::from_u64(taken.envelopes))
    .with("events", Value::from_u64(taken.events))
    .with("needed", Value::List(taken.needed.into_iter().map(Value::from).collect()))
    .with("rejected", Value::List(named))
    .with("rejected_count", Value::from_u64(sorted.rejected))
}

impl Rejected {
    fn to_value(&self) -> Value {
        let members = [
            ("code", Some(Value::from(self.code.as_str()))),
            ("index", Some(Value::from_u64(self.index))),
            ("line", self.line.map(Value::from_u64)),
            ("message", Some(Value::from(self.message.as_str()))),
            ("pointer", self.pointer.as_deref().map(Value::from)),
        ];
        Value::Map(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    }
}
