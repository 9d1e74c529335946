//! A folder with recordings, and the binary run on it.
#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use tempfile::TempDir;
use tracewire_recorder::clock::Moment;
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options, Recorder, Span, StartSpan};
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

/// 2026-11-21T04:30:00Z
pub const ORIGIN: i64 = 1_795_235_400_000_000_000;

/// A recorder with a clock that goes on by 100 ms at each reading, and ids that count.
pub fn recorder(directory: &Path, process: &str, service: &str) -> Recorder {
    from(directory, process, service, ORIGIN, Vec::new())
}

/// The same, so many seconds later, with traces of its own.
pub fn recorder_at(directory: &Path, process: &str, seconds: i64) -> Recorder {
    let number = u128::from_str_radix(process, 16).unwrap();
    let trace_ids = (1..=16).map(|trace| TraceId((number << 32 | trace).to_be_bytes()));
    from(directory, process, "research", ORIGIN + seconds * 1_000_000_000, trace_ids.collect())
}

fn from(directory: &Path, process: &str, service: &str, start: i64, trace_ids: Vec<TraceId>) -> Recorder {
    let script = Script {
        process: process.to_owned(),
        trace_ids,
        start: Moment { wall: Timestamp(start), monotonic_nanos: 0 },
        step_nanos: 100_000_000,
        ..Script::default()
    };
    let options = Options {
        directory: Some(directory.to_owned()),
        sources: Arc::new(Scripted::new(script)),
        ..Options::for_service(service)
    };
    Recorder::open(options).unwrap()
}

pub fn start(recorder: &Recorder, parent: Option<&Span>, kind: &str, name: &str, input: &str) -> Span {
    let start = StartSpan { parent: parent.map(Span::context), kind, correlation_id: None };
    recorder.start_span(start, |body| {
        body.text("name", name);
        body.text("input", input);
        if parent.is_none() {
            body.text("session_id", "chat-42");
        }
    })
}

pub fn usage(body: &mut BodyWriter<'_, '_>, input: u64, output: u64) {
    body.map("usage", |walker| {
        walker.key("input_tokens");
        walker.uint(input);
        walker.key("output_tokens");
        walker.uint(output);
    });
}

/// An agent: a plan, a tool that fails, an answer in chunks; and one more, begun and never ended.
pub fn record_agent(recorder: &Recorder) -> Span {
    let agent = start(recorder, None, "agent", "research-agent", "How do otters keep warm?");
    let plan = start(recorder, Some(&agent), "llm", "plan", "How do otters keep warm?");
    recorder.end_span(&plan, &Status::Ok, |body| {
        body.text("output", "Search, then write.");
        usage(body, 1240, 86);
    });
    let fetch = start(recorder, Some(&agent), "tool", "fetch_page", "https://example.org");
    recorder.end_span(&fetch, &Status::Error, |body| body.text("status_message", "429 too many requests"));
    recorder.log(Some(agent.context()), |body| {
        body.text("message", "falling back");
        body.text("level", "warning");
    });
    let draft = start(recorder, Some(&agent), "llm", "draft", &"Write about otters. ".repeat(40));
    recorder.span_event(&draft, |body| body.texts("chunks", ["Otters", "have"]));
    recorder.end_span(&draft, &Status::Ok, |body| body.text("output", "Otters have dense fur."));
    recorder.end_span(&agent, &Status::Ok, |body| body.text("output", "Otters have dense fur."));
    agent
}

/// A folder in which an agent was recorded by a process that ended well.
pub fn populated() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), "00000000000000a1", "research");
    record_agent(&recorder);
    recorder.close(None);
    folder
}

/// The binary, in surroundings that are the same everywhere.
pub fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracewire"));
    command.env_clear().env("LANG", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "100").env("HOME", directory);
    command.current_dir(directory).env("TRACEWIRE_DIR", directory).args(arguments);
    command
}

pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub fn run(directory: &Path, arguments: &[&str]) -> Ran {
    command(directory, arguments).output().unwrap().into()
}

/// What is different each time, made the same.
pub fn settle(text: &str, directory: &Path) -> String {
    let host = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let text = text.replace(&*host.to_string_lossy(), "DIR").replace(&*directory.to_string_lossy(), "DIR");
    text.replace(&format!("pid {}", std::process::id()), "pid PID")
}
