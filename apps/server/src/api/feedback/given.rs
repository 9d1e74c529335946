//! A judgement as somebody posts it. It is read strictly: a misspelt member is told, and not lost.

use axum::http::StatusCode;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::{Map, Value};
use utoipa::ToSchema;

use crate::clock::now;
use crate::problem::Problem;
use crate::project::emitter::Place;

/// Characters of a name, and of a label.
const LONGEST_NAME: usize = 200;
/// Characters of an id of anybody's own.
const LONGEST_ID: usize = 200;
/// Characters of a comment.
const LONGEST_COMMENT: usize = 10_000;
/// Who judges (`source` of feedback in the reference of fields).
const SOURCES: [&str; 4] = ["user", "human", "model", "code"];

/// A judgement of a trace, one of its spans, or a session. It has a `value`, a `comment`, or both.
#[derive(ToSchema)]
#[schema(as = NewFeedback)]
#[expect(dead_code, reason = "it describes what `Given::read` reads")]
pub(super) struct NewFeedback {
    /// In words.
    #[schema(max_length = 10000)]
    comment: Option<String>,
    /// An id of one's own: the same judgement may be sent again under it. The server gives one where it is not there.
    #[schema(max_length = 200)]
    feedback_id: Option<String>,
    /// What is judged.
    #[schema(example = "helpful", max_length = 200)]
    name: String,
    /// Who judges: `user`, `human`, `model` or `code`.
    #[schema(example = "human")]
    source: Option<String>,
    /// The `feedback_id` of the judgement that this one replaces.
    #[schema(max_length = 200)]
    supersedes: Option<String>,
    /// What it is about: a trace or a session. It need not be there yet.
    target: NewTarget,
    /// The judgement: a number, a boolean or a label.
    #[schema(value_type = Option<Object>)]
    value: Option<()>,
}

/// What a judgement is about.
#[derive(ToSchema)]
#[schema(as = FeedbackTarget)]
#[expect(dead_code, reason = "it describes what `Given::read` reads")]
pub(super) struct NewTarget {
    /// A session.
    #[schema(max_length = 200)]
    session_id: Option<String>,
    /// A span of the trace.
    #[schema(pattern = "^[0-9a-f]{16}$")]
    span_id: Option<String>,
    /// A trace.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    trace_id: Option<String>,
}

/// A judgement that can be recorded.
pub(super) struct Given {
    /// The id by which it is found.
    pub(super) id: String,
    /// Whether its giver chose that.
    pub(super) has_own_id: bool,
    /// What it is about.
    pub(super) place: Place,
    /// What is recorded.
    pub(super) event: Event,
}

impl Given {
    /// Reads a body.
    ///
    /// # Errors
    /// `feedback_invalid` with the place of what cannot be used.
    pub(super) fn read(value: Value) -> Result<Self, Problem> {
        const KNOWN: [&str; 7] = ["comment", "feedback_id", "name", "source", "supersedes", "target", "value"];
        let members = Members::of(value, "", &KNOWN)?;
        let name = members.text("name", LONGEST_NAME)?.ok_or_else(|| members.missing("name"))?;
        let source = members.text("source", LONGEST_NAME)?;
        if source.as_deref().is_some_and(|source| !SOURCES.contains(&source)) {
            return Err(invalid("/source", format!("one of {} is expected", SOURCES.join(", "))));
        }
        let comment = members.text("comment", LONGEST_COMMENT)?;
        let value = members.judgement()?;
        if value.is_none() && comment.is_none() {
            return Err(invalid("/value", "a judgement has a value, a comment, or both"));
        }
        let own_id = members.text("feedback_id", LONGEST_ID)?;
        let has_own_id = own_id.is_some();
        let id = own_id.map_or_else(fresh_id, Ok)?;
        let supersedes = members.text("supersedes", LONGEST_ID)?;
        if supersedes.as_ref() == Some(&id) {
            return Err(invalid("/supersedes", "a judgement does not replace itself"));
        }
        let target = Target::read(members.0.get("target").cloned().unwrap_or(Value::Null))?;
        let mut event = Event::new(EventType::Feedback, now());
        // One on a whole trace is recorded nowhere within it (TW-EVT-009): its target says what it is about.
        if let (Some(trace_id), Some(span_id)) = (target.trace_id, target.span_id) {
            (event.trace_id, event.span_id) = (Some(trace_id), Some(span_id));
        }
        let said = [
            ("comment", comment.map(Value::Text)),
            ("feedback_id", Some(Value::Text(id.clone()))),
            ("name", Some(Value::Text(name))),
            ("source", source.map(Value::Text)),
            ("supersedes", supersedes.map(Value::Text)),
            ("target", Some(Value::Map(target.map))),
            ("value", value),
        ];
        event.body =
            Body::Present(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect());
        Ok(Given { id, has_own_id, place: target.place, event })
    }
}

