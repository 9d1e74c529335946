//! `tracewire serve` as people and programs start it and end it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![cfg(unix)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use common::{command, populated, run};
use rustix::process::{Pid, Signal, kill_process};

/// A server and the address that it says.
fn serve(folder: &std::path::Path, more: &[&str]) -> (Child, String) {
    let mut serve = command(folder, &["serve", "--port", "0", "--json"]);
    let mut child = serve.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.split('"').find(|part| part.starts_with("http://127.0.0.1:"));
    let address = url.unwrap_or_else(|| panic!("{line}")).trim_start_matches("http://").to_owned();
    (child, address)
}

fn ask(address: &str, head: &str) -> String {
    send(address, head, "")
}

fn send(address: &str, head: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let head = format!("{head}\r\nHost: localhost\r\nConnection: close");
    socket.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).unwrap();
    said
}

fn end(mut child: Child, signal: Signal) -> (Option<i32>, String) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
    let code = child.wait().unwrap().code();
    let mut said = String::new();
    child.stderr.unwrap().read_to_string(&mut said).unwrap();
    (code, said)
}

#[test]
fn a_server_says_where_it_is_and_ends_when_it_is_told_to() {
    let folder = populated();
    for signal in [Signal::INT, Signal::TERM] {
        let (child, address) = serve(folder.path(), &["--log", "info", "--log-json"]);
        assert!(ask(&address, "GET /v1/health HTTP/1.1").starts_with("HTTP/1.1 200 OK"));
        let second = run(folder.path(), &["serve", "--port", "0"]);
        assert_eq!(second.code, Some(4));
        assert!(
            second.err.contains("is served by another process: process ") && second.err.contains("--dir"),
            "{}",
            second.err
        );
        let (code, said) = end(child, signal);
        assert_eq!(code, Some(0));
        assert!(said.lines().all(|line| line.starts_with('{')) && said.contains("\"path\":\"/v1/health\""), "{said}");
    }
}

