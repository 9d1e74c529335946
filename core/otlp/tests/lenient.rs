//! What OTLP/JSON allows is read, what it does not allow has a code and a place, and one bad span costs no other.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::events_as_lines;
use tracewire_otlp::{
    Form, Limits, OtlpError, Rejected, answer_logs, answer_traces, read_logs, read_traces, read_traces_within,
};

/// A request with these spans, as OTLP/JSON.
fn body(spans: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#)
}

/// A span with these members besides ids and times.
fn span(members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#"{{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","startTimeUnixNano":"1700000000000000000",
        "endTimeUnixNano":1700000001000000000{comma}{members}}}"#
    )
}

fn codes(spans: &str) -> Vec<&'static str> {
    let imported = read_traces(body(spans).as_bytes(), Form::Json).unwrap();
    imported.rejected.iter().map(|rejected| rejected.code).collect()
}

#[test]
fn everything_that_the_specification_allows_is_read() {
    let members = r#""name":"row","kind":"SPAN_KIND_SERVER","parentSpanId":"","flags":257,"traceState":null,"later":{"x":1},
        "status":{"code":"STATUS_CODE_ERROR","message":"sank"},"attributes":[
            {"key":"int","value":{"intValue":"-9223372036854775808"}},{"key":"small","value":{"intValue":7}},
            {"key":"double","value":{"doubleValue":"NaN"}},{"key":"one","value":{"doubleValue":1}},
            {"key":"bytes","value":{"bytesValue":"-_8"}},{"key":"later","value":{"laterValue":{"a":1}}},
            {"key":"none","value":{}},{"key":"unset"},{"key":"list","value":{"arrayValue":{}}},
            {"key":"map","value":{"kvlistValue":{"values":[{"key":"$a","value":{"boolValue":true}}]}}}]"#;
    let imported = read_traces(body(&span(members)).as_bytes(), Form::Json).unwrap();
    insta::assert_snapshot!(events_as_lines(&imported));
}

