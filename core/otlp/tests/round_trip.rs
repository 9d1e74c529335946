//! Whatever is sent, the way back gives the same spans.

mod support;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use support::{recorded, spans_of};
use tracewire_otlp::opentelemetry_proto;
use tracewire_otlp::{Form, Limits, Open, WriteOptions, decode_traces, encode_traces, traces_from, write_traces};

/// Names that mean something, beside those that do not.
const NAMES: &[&str] = &[
    "",
    "$ref",
    "$$x",
    "a/b~c",
    "exception.type",
    "exception.message",
    "exception.escaped",
    "gen_ai.operation.name",
    "openinference.span.kind",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.prompt",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.1.role",
    "gen_ai.prompt.0.tool_calls.0.name",
    "gen_ai.completion.0.content",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.content",
    "llm.input_messages.1.message.role",
    "llm.input_messages.1.message",
    "llm.input_messages.0.message.tool_calls.0.tool_call.id",
    "llm.output_messages.0.role",
    "llm.token_count.prompt",
    "llm.model_name",
    "gen_ai.request.model",
    "gen_ai.system",
    "input.value",
    "input.mime_type",
    "output.value",
    "retrieval.documents.0.document.score",
    "session.id",
    "user.id",
    "tag.tags",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.cost",
    "traceloop.entity.input",
    "gen_ai.event.content",
    "content",
    "tracewire.kind",
    "tracewire.status",
    "tracewire.cost",
    "tracewire.input",
    "tracewire.otlp.kind",
    "tracewire.otlp.types",
    "tracewire.otlp.others",
    "db.system",
    "http.method",
];
const TEXTS: &[&str] = &[
    "",
    "LLM",
    "chat",
    "timeout",
    "application/json",
    r#"[{"role":"user","content":"hi"}]"#,
    r#"{"$ref":"x","n":1.5}"#,
    r#""quoted""#,
    r#"{"$int":"5"}"#,
    "[1,1.0,18446744073709551616]",
    "{broken",
    r#"{"a":1,"a":2}"#,
    "gen_ai.usage",
    "é\u{1f6a3}",
];
const EVENTS: &[&str] = &["exception", "gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "retry", ""];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(TEXTS).prop_map(str::to_owned), ".{0,12}"]
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    use any_value::Value as Any;
    let special = [0.0, -0.0, 1.0, 1e300, -9_007_199_254_740_993.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324];
    let leaf = prop_oneof![
        4 => text().prop_map(|text| Some(Any::StringValue(text))),
        1 => any::<bool>().prop_map(|value| Some(Any::BoolValue(value))),
        2 => any::<i64>().prop_map(|value| Some(Any::IntValue(value))),
        2 => (-3_i64..1000).prop_map(|value| Some(Any::IntValue(value))),
        2 => any::<f64>().prop_map(|value| Some(Any::DoubleValue(value))),
        2 => proptest::sample::select(special.to_vec()).prop_map(|value| Some(Any::DoubleValue(value))),
        1 => vec(any::<u8>(), 0..6).prop_map(|bytes| Some(Any::BytesValue(bytes))),
        1 => Just(None),
    ]
    .prop_map(|value| AnyValue { value });
    leaf.prop_recursive(3, 16, 4, |inner| {
        let member = |(key, value)| KeyValue { key, value: Some(value), key_strindex: 0 };
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|values| Some(Any::ArrayValue(ArrayValue { values }))),
            btree_map(name(), inner, 0..4).prop_map(move |members| {
                Some(Any::KvlistValue(KeyValueList { values: members.into_iter().map(member).collect() }))
            }),
        ]
        .prop_map(|value| AnyValue { value })
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![6 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => ".{0,8}"]
}

/// With names that stand there twice, now and then.
fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    vec((name(), any_value()).prop_map(|(key, value)| KeyValue { key, value: Some(value), key_strindex: 0 }), 0..12)
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0), 1 => any::<u32>()]
}

fn scope() -> impl Strategy<Value = InstrumentationScope> {
    (text(), text(), attributes(), count()).prop_map(|(name, version, attributes, dropped_attributes_count)| {
        InstrumentationScope { name, version, attributes, dropped_attributes_count }
    })
}

fn resource() -> impl Strategy<Value = Resource> {
    let entity = (text(), text(), vec(text(), 0..3)).prop_map(|(schema_url, r#type, id_keys)| EntityRef {
        schema_url,
        r#type,
        description_keys: id_keys.iter().rev().cloned().collect(),
        id_keys,
    });
    (attributes(), count(), vec(entity, 0..2)).prop_map(|(attributes, dropped_attributes_count, entity_refs)| {
        Resource { attributes, dropped_attributes_count, entity_refs }
    })
}

fn span_event() -> impl Strategy<Value = span::Event> {
    let name = prop_oneof![proptest::sample::select(EVENTS).prop_map(str::to_owned), text()];
    (any::<u64>(), name, attributes(), count()).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| span::Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn span_link() -> impl Strategy<Value = span::Link> {
    (vec(any::<u8>(), 0..18), vec(any::<u8>(), 0..10), text(), attributes(), count(), count()).prop_map(
        |(trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags)| span::Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count,
            flags,
        },
    )
}

