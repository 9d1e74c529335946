//! The adapters that are compared, each a process of its own, started anew where it died.

use super::rule::Rule;
use crate::ConformanceError;
use crate::adapter::{Adapter, Answer, Description, Launch};
use crate::case::capabilities;
use crate::command::adapters::{Named, parse};
use serde_json::{Value, json};

/// One adapter.
struct Peer {
    name: String,
    launch: Launch,
    running: Option<Adapter>,
    description: Description,
}

/// All of them, in the order in which they were named.
pub struct Peers(Vec<Peer>);

/// What an adapter says to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It answered.
    Answer(Answer),
    /// It ended, hung or broke the protocol.
    Died(String),
    /// It does not claim to be able to.
    Absent,
}

impl Reply {
    /// What is compared; nothing where the adapter is excused.
    pub fn key(&self, rule: Rule) -> Option<Value> {
        match self {
            Reply::Died(reason) => Some(json!({ "died": reason })),
            Reply::Absent | Reply::Answer(Answer::Skipped(_)) => None,
            Reply::Answer(_) if rule == Rule::Alive => None,
            Reply::Answer(Answer::Error(..)) if rule == Rule::Refusal => Some(json!({ "error": true })),
            Reply::Answer(Answer::Error(code, _)) => Some(json!({ "error": code })),
            Reply::Answer(Answer::Result(result)) => {
                let mut result = result.clone();
                // An answer to `record` may say that nothing is pending.
                if let Some(members) =
                    result.as_object_mut().filter(|members| members.get("pending") == Some(&json!(0)))
                {
                    members.remove("pending");
                }
                Some(result)
            }
        }
    }

    /// In a word: `result`, a code, or why there is none.
    pub fn kind(&self) -> String {
        match self {
            Reply::Answer(Answer::Result(_)) => "result".to_owned(),
            Reply::Answer(Answer::Error(code, _)) => code.clone(),
            Reply::Answer(Answer::Skipped(_)) | Reply::Absent => "skipped".to_owned(),
            Reply::Died(_) => "died".to_owned(),
        }
    }
}

impl Peers {
    /// Starts adapters given as `NAME=COMMAND WORD…`.
    ///
    /// # Errors
    /// Where one is not of that form or cannot be started.
    pub fn start(given: &[String]) -> Result<Self, ConformanceError> {
        let start = |given: &String| {
            let wrong = |reason| ConformanceError::Adapter { command: given.clone(), reason };
            let Named { name, launch } = parse(given).map_err(wrong)?;
            let adapter = Adapter::start(&launch).map_err(|fault| ConformanceError::adapter(&launch, &fault))?;
            let description = adapter.description().clone();
            Ok(Peer { name, launch, running: Some(adapter), description })
        };
        given.iter().map(start).collect::<Result<_, _>>().map(Peers)
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|peer| peer.name.clone()).collect()
    }

    /// Asks each of them.
    pub fn ask(&mut self, request: &Value) -> Vec<Reply> {
        self.0.iter_mut().map(|peer| peer.ask(request)).collect()
    }

    /// What the first of them says that has an answer.
    pub fn first_answer(&mut self, request: &Value) -> Option<Answer> {
        self.0.iter_mut().find_map(|peer| match peer.ask(request) {
            Reply::Answer(answer) if !matches!(answer, Answer::Skipped(_)) => Some(answer),
            _ => None,
        })
    }
}

impl Peer {
    fn ask(&mut self, request: &Value) -> Reply {
        if !capabilities(request).iter().all(|needed| self.description.capabilities.contains(needed)) {
            return Reply::Absent;
        }
        let mut running = match self.running.take().map_or_else(|| Adapter::start(&self.launch), Ok) {
            Ok(running) => running,
            Err(fault) => return Reply::Died(fault.summary),
        };
        match running.run("fuzz", request) {
            Ok(answer) => {
                self.running = Some(running);
                Reply::Answer(answer)
            }
            Err(fault) => Reply::Died(fault.summary),
        }
    }
}
