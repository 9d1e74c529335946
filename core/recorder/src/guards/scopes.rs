//! Which session a trace belongs to, as far as this process has heard.

use std::collections::{HashMap, VecDeque};
use tracewire_wire::id::TraceId;

/// So many traces are kept; the oldest go, and are scopes of their own then.
const MOST_TRACES: usize = 10_000;

/// Sessions by trace.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    sessions: HashMap<TraceId, String>,
    order: VecDeque<TraceId>,
}

impl Scopes {
    /// A step of this trace names its session; the last one holds.
    pub(crate) fn name(&mut self, trace_id: TraceId, session_id: String) {
        if self.sessions.insert(trace_id, session_id).is_some() {
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
    pub(crate) fn scope(&self, trace_id: Option<TraceId>, session_id: Option<&str>) -> String {
        let known = || trace_id.and_then(|trace_id| self.sessions.get(&trace_id)).map(String::as_str);
        match (session_id.or_else(known), trace_id) {
            (Some(session_id), _) => format!("session:{session_id}"),
            (None, Some(trace_id)) => format!("run:{trace_id}"),
            (None, None) => "process".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_before_a_run_and_that_before_the_process() {
        let mut scopes = Scopes::default();
        let (chat, other) = (TraceId([1; 16]), TraceId([2; 16]));
        scopes.name(chat, "chat-7".to_owned());
        assert_eq!(scopes.scope(Some(chat), None), "session:chat-7");
        assert_eq!(scopes.scope(Some(chat), Some("chat-8")), "session:chat-8");
        assert_eq!(scopes.scope(Some(other), None), format!("run:{other}"));
        assert_eq!(scopes.scope(None, None), "process");
    }

    #[test]
    fn the_oldest_trace_goes() {
        let mut scopes = Scopes::default();
        let id = |number: u128| TraceId((number + 1).to_be_bytes());
        for number in 0..=MOST_TRACES as u128 {
            scopes.name(id(number), "s".to_owned());
        }
        assert_eq!(scopes.sessions.len(), MOST_TRACES);
        assert_eq!(scopes.scope(Some(id(0)), None), format!("run:{}", id(0)));
        assert_eq!(scopes.scope(Some(id(1)), None), "session:s");
    }
}