struct Target {
    trace_id: Option<TraceId>,
    span_id: Option<SpanId>,
    place: Place,
    map: Map,
}

impl Target {
    fn read(value: Value) -> Result<Self, Problem> {
        if value == Value::Null {
            return Err(invalid("/target", "a trace or a session is expected: {\"trace_id\":\"…\"}"));
        }
        let members = Members::of(value, "/target", &["session_id", "span_id", "trace_id"])?;
        let session_id = members.text("session_id", LONGEST_ID)?;
        let trace_id = members.text("trace_id", LONGEST_ID)?;
        let trace_id = trace_id.map(|text| text.parse::<TraceId>().map_err(|_| members.no_id("trace_id", 32)));
        let span_id = members.text("span_id", LONGEST_ID)?;
        let span_id = span_id.map(|text| text.parse::<SpanId>().map_err(|_| members.no_id("span_id", 16)));
        let (trace_id, span_id) = (trace_id.transpose()?, span_id.transpose()?);
        let place = match (trace_id, &session_id) {
            (Some(trace_id), _) => Place::Trace(trace_id),
            (None, _) if span_id.is_some() => {
                return Err(invalid("/target/trace_id", "a span is one of a trace, whose id is missing"));
            }
            (None, Some(session_id)) => Place::Session(session_id.clone()),
            (None, None) => return Err(invalid("/target", "a `trace_id` or a `session_id` is expected")),
        };
        let map = [
            ("session_id", session_id),
            ("span_id", span_id.map(|id| id.to_string())),
            ("trace_id", trace_id.map(|id| id.to_string())),
        ];
        let map = map.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?)))).collect();
        Ok(Target { trace_id, span_id, place, map })
    }
}

/// Members of a map that are all known; those that are null are as good as absent.
struct Members(Map, &'static str);

impl Members {
    fn of(value: Value, at: &'static str, known: &[&str]) -> Result<Self, Problem> {
        let Value::Map(map) = value else {
            return Err(invalid(at, format!("a map is expected, this is {}", value.kind_name())));
        };
        match map.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                let name = name.replace('~', "~0").replace('/', "~1");
                Err(invalid(&format!("{at}/{name}"), format!("no such member; there are {}", known.join(", "))))
            }
            None => Ok(Members(map, at)),
        }
    }

    /// A text that is not empty.
    fn text(&self, name: &str, longest: usize) -> Result<Option<String>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) if (1..=longest).contains(&text.chars().count()) => Ok(Some(text.clone())),
            Some(Value::Text(_)) => Err(self.wrong(name, format!("1 to {longest} characters are expected"))),
            Some(other) => Err(self.wrong(name, format!("a text is expected, this is {}", other.kind_name()))),
        }
    }

    fn judgement(&self) -> Result<Option<Value>, Problem> {
        match self.0.get("value") {
            None | Some(Value::Null) => Ok(None),
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Double(_))) => Ok(Some(value.clone())),
            Some(Value::Text(_)) => Ok(self.text("value", LONGEST_NAME)?.map(Value::Text)),
            Some(other) => {
                let reason = format!("a number, a boolean or a label is expected, this is {}", other.kind_name());
                Err(self.wrong("value", reason))
            }
        }
    }

    fn missing(&self, name: &str) -> Problem {
        self.wrong(name, "it is missing")
    }

    fn no_id(&self, name: &str, digits: u8) -> Problem {
        self.wrong(name, format!("{digits} lower-case hex digits are expected, and not all of them zero"))
    }

    fn wrong(&self, name: &str, reason: impl Into<String>) -> Problem {
        invalid(&format!("{}/{name}", self.1), reason)
    }
}

