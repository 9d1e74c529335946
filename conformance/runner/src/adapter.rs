//! An adapter: a program around one implementation that answers in JSON Lines.

use crate::ConformanceError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The protocol that this runner speaks.
pub const PROTOCOL: &str = "1.0";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Of what an adapter writes to standard error, so many bytes are kept.
const KEPT_BYTES: usize = 16 << 10;

/// What an adapter says of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// The implementation's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its language.
    pub language: String,
    /// The protocol that the adapter speaks.
    pub protocol: String,
    /// What it can do.
    pub capabilities: BTreeSet<String>,
}

/// What came back for a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A result.
    Result(Value),
    /// An error with its code and message.
    Error(String, String),
    /// The case was left out, and why.
    Skipped(String),
}

/// A running adapter. It is killed when it is dropped.
pub struct Adapter {
    command: Vec<String>,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<std::io::Result<String>>,
    complaints: Arc<Mutex<Vec<u8>>>,
    next_id: u64,
}

impl Adapter {
    /// Starts a command and asks what it is.
    ///
    /// # Errors
    /// Where it cannot be started, does not answer in time, or speaks another protocol.
    pub fn start(command: &[String]) -> Result<(Self, Description), ConformanceError> {
        let wrong = |reason: String| ConformanceError::Adapter { command: command.join(" "), reason };
        let Some((program, arguments)) = command.split_first() else { return Err(wrong("no command".to_owned())) };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| wrong(error.to_string()))?;
        let (sender, lines) = channel();
        let stdout = child.stdout.take();
        std::thread::spawn(move || {
            for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let (kept, stderr) = (complaints.clone(), child.stderr.take());
        std::thread::spawn(move || {
            let Some(mut stderr) = stderr else { return };
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stderr.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = KEPT_BYTES.saturating_sub(kept.len()).min(length);
                kept.extend_from_slice(buffer.get(..room).unwrap_or_default());
            }
        });
        let stdin = child.stdin.take();
        let mut adapter = Adapter { command: command.to_vec(), child, stdin, lines, complaints, next_id: 1 };
        let answer = adapter.ask(json!({ "do": "start", "protocol": PROTOCOL }))?;
        let description: Description = serde_json::from_value(answer).map_err(|error| wrong(error.to_string()))?;
        if description.protocol.split('.').next() != PROTOCOL.split('.').next() {
            return Err(wrong(format!("speaks protocol {}, the runner {PROTOCOL}", description.protocol)));
        }
        Ok((adapter, description))
    }

    /// Sends a case.
    ///
    /// # Errors
    /// Where the adapter dies, is silent for too long, or answers what the protocol does not know; it cannot be used further.
    pub fn run(&mut self, name: &str, request: &Value) -> Result<Answer, ConformanceError> {
        let mut case = request.clone();
        if let Value::Object(members) = &mut case {
            members.insert("name".to_owned(), name.into());
        }
        let mut answer = self.ask(json!({ "do": "run", "case": case }))?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(reason) = answer.get("skipped") {
            return Ok(Answer::Skipped(text(Some(reason))));
        }
        if let Some(error) = answer.get("error") {
            return Ok(Answer::Error(text(error.get("code")), text(error.get("message"))));
        }
        match answer.get_mut("result") {
            Some(result) => Ok(Answer::Result(result.take())),
            None => Err(self.wrong("an answer has `result`, `error` or `skipped`".to_owned())),
        }
    }

    fn ask(&mut self, mut request: Value) -> Result<Value, ConformanceError> {
        let id = self.next_id;
        self.next_id += 1;
        if let Value::Object(members) = &mut request {
            members.insert("id".to_owned(), id.into());
        }
        let sent = match &mut self.stdin {
            Some(stdin) => writeln!(stdin, "{request}").and_then(|()| stdin.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        let line = match (self.lines.recv_timeout(PATIENCE), sent) {
            (Ok(Ok(line)), _) => line,
            (Ok(Err(error)), _) | (Err(RecvTimeoutError::Disconnected), Err(error)) => {
                return Err(self.wrong(format!("ended without an answer ({error})")));
            }
            (Err(RecvTimeoutError::Disconnected), Ok(())) => {
                return Err(self.wrong("ended without an answer".to_owned()));
            }
            (Err(RecvTimeoutError::Timeout), _) => {
                return Err(self.wrong(format!("gave no answer within {} s", PATIENCE.as_secs())));
            }
        };
        let answer: Value =
            serde_json::from_str(&line).map_err(|error| self.wrong(format!("an answer is no JSON: {error}")))?;
        if answer.get("id").and_then(Value::as_u64) != Some(id) {
            return Err(self.wrong(format!("an answer to request {id} repeats its id")));
        }
        Ok(answer)
    }

    fn wrong(&self, reason: String) -> ConformanceError {
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let said = String::from_utf8_lossy(&complaints).trim().to_owned();
        let reason = if said.is_empty() { reason } else { format!("{reason}; it says:\n{said}") };
        ConformanceError::Adapter { command: self.command.join(" "), reason }
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // The end of its input asks it to end; whoever does not is ended.
        drop(self.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
