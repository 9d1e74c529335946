//! What calls cost: by model and by day, line by line, from a file of one's own.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::Path;

use common::{command, recorder, run, start};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_recorder::{Recorder, Span};
use tracewire_wire::event::Status;

/// A call of a model: its attributes and counts.
fn call(recorder: &Recorder, parent: &Span, attributes: &[(&str, &str)], counts: &[(&str, u64)], cost: Option<&str>) {
    let name = attributes.last().unwrap().1;
    let span = start(recorder, Some(parent), "llm", name, "x");
    recorder.end_span(&span, &Status::Ok, |body| {
        body.map("attributes", |walker| {
            for (name, value) in attributes {
                walker.key(name);
                walker.text(value);
            }
        });
        if !counts.is_empty() {
            body.map("usage", |walker| {
                for (name, count) in counts {
                    walker.key(name);
                    walker.uint(*count);
                }
            });
        }
        if let Some(cost) = cost {
            body.map("cost", |walker| {
                walker.key("total");
                walker.text(cost);
                walker.key("price_source");
                walker.text("provider");
            });
        }
    });
}

const OPENAI: (&str, &str) = ("gen_ai.provider.name", "openai");
const ANTHROPIC: (&str, &str) = ("gen_ai.provider.name", "anthropic");

fn model(name: &'static str) -> (&'static str, &'static str) {
    ("gen_ai.request.model", name)
}

/// A run of two agents with calls that have a price, one that says its cost, one that nobody knows.
fn recorded() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    let agent = start(&recorder, None, "agent", "writer", "Otters?");
    call(
        &recorder,
        &agent,
        &[OPENAI, model("gpt-4.1")],
        &[("input_tokens", 1000), ("cache_read_input_tokens", 800), ("output_tokens", 100)],
        None,
    );
    let reader = start(&recorder, Some(&agent), "agent", "reader", "x");
    call(
        &recorder,
        &reader,
        &[ANTHROPIC, model("claude-sonnet-4-5")],
        &[("input_tokens", 200_001), ("cache_read_input_tokens", 200_000), ("output_tokens", 10)],
        None,
    );
    call(
        &recorder,
        &reader,
        &[OPENAI, model("gpt-4.1")],
        &[("input_tokens", 1000), ("output_tokens", 1)],
        Some("0.0250"),
    );
    recorder.end_span(&reader, &Status::Ok, |_| {});
    call(&recorder, &agent, &[OPENAI, model("gpt-99")], &[("input_tokens", 7), ("output_tokens", 7)], None);
    recorder.end_span(&agent, &Status::Ok, |_| {});
    recorder.close(None);
    folder
}

fn json(directory: &Path, arguments: &[&str]) -> Value {
    let ran = run(directory, &[arguments, &["--json"]].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| serde_json::from_str(&ran.err).unwrap())
}

