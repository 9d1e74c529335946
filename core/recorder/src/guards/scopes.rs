//! Whose limits hold: a session, a run, or the process; and which session a trace belongs to, as far as this process has heard.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use tracewire_wire::id::TraceId;

/// So many traces are kept; the oldest go, and are scopes of their own then.
const MOST_TRACES: usize = 10_000;

/// Whose limits hold for a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A conversation, in however many runs.
    Session(Arc<str>),
    /// A run of which no session is known.
    Run(TraceId),
    /// What belongs to neither.
    Process,
}

impl Scope {
    /// Reads what [`fmt::Display`] writes; what is neither a session nor a run is the process.
    pub(super) fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("session", id)) => Scope::Session(id.into()),
            Some(("run", id)) => id.parse().map_or(Scope::Process, Scope::Run),
            _ => Scope::Process,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Session(id) => write!(out, "session:{id}"),
            Scope::Run(id) => write!(out, "run:{id}"),
            Scope::Process => out.write_str("process"),
        }
    }
}

/// Sessions by trace.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    sessions: HashMap<TraceId, Arc<str>>,
    order: VecDeque<TraceId>,
}

impl Scopes {
    /// A step of this trace names its session; the last one holds.
    pub(crate) fn name(&mut self, trace_id: TraceId, session_id: &str) {
        if self.sessions.insert(trace_id, session_id.into()).is_some() {
            return;
        }
        self.order.push_back(trace_id);
        if self.order.len() > MOST_TRACES
            && let Some(oldest) = self.order.pop_front()
        {
            self.sessions.remove(&oldest);
        }
    }

    /// The scope of a call: its session, else its run; of one that is neither, the process.
    pub(crate) fn scope(&self, trace_id: Option<TraceId>, session_id: Option<&str>) -> Scope {
        if let Some(session_id) = session_id {
            return Scope::Session(session_id.into());
        }
        let Some(trace_id) = trace_id else { return Scope::Process };
        self.sessions.get(&trace_id).map_or(Scope::Run(trace_id), |session_id| Scope::Session(Arc::clone(session_id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_before_a_run_and_that_before_the_process() {
        let mut scopes = Scopes::default();
        let (chat, other) = (TraceId([1; 16]), TraceId([2; 16]));
        scopes.name(chat, "chat-7");
        let shown = |trace_id, session_id| scopes.scope(trace_id, session_id).to_string();
        assert_eq!(shown(Some(chat), None), "session:chat-7");
        assert_eq!(shown(Some(chat), Some("chat-8")), "session:chat-8");
        assert_eq!(shown(Some(other), None), format!("run:{other}"));
        assert_eq!(shown(None, None), "process");
    }

    #[test]
    fn the_oldest_trace_goes() {
        let mut scopes = Scopes::default();
        let id = |number: u128| TraceId((number + 1).to_be_bytes());
        for number in 0..=MOST_TRACES as u128 {
            scopes.name(id(number), "s");
        }
        assert_eq!(scopes.sessions.len(), MOST_TRACES);
        assert_eq!(scopes.scope(Some(id(0)), None), Scope::Run(id(0)));
        assert_eq!(scopes.scope(Some(id(1)), None), Scope::Session("s".into()));
    }

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for text in ["session:chat:7", "run:4bf92f3577b34da6a3ce929d0e0e4736", "process"] {
            assert_eq!(Scope::parse(text).to_string(), text);
        }
    }
}
