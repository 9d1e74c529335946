//! What programs recorded with us becomes the spans that the exporters of the SDKs make of it.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use tracewire_otlp::{
    Conventions, Form, Limits, Open, Recorded, WriteOptions, Written, encode_traces, traces_from, write_traces,
};
use tracewire_wire::event::Event;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};

/// A run with a model call that used a cache, a tool that timed out, a point, a log line and a step that never ended.
const RUN: &str = r#"
{"body":{"attributes":{"own":[1,2],"mixed":[1,"a"],"$$ref":{"a":1}},"environment":"test","input":{"question":"Row?"},"name":"plan","session_id":"s-1","tags":["a","b"],"trace_state":"x=1","user_id":"u-1"},"kind":"agent","seq":1,"span_id":"00000000000000a1","time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}
{"body":{"attributes":{"gen_ai.provider.name":"anthropic","gen_ai.request.model":"m"},"input":[{"content":"Row?","role":"user"}],"name":"chat m"},"kind":"llm","parent_id":"00000000000000a1","seq":2,"span_id":"00000000000000a2","time":"2026-11-21T04:30:00.100000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}
{"body":{"chunks":["ye","s"],"name":"chunk"},"seq":3,"span_id":"00000000000000a2","time":"2026-11-21T04:30:00.150000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.event"}
{"body":{"level":"info","logger":"app","message":"asked"},"seq":4,"span_id":"00000000000000a2","time":"2026-11-21T04:30:00.160000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"log"}
{"body":{"cost":{"currency":"USD","price_source":"provider","total":"0.01"},"output":"yes","usage":{"cache_read_input_tokens":5,"cache_write_input_tokens":3,"input_tokens":10,"output_tokens":2}},"duration_nanos":100000000,"seq":5,"span_id":"00000000000000a2","status":"ok","time":"2026-11-21T04:30:00.900000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}
{"body":{"input":{"city":"Ghent"},"name":"forecast"},"kind":"tool","parent_id":"00000000000000a1","seq":6,"span_id":"00000000000000a3","time":"2026-11-21T04:30:00.300000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}
{"body":{"output":{"$int":"9007199254740993"}},"seq":7,"span_id":"00000000000000a3","time":"2026-11-21T04:30:00.310000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.update"}
{"body":{"exception":{"message":"too slow","type":"TimeoutError"}},"duration_nanos":200000000,"seq":8,"span_id":"00000000000000a3","status":"timeout","time":"2026-11-21T04:30:00.500000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}
{"body":{"data":{"method":"tools/list"},"name":"mcp.request"},"parent_id":"00000000000000a1","seq":9,"span_id":"00000000000000a4","time":"2026-11-21T04:30:00.600000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"event"}
{"body":{"name":"wait"},"kind":"step","parent_id":"00000000000000a1","seq":10,"span_id":"00000000000000a5","time":"2026-11-21T04:30:00.700000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}
{"body":{"level":"info","message":"of nobody here"},"seq":11,"span_id":"00000000000000ff","time":"2026-11-21T04:30:00.700000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"log"}
{"duration_nanos":1000000000,"seq":12,"span_id":"00000000000000a1","status":"unset","time":"2026-11-21T04:30:01.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}
"#;

fn written(options: &WriteOptions) -> Written {
    let events: Vec<Event> = RUN.trim().lines().map(|line| Event::read(line.as_bytes()).unwrap()).collect();
    let resource = Map::from_iter([("service.name".to_owned(), Value::from("rowing"))]);
    let recorded: Vec<Recorded<'_>> =
        events.iter().map(|event| Recorded { producer: "p-1", resource: &resource, event }).collect();
    write_traces(&recorded, options)
}

fn shown(written: &Written) -> String {
    let value = json::read(&encode_traces(&written.request, Form::Json), &ReadOptions::default()).unwrap();
    let groups = value.as_map().unwrap().get("resourceSpans").unwrap().as_list().unwrap();
    let mut lines = Vec::new();
    for group in groups {
        let group = group.as_map().unwrap();
        lines.push(String::from_utf8(json::write(group.get("resource").unwrap())).unwrap());
        for scoped in group.get("scopeSpans").unwrap().as_list().unwrap() {
            let scoped = scoped.as_map().unwrap();
            let spans = scoped.get("spans").unwrap().as_list().unwrap();
            lines.extend(spans.iter().map(|span| String::from_utf8(json::write_in_order(span)).unwrap()));
        }
    }
    lines.join("\n")
}

#[test]
fn steps_get_the_names_that_the_sdks_write() {
    let written = written(&WriteOptions::default());
    assert_eq!((written.open, written.loose), (1, 1));
    insta::assert_snapshot!(shown(&written));
}

#[test]
fn an_older_generation_of_names_can_be_written() {
    let names = |conventions| {
        let written = written(&WriteOptions { conventions, ..WriteOptions::default() });
        let spans = written.request.resource_spans.into_iter().flat_map(|group| group.scope_spans);
        let spans = spans.flat_map(|scope| scope.spans).filter(|span| span.name == "chat m");
        let names = spans.flat_map(|span| span.attributes).map(|attribute| attribute.key);
        names
            .filter(|name| name.contains("cache_") || name.contains("provider") || name.ends_with("system"))
            .collect::<Vec<_>>()
    };
    let usage = "gen_ai.usage.cache_read.input_tokens";
    assert_eq!(names(Conventions::Current), [usage, "gen_ai.usage.cache_write.input_tokens", "gen_ai.provider.name"]);
    assert_eq!(names(Conventions::V1_36), [usage, "gen_ai.usage.cache_creation.input_tokens", "gen_ai.system"]);
}

#[test]
fn spans_that_have_not_ended_are_written_on_demand() {
    let written = written(&WriteOptions { open: Open::WithoutEnd, ..WriteOptions::default() });
    assert_eq!(written.open, 0);
    let spans = written.request.resource_spans[0].scope_spans[0].spans.iter();
    let ends: Vec<(&str, bool)> = spans.map(|span| (span.name.as_str(), span.end_time_unix_nano == 0)).collect();
    assert_eq!(ends, [("plan", false), ("chat m", false), ("forecast", false), ("mcp.request", false), ("wait", true)]);
}

#[test]
fn what_was_written_is_read_as_what_it_was() {
    let imported = traces_from(written(&WriteOptions::default()).request, &Limits::default());
    insta::assert_snapshot!(support::events_as_lines(&imported));
}
