//! Spans across records: starts, ends, parents, clocks. What is kept is bounded.

use super::finding::Finding;
use super::place::Place;
use super::record::EventFacts;
use super::rules::{
    AFTER_END, BOUND, CLOCK_SKEW, CLOCK_SKEW_WRONG, END_FIRST, NO_END, NO_START, ORPHAN, Rule, SECOND_END, SECOND_START,
};
use crate::event::EventType;
use crate::id::{SpanId, TraceId};
use std::collections::HashMap;

const SECOND: i128 = 1_000_000_000;

type Key = (TraceId, SpanId);

/// What is known of one span.
#[derive(Clone, Copy, Default)]
struct Span {
    place: Place,
    started: Option<i64>,
    ended: Option<i64>,
    has_start: bool,
    has_end: bool,
}

/// What the end of a span says of its time, kept where the start is still to come.
#[derive(Clone, Copy)]
struct End {
    time: i64,
    duration_nanos: Option<u64>,
    has_skew: bool,
    skew_nanos: Option<i64>,
    place: Place,
}

/// A parent that was named and not seen yet.
#[derive(Clone, Copy)]
struct Awaited {
    first: Place,
    /// Whether it is a log line's or metric's own span.
    is_own: bool,
    more: u64,
}

/// All spans.
pub(super) struct Spans {
    bound: usize,
    known: HashMap<Key, Span>,
    early_ends: HashMap<Key, End>,
    awaited: HashMap<Key, Awaited>,
    pub(super) started: u64,
    /// From here on what is not known may have been forgotten.
    forgot: Option<Place>,
    /// An id was unreadable: parents that are not known may be those.
    is_unsure: bool,
}

impl Spans {
    pub(super) fn new(bound: usize) -> Self {
        Spans {
            bound: bound.max(1),
            known: HashMap::new(),
            early_ends: HashMap::new(),
            awaited: HashMap::new(),
            started: 0,
            forgot: None,
            is_unsure: false,
        }
    }

    pub(super) fn take(&mut self, event: &EventFacts, findings: &mut Vec<Finding>) {
        self.is_unsure |= event.is_unsure;
        let (Some(trace_id), Some(span_id)) = (event.trace_id, event.span_id) else {
            // A point may be in no trace, and a span without ids was reported by its shape.
            self.started += u64::from(event.event_type == EventType::SpanStart);
            return;
        };
        let key = (trace_id, span_id);
        match event.event_type {
            EventType::SpanStart => self.start(key, event, findings),
            EventType::SpanEnd => self.end(key, event, findings),
            EventType::SpanEvent => self.inside(key, event, findings),
            EventType::Event => {
                self.remember(key, |_| {}, event.place);
                self.awaited.remove(&key);
                self.parent(trace_id, event);
            }
            EventType::Log | EventType::Metric => self.await_span(key, event.place, true),
            _ => {}
        }
    }

    fn start(&mut self, key: Key, event: &EventFacts, findings: &mut Vec<Finding>) {
        self.started += 1;
        self.parent(key.0, event);
        self.awaited.remove(&key);
        if let Some(known) = self.known.get(&key)
            && known.has_start
        {
            let at = known.place.line.map_or_else(String::new, |line| format!(" on line {line}"));
            let message = format!("span {} was started{at} already", key.1);
            findings.push(finding(&SECOND_START, event.place, message, "give each span an id of its own"));
            return;
        }
        self.remember(
            key,
            |span| (span.has_start, span.started, span.place) = (true, event.time, event.place),
            event.place,
        );
        if let (Some(end), Some(start)) = (self.early_ends.remove(&key), event.time) {
            compare(start, &end, findings);
        }
    }

    fn end(&mut self, key: Key, event: &EventFacts, findings: &mut Vec<Finding>) {
        let known = self.known.get(&key).copied().unwrap_or_default();
        if known.has_end {
            let message = format!("span {} was ended already", key.1);
            findings.push(finding(&SECOND_END, event.place, message, "keep the first end, and write nothing after it"));
            return;
        }
        let end = event.time.map(|time| End {
            time,
            duration_nanos: event.duration_nanos,
            has_skew: event.has_skew,
            skew_nanos: event.skew_nanos,
            place: event.place,
        });
        match (known.started, end) {
            (Some(start), Some(end)) => compare(start, &end, findings),
            (None, Some(end)) if !known.has_start && self.early_ends.len() < self.bound => {
                self.early_ends.insert(key, end);
            }
            _ => {}
        }
        self.remember(
            key,
            |span| {
                (span.has_end, span.ended) = (true, event.time);
                if !span.has_start {
                    span.place = event.place;
                }
            },
            event.place,
        );
    }

    fn inside(&mut self, key: Key, event: &EventFacts, findings: &mut Vec<Finding>) {
        if let Some(Span { ended: Some(ended), .. }) = self.known.get(&key)
            && event.time.is_some_and(|time| time > *ended)
        {
            let message = format!("span {} had ended before", key.1);
            let mend = "write what happens in a span before its end, or give it a span of its own";
            findings.push(finding(&AFTER_END, event.place, message, mend));
        }
    }