fn invalid(pointer: &str, reason: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "feedback_invalid", "The judgement cannot be used", reason)
        .with("pointer", pointer)
}

/// An id of 32 hex digits drawn at random.
fn fresh_id() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Problem::internal())?;
    Ok(crate::keys::hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Given, (String, String)> {
        let value = tracewire_wire::json::read(text.as_bytes(), &Default::default()).unwrap();
        Given::read(value).map_err(|problem| {
            let said = tracewire_wire::json::read(&problem.body("x"), &Default::default()).unwrap();
            let text = |name: &str| said.as_map().unwrap().get(name).unwrap().as_text().unwrap().to_owned();
            (text("pointer"), text("detail"))
        })
    }

    fn trace(more: &str) -> String {
        format!(r#"{{"name":"helpful","target":{{"trace_id":"0af7651916cd43dd8448eb211c80319c"}}{more}}}"#)
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        for (body, place) in [
            ("[]".to_owned(), ""),
            ("{}".to_owned(), "/name"),
            (trace(""), "/value"),
            (trace(r#","value":null"#), "/value"),
            (trace(r#","value":[1]"#), "/value"),
            (trace(r#","value":"""#), "/value"),
            (trace(r#","vaule":1"#), "/vaule"),
            (trace(r#","a/b~":1"#), "/a~1b~0"),
            (trace(r#","value":1,"source":"crowd""#), "/source"),
            (trace(r#","value":1,"feedback_id":7"#), "/feedback_id"),
            (trace(r#","value":1,"feedback_id":"f1","supersedes":"f1""#), "/supersedes"),
            (trace(&format!(r#","comment":"{}""#, "é".repeat(10_001))), "/comment"),
            (r#"{"name":"n","value":1}"#.to_owned(), "/target"),
            (r#"{"name":"n","value":1,"target":{}}"#.to_owned(), "/target"),
            (r#"{"name":"n","value":1,"target":{"trace":"1"}}"#.to_owned(), "/target/trace"),
            (r#"{"name":"n","value":1,"target":{"trace_id":"1"}}"#.to_owned(), "/target/trace_id"),
            (r#"{"name":"n","value":1,"target":{"span_id":"00f067aa0ba902b7"}}"#.to_owned(), "/target/trace_id"),
        ] {
            assert_eq!(read(&body).map(|_| ()).unwrap_err().0, place, "{body}");
        }
        let zeros = format!(r#"{{"name":"n","value":1,"target":{{"trace_id":"{}"}}}}"#, "0".repeat(32));
        assert!(read(&zeros).map(|_| ()).unwrap_err().1.contains("zero"));
    }

    #[test]
    fn what_is_right_is_recorded_as_it_was_said() {
        let given = read(&trace(&format!(r#","value":0.5,"comment":"{}","source":null"#, "é".repeat(10_000)))).unwrap();
        assert!(!given.has_own_id && given.id.len() == 32);
        assert_eq!((given.event.trace_id, given.event.body_field("source")), (None, None));
        let place = r#"{"session_id":"chat-42"}"#;
        let given = read(&format!(r#"{{"name":"n","value":false,"feedback_id":"f1","target":{place}}}"#)).unwrap();
        assert!(given.has_own_id);
        assert_eq!((given.id.as_str(), given.place), ("f1", Place::Session("chat-42".to_owned())));
    }
}