#[test]
fn a_key_is_made_used_and_taken_away() {
    let folder = populated();
    let directory = folder.path();
    let refused = run(directory, &["serve", "--host", "0.0.0.0", "--port", "0"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("tracewire serve keys create"), "{}", refused.err);
    let made = run(directory, &["serve", "keys", "create", "--scope", "read", "--name", "a laptop"]);
    assert_eq!((made.code, made.out.starts_with("tw_default_")), (Some(0), true), "{}", made.err);
    let key = made.out.trim();
    let (child, address) = serve(directory, &["--require-keys"]);
    let with = |key: &str| ask(&address, &format!("GET /v1/traces HTTP/1.1\r\nAuthorization: Bearer {key}"));
    assert!(ask(&address, "GET /v1/traces HTTP/1.1").starts_with("HTTP/1.1 401"));
    assert!(with(key).starts_with("HTTP/1.1 200"));
    let listed = run(directory, &["serve", "keys", "list"]);
    assert!(listed.out.contains("a laptop") && !listed.out.contains(key), "{}", listed.out);
    let id = listed.out.split_whitespace().next().unwrap();
    assert_eq!(run(directory, &["serve", "keys", "revoke", id]).code, Some(0));
    assert!(with(key).starts_with("HTTP/1.1 401"));
    assert_eq!(run(directory, &["serve", "keys", "revoke", id]).code, Some(3));
    assert_eq!(end(child, Signal::TERM).0, Some(0));
}

#[test]
fn spans_are_sent_by_otlp_and_what_is_not_taken_is_said() {
    let (from, to) = (populated(), tempfile::tempdir().unwrap());
    let (child, address) = serve(to.path(), &[]);
    let url = format!("http://{address}");
    for _ in 0..2 {
        let sent = run(from.path(), &["export", "--otlp", &url, "--json"]);
        assert_eq!(sent.code, Some(0), "{}", sent.err);
        assert!(sent.out.contains("\"rejected\":0"), "{}", sent.out);
    }
    let shown = run(from.path(), &["export", "--otlp", &url]);
    assert!(shown.out.contains(&format!("sent to {url}/v1/traces")), "{}", shown.out);
    let there = ask(&address, "GET /v1/traces HTTP/1.1");
    for row in run(from.path(), &["list", "--json"]).out.split("\"trace_id\":\"").skip(1) {
        let id = row.split('"').next().unwrap();
        assert!(there.contains(id), "{id} in {there}");
    }
    let file = from.path().join("spans.jsonl");
    let written = run(from.path(), &["export", "--format", "otlp", "-o", file.to_str().unwrap(), "--json"]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let count = |out: &str| serde_json::from_str::<serde_json::Value>(out).unwrap()["spans"].clone();
    assert_eq!(count(&written.out), count(&run(from.path(), &["export", "--otlp", &url, "--json"]).out));
    let requests = std::fs::read_to_string(&file).unwrap();
    assert!(requests.ends_with("]}\n"), "{requests}");
    for request in requests.lines() {
        // It is there already, all of it.
        let head =
            format!("POST /v1/traces HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}", request.len());
        let answer = send(&address, &head, request);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("{}"), "{answer}");
    }
    assert_eq!(run(from.path(), &["export", "--format", "otlp"]).out, requests);
    let rows = run(from.path(), &["export", "--format", "otlp", "--events"]);
    assert_eq!((rows.code, rows.err.contains("format_unknown")), (Some(2), true), "{}", rows.err);
    let wrong = run(from.path(), &["export", "--otlp", "collector:4318"]);
    assert_eq!((wrong.code, wrong.err.contains("grpc://localhost:4317")), (Some(2), true), "{}", wrong.err);
    let refused = run(from.path(), &["export", "--otlp", &format!("{url}/nowhere"), "--header", "x-key=secret"]);
    assert_eq!((refused.code, refused.err.contains("404")), (Some(1), true), "{}", refused.err);
    assert_eq!(end(child, Signal::TERM).0, Some(0));
}

#[test]
fn counts_are_served_alone() {
    let folder = populated();
    let mut prometheus = command(folder.path(), &["prometheus", "--port", "0", "--json"]);
    let mut child = prometheus.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.split('"').find(|part| part.starts_with("http://127.0.0.1:")).unwrap();
    let address = url.strip_prefix("http://").and_then(|url| url.strip_suffix("/metrics")).unwrap();
    let counts = ask(address, "GET /metrics HTTP/1.1");
    assert!(
        counts.starts_with("HTTP/1.1 200 OK") && counts.contains("# TYPE tracewire_envelopes_taken counter"),
        "{counts}"
    );
    assert!(ask(address, "GET /v1/traces HTTP/1.1").starts_with("HTTP/1.1 404"));
    assert_eq!(end(child, Signal::TERM).0, Some(0));
}

#[test]
fn what_is_kept_is_set_on_the_line_or_in_the_file() {
    let folder = populated();
    let health = |address: &str| ask(address, "GET /v1/health HTTP/1.1");
    let (child, address) = serve(folder.path(), &["--retain-age", "520w", "--retain-size", "10GB"]);
    let said = health(&address);
    assert!(said.contains("\"age_seconds\":314496000,\"bytes\":10000000000"), "{said}");
    assert_eq!(end(child, Signal::TERM).0, Some(0));
    let file = folder.path().join("tracewire.toml");
    std::fs::write(&file, "retain_age = \"520w\"\nretain_size = \"2 GB\"\n").unwrap();
    let (child, address) = serve(folder.path(), &["--retain-size", "10GB"]);
    let said = health(&address);
    assert!(said.contains("\"age_seconds\":314496000,\"bytes\":10000000000"), "{said}");
    assert_eq!(end(child, Signal::TERM).0, Some(0));
    for (settings, what) in [
        ("retain_age = \"a while\"\n", "retain_age"),
        ("retain_size = \"much\"\n", "retain_size"),
        ("database = \"postgres://me:secret@localhost:1/x\"\nretain_size = \"1 GB\"\n", "a size can be kept"),
    ] {
        std::fs::write(&file, settings).unwrap();
        let refused = run(folder.path(), &["serve", "--port", "0"]);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert!(refused.err.contains(what) && !refused.err.contains("secret"), "{}", refused.err);
    }
    let shown = run(folder.path(), &["config"]);
    assert!(shown.out.contains("postgres://me:***@localhost:1/x"), "{}", shown.out);
    assert!(!run(folder.path(), &["config", "--json"]).out.contains("secret"));
}

#[test]
fn what_a_killed_server_left_open_is_closed_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let judge = |address: &str| {
        let body = r#"{"name":"helpful","value":true,"target":{"session_id":"chat-7"}}"#;
        let head =
            "POST /v1/feedback HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
        let mut said = String::new();
        socket.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 201"), "{said}");
    };
    let producers = |address: &str| ask(address, "GET /v1/producers HTTP/1.1");
    let (child, address) = serve(folder.path(), &[]);
    judge(&address);
    assert!(!producers(&address).contains("\"close\""));
    assert_eq!(end(child, Signal::KILL).0, None);
    assert!(folder.path().join("serve-open.json").exists());
    let (child, address) = serve(folder.path(), &[]);
    assert_eq!(producers(&address).matches("\"close\":\"recovered\"").count(), 1, "{}", producers(&address));
    judge(&address);
    assert_eq!(end(child, Signal::TERM).0, Some(0));
    assert!(!folder.path().join("serve-open.json").exists());
    let verified = run(folder.path(), &["verify"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
}

/// The body of an answer, as JSON.
fn json(address: &str, path: &str) -> serde_json::Value {
    let said = loop {
        let said = ask(address, &format!("GET {path} HTTP/1.1"));
        // Who waits for something by asking is told to ask less often.
        if !said.starts_with("HTTP/1.1 429") {
            break said;
        }
    };
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{path}: {said}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
}

/// Groups in the order of their keys, which is nobody's promise.
fn by_key(groups: &serde_json::Value) -> Vec<serde_json::Value> {
    let mut groups = groups.as_array().unwrap().clone();
    groups.sort_by_key(|group| group["key"].to_string());
    groups
}

#[test]
fn the_command_line_and_the_api_say_the_same_numbers() {
    let folder = populated();
    let (child, address) = serve(folder.path(), &[]);
    while json(&address, "/v1/health")["counting"] != false {
        std::thread::yield_now();
    }
    let of_api = |path: &str| json(&address, path);
    for by in ["kind", "name", "tool", "model", "provider", "agent", "service", "session", "hour"] {
        let ran = run(folder.path(), &["stats", "--by", by, "--json"]);
        let stats: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{by}: {}", ran.err));
        let groups = of_api(&format!("/v1/analytics/groups?by={by}"));
        assert_eq!(by_key(&stats["groups"]), by_key(&groups["items"]), "{by}");
        let overview = of_api("/v1/analytics/overview");
        assert_eq!(stats["totals"], overview["totals"], "{by}");
        assert_eq!(stats["traces"]["traces"], overview["traces"], "{by}");
    }
    assert_eq!(end(child, Signal::TERM).0, Some(0));
}

#[test]
fn no_line_of_the_log_has_a_key() {
    let folder = populated();
    let made = run(folder.path(), &["serve", "keys", "create", "--scope", "write"]);
    let key = made.out.trim().to_owned();
    let (child, address) = serve(folder.path(), &["--require-keys", "--log", "trace", "--log-json"]);
    let wrong = format!("tw_default_{}", "f".repeat(40));
    for head in [
        format!("GET /v1/traces HTTP/1.1\r\nAuthorization: Bearer {key}"),
        format!("GET /v1/traces HTTP/1.1\r\nAuthorization: Bearer {wrong}"),
        format!("GET /v1/traces?key={key} HTTP/1.1"),
        format!("GET /v1/traces?q={key} HTTP/1.1\r\nAuthorization: Bearer {key}"),
        format!("POST /v1/envelopes HTTP/1.1\r\nContent-Length: 0\r\nAuthorization: Basic {key}"),
    ] {
        assert!(ask(&address, &head).starts_with("HTTP/1.1 "), "{head}");
    }
    let (code, said) = end(child, Signal::TERM);
    assert_eq!(code, Some(0));
    assert!(said.contains("\"path\":\"/v1/traces\""), "{said}");
    for secret in [&key, &wrong] {
        let digits = secret.rsplit('_').next().unwrap();
        assert!(!said.contains(digits), "{said}");
    }
}
