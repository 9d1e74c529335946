//! Guards of a recorder: what is checked, reserved, settled and recorded.
#![cfg(feature = "guards")]
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use tracewire_recorder::guards::{self, Config, Decision};
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Capture, Options, Place, Recorder, SpanContext, StartSpan, host};
use tracewire_wire::event::Status;
use tracewire_wire::json;

fn run(guards: &str, script: &str) -> String {
    let given = format!("{{\"guards\":{guards},\"script\":[{script}]}}");
    String::from_utf8(guards::run_script(given.as_bytes()).unwrap()).unwrap()
}

fn recorder(guards: &str, sampling: f64) -> (tempfile::TempDir, Recorder) {
    capturing(guards, sampling, "true")
}

fn capturing(guards: &str, sampling: f64, capture: &str) -> (tempfile::TempDir, Recorder) {
    let folder = tempfile::tempdir().unwrap();
    let script = Script { step_nanos: 1_000_000_000, ..Script::default() };
    let config = Config::read(&json::read(guards.as_bytes(), &Default::default()).unwrap()).unwrap();
    let options = Options {
        directory: Some(folder.path().to_owned()),
        sampling: sampling.into(),
        capture: Capture::of_value(&json::read(capture.as_bytes(), &Default::default()).unwrap()).unwrap(),
        guards: guards::Options { config, prices: None },
        sources: std::sync::Arc::new(Scripted::new(script)),
        ..Options::default()
    };
    (folder, Recorder::open(options).unwrap())
}

fn search(query: &str) -> impl Fn(&mut BodyWriter<'_, '_>) + use<> {
    let query = query.to_owned();
    move |body| {
        body.text("name", "search");
        body.text("input", &query);
    }
}

fn step(recorder: &Recorder, session: Option<&str>) -> SpanContext {
    let start = StartSpan { parent: None, kind: "agent", correlation_id: None };
    recorder.start_span(start, |body| body.optional_text("session_id", session)).context()
}

