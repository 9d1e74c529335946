//! What cases expect is filled in where independent implementations give the same, and only there.
//!
//! A case without `expect` gets what all adapters agree on, two at least, one of them sharing no code with the others; one that has it keeps it, unless it is to be rewritten. Where
//! adapters differ, nothing is written and the difference is shown: one of them is wrong, or the specification's text is not clear.

use crate::ConformanceError;
use crate::adapter::{Adapter, Answer, Fault, Launch};
use crate::case::{CaseFile, Expected, capabilities, conversion, list};
use crate::judge::{Failure, compare};
use serde_json::Value;

/// One of the implementations that are asked.
pub struct Voter {
    /// What it is called here: `rust`, `go`.
    pub name: String,
    /// Whether it shares no code with the others: without such a one, an agreement proves nothing.
    pub is_independent: bool,
    launch: Launch,
    adapter: Option<Adapter>,
}

/// What becomes of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stands as it should.
    Stands,
    /// It stands, and only this one can do what it asks.
    StandsAlone(String),
    /// Its file should read so, and why.
    Write(&'static str, String),
    /// It cannot be blessed: one line what, and what is to be seen.
    Refused(Failure),
}

/// What one implementation said of a request.
type Said = (String, Expected);

/// Why one said nothing.
type Silent = String;

/// What all say that say anything, and who it is where that is only one.
struct Agreed {
    expected: Expected,
    alone: Option<String>,
}

impl Voter {
    /// Starts an adapter.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(name: &str, is_independent: bool, launch: Launch) -> Result<Self, ConformanceError> {
        let adapter = Adapter::start(&launch).map_err(|fault| ConformanceError::adapter(&launch, &fault))?;
        Ok(Voter { name: name.to_owned(), is_independent, launch, adapter: Some(adapter) })
    }

    /// What it says, or why it does not: it does not claim to be able, or skips with a reason.
    fn ask(&mut self, case: &str, request: &Value) -> Result<Result<Expected, Silent>, Failure> {
        let of_it = |fault: Fault| {
            let failure = Failure::from(fault);
            Failure { summary: format!("{}: {}", self.name, failure.summary), ..failure }
        };
        let mut adapter = match self.adapter.take() {
            Some(adapter) => adapter,
            None => Adapter::start(&self.launch).map_err(of_it)?,
        };
        let needed = capabilities(request);
        if !adapter.is_capable_of(&needed) {
            self.adapter = Some(adapter);
            return Ok(Err(format!("{} does not claim {}", self.name, needed.join(" and "))));
        }
        let answer = adapter.run(case, request).map_err(of_it)?;
        self.adapter = Some(adapter);
        match answer {
            Answer::Skipped(reason) if reason.trim().is_empty() => {
                Err(Failure::new(format!("{}: skipped without a reason", self.name)))
            }
            Answer::Skipped(reason) => Ok(Err(format!("{} skips it: {reason}", self.name))),
            Answer::Error(code, _) => Ok(Ok(Expected::Error(vec![code]))),
            Answer::Result(result) => {
                let operation = request.get("operation").and_then(Value::as_str).unwrap_or_default();
                Expected::of_result(operation, &result).map(Ok).map_err(|reason| {
                    Failure::new(format!("{}: the result is not as the protocol has it: {reason}", self.name))
                })
            }
        }
    }
}

/// Asks all implementations, and says what is to be done with a case's file.
pub fn bless(file: &CaseFile, voters: &mut [Voter], may_rewrite: bool) -> Verdict {
    weigh(file, voters, may_rewrite).unwrap_or_else(Verdict::Refused)
}