    fn parent(&mut self, trace_id: TraceId, event: &EventFacts) {
        if let Some(parent_id) = event.parent_id {
            self.await_span((trace_id, parent_id), event.place, false);
        }
    }

    fn await_span(&mut self, key: Key, place: Place, is_own: bool) {
        if self.known.contains_key(&key) || self.forgot.is_some() {
            return;
        }
        let has_room = self.awaited.len() < self.bound;
        match self.awaited.get_mut(&key) {
            Some(awaited) => awaited.more += 1,
            None if has_room => {
                self.awaited.insert(key, Awaited { first: place, is_own, more: 0 });
            }
            None => self.forgot = Some(place),
        }
    }

    fn remember(&mut self, key: Key, change: impl FnOnce(&mut Span), place: Place) {
        if let Some(span) = self.known.get_mut(&key) {
            return change(span);
        }
        if self.known.len() >= self.bound {
            // What has ended goes first: a second end of it is no longer found, nor is it known as a parent.
            self.forgot = self.forgot.or(Some(place));
            self.awaited.clear();
            self.known.retain(|_, span| !span.has_end && span.has_start);
            if self.known.len() > self.bound / 2 {
                self.known.clear();
            }
        }
        change(self.known.entry(key).or_default());
    }

    /// What is left open at the end of everything.
    pub(super) fn finish(self, findings: &mut Vec<Finding>) {
        let Spans { bound, known, awaited, forgot, is_unsure, .. } = self;
        let mut open: Vec<(Place, Key, Span)> = Vec::new();
        // The order of the table says nothing: all is sorted by place.
        open.extend(
            known
                .into_iter()
                .filter(|(_, span)| span.has_start != span.has_end)
                .map(|(key, span)| (span.place, key, span)),
        );
        open.sort_unstable_by_key(|(place, key, _)| (*place, *key));
        for (place, (_, span_id), span) in open {
            if span.has_start {
                let mend = "end each span; one whose process died stays open, and readers say so";
                findings.push(finding(&NO_END, place, format!("span {span_id} has no end"), mend));
            } else if forgot.is_none() && !is_unsure {
                let mend = "write `span.start` when the span begins, under the same trace and span id";
                findings.push(finding(&NO_START, place, format!("span {span_id} was never started"), mend));
            }
        }
        let mut orphans: Vec<(Key, Awaited)> = awaited.into_iter().collect();
        orphans.sort_unstable_by_key(|(key, awaited)| (awaited.first, *key));
        for ((_, span_id), awaited) in orphans {
            if forgot.is_some() || is_unsure {
                break;
            }
            let what = if awaited.is_own { "the span that this belongs to" } else { "the parent" };
            let more = match awaited.more {
                0 => String::new(),
                1 => ", as once more".to_owned(),
                more => format!(", as {more} times more"),
            };
            let message = format!("{what}, {span_id}, was never seen{more}");
            let mend = "write the parent's start too; where it is recorded elsewhere, validate both together";
            findings.push(finding(&ORPHAN, awaited.first, message, mend));
        }
        if let Some(place) = forgot {
            let message = format!(
                "more than {bound} spans: from here on ended spans are forgotten, and orphans and ends without start are not looked for"
            );
            findings.push(finding(&BOUND, place, message, "validate parts, or raise the bound"));
        }
    }
}

/// Start, end, duration and skew against each other (TW-TIME-002).
fn compare(start: i64, end: &End, findings: &mut Vec<Finding>) {
    let wall = i128::from(end.time) - i128::from(start);
    match (end.duration_nanos, end.skew_nanos) {
        (Some(duration), Some(skew)) if (wall - i128::from(duration) - i128::from(skew)).abs() > SECOND => {
            let is = wall - i128::from(duration);
            let message = format!("the wall clock's difference minus the duration is {is}, not {skew}");
            let mend = "write the wall clock's difference of end and start minus the duration";
            findings.push(finding(&CLOCK_SKEW_WRONG, end.place, message, mend));
        }
        _ if end.has_skew => {}
        _ if wall < 0 => {
            let message = format!("the end lies {} before the start", seconds(-wall));
            let mend = "take both times from one clock; where the clock was set back, write `clock_skew_nanos`";
            findings.push(finding(&END_FIRST, end.place, message, mend));
        }
        (Some(duration), _) if (wall - i128::from(duration)).abs() > SECOND => {
            let message =
                format!("{} by the wall clock, {} by `duration_nanos`", seconds(wall), seconds(i128::from(duration)));
            let mend = "measure with a monotonic clock, and write `clock_skew_nanos` where the wall clock disagrees";
            findings.push(finding(&CLOCK_SKEW, end.place, message, mend));
        }
        _ => {}
    }
}

fn seconds(nanos: i128) -> String {
    let (whole, rest) = (nanos / SECOND, nanos % SECOND);
    let fraction = format!("{rest:09}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{whole} s") } else { format!("{whole}.{fraction} s") }
}

pub(super) fn finding(rule: &'static Rule, place: Place, message: String, fix: &str) -> Finding {
    Finding {
        rule,
        pointer: place.pointer(),
        line: place.line.map(u64::from),
        column: None,
        message,
        fix: Some(fix.to_owned()),
    }
}