fn decisions(recorder: &Recorder, place: Place<'_>, times: usize) -> Vec<&'static str> {
    let check = |_| recorder.check(place, "tool", search("otters")).unwrap().decision.as_str();
    (0..times).map(check).collect()
}

#[test]
fn a_sessions_runs_share_a_budget_and_other_runs_have_their_own() {
    let (_folder, recorder) = recorder(r#"{"budget":{"steps":3},"warn_at":1}"#, 1.0);
    let [one, two] = [Some("chat-7"), Some("chat-7")].map(|session| Place::from(Some(step(&recorder, session))));
    let alone = Place::from(Some(step(&recorder, None)));
    assert_eq!(decisions(&recorder, one, 2), ["allow", "allow"]);
    assert_eq!(decisions(&recorder, two, 2), ["warn", "stop"]);
    assert_eq!(decisions(&recorder, alone, 1), ["allow"]);
    // Calls that are in no run share what the process has.
    assert_eq!(decisions(&recorder, Place::default(), 4), ["allow", "allow", "warn", "stop"]);
}

#[test]
fn a_stop_is_recorded_below_the_step_in_which_the_call_would_have_begun() {
    let (folder, recorder) = recorder(r#"{"budget":{"steps":1},"warn_at":1}"#, 1.0);
    let agent = step(&recorder, Some("chat-7"));
    let [warned, stopped] = [0, 1].map(|_| recorder.check(Place::from(Some(agent)), "tool", search("otters")).unwrap());
    assert_eq!((warned.decision, stopped.decision), (Decision::Warn, Decision::Stop));
    assert_eq!((stopped.code(), stopped.reservation), (Some("budget_exceeded"), 0));
    recorder.close(None);
    let events = tracewire_recorder::testing::events(folder.path()).unwrap();
    let last = String::from_utf8(json::write(&events)).unwrap();
    assert!(last.contains(r#""kind":"guardrail","parent_id":"0000000000000001""#), "{last}");
    assert!(last.contains(r#""tracewire.guard.decision":"stop""#), "{last}");
    assert!(
        last.contains(r#""tracewire.guard.message":"step budget of session \"chat-7\" would be exceeded: tool \"search\" asks 1, 0 used, 1 reserved, limit 1""#),
        "{last}"
    );
}

#[test]
fn sampling_does_not_switch_guards_off() {
    let (_folder, recorder) = recorder(r#"{"budget":{"steps":1},"warn_at":1}"#, 0.0);
    let place = || Place::from(Some(step(&recorder, Some("chat-7"))));
    assert_eq!(decisions(&recorder, place(), 1), ["warn"]);
    assert_eq!(decisions(&recorder, place(), 1), ["stop"]);
    assert_eq!(recorder.written(), 0);
}

#[test]
fn what_is_switched_off_is_still_compared_and_a_verdict_is_whole() {
    let off = r#"{"input":false,"attributes":false}"#;
    let (folder, recorder) = capturing(r#"{"loops":{"repeats":2}}"#, 1.0, off);
    let of = |query| recorder.check(Place::default(), "tool", search(query)).unwrap().decision.as_str();
    assert_eq!([of("otters"), of("crabs"), of("otters")], ["allow", "allow", "stop"]);
    let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
    recorder.start_span(start, |body| {
        assert!(!body.keeps("input") && body.keeps("name"));
        search("otters")(body);
        body.map("attributes", |_| unreachable!());
        body.texts("tags", ["a"]);
    });
    recorder.close(None);
    let said = String::from_utf8(json::write(&tracewire_recorder::testing::events(folder.path()).unwrap())).unwrap();
    assert!(said.contains(r#""tracewire.guard.decision":"stop""#), "{said}");
    assert!(said.contains(r#""body":{"name":"search","tags":["a"]},"kind":"tool""#), "{said}");
    assert!(!said.contains("otters\"}") && !said.contains("\"input\""), "{said}");
}

#[test]
fn what_is_settled_is_given_back_or_used() {
    let (_folder, recorder) = recorder(r#"{"budget":{"tokens":1000}}"#, 1.0);
    let call = |body: &mut BodyWriter<'_, '_>| {
        body.text("name", "chat gpt-4o");
        body.text("input", "12345678901234"); // 16 bytes of JSON.
        body.map("attributes", |out| {
            out.key("gen_ai.request.model");
            out.text("gpt-4o");
            out.key("gen_ai.request.max_tokens");
            out.uint(500);
        });
    };
    let verdict = recorder.check(Place::default(), "llm", call).unwrap();
    let status = || String::from_utf8(json::write(&recorder.guard_status(None, None).unwrap())).unwrap();
    assert!(status().contains(r#""tokens":{"limit":"1000","reserved":"504","used":"0"}"#), "{}", status());
    recorder.settle(verdict.reservation, &Status::Ok, |body| {
        body.map("usage", |out| {
            out.key("input_tokens");
            out.uint(5);
            out.key("output_tokens");
            out.uint(20);
        });
    });
    assert!(status().contains(r#""tokens":{"limit":"1000","reserved":"0","used":"25"}"#), "{}", status());
}

#[test]
fn kinds_that_are_no_calls_are_not_checked() {
    let (_folder, recorder) = recorder(r#"{"budget":{"steps":1}}"#, 1.0);
    let kinds = ["llm", "tool", "embedding", "rerank", "retrieval", "agent", "step", "chain"];
    let checked = kinds.map(|kind| recorder.check(Place::default(), kind, |_| {}).is_some());
    assert_eq!(checked, [true, true, true, true, true, false, false, false]);
}

#[test]
fn the_same_call_again_is_a_loop() {
    let check = r#"{"do":"check","scope":"process","kind":"tool","body":{"name":"search","input":{"b":1,"a":2.0}}}"#;
    let other = r#"{"do":"check","scope":"process","kind":"tool","body":{"name":"search","input":{"a":2,"b":1}}}"#;
    let results = run(r#"{"loops":{"repeats":3}}"#, &[check, other, check].join(","));
    let message = r#"loop in the process: tool \"search\" with the same arguments for time 3, limit 3"#;
    assert_eq!(
        results,
        format!(
            r#"{{"results":[{{"decision":"allow"}},{{"decision":"allow"}},{{"asked":"1","code":"loop_detected","decision":"stop","kind":"tool","limit":"3","message":"{message}","name":"search","reserved":"0","rule":"repeat","scope":"process","unit":"times","used":"2"}}]}}"#
        )
    );
}

#[test]
fn many_sessions_do_not_fill_the_memory() {
    let (_folder, recorder) = recorder(r#"{"budget":{"steps":1},"warn_at":1}"#, 1.0);
    let check = |session: &str| {
        let verdict = recorder.check(Place::default(), "tool", |body| body.text("session_id", session));
        verdict.unwrap().decision
    };
    let first = check("chat-0");
    for number in 1..=10_000 {
        check(&format!("chat-{number}"));
    }
    // The oldest was forgotten, the newest was not.
    assert_eq!((first, check("chat-0"), check("chat-10000")), (Decision::Warn, Decision::Warn, Decision::Stop));
}

/// What a host that writes CBOR itself says: the operation, the state and the text before the members.
fn host_says(recorder: &Recorder, operation: u32, state: &[u8], text: &str, members: &[u8]) -> (u32, Vec<u8>) {
    let mut bytes = vec![0; host::FIXED_BYTES];
    bytes[..state.len()].copy_from_slice(state);
    bytes[72..76].copy_from_slice(&(text.len() as i32).to_le_bytes());
    bytes[76..84].fill(0xff);
    bytes.extend(text.bytes().chain(members.iter().copied()));
    let length = bytes.len();
    let result = host::record(recorder, operation, &mut bytes, length);
    (result, bytes[..60].to_vec())
}

#[test]
fn a_hosts_call_is_checked_and_begun_in_one_and_its_end_settles_it() {
    let (folder, recorder) = recorder(r#"{"budget":{"steps":2},"warn_at":1}"#, 1.0);
    let steps = || {
        let status = String::from_utf8(json::write(&recorder.guard_status(None, None).unwrap())).unwrap();
        status.split_once(r#""steps":"#).unwrap().1.split_once('}').unwrap().0.to_owned()
    };
    let call = || host_says(&recorder, host::CALL, &[], "tool", b"\x64name\x66search");
    let (result, one) = call();
    assert_eq!((result & host::VERDICT, &one[34..40], &one[56..60]), (0, &[1, 0, 0, 0, 0, 0][..], &[0; 4][..]));
    assert_eq!(steps(), r#"{"limit":"2","reserved":"1","used":"0""#);
    host_says(&recorder, host::END, &one[..host::STATE_BYTES], "ok", b"");
    assert_eq!(steps(), r#"{"limit":"2","reserved":"0","used":"1""#);
    // Near the limit: it begins, and there is something to say.
    let (result, two) = call();
    assert_eq!((result & host::VERDICT, &two[34..40], &two[56..60]), (1, &[2, 0, 0, 0, 0, 0][..], &[1, 0, 0, 0][..]));
    assert_eq!(recorder.take_verdict(1).unwrap().decision, Decision::Warn);
    let (result, three) = call();
    assert_eq!((result & host::VERDICT, &three[..40], &three[56..60]), (1, &[0; 40][..], &[2, 0, 0, 0][..]));
    assert_eq!(recorder.take_verdict(2).unwrap().decision, Decision::Stop);
    // Another host settles by itself: nothing is kept in the state of a start.
    let (_, alone) = host_says(&recorder, host::START, &[], "tool", b"\x64name\x66search");
    assert_eq!(&alone[34..40], &[0; 6]);
    recorder.close(None);
    let said = String::from_utf8(json::write(&tracewire_recorder::testing::events(folder.path()).unwrap())).unwrap();
    assert_eq!(said.matches(r#""type":"span.start""#).count(), 3, "{said}");
    assert_eq!(said.matches(r#""name":"tracewire.guard""#).count(), 2, "{said}");
}
