//! What is counted over traces, and what is compared, as people and programs see it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::{populated, recorder, run, start};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_wire::event::Status;

/// Runs of one agent: each calls a model and a tool; every third tool fails.
fn several(runs: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    for number in 0..runs {
        let agent = start(&recorder, None, "agent", "research-agent", "How?");
        let plan = recorder.start_span(
            tracewire_recorder::StartSpan { parent: Some(agent.context()), kind: "llm", correlation_id: None },
            |body| {
                body.text("name", "chat gpt-4.1");
                body.map("attributes", |walker| {
                    walker.key("gen_ai.provider.name");
                    walker.text("openai");
                    walker.key("gen_ai.request.model");
                    walker.text(if number % 4 == 3 { "home-made" } else { "gpt-4.1" });
                });
            },
        );
        recorder.end_span(&plan, &Status::Ok, |body| common::usage(body, 1000 + number, 100));
        let search = start(&recorder, Some(&agent), "tool", "search", "otters");
        let status = if number % 3 == 2 { Status::Error } else { Status::Ok };
        recorder.end_span(&search, &status, |body| body.text("output", "found"));
        recorder.end_span(&agent, &Status::Ok, |_| {});
    }
    recorder.close(None);
    folder
}

#[test]
fn stats_count_by_kind() {
    let folder = several(9);
    let ran = run(folder.path(), &["stats"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
}

/// Runs in five of nine hours, more in each; the last one fails.
fn over_hours() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (process, hour) in [0, 1, 2, 5, 8].into_iter().enumerate() {
        let recorder = common::recorder_at(folder.path(), &format!("{:016x}", process + 1), hour * 3_600);
        for _ in 0..=process {
            let agent = start(&recorder, None, "agent", "research-agent", "How?");
            let plan = start(&recorder, Some(&agent), "llm", "plan", "How?");
            recorder.end_span(&plan, &Status::Ok, |body| {
                common::usage(body, 1000, 100);
                body.map("cost", |walker| {
                    walker.key("total");
                    walker.text("0.01");
                });
            });
            recorder.end_span(&agent, if hour == 8 { &Status::Error } else { &Status::Ok }, |_| {});
        }
        recorder.close(None);
    }
    folder
}

#[test]
fn the_course_of_time_is_a_row_of_bars() {
    let folder = over_hours();
    let ran = run(folder.path(), &["stats"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let ran = run(folder.path(), &["cost", "--by", "day"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let ran = run(folder.path(), &["stats", "--by", "session"]);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn stats_count_models_with_their_costs() {
    let folder = several(8);
    let ran = run(folder.path(), &["stats", "--by", "model"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn stats_for_programs_are_exact() {
    let folder = several(4);
    let ran = run(folder.path(), &["stats", "--by", "tool", "--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["groups"].as_array().unwrap().len(), 1);
    let tool = &document["groups"][0];
    assert_eq!((&tool["key"], &tool["spans"], &tool["errors"]), (&"search".into(), &4.into(), &1.into()));
    assert_eq!((&tool["mean_nanos"], &tool["error_rate"]), (&100_000_000.into(), &0.25.into()));
    let totals = &document["totals"];
    // Three of four calls: 3,003 tokens in at $2 and 300 out at $8 for a million each.
    assert_eq!((&totals["cost"]["USD"], &totals["unpriced"]), (&"0.008406".into(), &1.into()));
    assert_eq!((&totals["input_tokens"], &totals["output_tokens"]), (&4006.into(), &400.into()));
    assert_eq!(document["traces"]["traces"], 4);
    assert_eq!(document["points"].as_array().unwrap().len(), 1);
    assert_eq!(document["points"][0]["start"], "2026-11-21T04:00:00.000000000Z");
    // What is chosen is chosen everywhere.
    let ran = run(folder.path(), &["stats", "--model", "gpt-4.1", "--by", "agent", "--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&document["groups"][0]["key"], &document["totals"]["spans"]), (&"research-agent".into(), &3.into()));
}

#[test]
fn stats_of_nothing_say_so() {
    let folder = populated();
    let ran = run(folder.path(), &["stats", "--kind", "payment"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""));
    assert!(ran.err.contains("nothing recorded fits"), "{}", ran.err);
    let ran = run(folder.path(), &["stats", "--by", "moon"]);
    assert_eq!(ran.code, Some(2));
    let words = "there are service, kind, name, tool, model, provider, agent, session, hour";
    assert!(ran.err.contains(words), "{}", ran.err);
}

/// Two runs of an agent, the second one worse; their trace ids.
fn two_runs() -> (TempDir, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    let mut ids = Vec::new();
    for (is_worse, output, used) in [(false, "Otters have dense fur.", 1000), (true, "Otters?", 1400)] {
        let agent = start(&recorder, None, "agent", "research-agent", "How do otters keep warm?");
        let plan = start(&recorder, Some(&agent), "llm", "plan", "How do otters keep warm?");
        recorder.end_span(&plan, &Status::Ok, |body| {
            body.text("output", output);
            common::usage(body, used, 80);
        });
        let fetch = start(&recorder, Some(&agent), "tool", "fetch_page", "https://example.org");
        let status = if is_worse { Status::Error } else { Status::Ok };
        recorder.end_span(&fetch, &status, |body| body.text("output", "a page"));
        if is_worse {
            let again = start(&recorder, Some(&agent), "tool", "fetch_page", "https://example.org/2");
            recorder.end_span(&again, &Status::Ok, |body| body.text("output", "a page"));
        }
        recorder.end_span(&agent, &Status::Ok, |body| body.text("output", output));
        ids.push(agent.context().trace_id.to_string());
    }
    recorder.close(None);
    let [one, other] = &ids[..] else { panic!("two runs") };
    (folder, [one.clone(), other.clone()])
}

#[test]
fn a_diff_shows_what_became_of_each_step() {
    let (folder, [before, after]) = two_runs();
    let ran = run(folder.path(), &["diff", &before, &after]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let same = run(folder.path(), &["diff", &before, &before]);
    assert!(same.out.contains("all 3 steps the same") && !same.out.contains("fetch_page"), "{}", same.out);
    let all = run(folder.path(), &["diff", &before, &before, "--all"]);
    assert!(all.out.contains("fetch_page") && !all.out.contains("the same"), "{}", all.out);
}

#[test]
fn a_gate_fails_by_its_rules() {
    let (folder, [before, after]) = two_runs();
    let ran = run(folder.path(), &["diff", &before, &after, "--gate"]);
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(ran.out.contains("✗ errors · 0 failed steps became 1"), "{}", ran.out);
    assert!(ran.out.contains("✗ tokens=+10% · 1080 tokens became 1480"), "{}", ran.out);
    let ran = run(folder.path(), &["diff", &before, &after, "--gate", "tokens=+50%", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&document["gate"]["passed"], &document["a"]["trace_id"]), (&true.into(), &before.as_str().into()));
    let ran = run(folder.path(), &["diff", &before, &before, "--gate", "--gate", "steps", "--gate", "outputs"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    let ran = run(folder.path(), &["diff", &before, &after, "--gate", "speed"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("there is no rule `speed`"), "{}", ran.err);
    let ran = run(folder.path(), &["diff", &before, "ffff"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
}