fn weigh(file: &CaseFile, voters: &mut [Voter], may_rewrite: bool) -> Result<Verdict, Failure> {
    let Agreed { expected, alone } =
        agreed(&file.name, "", &file.request, voters, file.expected.as_ref(), may_rewrite)?;
    let mut encoded = Vec::new();
    if let Expected::Envelopes { envelopes, .. } = &expected {
        let envelopes = list(envelopes);
        for encoding in &file.encodings {
            let request = conversion("json", encoding, &envelopes);
            let what = format!("to {encoding}");
            let there = agreed(&file.name, &what, &request, voters, file.encoded(encoding), may_rewrite)?.expected;
            if let Expected::Bytes { bytes, .. } = &there {
                let back = Expected::Bytes { member: "bytes", bytes: envelopes.clone() };
                agreed(
                    &file.name,
                    &format!("back from {encoding}"),
                    &conversion(encoding, "json", bytes),
                    voters,
                    Some(&back),
                    false,
                )?;
            }
            encoded.push((encoding.clone(), there));
        }
    }
    let stands = file.expected.as_ref() == Some(&expected)
        && encoded.len() == file.encoded.len()
        && encoded.iter().all(|(name, there)| file.encoded(name) == Some(there));
    let written = file.written((!stands).then_some((&expected, encoded.as_slice()))).map_err(Failure::new)?;
    Ok(match (stands, file.expected.is_some()) {
        (true, _) if written == file.text => alone.map_or(Verdict::Stands, Verdict::StandsAlone),
        (true, _) => Verdict::Write("brought into form", written),
        (false, false) => Verdict::Write("filled in", written),
        (false, true) => Verdict::Write("rewritten", written),
    })
}

/// What all say that say anything, two at least, one of them independent.
///
/// # Errors
/// Where they differ, or too few answer.
pub fn agree(name: &str, request: &Value, voters: &mut [Voter]) -> Result<Expected, Failure> {
    agreed(name, "", request, voters, None, false).map(|agreed| agreed.expected)
}

/// What all say that say anything, two at least. What stands already is what they must say, unless it is to be rewritten.
fn agreed(
    case: &str,
    what: &str,
    request: &Value,
    voters: &mut [Voter],
    standing: Option<&Expected>,
    may_rewrite: bool,
) -> Result<Agreed, Failure> {
    let of_ask = |failure: Failure| match what {
        "" => failure,
        what => Failure { summary: format!("{what}: {}", failure.summary), ..failure },
    };
    let (mut said, mut silent): (Vec<Said>, Vec<Silent>) = (Vec::new(), Vec::new());
    let mut has_independent = false;
    for voter in voters.iter_mut() {
        match voter.ask(case, request).map_err(of_ask)? {
            Ok(expected) => {
                has_independent |= voter.is_independent;
                said.push((voter.name.clone(), expected));
            }
            Err(why) => silent.push(why),
        }
    }
    let names: Vec<&str> = said.iter().map(|(name, _)| name.as_str()).collect();
    // What an author derived from the text, and an implementation that was written from it confirms, may stand on that one alone where
    // the other hosts lack such a value.
    let is_confirmed = said.len() == 1 && said.iter().all(|(_, expected)| standing == Some(expected));
    let is_enough = has_independent && (said.len() >= 2 || is_confirmed);
    let (Some((first_name, first)), true) = (said.first(), is_enough) else {
        let who = if names.is_empty() { "none".to_owned() } else { format!("only {}", names.join(", ")) };
        let summary = format!("two must answer, one of them independent, and {who} does");
        return Err(of_ask(Failure::with(summary, silent.join("\n"))));
    };
    // Where several codes fit, the text says so and the author has listed them; each implementation may give another one.
    if let Some(Expected::Error(codes)) = standing {
        let is_listed = |(_, expected): &Said| matches!(expected, Expected::Error(given) if given.iter().all(|code| codes.contains(code)));
        if said.iter().all(is_listed) {
            return Ok(Agreed { expected: Expected::Error(codes.clone()), alone: None });
        }
    }
    let encoding = request.get("to").and_then(Value::as_str).unwrap_or("json");
    for (name, expected) in said.iter().skip(1) {
        compare([first_name, name], first, expected, encoding).map_err(of_ask)?;
    }
    match standing {
        Some(standing) if standing != first && !may_rewrite => {
            let all = names.join(" and ");
            let failure = compare(["the file", &all], standing, first, encoding).err();
            let failure = failure.unwrap_or_else(|| Failure::new("the file expects something else"));
            let advice = "Where the file is wrong, take its `expect` away or bless with --rewrite.";
            Err(of_ask(Failure { details: format!("{}{advice}\n", failure.details), ..failure }))
        }
        _ => Ok(Agreed { expected: first.clone(), alone: is_confirmed.then(|| first_name.clone()) }),
    }
}
