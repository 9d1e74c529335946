//! The conformance adapter of the Rust crates: a request becomes calls of their public API, the answer is what it gives.
#![forbid(unsafe_code)]

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};
use tracewire_recorder::testing::{self, Script, SealedJournal, seal_bytes};
use tracewire_recorder::{
    Capture, Options, Place, Recorder, RecorderError, Remote, Sampling, StartSpan, guards, record::BodyWriter,
};
use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions, convert};
use tracewire_wire::erase::{Removal, Selection};
use tracewire_wire::sign::{self, Keys};
use tracewire_wire::{WireError, envelope::Envelope, event::Status, json as wire, value, verify};

/// What says a code, or what Rust does not have.
type Error = Box<dyn std::error::Error>;

/// Answers one request.
pub fn answer(request: &Value) -> Value {
    let code = |it: &Error| it.downcast_ref().map(WireError::code).or(it.downcast_ref().map(RecorderError::code));
    let mut answer = match request["do"].as_str() {
        Some("start") => json!({ "name": "tracewire-rust", "version": env!("CARGO_PKG_VERSION"), "language": "Rust",
            "protocol": "1.0", "capabilities": ["record", "record:media", "seal", "recover", "verify", "verify:keys", "withhold", "guard", "convert:json",
            "convert:jsonl", "convert:proto", "convert:toon", "convert:csv"] }),
        _ => match run(&request["case"]).map_err(|error| (code(&error), error.to_string())) {
            Ok(result) => json!({ "result": result }),
            Err((Some(code), message)) => json!({ "error": { "code": code, "message": message } }),
            Err((None, reason)) => json!({ "skipped": reason }),
        },
    };
    answer["id"] = request["id"].clone();
    answer
}

fn run(case: &Value) -> Result<Value, Error> {
    let (text, option) = (|name: &str| string(&case[name]), |name: &str| &case["options"][name]);
    Ok(match text("operation") {
        "record" | "seal" => {
            let sealed = if case["journal"].is_null() { record(case)? } else { seal_bytes(&bytes(&case["journal"]))? };
            let envelopes: Vec<String> = sealed.envelopes.iter().map(|envelope| BASE64.encode(envelope)).collect();
            json!({ "envelopes": envelopes, "pending": sealed.pending })
        }
        "recover" => json!({ "journal": BASE64.encode(testing::recover_bytes(&bytes(&case["journal"]))) }),
        "convert" => {
            let (from, to) = (Encoding::parse(text("from"))?, Encoding::parse(text("to"))?);
            let reading = ReadOptions { is_lenient: *option("lenient") == true, ..Default::default() };
            let delimiter = option("delimiter").as_str().filter(|_| to == Encoding::Toon).unwrap_or("comma").parse()?;
            let writing = WriteOptions { delimiter, formula_safe: *option("formula_safe") == true, indent: None };
            json!({ "bytes": BASE64.encode(convert(&bytes(&case["bytes"]), (from, &reading), (to, &writing))?) })
        }
        "verify" => {
            let keys = items(&case["keys"]).iter().map(|it| string(it).parse()).collect::<Result<Keys, _>>()?;
            let given = items(&case["envelopes"]).iter().map(bytes);
            let report = if keys.is_empty() { verify::verify(given)? } else { sign::verify(given, &keys)? };
            let (is_complete, findings) = (report.is_complete(), report.codes());
            let mut said = json!({ "sound": report.is_sound(), "complete": is_complete, "findings": findings });
            if !keys.is_empty() {
                said["proved"] = report.is_proved().into();
            }
            said
        }
        "withhold" => {
            let numbers = |name: &str| items(&case[name]).iter().filter_map(Value::as_u64).collect();
            let contents = items(&case["contents"]).iter().map(|it| string(it).parse()).collect::<Result<_, _>>()?;
            let mut envelope = Envelope::read(&bytes(&case["envelope"]))?;
            let removal = if text("mark") == "erased" { Removal::Erase } else { Removal::Withhold };
            Selection { contents, bodies: numbers("bodies"), events: numbers("events") }.remove(&mut envelope, removal);
            json!({ "envelope": BASE64.encode(envelope.write()) })
        }
        "guard" => json!({ "verdicts": BASE64.encode(guards::run_script(case.to_string().as_bytes())?) }),
        other => return Err(format!("Rust has no operation {other}").into()),
    })
}