fn one_span() -> impl Strategy<Value = Span> {
    const LAST: u64 = i64::MAX.unsigned_abs();
    let ids = (1..u128::MAX, prop_oneof![Just(vec![]), vec(1_u8..255, 8)]);
    let times = prop_oneof![(1..=LAST, 1..=LAST), (1..=LAST, Just(0)), (Just(0), 1..=LAST)];
    let words = (text(), text(), text(), -1_i32..8, -1_i32..5, count());
    let parts = (attributes(), vec(span_event(), 0..3), vec(span_link(), 0..2), [count(), count(), count()]);
    (ids, times, words, parts).prop_map(|(ids, times, words, parts)| {
        let (name, trace_state, message, kind, code, flags) = words;
        let (attributes, events, links, dropped) = parts;
        // Of a span that has not ended there is no status yet.
        let status = (times.1 != 0).then_some(Status { message, code });
        Span {
            trace_id: ids.0.to_be_bytes().to_vec(),
            span_id: vec![],
            parent_span_id: ids.1,
            trace_state,
            flags,
            name,
            kind,
            start_time_unix_nano: times.0,
            end_time_unix_nano: times.1,
            attributes,
            dropped_attributes_count: dropped[0],
            events,
            dropped_events_count: dropped[1],
            links,
            dropped_links_count: dropped[2],
            status,
        }
    })
}

fn request() -> impl Strategy<Value = ExportTraceServiceRequest> {
    let scoped = (scope(), vec(one_span(), 1..3), text()).prop_map(|(scope, spans, schema_url)| ScopeSpans {
        scope: Some(scope),
        spans,
        schema_url,
    });
    let group = (resource(), vec(scoped, 1..3), text()).prop_map(|(resource, scope_spans, schema_url)| ResourceSpans {
        resource: Some(resource),
        scope_spans,
        schema_url,
    });
    vec(group, 1..3).prop_map(|mut resource_spans| {
        let spans =
            resource_spans.iter_mut().flat_map(|group| &mut group.scope_spans).flat_map(|scope| &mut scope.spans);
        for (number, span) in (1_u64..).zip(spans) {
            span.span_id = number.to_be_bytes().to_vec();
        }
        ExportTraceServiceRequest { resource_spans }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn spans_come_back_as_they_were_sent(sent in request()) {
        let imported = traces_from(sent.clone(), &Limits::default());
        prop_assert_eq!(&imported.rejected, &[]);
        prop_assert_eq!(&imported, &traces_from(sent.clone(), &Limits::default()), "the same bytes give the same events");
        let options = WriteOptions { open: Open::WithoutEnd, ..WriteOptions::default() };
        let written = write_traces(&recorded(&imported), &options);
        prop_assert_eq!(written.loose, 0);
        prop_assert_eq!(spans_of(written.request), spans_of(sent));
    }

    #[test]
    fn they_do_so_through_canonical_bytes(sent in request()) {
        let mut imported = traces_from(sent.clone(), &Limits::default());
        for event in imported.sources.iter_mut().flat_map(|source| &mut source.spans).flat_map(|span| &mut span.events) {
            let mut bytes = Vec::new();
            event.write_to(&mut bytes);
            *event = tracewire_wire::event::Event::read(&bytes).unwrap();
        }
        let options = WriteOptions { open: Open::WithoutEnd, ..WriteOptions::default() };
        prop_assert_eq!(spans_of(write_traces(&recorded(&imported), &options).request), spans_of(sent));
    }

    #[test]
    fn json_says_the_same_as_protobuf(sent in request()) {
        let json = encode_traces(&sent, Form::Json);
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
        prop_assert_eq!(spans_of(decode_traces(&json, Form::Json, &Limits::default()).unwrap()), spans_of(sent.clone()));
        let protobuf = encode_traces(&sent, Form::Protobuf);
        prop_assert_eq!(spans_of(decode_traces(&protobuf, Form::Protobuf, &Limits::default()).unwrap()), spans_of(sent));
    }

    #[test]
    fn no_change_of_a_real_body_makes_it_fall(edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>()) {
        for name in ["openinference.traces", "genai.logs"] {
            let path = format!("{}/tests/captures/{name}.pb", env!("CARGO_MANIFEST_DIR"));
            let mut body = std::fs::read(path).unwrap();
            for (place, byte) in &edits {
                let at = place.index(body.len());
                body[at] = *byte;
            }
            body.truncate(cut.index(body.len()).max(body.len() / 2));
            if let Ok(imported) = tracewire_otlp::read_traces(&body, Form::Protobuf) {
                write_traces(&recorded(&imported), &WriteOptions::default());
            }
            let _ = tracewire_otlp::read_logs(&body, Form::Protobuf);
        }
    }

    #[test]
    fn no_bytes_make_it_fall(body in vec(any::<u8>(), 0..200)) {
        for form in [Form::Protobuf, Form::Json] {
            let _ = tracewire_otlp::read_traces(&body, form);
            let _ = tracewire_otlp::read_logs(&body, form);
        }
    }
}
