//! Goes through what is selected and says what is to be erased.

use super::chunks;
use super::contents::Contents;
use super::{OfTrace, Plan, Selection, Sought};
use crate::error::StoreError;
use crate::model::{
    ErasedEvent, ErasedPart, Label, Lookup, LooseFilter, ProducerRow, StoredEvent, TraceFilter, TraceRow,
};
use crate::store::Store;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tracewire_wire::content::{self, Mark};
use tracewire_wire::event::Body;
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::redact::{Finder, Found, Places};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Rows of a list that are read at once.
const PAGE: usize = 1_000;

/// Says what is to be erased. Reads everything that is selected, and where content of a part of the traces is asked for, all
/// events. `progress` hears how many of how many traces are done.
///
/// # Errors
/// [`StoreError`] when the engine refuses.
pub fn plan<'s>(
    store: &'s dyn Store,
    selection: &Selection,
    sought: Sought<'s>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Plan, StoreError> {
    let producers = store.producers()?;
    // Where nothing waits, everything is in an envelope, also in one of a fork that goes further than the chain.
    let last_of = |row: &ProducerRow| if row.pending == 0 { u64::MAX } else { row.last_seq };
    let sealed = producers.iter().map(|row| (row.name.clone(), last_of(row))).collect();
    let mut planner = Planner {
        sealed,
        contents: Contents::new(store, sought),
        counted: HashSet::new(),
        chosen: HashSet::new(),
        looked_at: HashSet::new(),
        producers: HashSet::new(),
        plan: Plan::default(),
        sought,
    };
    let traces = chosen(store, selection)?;
    let total = traces.len() as u64;
    for (done, (trace_id, start)) in traces.into_iter().enumerate() {
        progress(done as u64, total);
        let events = store.events(trace_id)?;
        if selection.user.as_ref().is_none_or(|user| events.iter().any(|stored| names_user(stored, user))) {
            planner.plan.looked_at += 1;
            planner.trace(trace_id, start, &events)?;
        }
    }
    planner.loose(store, selection)?;
    if let Sought::Content = sought {
        planner.leave_to_others(store, selection)?;
    }
    if let Sought::Rules(finder) = sought {
        for row in producers {
            let found = finder.in_value(Value::Map(row.facts.resource));
            if !found.is_empty() && planner.producers.contains(row.name.as_str()) {
                planner.plan.headers.insert(row.name.into(), found);
            }
        }
    }
    Ok(planner.plan)
}

/// The traces of a selection but for its user, latest first.
fn chosen(store: &dyn Store, selection: &Selection) -> Result<Vec<(TraceId, Timestamp)>, StoreError> {
    let rows = match (&selection.traces, &selection.session) {
        (Some(traces), _) => {
            let found: Result<Vec<_>, _> = traces.iter().map(|trace_id| store.trace(*trace_id)).collect();
            let mut rows: Vec<TraceRow> = found?.into_iter().flatten().collect();
            if let Some(session) = &selection.session {
                let of_it: HashSet<TraceId> =
                    store.find(&Lookup::Session(session.clone()), usize::MAX)?.iter().map(|row| row.trace_id).collect();
                rows.retain(|row| of_it.contains(&row.trace_id));
            }
            rows
        }
        (None, Some(session)) => store.find(&Lookup::Session(session.clone()), usize::MAX)?,
        (None, None) => {
            let mut found = Vec::new();
            let (since, until) = (selection.since, selection.until);
            let mut filter = TraceFilter { limit: PAGE, since, until, ..TraceFilter::default() };
            loop {
                let page = store.traces(&filter)?;
                found.extend(page.traces.iter().map(|row| (row.trace_id, row.start)));
                filter.after = page.next;
                if filter.after.is_none() {
                    return Ok(found);
                }
            }
        }
    };
    let is_in_time = |row: &&TraceRow| {
        selection.since.is_none_or(|since| row.start >= since) && selection.until.is_none_or(|until| row.start < until)
    };
    let mut seen = HashSet::new();
    let rows = rows.iter().filter(is_in_time).filter(|row| seen.insert(row.trace_id));
    Ok(rows.map(|row| (row.trace_id, row.start)).collect())
}

fn names_user(stored: &StoredEvent, user: &str) -> bool {
    stored.event.body_field("user_id").and_then(Value::as_text) == Some(user)
}