#[test]
fn costs_are_shown_by_model() {
    let folder = recorded();
    let ran = run(folder.path(), &["cost"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_cost_is_explained_line_by_line() {
    let folder = recorded();
    let ran = run(folder.path(), &["cost", "explain", "00000000000000000000000000000001"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "one call has no cost");
    insta::assert_snapshot!(ran.out);
    assert_eq!(run(folder.path(), &["cost", "explain"]).out, ran.out, "the latest trace");
    let one = run(folder.path(), &["cost", "explain", "0000000000000002"]);
    assert_eq!(one.code, Some(0));
    assert!(ran.out.starts_with(&one.out), "{}", one.out);
}

#[test]
fn the_tree_has_the_same_costs_and_marks_them() {
    let folder = recorded();
    let ran = run(folder.path(), &["trace"]);
    // Prices are those of the list; 0.0016 + 0.12023 + 0.025.
    assert!(ran.out.contains("≈$0.1468 · 1 call without a price"), "{}", ran.out);
    assert!(ran.out.contains("≈$0.0016") && ran.out.contains(" $0.025"), "{}", ran.out);
    let document = json(folder.path(), &["trace"]);
    let trace = &document["traces"][0];
    assert_eq!(
        (&trace["cost"]["USD"], &trace["cost_computed"], &trace["unpriced"]),
        (&"0.146831".into(), &true.into(), &1.into())
    );
    let nodes = trace["nodes"].as_array().unwrap();
    let sources: Vec<_> = nodes.iter().map(|node| node["cost_source"].as_str().unwrap_or("-")).collect();
    assert_eq!(sources, ["-", "priced", "-", "priced", "reported", "unpriced"]);
    assert_eq!(nodes[1]["price_version"], "genai-prices 0.2.3");
    assert_eq!(nodes[5]["cost_reason"], "no price is known for the model gpt-99 of openai");
}

#[test]
fn costs_are_put_together_by_what_is_asked_for() {
    let folder = recorded();
    for (by, expected) in [
        ("model", "claude-sonnet-4-5 1 0.120231, gpt-4.1 2 0.0266, gpt-99 1 -"),
        ("provider", "anthropic 1 0.120231, openai 3 0.0266"),
        ("agent", "reader 2 0.145231, writer 2 0.0016"),
        ("service", "research 4 0.146831"),
        ("session", "chat-42 4 0.146831"),
        ("day", "2026-11-21 4 0.146831"),
        ("trace", "00000000000000000000000000000001 4 0.146831"),
    ] {
        let document = json(folder.path(), &["cost", "--by", by]);
        let groups = document["groups"].as_array().unwrap().iter().map(|group| {
            let cost = group["cost"]["USD"].as_str().unwrap_or("-");
            format!("{} {} {cost}", group["key"].as_str().unwrap(), group["calls"])
        });
        assert_eq!(groups.collect::<Vec<_>>().join(", "), expected, "{by}");
        assert_eq!(document["total"]["cost"]["USD"], "0.146831", "{by}");
        assert_eq!((&document["total"]["unpriced"], &document["total"]["computed"]), (&1.into(), &true.into()), "{by}");
    }
    let document = json(folder.path(), &["cost"]);
    let unpriced = &document["unpriced"][0];
    assert_eq!((&unpriced["code"], &unpriced["calls"]), (&"unknown_model".into(), &1.into()));
    assert_eq!((&document["traces"], &document["more"]), (&1.into(), &false.into()));
}

#[test]
fn one_trace_and_a_time_are_asked_for() {
    let folder = recorded();
    let whole = run(folder.path(), &["cost", "00000000000000000000000000000001", "--json"]).out;
    assert_eq!(whole, run(folder.path(), &["cost", "--json"]).out);
    assert_eq!(whole, run(folder.path(), &["cost", "--since", "2026-11-21", "--until", "2026-11-22", "--json"]).out);
    assert_eq!(run(folder.path(), &["cost", "--until", "2026-11-20"]).code, Some(3));
    assert_eq!(run(folder.path(), &["cost", "--session", "nobody"]).code, Some(3));
    assert_eq!(run(folder.path(), &["cost", "ffff"]).code, Some(3));
    assert_eq!(run(folder.path(), &["cost", "--by", "colour"]).code, Some(2));
    assert_eq!(run(folder.path(), &["cost", "ffff", "--last", "1h"]).code, Some(2));
}

#[test]
fn ones_own_prices_win_wherever_they_are_named() {
    let folder = recorded();
    let own = r#"{"models":[{"provider":"openai","model":"gpt-*","per_million":{"input":"100","output":"0"}}]}"#;
    let cost = |variable: Option<&Path>| {
        let mut command = command(folder.path(), &["cost", "--json"]);
        if let Some(path) = variable {
            command.env("TRACEWIRE_PRICES", path);
        }
        serde_json::from_slice::<Value>(&command.output().unwrap().stdout).unwrap()
    };
    // Beside the recordings, in the environment, in the project's file.
    fs::write(folder.path().join("prices.json"), own).unwrap();
    let beside = cost(None);
    // 1,000 × 100 + 7 × 100, and what was said stays: 0.1 + 0.0007 + 0.025 + 0.120231.
    assert_eq!((&beside["total"]["cost"]["USD"], &beside["total"]["unpriced"]), (&"0.245931".into(), &0.into()));
    assert!(beside["prices"].as_str().unwrap().starts_with("genai-prices 0.2.3 + local "), "{beside}");
    fs::rename(folder.path().join("prices.json"), folder.path().join("ours.json")).unwrap();
    assert_eq!(cost(None)["total"]["cost"]["USD"], "0.146831");
    assert_eq!(cost(Some(&folder.path().join("ours.json"))), beside);
    fs::write(folder.path().join("tracewire.toml"), "prices = \"ours.json\"\n").unwrap();
    assert_eq!(cost(None), beside);
    let explained = run(folder.path(), &["cost", "explain", "0000000000000002"]).out;
    assert!(explained.contains("gpt-* of openai · genai-prices 0.2.3 + local "), "{explained}");
    assert!(explained.contains("your own price"), "{explained}");
}

#[test]
fn costs_are_counted_again_by_the_prices_of_today() {
    let folder = recorded();
    let listed = || json(folder.path(), &["list"])["traces"][0]["cost"]["USD"].clone();
    assert_eq!(listed(), "0.146831");
    assert!(run(folder.path(), &["list"]).out.contains("$0.1468"));
    let own = r#"{"models":[{"provider":"openai","model":"gpt-*","per_million":{"input":"100","output":"0"}}]}"#;
    fs::write(folder.path().join("prices.json"), own).unwrap();
    // What was counted stays until somebody asks.
    assert_eq!(listed(), "0.146831");
    let counted = json(folder.path(), &["cost", "recompute"]);
    assert_eq!((&counted["before"]["USD"], &counted["after"]["USD"]), (&"0.146831".into(), &"0.245931".into()));
    assert_eq!(
        (&counted["unpriced_before"], &counted["unpriced_after"], &counted["traces"]),
        (&1.into(), &0.into(), &1.into())
    );
    assert_eq!(listed(), "0.245931");
    let again = run(folder.path(), &["cost", "recompute"]);
    assert!(again.out.starts_with("✓ 1 trace · $0.2459 as before · genai-prices 0.2.3 + local "), "{}", again.out);
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_the_place() {
    let folder = recorded();
    let path = folder.path().join("prices.json");
    fs::write(&path, r#"{"models":[{"model":"gpt-4.1","per_million":{"input":2.5}}]}"#).unwrap();
    for arguments in [&["cost"][..], &["trace"], &["cost", "models"], &["cost", "explain", "0000000000000002"]] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{arguments:?}");
        let expected =
            "prices.json: models[0].per_million.input: a price is expected as a decimal text, such as \"1.25\"";
        assert!(ran.err.contains(expected) && ran.err.contains("[prices_amount]"), "{}", ran.err);
    }
    let missing = command(folder.path(), &["cost"]).env("TRACEWIRE_PRICES", "nowhere.json").output().unwrap();
    assert_eq!(missing.status.code(), Some(4));
}

#[test]
fn the_price_list_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let own = r#"{"models":[{"model":"gpt-4.1-mine","currency":"EUR","per_million":{"input":"1","output":"2"}}]}"#;
    fs::write(folder.path().join("prices.json"), own).unwrap();
    let ran = run(folder.path(), &["cost", "models", "gpt-4.1", "openai"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let line = ran.out.lines().find(|line| line.contains(" gpt-4.1 ")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["openai", "gpt-4.1", "$2", "$0.5", "$8"]);
    let mine = run(folder.path(), &["cost", "models", "mine"]).out;
    let line = mine.lines().nth(1).unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["any", "gpt-4.1-mine", "1", "EUR", "2", "EUR", "your", "own"]
    );
    let document = json(folder.path(), &["cost", "models", "claude-sonnet-4-5", "anthropic"]);
    let model = document["models"].as_array().unwrap().iter().find(|model| model["provider"] == "anthropic").unwrap();
    let input = serde_json::json!({"price": "3", "tiers": [{"above": 200_000, "price": "6"}]});
    assert_eq!((&model["model"], &model["prices"]["input_tokens"]), (&"claude-sonnet-4-5".into(), &input));
    let nothing = run(folder.path(), &["cost", "models", "no-such-model"]);
    assert_eq!(nothing.code, Some(3));
    assert!(nothing.err.contains("no model in the price list fits no-such-model"), "{}", nothing.err);
}

#[test]
fn signs_fit_the_terminal() {
    let folder = recorded();
    let output = command(folder.path(), &["cost"]).env("LC_ALL", "C").output().unwrap();
    assert!(output.stdout.is_ascii() && String::from_utf8_lossy(&output.stdout).contains("~$0.0266"));
    let colored = run(folder.path(), &["cost", "--color", "always"]).out;
    assert!(colored.contains("\u{1b}["));
}