#[test]
fn half_of_an_emoji_costs_nothing_but_itself() {
    let given = span(r#""name":"cut \ud83d","attributes":[{"key":"whole","value":{"stringValue":"\ud83d\ude00"}}]"#);
    let imported = read_traces(body(&given).as_bytes(), Form::Json).unwrap();
    let lines = events_as_lines(&imported);
    assert!(lines.contains("cut \u{fffd}") && lines.contains('\u{1f600}'), "{lines}");
}

#[test]
fn what_is_no_otlp_has_a_code_and_a_place() {
    let error = |body: &str| read_traces(body.as_bytes(), Form::Json).unwrap_err();
    assert_eq!(error("{").code(), "otlp_json");
    let shape = error(&body(&span(r#""attributes":[{"key":"a","value":{"intValue":"x"}}]"#)));
    let path = "/resourceSpans/0/scopeSpans/0/spans/0/attributes/0/value/intValue".to_owned();
    assert_eq!(shape, OtlpError::Shape { path, expected: "a 64-bit integer" });
    for other in ["[]", "7", " 1.5175444180851247e+239", "true"] {
        assert_eq!(error(other), OtlpError::Shape { path: String::new(), expected: "an object" }, "{other}");
    }
    assert_eq!(read_traces(b"\xff\xff", Form::Protobuf).unwrap_err().code(), "otlp_protobuf");
    let small = Limits { body_bytes: 3, ..Limits::default() };
    assert_eq!(read_traces_within(b"{}  ", Form::Json, &small).unwrap_err(), OtlpError::TooLarge { size: 4, limit: 3 });
    assert_eq!(read_logs(b"", Form::Protobuf).unwrap().sources, []);
    let few = Limits { records: 1, ..Limits::default() };
    let five = body(&vec![span(""); 5].join(","));
    let too_many = read_traces_within(five.as_bytes(), Form::Json, &few).unwrap_err();
    assert_eq!(too_many, OtlpError::TooMany { records: 5, limit: 4 });
    assert_eq!(
        read_traces_within(&[0x0a, 12, 0x12, 10, 18, 0, 18, 0, 18, 0, 18, 0, 18, 0], Form::Protobuf, &few).unwrap_err(),
        too_many
    );
    for (code, _) in OtlpError::CODES.iter().chain(Rejected::CODES) {
        assert!(code.starts_with("otlp_"), "{code}");
    }
}

#[test]
fn bad_spans_are_rejected_alone() {
    let spans = [
        span(""),
        span("").replace("5B8EFFF798038103D269B633813FC60C", "00000000000000000000000000000000"),
        span("").replace("5B8EFFF798038103D269B633813FC60C", "5B8E"),
        span("").replace("eee19b7ec3c1b174", "not hex"),
        span("").replace("eee19b7ec3c1b174", ""),
        span(r#""parentSpanId":"ff""#),
        span("").replace("1700000000000000000", "0").replace("1700000001000000000", "0"),
        span("").replace("1700000001000000000", "18446744073709551615"),
    ];
    assert_eq!(
        codes(&spans.join(",")),
        [
            "otlp_trace_id",
            "otlp_trace_id",
            "otlp_span_id",
            "otlp_span_id",
            "otlp_parent_id",
            "otlp_no_time",
            "otlp_time"
        ]
    );
    let few = Limits { records: 2, ..Limits::default() };
    let three = body(&[span(""), span(""), span("")].join(","));
    let imported = read_traces_within(three.as_bytes(), Form::Json, &few).unwrap();
    assert_eq!(imported.sources[0].spans.len(), 2);
    assert_eq!(imported.error_message().unwrap(), "rejected: 1 otlp_too_many; the first: more than 2 spans");
}

#[test]
fn the_answer_says_what_was_rejected() {
    let imported = read_traces(body(&span(r#""parentSpanId":"ff""#)).as_bytes(), Form::Json).unwrap();
    let answer = |form| answer_traces(imported.rejected.len(), imported.error_message(), form);
    let reason = "rejected: 1 otlp_parent_id; the first: a parent's id has 1 bytes";
    let json = format!(r#"{{"partialSuccess":{{"rejectedSpans":"1","errorMessage":"{reason}"}}}}"#);
    assert_eq!(String::from_utf8(answer(Form::Json)).unwrap(), json);
    let protobuf = [&[0x0a, 68, 0x08, 1, 0x12, 64][..], reason.as_bytes()].concat();
    assert_eq!(answer(Form::Protobuf), protobuf);
    assert_eq!(answer_logs(0, None, Form::Json), b"{}");
    assert_eq!(answer_logs(0, None, Form::Protobuf), b"");
    let logs = answer_logs(2, Some("why".to_owned()), Form::Json);
    assert_eq!(logs, br#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"why"}}"#);
}

#[test]
fn clocks_that_went_back_are_told() {
    let backwards = span("").replace("1700000001000000000", "1699999990000000000");
    let imported = read_traces(body(&backwards).as_bytes(), Form::Json).unwrap();
    let end = imported.sources[0].spans[0].events.last().unwrap();
    assert_eq!(end.duration_nanos, Some(0));
    assert_eq!(end.body_field("clock_skew_nanos").and_then(|skew| skew.as_i64()), Some(-10_000_000_000));
    let slightly = span("").replace("1700000001000000000", "1699999999500000000");
    let imported = read_traces(body(&slightly).as_bytes(), Form::Json).unwrap();
    assert_eq!(imported.sources[0].spans[0].events.last().unwrap().body_field("clock_skew_nanos"), None);
}

#[test]
fn what_is_too_large_or_too_deep_is_cut_and_marked() {
    let deep = format!(r#"{}{{"boolValue":true}}{}"#, r#"{"arrayValue":{"values":["#.repeat(6), "]}}".repeat(6));
    let members = format!(
        r#""attributes":[{{"key":"text","value":{{"stringValue":"éééé"}}}},{{"key":"deep","value":{deep}}},
        {{"key":"bytes","value":{{"bytesValue":"AAAAAAAAAAA="}}}},
        {{"key":"list","value":{{"arrayValue":{{"values":[{{"intValue":1}},{{"intValue":2}},{{"intValue":3}}]}}}}}},
        {{"key":"late","value":{{"intValue":1}}}}]"#
    );
    let limits = Limits { text_bytes: 5, depth: 4, values: 8, ..Limits::default() };
    let imported = read_traces_within(body(&span(&members)).as_bytes(), Form::Json, &limits).unwrap();
    insta::assert_snapshot!(events_as_lines(&imported));
}

#[test]
fn what_finds_no_room_is_left_out_and_counted() {
    let members = r#""attributes":[{"key":"a","value":{"stringValue":"12345"}},{"key":"b","value":{"stringValue":"12345"}},
        {"key":"c","value":{"stringValue":"12345"}}],"droppedAttributesCount":1"#;
    let shown = |members: &str, limits: &Limits| {
        let imported = read_traces_within(body(&span(members)).as_bytes(), Form::Json, limits).unwrap();
        events_as_lines(&imported).lines().nth(1).unwrap().split(r#"},"kind""#).next().unwrap().to_owned()
    };
    let bytes = Limits { record_bytes: 9, ..Limits::default() };
    let cut = r#""a":"12345","b":{"$cut":"12","missing_bytes":3}"#;
    let expected = format!(
        r#"{{"body":{{"attributes":{{{cut},"tracewire.otlp.dropped":{{"attributes":2}},"tracewire.otlp.kind":"unspecified"}}"#
    );
    assert_eq!(shown(members, &bytes), expected);
    let events = r#""events":[{"name":"x"},{"name":"y"},{"name":"z"}],"links":[{}]"#;
    let values = Limits { values: 2, ..Limits::default() };
    let expected = r#"{"body":{"attributes":{"tracewire.otlp.dropped":{"events":1,"links":1},"tracewire.otlp.kind":"unspecified"}"#;
    assert_eq!(shown(events, &values), expected);
}

#[test]
fn nesting_beyond_all_bounds_is_refused_and_harms_nothing() {
    let deep = format!(r#"{}{}"#, r#"{"arrayValue":{"values":["#.repeat(100_000), "]}}".repeat(100_000));
    let members = format!(r#""attributes":[{{"key":"deep","value":{deep}}}]"#);
    assert_eq!(read_traces(body(&span(&members)).as_bytes(), Form::Json).unwrap_err().code(), "otlp_json");
    let mut protobuf = Vec::new();
    for _ in 0..10_000 {
        let mut outer = vec![0x2a];
        prost::encode_length_delimiter(protobuf.len(), &mut outer).unwrap();
        outer.extend(&protobuf);
        protobuf = outer;
    }
    assert_eq!(read_logs(&protobuf, Form::Protobuf).map(|imported| imported.sources.len()), Ok(0), "an unknown field");
}
