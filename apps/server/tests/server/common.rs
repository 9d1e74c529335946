//! A folder, a server on it, a client, and envelopes as the SDKs send them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use tracewire_recorder::clock::Moment;
use tracewire_recorder::journal::Directory;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Options as RecorderOptions, Recorder, Span, StartSpan};
use tracewire_server::{Options, Server};
use tracewire_store::{SqliteStore, Store as _, sweep};
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

/// 2026-11-21T04:30:00Z
pub const ORIGIN: i64 = 1_795_235_400_000_000_000;

/// A server on a folder of its own.
pub struct Served {
    pub folder: TempDir,
    pub server: Server,
    pub client: Client,
}

pub fn options(folder: &Path) -> Options {
    let mut options = Options { port: 0, ..Options::new(Directory::at(folder)) };
    options.limits.verify_every = Duration::from_millis(20);
    // Tests ask as fast as they can until something is there.
    options.limits.rate = None;
    options
}

impl Served {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        let server = Server::bind(options).await.unwrap();
        Served { folder, server, client: Client::builder().no_proxy().build().unwrap() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// The answer's JSON, which is canonical.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
        canonical(&answer.bytes().await.unwrap())
    }

    /// Waits until numbers over traces are those of everything that was sent.
    pub async fn counted(&self) {
        while self.json("/v1/health").await["counting"] != false {
            tokio::task::yield_now().await;
        }
    }

    /// What is said of a producer, when it is as expected.
    pub async fn producer(&self, name: &str, is_expected: impl Fn(&Value) -> bool) -> Value {
        loop {
            let producers = self.json("/v1/producers").await;
            let found = producers["items"].as_array().unwrap().iter().find(|one| one["name"] == name);
            if let Some(found) = found.filter(|one| is_expected(one)) {
                return found.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The status and the code of a refusal, which has everything that a problem has.
    pub async fn refusal(&self, request: RequestBuilder) -> (u16, String) {
        let (status, problem, _) = problem(request.send().await.unwrap()).await;
        (status, problem["code"].as_str().unwrap().to_owned())
    }

    pub fn post(&self, media: &'static str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.client.post(self.url("/v1/envelopes")).header("content-type", media).body(body)
    }

    /// Sends envelopes one a line, as the SDKs do.
    pub async fn send(&self, envelopes: &[Vec<u8>]) -> Value {
        let answer = self.post("application/x-ndjson", lines(envelopes)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        canonical(&answer.bytes().await.unwrap())
    }
}

pub fn canonical(bytes: &[u8]) -> Value {
    let value = tracewire_wire::json::read(bytes, &tracewire_wire::json::ReadOptions::default()).unwrap();
    assert_eq!(
        String::from_utf8(tracewire_wire::json::write(&value)).unwrap(),
        std::str::from_utf8(bytes).unwrap(),
        "an answer is canonical JSON"
    );
    serde_json::from_slice(bytes).unwrap()
}

/// What a refusal says.
pub async fn problem(answer: Response) -> (u16, Value, HeaderMap<HeaderValue>) {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    assert_eq!(headers["content-type"], "application/problem+json");
    let problem = canonical(&answer.bytes().await.unwrap());
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], headers["x-request-id"].to_str().unwrap());
    assert_eq!(problem["type"], format!("https://tracewire.dev/errors/{}", problem["code"].as_str().unwrap()));
    assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
    (status, problem, headers)
}

pub fn lines(envelopes: &[Vec<u8>]) -> Vec<u8> {
    envelopes.iter().flat_map(|envelope| envelope.iter().chain(b"\n")).copied().collect()
}

/// A recorder with a clock that goes on by 100 ms at each reading, and ids that count.
pub fn recorder(directory: &Path, process: &str, service: &str) -> Recorder {
    let script = Script {
        process: process.to_owned(),
        trace_ids: vec![TraceId(u128::from_str_radix(process, 16).unwrap().to_be_bytes())],
        start: Moment { wall: Timestamp(ORIGIN), monotonic_nanos: 0 },
        step_nanos: 100_000_000,
        ..Script::default()
    };
    let options = RecorderOptions {
        directory: Some(directory.to_owned()),
        sources: Arc::new(Scripted::new(script)),
        ..RecorderOptions::for_service(service)
    };
    Recorder::open(options).unwrap()
}

pub fn start(recorder: &Recorder, parent: Option<&Span>, kind: &str, name: &str) -> Span {
    let start = StartSpan { parent: parent.map(Span::context), kind, correlation_id: None };
    recorder.start_span(start, |body| {
        body.text("name", name);
        body.text("input", &"otter ".repeat(50));
        if parent.is_none() {
            body.text("session_id", "chat-42");
        }
    })
}

/// An agent with a step of a model, a tool that fails, and a log line.
pub fn record(recorder: &Recorder) -> Span {
    let agent = start(recorder, None, "agent", "research-agent");
    let plan = start(recorder, Some(&agent), "llm", "plan");
    recorder.end_span(&plan, &Status::Ok, |body| {
        body.text("output", "Search, then write.");
        body.map("usage", |walker| {
            walker.key("input_tokens");
            walker.uint(1240);
            walker.key("output_tokens");
            walker.uint(86);
        });
    });
    let fetch = start(recorder, Some(&agent), "tool", "fetch_page");
    recorder.end_span(&fetch, &Status::Error, |body| body.text("status_message", "429 too many requests"));
    recorder.log(Some(agent.context()), |body| body.text("message", "falling back"));
    recorder.end_span(&agent, &Status::Ok, |body| body.text("output", "Otters have dense fur."));
    agent
}

/// The envelopes of such an agent, and its trace id.
pub fn envelopes(process: &str, service: &str) -> (Vec<Vec<u8>>, String) {
    let folder = tempfile::tempdir().unwrap();
    let recorder = recorder(folder.path(), process, service);
    let agent = record(&recorder);
    let trace_id = agent.context().trace_id.to_string();
    recorder.close(None);
    (sealed(folder.path()), trace_id)
}

/// The envelopes of what was recorded in a folder.
pub fn sealed(folder: &Path) -> Vec<Vec<u8>> {
    let mut store = SqliteStore::open(&folder.join("sealed.db")).unwrap();
    sweep(&mut store, &Directory::at(folder), &mut ()).unwrap();
    let mut found = Vec::new();
    for producer in store.producers().unwrap() {
        found.extend(store.envelopes(&producer.name, None, 100).unwrap().into_iter().map(|one| one.bytes));
    }
    found
}