fn record(case: &Value) -> Result<SealedJournal, Error> {
    let (settings, mut options, mut script) = (&case["settings"], Options::default(), Script::default());
    for pair in items(settings.get("resource").unwrap_or(&json!([["service.name", "conformance"]]))) {
        options.resource.insert(string(&pair[0]).to_owned(), host(&pair[1])?);
    }
    for (name, limit) in settings["limits"].as_object().into_iter().flatten() {
        options.limits.set(name, limit.as_u64().unwrap_or_default());
    }
    let texts = |name: &str| items(&settings[name]).iter().map(string);
    options.redact.rules = texts("redact").map(str::to_owned).collect();
    options.redact.key = settings["redact_key"].as_str().map(str::to_owned);
    if let Some(capture) = settings.get("capture") {
        options.capture = Capture::of_value(&host(capture)?)?;
    }
    options.media = settings["media"] == true;
    if let Some(sampling) = settings.get("sampling") {
        options.sampling = Sampling::of_value(&host(sampling)?).ok_or("sampling is no rate")?;
    }
    script.process = settings["process"].as_str().map_or(script.process, str::to_owned);
    script.step_nanos = settings["clock"]["step_nanos"].as_u64().unwrap_or(script.step_nanos);
    let nanos = |text: &Value, otherwise: i64| text.as_str().map_or(Ok(otherwise), str::parse);
    let wall = nanos(&settings["clock"]["wall_nanos"], script.start.wall.0)?;
    script.set_start(wall, nanos(&settings["clock"]["monotonic_nanos"], 0)? as u64);
    for pair in items(&settings["clock"]["moments"]) {
        script.add_moment(nanos(&pair[0], 0)?, nanos(&pair[1], 0)? as u64);
    }
    script.set_ids(texts("trace_ids"), texts("span_ids"))?;
    let (sealed, played) = testing::record(options, script, |recorder| play(recorder, items(&case["script"])))?;
    played.map(|()| sealed)
}

fn play(recorder: &Recorder, steps: &[Value]) -> Result<(), Error> {
    let (mut spans, mut contexts) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    steps.iter().try_for_each(|step| {
        let text = |name: &str| string(&step[name]);
        let header = |name: &str| step["parent"][name].as_str();
        let remote = header("traceparent").and_then(|parent| Remote::from_headers(parent, header("tracestate")));
        let parent = step["parent"].as_str().and_then(|it| contexts.get(it).copied()).or(remote.map(|it| it.context()));
        // The correlation id of a start or a point is the recorder's to write.
        let mut members = step["body"].clone();
        let is_its = step["span"].is_null() && members["correlation_id"].is_string();
        let correlation = members.as_object_mut().filter(|_| is_its).and_then(|them| them.remove("correlation_id"));
        let place = Place { step: parent, correlation_id: correlation.as_ref().and_then(Value::as_str) };
        let (members, mut written) = (host(&members)?, Ok(()));
        let body = |writer: &mut BodyWriter<'_, '_>| written = testing::write_members(writer, &members);
        match (text("do"), spans.get(text("span")), remote) {
            ("start", ..) => {
                let start = StartSpan { parent, kind: text("kind"), correlation_id: place.correlation_id };
                let span = match remote {
                    Some(remote) => recorder.start_remote_span(remote, start, body),
                    None => recorder.start_span(start, body),
                };
                contexts.insert(text("as"), span.context());
                spans.insert(text("as"), span);
            }
            ("update", Some(span), _) => recorder.update_span(span, body),
            ("happen", Some(span), _) => recorder.span_event(span, body),
            ("end", Some(span), _) => _ = recorder.end_span(span, &Status::parse(text("status")), body),
            ("point", ..) => match text("type") {
                "log" => recorder.log(place, body),
                "metric" => recorder.metric(place, body),
                "feedback" => recorder.feedback(place, body),
                _ => _ = contexts.insert(text("as"), recorder.point_event(place, step["kind"].as_str(), body)),
            },
            ("flush", ..) => _ = recorder.flush(None),
            _ => _ = recorder.close(None),
        }
        Ok(written?)
    })
}

fn host(notation: &Value) -> Result<value::Value, Error> {
    Ok(wire::read(notation.to_string().as_bytes(), &wire::ReadOptions { max_depth: 512, ..Default::default() })?)
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn string(text: &Value) -> &str {
    text.as_str().unwrap_or_default()
}

fn bytes(base64: &Value) -> Vec<u8> {
    BASE64.decode(string(base64)).unwrap_or_default()
}
