//! A trace as a file: its envelopes with all other events withheld, so that they still prove what they show; its events as rows; or
//! its spans as OpenTelemetry has them.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tracewire_otlp::{Form as OtlpForm, encode_traces};
use tracewire_store::Store;
use tracewire_store::excerpt::Excerpt;
use tracewire_wire::csv::{EVENT_COLUMNS, EncodeOptions, RowWriter, event_row};
use tracewire_wire::encoding::{Encoding, WriteOptions};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::recording::{Form, Item, Recording};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::{self, Path, Query};
use super::traces::{events_of, exists};
use crate::guard::Caller;
use crate::ingest::type_of;
use crate::outward::spans::{Resources, Wanted, write as write_spans};
use crate::problem::Problem;
use crate::state::Shared;

/// Events that are in no envelope yet, and so not in the file.
const UNSEALED: HeaderName = HeaderName::from_static("tracewire-unsealed");
/// Spans that have not ended, and so are not in a file of OTLP.
const OPEN: HeaderName = HeaderName::from_static("tracewire-open");

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Which format.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// `json` (where it is not there), `jsonl`, `toon`, `proto`: envelopes; `csv`: events; `otlp`: spans, as JSON of OTLP.
    #[param(inline)]
    format: Option<Format>,
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Jsonl,
    Toon,
    Csv,
    Proto,
    Otlp,
}

/// A file, and what is not in it.
struct Written {
    bytes: Vec<u8>,
    media: &'static str,
    ending: &'static str,
    unsealed: u64,
    /// Of files of spans alone.
    open: Option<u64>,
}

/// A trace as a file.
///
/// Envelopes hold the trace's events and withhold all others. Events that are not sealed yet are in no envelope:
/// `tracewire-unsealed` counts them. Rows of CSV are all events, sealed or not. OTLP has all spans that have ended, sealed or
/// not; `tracewire-open` counts those that have not.
#[utoipa::path(
    get, path = "/v1/traces/{trace_id}/export", tag = "traces", operation_id = "exportTrace",
    params(("trace_id" = String, Path, description = "32 hex digits", pattern = "^[0-9a-f]{32}$"), Asked),
    responses(
        (status = 200, content(
            (Object = "application/json"), (String = "application/x-ndjson"), (String = "text/toon"), (String = "text/csv"),
            (Vec<u8> = "application/x-protobuf"),
        )),
        (status = 400, description = "A parameter cannot be used"),
        (status = 404, description = "There is no such trace"),
    ),
)]
async fn export(caller: Caller, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let trace_id = asked::trace_id(&id)?;
    let format = asked.format.unwrap_or_default();
    let written = caller.project.ask(move |store| write(store, trace_id, format)).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"trace-{trace_id}.{}\"", written.ending));
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static(written.media))], written.bytes).into_response();
    if let Ok(name) = name {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response.headers_mut().insert(UNSEALED, HeaderValue::from(written.unsealed));
    if let Some(open) = written.open {
        response.headers_mut().insert(OPEN, HeaderValue::from(open));
    }
    Ok(response)
}

fn write(store: &dyn Store, trace_id: TraceId, format: Format) -> Result<Written, Problem> {
    exists(store, trace_id)?;
    let encoding = match format {
        Format::Json => Encoding::Json,
        Format::Jsonl => Encoding::Jsonl,
        Format::Toon => Encoding::Toon,
        Format::Csv => Encoding::Csv,
        Format::Proto => Encoding::Proto,
        Format::Otlp => return spans(store, trace_id),
    };
    let (bytes, unsealed) = match encoding {
        Encoding::Csv => (rows(store, trace_id)?, 0),
        _ => envelopes(store, trace_id, encoding)?,
    };
    let ending = encoding.extensions().first().copied().unwrap_or_default();
    Ok(Written { bytes, media: type_of(encoding), ending, unsealed, open: None })
}

fn spans(store: &dyn Store, trace_id: TraceId) -> Result<Written, Problem> {
    let written = write_spans(store, &[trace_id], &Wanted::All, &mut Resources::default())?;
    let form = OtlpForm::Json;
    let (bytes, open) = (encode_traces(&written.request, form), Some(written.open as u64));
    Ok(Written { bytes, media: form.content_type(), ending: "otlp.json", unsealed: 0, open })
}

fn envelopes(store: &dyn Store, trace_id: TraceId, encoding: Encoding) -> Result<(Vec<u8>, u64), Problem> {
    let mut wanted: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for stored in store.events(trace_id)? {
        wanted.entry(stored.producer.to_string()).or_default().insert(stored.event.seq);
    }
    let mut items = Vec::new();
    let mut unsealed = 0;
    let mut excerpt = Excerpt::new(store);
    for (producer, numbers) in wanted {
        excerpt.next_producer();
        let mut written: BTreeSet<Hash> = BTreeSet::new();
        let mut done = 0;
        for seq in &numbers {
            if *seq <= done {
                continue;
            }
            let found = store.envelopes_with(&producer, *seq)?;
            unsealed += u64::from(found.is_empty());
            for stored in found {
                if !written.insert(stored.digest) {
                    continue;
                }
                let envelope = Envelope::read(&stored.bytes).map_err(tracewire_store::StoreError::from)?;
                // Where the chain forks, each branch is asked for by itself.
                if !stored.is_fork {
                    done = envelope.first_seq.saturating_add(envelope.events.len() as u64).saturating_sub(1);
                }
                let copied = excerpt.copy(envelope, &|event| numbers.contains(&event.seq))?;
                items.extend(copied.map(|copied| Item::Envelope(Box::new(copied.envelope))));
            }
        }
        items.extend(store.heads(Some(&producer))?.iter().map(|head| Item::Value(head.to_value())));
    }
    let form = if encoding == Encoding::Jsonl { Form::Lines } else { Form::Export };
    let bytes = encoding.write(&Recording { form, items }, &WriteOptions::default()).map_err(unwritable)?;
    Ok((bytes, unsealed))
}

fn rows(store: &dyn Store, trace_id: TraceId) -> Result<Vec<u8>, Problem> {
    let writer = RowWriter::new(EVENT_COLUMNS, EncodeOptions::default());
    let mut out = Vec::new();
    writer.header(&mut out);
    for stored in events_of(store, trace_id)? {
        writer.row(&event_row(&stored.producer, &stored.event), &mut out).map_err(unwritable)?;
    }
    Ok(out)
}

fn unwritable(error: tracewire_wire::WireError) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        error.code(),
        "The trace cannot be written in this format",
        error.to_string(),
    )
}
