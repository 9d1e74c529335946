//! A recorder's guards: it gives them time and places, and records what they say.

use crate::capture::Capture;
use crate::control::Recorder;
use crate::guards::{self, Call, Decision, Spent, Verdict};
use crate::medium::Medium;
use crate::record::{self, BodyWriter};
use crate::span::{Place, SpanContext};
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
use tracewire_wire::registry::kinds;
use tracewire_wire::value::Value;

/// So many verdicts wait for hosts that never take them.
const MOST_VERDICTS: usize = 1000;

impl<M: Medium> Recorder<M> {
    /// Whether any call has to be checked before it begins: the one branch that guards cost where there are none.
    pub fn has_guards(&self) -> bool {
        self.guards().is_some()
    }

    /// Says whether a call may begin at this place, and reserves what it may use; `body` writes what a start carries. Its writer takes all
    /// that the guards need, whatever is recorded of it, and that goes no further. Warnings and stops are recorded, below the step in which
    /// the call would have begun.
    ///
    /// `None` where there are no guards, or none for this kind.
    pub fn check(&self, place: Place<'_>, kind: &str, body: impl FnOnce(&mut BodyWriter<'_, '_>)) -> Option<Verdict> {
        let guards = self.guards().filter(|_| guards::is_guarded(kind))?;
        // The host's values are read before anything is locked.
        let shown =
            if guards::wants_input(kind, guards.config()) { Capture::ALL } else { Capture::ALL.without("input") };
        record::members(self.limits(), shown, body, |members| self.check_members(place, kind, members))
    }

    /// The same of members that stand there as a journal has them.
    pub(crate) fn check_members(&self, place: Place<'_>, kind: &str, members: &[u8]) -> Option<Verdict> {
        let guards = self.guards().filter(|_| guards::is_guarded(kind))?;
        let call = Call::read(kind, members, guards.config());
        let now = self.now();
        let verdict = {
            let mut state = guards.lock();
            let scope = state.scopes.scope(place.trace_id(), call.session_id.as_deref());
            state.engine.check(&scope, &call, now.monotonic_nanos)
        };
        if verdict.decision != Decision::Allow {
            self.tell(place, &verdict, &call);
        }
        Some(verdict)
    }

    /// Replaces what a call reserved by what it used; `body` writes what an end carries. Without it, all stays reserved.
    pub fn settle(&self, reservation: u64, status: &Status, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        let Some(guards) = self.guards().filter(|_| reservation != 0) else { return };
        let shown = if guards.config().idle.is_some() { Capture::ALL } else { Capture::ALL.without("output") };
        record::members(self.limits(), shown, body, |members| self.settle_members(reservation, status, members));
    }

    /// The same of members that stand there as a journal has them.
    pub(crate) fn settle_members(&self, reservation: u64, status: &Status, members: &[u8]) {
        let Some(guards) = self.guards().filter(|_| reservation != 0) else { return };
        let spent = Spent::read(status, members, guards.config());
        guards.lock().engine.settle(reservation, &spent);
    }

    /// Where a session stands (its id), or the run of a trace (its id), or without either what belongs to neither; as JSON in
    /// every binding. `None` where there are no guards, or nothing was checked.
    pub fn guard_status(&self, session_id: Option<&str>, trace_id: Option<TraceId>) -> Option<Value> {
        let guards = self.guards()?;
        let now = self.now();
        let state = guards.lock();
        let scope = state.scopes.scope(trace_id, session_id);
        state.engine.status(&scope, now.monotonic_nanos)
    }

    /// Keeps a warning or a stop for the host that asked, by a number; 0 for what is simply allowed.
    pub(crate) fn keep_verdict(&self, verdict: Verdict) -> u32 {
        let Some(guards) = self.guards().filter(|_| verdict.decision != Decision::Allow) else { return 0 };
        let mut state = guards.lock();
        state.told = state.told.wrapping_add(1).max(1);
        let number = state.told;
        state.verdicts.push_back((number, verdict));
        if state.verdicts.len() > MOST_VERDICTS {
            state.verdicts.pop_front();
        }
        number
    }

    /// What the guards said of a call that a host asked about, by the number that it got; given once.
    pub fn take_verdict(&self, number: u32) -> Option<Verdict> {
        let mut state = self.guards()?.lock();
        let at = state.verdicts.iter().position(|(kept, _)| *kept == number)?;
        state.verdicts.remove(at).map(|(_, verdict)| verdict)
    }

    fn tell(&self, place: Place<'_>, verdict: &Verdict, call: &Call) -> Option<SpanContext> {
        let reason = verdict.reason.as_ref()?;
        Some(self.point_event(place, Some(kinds::GUARDRAIL), |body| {
            body.speaks_for_itself();
            body.text("name", guards::EVENT);
            body.map("attributes", |out| {
                let members = reason.members();
                for (name, value) in [("decision", verdict.decision.as_str())].into_iter().chain(members) {
                    out.key(&format!("tracewire.guard.{name}"));
                    out.text(value);
                }
            });
            body.optional_text("session_id", call.session_id.as_deref());
        }))
    }
}
