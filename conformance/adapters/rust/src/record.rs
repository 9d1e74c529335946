//! A script becomes calls of the recorder; its journal becomes envelopes.

use crate::{Refused, items, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tracewire_recorder::cbor::Walker;
use tracewire_recorder::clock::Moment;
use tracewire_recorder::journal::{Directory, JournalReader};
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options, Place, Recorder, Remote, Span, SpanContext, StartSpan};
use tracewire_wire::event::Status;
use tracewire_wire::json as wire_json;
use tracewire_wire::time::Timestamp;

/// Records a script with injected clock and ids.
pub fn run(settings: &Value, script: &Value) -> Result<Value, Refused> {
    let folder = tempfile::tempdir().map_err(|error| Refused::Skipped(error.to_string()))?;
    let recorder = Recorder::open(options(settings, folder.path())?)?;
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    let mut contexts: BTreeMap<&str, SpanContext> = BTreeMap::new();
    for step in items(script) {
        let named = |name: &str| step[name].as_str().unwrap_or_default();
        let header = |name: &str| step["parent"][name].as_str();
        let remote = header("traceparent").and_then(|parent| Remote::from_headers(parent, header("tracestate")));
        let local = step["parent"].as_str().and_then(|name| contexts.get(name)).copied();
        let parent = local.or(remote.map(|remote| remote.context()));
        let correlation_id = step["body"]["correlation_id"].as_str();
        let place = Place { step: parent, correlation_id };
        let mut fault = None;
        let body = |writer: &mut BodyWriter<'_, '_>| {
            for (name, value) in step["body"].as_object().into_iter().flatten() {
                if name != "correlation_id" || correlation_id.is_none() || !matches!(named("do"), "start" | "point") {
                    writer.value(name, |walker| fault = write(walker, value).err().or(fault.take()));
                }
            }
        };
        match (named("do"), spans.get(named("span"))) {
            ("start", _) => {
                let start = StartSpan { parent, kind: named("kind"), correlation_id };
                let span = match remote {
                    Some(remote) => recorder.start_remote_span(remote, start, body),
                    None => recorder.start_span(start, body),
                };
                contexts.insert(named("as"), span.context());
                spans.insert(named("as"), span);
            }
            ("update", Some(span)) => recorder.update_span(span, body),
            ("happen", Some(span)) => recorder.span_event(span, body),
            ("end", Some(span)) => _ = recorder.end_span(span, &Status::parse(named("status")), body),
            ("point", _) => match named("type") {
                "log" => recorder.log(place, body),
                "metric" => recorder.metric(place, body),
                "feedback" => recorder.feedback(place, body),
                _ => _ = contexts.insert(named("as"), recorder.point_event(place, step["kind"].as_str(), body)),
            },
            ("flush", _) => _ = recorder.flush(None),
            _ => _ = recorder.close(None),
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
    }
    recorder.close(None);
    let journals = Directory::at(folder.path()).journals()?;
    journals.first().map_or(Ok(json!({ "envelopes": [] })), |path| sealed(path))
}

/// Seals a journal given by its bytes.
pub fn seal(journal: &[u8]) -> Result<Value, Refused> {
    let folder = tempfile::tempdir().map_err(|error| Refused::Skipped(error.to_string()))?;
    let path = folder.path().join("case.twj");
    std::fs::write(&path, journal).map_err(|error| Refused::Skipped(error.to_string()))?;
    sealed(&path)
}

fn sealed(path: &std::path::Path) -> Result<Value, Refused> {
    let mut reader = JournalReader::open(path)?;
    let mut sealer = Sealer::new(reader.header());
    let mut envelopes = Vec::new();
    while let Some(item) = reader.next()? {
        envelopes.extend(sealer.push(&item).map(|envelope| text(&envelope.bytes())));
    }
    Ok(json!({ "envelopes": envelopes, "pending": sealer.pending().len() }))
}

fn options(settings: &Value, folder: &std::path::Path) -> Result<Options, Refused> {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<i64>().ok());
    let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (mut options, mut script) = (Options::for_service("conformance"), Script::default());
    options.directory = Some(folder.to_owned());
    if let Some(pairs) = settings["resource"].as_array() {
        let value = |pair: &Value| wire_json::read(pair[1].to_string().as_bytes(), &Default::default());
        options.resource = pairs.iter().map(|pair| Ok((id(&pair[0]), value(pair)?))).collect::<Result<_, Refused>>()?;
    }
    for (name, place) in [
        ("text_bytes", &mut options.limits.text_bytes),
        ("record_bytes", &mut options.limits.record_bytes),
        ("inline_bytes", &mut options.limits.inline_bytes),
        ("envelope_events", &mut options.limits.envelope_events),
        ("envelope_bytes", &mut options.limits.envelope_bytes),
    ] {
        *place = settings["limits"][name].as_u64().unwrap_or(*place);
    }
    for (name, place) in [("depth", &mut options.limits.depth), ("nodes", &mut options.limits.nodes)] {
        *place = settings["limits"][name].as_u64().and_then(|limit| limit.try_into().ok()).unwrap_or(*place);
    }
    options.redact.keys = items(&settings["redact"]).iter().map(id).collect();
    options.sampling = settings["sampling"].as_f64().unwrap_or(1.0);
    script.process = settings["process"].as_str().map_or(script.process, str::to_owned);
    let clock = &settings["clock"];
    let moment = |wall: i64, monotonic: i64| Moment { wall: Timestamp(wall), monotonic_nanos: monotonic.unsigned_abs() };
    let pair = |pair: &Value| Some(moment(number(&pair[0])?, number(&pair[1])?));
    script.moments = items(&clock["moments"]).iter().filter_map(pair).collect();
    script.start = moment(
        number(&clock["wall_nanos"]).unwrap_or(script.start.wall.0),
        number(&clock["monotonic_nanos"]).unwrap_or_default(),
    );
    script.step_nanos = clock["step_nanos"].as_u64().unwrap_or(script.step_nanos);
    script.trace_ids = items(&settings["trace_ids"]).iter().map(|text| id(text).parse()).collect::<Result<_, _>>()?;
    script.span_ids = items(&settings["span_ids"]).iter().map(|text| id(text).parse()).collect::<Result<_, _>>()?;
    options.sources = Arc::new(Scripted::new(script));
    Ok(options)
}

