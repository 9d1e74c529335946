//! An adapter: a program around one implementation that answers in JSON Lines.
//!
//! [`Launch`] says how it is started, [`Adapter`] is one that runs, [`Fault`] is what it did that no protocol knows.

mod fault;
mod launch;
mod process;

pub use fault::Fault;
pub use launch::{Launch, Transcript};

use process::Process;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// The protocol that this runner speaks.
pub const PROTOCOL: &str = "1.0";

/// What an adapter says of itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
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

impl Answer {
    /// Reads an answer of the protocol; takes the result out of it.
    ///
    /// # Errors
    /// A sentence that says what the protocol has.
    pub fn of(answer: &mut Value) -> Result<Self, String> {
        match (answer.get("result").is_some(), answer.get("error"), answer.get("skipped")) {
            (true, None, None) => Ok(Answer::Result(answer.get_mut("result").map(Value::take).unwrap_or_default())),
            (false, Some(error), None) => {
                let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
                let code = text("code").ok_or("an `error` has a `code`")?;
                Ok(Answer::Error(code, text("message").unwrap_or_default()))
            }
            (false, None, Some(reason)) => Ok(Answer::Skipped(reason.as_str().unwrap_or_default().to_owned())),
            _ => Err("an answer has one of: `result`, `error`, `skipped`".to_owned()),
        }
    }
}

/// A running adapter. It and what it has started is killed when it is dropped.
pub struct Adapter {
    process: Process,
    description: Description,
    transcript: Option<Transcript>,
    answer_within: Duration,
    next_id: u64,
}

impl Adapter {
    /// Starts a command and asks what it is.
    ///
    /// # Errors
    /// Where it cannot be started, does not answer in time, or speaks another protocol.
    pub fn start(launch: &Launch) -> Result<Self, Fault> {
        let mut adapter = Adapter {
            process: Process::start(launch)?,
            description: Description::default(),
            transcript: launch.transcript.clone(),
            answer_within: launch.start_within,
            next_id: 1,
        };
        let answer = adapter.ask(json!({ "do": "start", "protocol": PROTOCOL }))?;
        let description: Description = serde_json::from_value(answer)
            .map_err(|error| adapter.fault(format!("the answer to `start` is not as the protocol has it: {error}")))?;
        if description.protocol.split('.').next() != PROTOCOL.split('.').next() {
            let other = &description.protocol;
            return Err(adapter.fault(format!("it speaks protocol {other}, and the runner {PROTOCOL}")));
        }
        adapter.description = description;
        adapter.answer_within = launch.answer_within;
        Ok(adapter)
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether it claims to be able to do all of this.
    pub fn is_capable_of(&self, capabilities: &[String]) -> bool {
        capabilities.iter().all(|needed| self.description.capabilities.contains(needed))
    }

    /// Sends a request of a case.
    ///
    /// # Errors
    /// Where the adapter dies, is silent for too long, or answers what the protocol does not know; it cannot be used further.
    pub fn run(&mut self, name: &str, request: &Value) -> Result<Answer, Fault> {
        let mut case = request.clone();
        if let Value::Object(members) = &mut case {
            members.insert("name".to_owned(), name.into());
        }
        let mut answer = self.ask(json!({ "do": "run", "case": case }))?;
        Answer::of(&mut answer).map_err(|summary| self.fault(summary))
    }

    fn ask(&mut self, mut request: Value) -> Result<Value, Fault> {
        let id = self.next_id;
        self.next_id += 1;
        if let Value::Object(members) = &mut request {
            members.insert("id".to_owned(), id.into());
        }
        let line = self.process.ask(request.to_string(), self.answer_within)?;
        let answer: Value = match serde_json::from_slice(&line) {
            Ok(answer) => answer,
            Err(_) => return Err(self.fault(format!("a line of its output is no JSON: {}", fault::clip(&line)))),
        };
        if let Some(transcript) = &self.transcript {
            transcript.note(&request, &answer);
        }
        if answer.get("id").and_then(Value::as_u64) != Some(id) {
            let other = answer.get("id").cloned().unwrap_or_default();
            return Err(self.fault(format!("an answer repeats the id of its request: {id} expected, {other} came")));
        }
        Ok(answer)
    }

    fn fault(&mut self, summary: String) -> Fault {
        self.process.fault(summary)
    }
}