struct Planner<'s> {
    sought: Sought<'s>,
    /// The last event of each producer that an envelope holds.
    sealed: HashMap<String, u64>,
    contents: Contents<'s>,
    /// Contents whose findings were counted.
    counted: HashSet<Hash>,
    /// Contents that go; where all content does, those that what was looked at names.
    chosen: HashSet<Hash>,
    /// Events that were looked at.
    looked_at: HashSet<u64>,
    producers: HashSet<Arc<str>>,
    plan: Plan,
}

/// What goes of some events.
#[derive(Default)]
struct Part {
    contents: HashSet<Hash>,
    bodies: u64,
    events: u64,
    rules: BTreeSet<String>,
}

impl Planner<'_> {
    fn trace(&mut self, trace_id: TraceId, start: Timestamp, events: &[StoredEvent]) -> Result<(), StoreError> {
        let part = self.events(events)?;
        for rule in &part.rules {
            self.plan.rules.entry(rule.clone()).or_default().traces += 1;
        }
        let (contents, bodies) = (part.contents.len() as u64, part.bodies);
        if contents + bodies > 0 {
            self.plan.traces.push(OfTrace { trace_id, start, contents, bodies });
        }
        Ok(())
    }

    /// Events of no trace.
    fn loose(&mut self, store: &dyn Store, selection: &Selection) -> Result<(), StoreError> {
        if selection.traces.is_some() {
            return Ok(());
        }
        let mut filter = LooseFilter {
            limit: PAGE,
            since: selection.since,
            until: selection.until.map(|until| Timestamp(until.0.saturating_sub(1))),
            label: selection.session.clone().map(|session| (Label::Session, session)),
            ..LooseFilter::default()
        };
        loop {
            let mut page = store.loose(&filter)?;
            let Some(last) = page.last() else { return Ok(()) };
            filter.after = Some((last.event.time, last.id));
            if let Some(user) = &selection.user {
                page.retain(|stored| names_user(stored, user));
            }
            let part = self.events(&page)?;
            self.plan.loose += part.events;
        }
    }

    fn events(&mut self, events: &[StoredEvent]) -> Result<Part, StoreError> {
        for stored in events {
            self.looked_at.insert(stored.id);
            self.producers.insert(stored.producer.clone());
        }
        match self.sought {
            Sought::Rules(finder) => self.by_rules(finder, events),
            Sought::Content => self.all_content(events),
        }
    }

    fn by_rules(&mut self, finder: &Finder, events: &[StoredEvent]) -> Result<Part, StoreError> {
        let (mut spread, whole_streams) = chunks::spread(finder, events);
        let look = |stored: &StoredEvent| match &stored.event.body {
            Body::Present(body) => finder.in_body(body),
            Body::Erased(_) | Body::Withheld(_) => Places::default(),
        };
        let places: Vec<Places> = events.iter().map(look).collect();
        self.contents.look(places.iter().flat_map(|places| places.refs.iter().copied()))?;
        let mut part = Part::default();
        for (at, (stored, mut places)) in events.iter().zip(places).enumerate() {
            if let Some(found) = spread.remove(&at) {
                places.own.join(&found);
            }
            let goes = if !places.own.is_empty() || whole_streams.contains(&at) {
                Some(ErasedPart::Body)
            } else {
                (!places.inline.is_empty()).then_some(ErasedPart::Inline)
            };
            self.count_body(&places.own, &mut part);
            let is_sealed = self.is_sealed(stored);
            for (hash, found) in &places.inline {
                self.content_goes(*hash, found, is_sealed, &mut part);
            }
            let is_touched = self.contents.is_touched(&places.refs);
            if is_touched || goes.is_some() {
                self.plan.producers.insert(stored.producer.clone());
                part.events += 1;
            }
            if let Some(goes) = goes {
                self.event_goes(stored, goes, &mut part);
            }
            let mut reached = HashSet::new();
            self.contents.reached(places.refs, &mut reached);
            for hash in reached {
                self.carried(hash, &mut part);
            }
        }
        Ok(part)
    }

    /// A content that an event names, also by way of another one.
    fn carried(&mut self, hash: Hash, part: &mut Part) {
        let Some(looked) = self.contents.get(&hash) else { return };
        let (own, inline) = (looked.places.own.clone(), looked.places.inline.clone());
        if own.is_empty() && !inline.is_empty() {
            self.plan.erasure.holders.insert(hash);
        }
        if !own.is_empty() {
            self.content_goes(hash, &own, true, part);
        }
        for (inner, found) in inline {
            self.content_goes(inner, &found, true, part);
        }
    }

    fn count_body(&mut self, own: &Found, part: &mut Part) {
        for (rule, count) in own.iter() {
            let of_rule = self.plan.rules.entry(rule.to_owned()).or_default();
            of_rule.findings += count;
            of_rule.bodies += 1;
            part.rules.insert(rule.to_owned());
        }
    }

    /// A content goes; it does not go from an event that nobody sealed.
    fn content_goes(&mut self, hash: Hash, found: &Found, is_sealed: bool, part: &mut Part) {
        part.rules.extend(found.iter().map(|(rule, _)| rule.to_owned()));
        self.plan.erasure.contents.insert(hash);
        if is_sealed {
            part.contents.insert(hash);
            self.chosen.insert(hash);
            self.plan.contents = self.chosen.len() as u64;
        }
        if !self.counted.insert(hash) {
            return;
        }
        for (rule, count) in found.iter() {
            let of_rule = self.plan.rules.entry(rule.to_owned()).or_default();
            of_rule.findings += count;
            of_rule.contents += 1;
        }
    }

    /// Something goes of an event, if an envelope holds it: else it would come again with the next one.
    fn event_goes(&mut self, stored: &StoredEvent, what: ErasedPart, part: &mut Part) {
        if !self.is_sealed(stored) {
            self.plan.unsealed += 1;
            return;
        }
        if what == ErasedPart::Body {
            self.plan.bodies += 1;
            part.bodies += 1;
        }
        let event = ErasedEvent { producer: stored.producer.clone(), seq: stored.event.seq, part: what };
        self.plan.erasure.events.insert(stored.id, event);
    }

    fn is_sealed(&self, stored: &StoredEvent) -> bool {
        self.sealed.get(&*stored.producer).is_some_and(|last| stored.event.seq <= *last)
    }

    fn all_content(&mut self, events: &[StoredEvent]) -> Result<Part, StoreError> {
        let mut part = Part::default();
        for stored in events {
            let Body::Present(body) = &stored.event.body else { continue };
            let slots = slots_of(body);
            if slots.inline.is_empty() && slots.named.is_empty() {
                continue;
            }
            self.plan.producers.insert(stored.producer.clone());
            part.events += 1;
            self.event_goes(stored, ErasedPart::Slots, &mut part);
            self.contents.look(slots.named.iter().copied())?;
            part.contents.extend(slots.inline);
            self.contents.reached(slots.named, &mut part.contents);
        }
        let is_gone = |hash: &Hash| self.contents.get(hash).is_some_and(|looked| looked.is_gone);
        part.contents.retain(|hash| !is_gone(hash));
        self.chosen.extend(part.contents.iter().copied());
        Ok(part)
    }

    /// Content that events name which were not looked at stays for these.
    fn leave_to_others(&mut self, store: &dyn Store, selection: &Selection) -> Result<(), StoreError> {
        let mut others = HashSet::new();
        let mut after = 0;
        while !selection.is_everything() {
            let page = store.events_after(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let mut named = Vec::new();
            for stored in page.iter().filter(|stored| !self.looked_at.contains(&stored.id)) {
                if let Body::Present(body) = &stored.event.body {
                    let slots = slots_of(body);
                    // Where they stand inline they stay for whoever holds them, but are no reason to keep what is carried.
                    named.extend(slots.named);
                }
            }
            self.contents.look(named.iter().copied())?;
            self.contents.reached(named, &mut others);
        }
        let chosen = std::mem::take(&mut self.chosen);
        self.plan.shared = chosen.intersection(&others).count() as u64;
        self.plan.erasure.contents = chosen.difference(&others).copied().collect();
        self.plan.contents = self.plan.erasure.contents.len() as u64;
        Ok(())
    }
}

/// The content of a body.
#[derive(Default)]
struct Slots {
    /// What stands inline.
    inline: Vec<Hash>,
    /// What is named.
    named: Vec<Hash>,
}

fn slots_of(body: &Map) -> Slots {
    let mut slots = Slots::default();
    content::for_each_slot(body, &mut |slot| match Mark::of(slot) {
        None => slots.inline.push(content::content_hash(slot, None)),
        Some(Mark::Ref(hash) | Mark::Withheld(hash)) => slots.named.push(hash),
        Some(Mark::Erased(_)) => {}
    });
    slots
}