/// Writes a value in the protocol's notation as the host's value.
fn write(walker: &mut Walker<'_>, value: &Value) -> Result<(), Refused> {
    match value {
        Value::Null => walker.null(),
        Value::Bool(value) => walker.bool(*value),
        Value::Number(number) => walker.int(number.as_i64().unwrap_or_default()),
        Value::String(text) => walker.text(text),
        Value::Array(values) => list(walker, values, false)?,
        Value::Object(members) => {
            let Some((notation, value)) = members.iter().next() else { return skip("an empty notation") };
            special(walker, notation, value)?;
        }
    }
    Ok(())
}

fn special(walker: &mut Walker<'_>, notation: &str, value: &Value) -> Result<(), Refused> {
    let given = value.as_str().unwrap_or_default();
    match notation {
        "int" => match given.parse::<i128>() {
            Ok(number) => walker.big_int(number < 0, &number.unsigned_abs().to_be_bytes()),
            Err(_) => return skip("integers beyond 128 bits"),
        },
        "double" => walker.double(f64::from_bits(u64::from_str_radix(given, 16).unwrap_or_default())),
        "float" => walker.double(f32::from_bits(u32::from_str_radix(given, 16).unwrap_or_default()).into()),
        "utf16" => walker.text_lossy(&generalized_utf8(&hex(given))),
        "utf8" => walker.text_lossy(&hex(given)),
        "bytes" => walker.bytes(&crate::bytes(value)?),
        "set" => list(walker, items(value), true)?,
        "map" => {
            if walker.begin_map(0) {
                for pair in items(value) {
                    match pair[0].as_str() {
                        Some(key) => walker.key(key),
                        None if walker.begin_key() => {
                            write(walker, &pair[0])?;
                            walker.end_key();
                        }
                        None => {}
                    }
                    write(walker, &pair[1])?;
                }
                walker.end_map(0);
            }
        }
        "cycle" => cycle(walker, given),
        "repeat" => walker.text(&value[0].as_str().unwrap_or_default().repeat(size(&value[1]))),
        "list_of" => list(walker, &vec![value[0].clone(); size(&value[1])], false)?,
        "nest" => nest(walker, value[0] == "list", size(&value[1]), &value[2])?,
        other => return skip(other),
    }
    Ok(())
}

fn list(walker: &mut Walker<'_>, values: &[Value], is_set: bool) -> Result<(), Refused> {
    if if is_set { walker.begin_set(0) } else { walker.begin_list(0) } {
        values.iter().try_for_each(|value| write(walker, value))?;
        walker.end_list(0);
    }
    Ok(())
}

fn nest(walker: &mut Walker<'_>, in_lists: bool, levels: usize, value: &Value) -> Result<(), Refused> {
    match (levels, in_lists) {
        (0, _) => write(walker, value)?,
        (_, true) if walker.begin_list(0) => {
            nest(walker, in_lists, levels - 1, value)?;
            walker.end_list(0);
        }
        (_, false) if walker.begin_map(0) => {
            walker.key("k");
            nest(walker, in_lists, levels - 1, value)?;
            walker.end_map(0);
        }
        _ => {}
    }
    Ok(())
}

/// The walker knows a value by its address; any number stands for one.
fn cycle(walker: &mut Walker<'_>, kind: &str) {
    if kind == "list" {
        if walker.begin_list(1) && !walker.begin_list(1) {
            walker.end_list(0);
        }
    } else if walker.begin_map(1) {
        walker.key("k");
        walker.begin_map(1);
        walker.end_map(0);
    }
}

fn size(value: &Value) -> usize {
    value.as_u64().and_then(|size| size.try_into().ok()).unwrap_or_default()
}

fn skip<T>(what: &str) -> Result<T, Refused> {
    Err(Refused::Skipped(format!("Rust has no {what}")))
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap_or("0"), 16).unwrap_or_default();
    (0..text.len()).step_by(2).map(digit).collect()
}

/// UTF-16 units as UTF-8 that may hold surrogates, as text that is not well-formed reaches the recorder.
fn generalized_utf8(units: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for unit in units.chunks(2).map(|unit| u16::from_be_bytes([unit[0], *unit.get(1).unwrap_or(&0)])) {
        match char::from_u32(unit.into()) {
            Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend([0xE0 | (unit >> 12) as u8, 0x80 | (unit >> 6 & 0x3F) as u8, 0x80 | (unit & 0x3F) as u8]),
        }
    }
    out
}
