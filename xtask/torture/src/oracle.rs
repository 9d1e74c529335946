//! The oracle: what calls returned, beside what a reader finds. Pure, so that it can be shown to notice what it is there for.
//!
//! | rule | broken by |
//! |---|---|
//! | nothing acknowledged is missing | [`Rule::Missing`] |
//! | nothing is there twice | [`Rule::Doubled`] |
//! | what is there is what was recorded | [`Rule::Changed`], [`Rule::Invented`] |
//! | the order of each lane is kept | [`Rule::Order`] |
//! | parents are those that the program had | [`Rule::Parent`] |
//! | written and dropped make what was tried, and the stream says each drop | [`Rule::Counts`] |

use crate::found::{Found, Record};
use crate::said::{Said, Worker};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// What was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Acknowledged, and not there.
    Missing,
    /// There more than once.
    Doubled,
    /// There with another payload.
    Changed,
    /// There, and nobody recorded it.
    Invented,
    /// Numbers of a lane that fall.
    Order,
    /// Another parent, or another trace, than the program's.
    Parent,
    /// Sums that do not agree.
    Counts,
    /// Something that hangs, panics or fails, that must not.
    Behaviour,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was broken.
    pub rule: Rule,
    /// By what, in words.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(rule: Rule, message: impl Into<String>) -> Finding {
        Finding { rule, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}: {}", self.rule, self.message)
    }
}

/// What is allowed, as the scenario did it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Somebody took files away: what is missing must be counted as `vanished`.
    pub vanished: bool,
    /// The disk never came back: the stream may say less than was dropped, never more.
    pub untold: bool,
}

/// Compares.
pub fn compare(said: &Said, found: &Found, allowed: Allowed) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        found.problems.iter().map(|problem| Finding::new(Rule::Behaviour, problem.clone())).collect();
    let by_key = index(found, &mut findings);
    for (name, worker) in &said.workers {
        present(name, worker, &by_key, allowed, &mut findings);
    }
    for record in &found.records {
        known(record, said, &mut findings);
        parents(record, &by_key, &mut findings);
    }
    order(found, &mut findings);
    counts(said, found, allowed, &mut findings);
    findings
}

type Key<'a> = (&'a str, u32, u64);

fn key(record: &Record) -> Key<'_> {
    (&record.worker, record.lane, record.number)
}

fn index<'a>(found: &'a Found, findings: &mut Vec<Finding>) -> HashMap<Key<'a>, &'a Record> {
    let mut by_key = HashMap::with_capacity(found.records.len());
    for record in &found.records {
        if let Some(first) = by_key.insert(key(record), record) {
            findings.push(Finding::new(
                Rule::Doubled,
                format!("{record} is there twice: {} and {}", first.place(), record.place()),
            ));
        }
    }
    by_key
}

fn present(
    name: &str,
    worker: &Worker,
    by_key: &HashMap<Key<'_>, &Record>,
    allowed: Allowed,
    findings: &mut Vec<Finding>,
) {
    let mut missing = 0;
    for (lane, calls) in &worker.lanes {
        for call in calls {
            match (call.is_kept, by_key.get(&(name, *lane, call.number))) {
                (true, None) => {
                    missing += 1;
                    if !allowed.vanished {
                        findings.push(Finding::new(
                            Rule::Missing,
                            format!("{name}/{lane}/{} was acknowledged", call.number),
                        ));
                    }
                }
                (_, Some(record)) if record.digest != call.digest => {
                    findings.push(Finding::new(Rule::Changed, format!("{record} is not what was recorded")));
                }
                (false, Some(record)) if !allowed.vanished => {
                    findings.push(Finding::new(Rule::Counts, format!("{record} was counted as dropped, and is there")));
                }
                _ => {}
            }
        }
    }
    if let (true, Some(totals)) = (allowed.vanished, &worker.totals) {
        let vanished = totals.dropped.get("vanished").copied().unwrap_or(0);
        if missing > vanished {
            findings.push(Finding::new(
                Rule::Missing,
                format!("{name}: {missing} acknowledged records are missing, {vanished} are counted as vanished"),
            ));
        }
    }
}

/// A record that nobody acknowledged may be there if its call was the one under way when its process died.
fn known(record: &Record, said: &Said, findings: &mut Vec<Finding>) {
    let calls = said.workers.get(&*record.worker).and_then(|worker| worker.lanes.get(&record.lane));
    let calls = calls.map_or(&[][..], Vec::as_slice);
    if calls.binary_search_by_key(&record.number, |call| call.number).is_ok() {
        return;
    }
    let next = calls.last().map_or(0, |call| call.number + 1);
    if record.number != next {
        findings.push(Finding::new(
            Rule::Invented,
            format!("{record} was not recorded: the lane was at {next} when it ended"),
        ));
    }
}

fn parents(record: &Record, by_key: &HashMap<Key<'_>, &Record>, findings: &mut Vec<Finding>) {
    let other = |number: Option<u64>| number.and_then(|number| by_key.get(&(&*record.worker, record.lane, number)));
    if let Some(parent) = other(record.parent)
        && (record.parent_id != parent.span_id || record.trace_id != parent.trace_id)
    {
        findings.push(Finding::new(Rule::Parent, format!("{record} does not belong to {parent}")));
    }
    if let Some(start) = other(record.start)
        && (record.span_id != start.span_id || record.trace_id != start.trace_id)
    {
        findings.push(Finding::new(Rule::Parent, format!("{record} does not end {start}")));
    }
    if record.is_root && record.parent_id.is_some() {
        findings.push(Finding::new(Rule::Parent, format!("{record} begins a run, and has a parent")));
    }
}

fn order(found: &Found, findings: &mut Vec<Finding>) {
    let mut records: Vec<&Record> = found.records.iter().collect();
    records.sort_by(|a, b| (&a.process, a.file, a.seq).cmp(&(&b.process, b.file, b.seq)));
    let mut last: HashMap<(&str, &str, u32), u64> = HashMap::new();
    for record in records {
        let lane = (&*record.process, &*record.worker, record.lane);
        if let Some(before) = last.insert(lane, record.number)
            && before >= record.number
        {
            findings.push(Finding::new(Rule::Order, format!("{record} stands behind number {before}")));
        }
    }
}

fn counts(said: &Said, found: &Found, allowed: Allowed, findings: &mut Vec<Finding>) {
    let mut wrong = |message: String| findings.push(Finding::new(Rule::Counts, message));
    let mut worker_of: HashMap<&str, &str> = HashMap::new();
    let mut records: HashMap<&str, u64> = HashMap::new();
    for record in &found.records {
        worker_of.insert(&record.process, &record.worker);
        *records.entry(&record.worker).or_default() += 1;
    }
    let mut told: HashMap<&str, BTreeMap<&str, u64>> = HashMap::new();
    // Damage is found by readers: nobody counted it when it was done.
    for loss in found.losses.iter().filter(|loss| loss.reason != "damaged") {
        if let Some(worker) = worker_of.get(&*loss.process) {
            *told.entry(worker).or_default().entry(&loss.reason).or_default() += loss.count;
        }
    }
    let none = BTreeMap::new();
    for (name, worker) in &said.workers {
        let Some(totals) = &worker.totals else { continue };
        let told = told.get(name.as_str()).unwrap_or(&none);
        let dropped: u64 = totals.dropped.values().sum();
        let there = records.get(name.as_str()).copied().unwrap_or(0);
        let tried = worker.calls() + totals.unmarked;
        if totals.written + dropped != tried {
            wrong(format!("{name}: {} written and {dropped} dropped, of {tried}", totals.written));
        }
        if totals.written != there + totals.unmarked {
            wrong(format!("{name}: {} counted as written, {there} there", totals.written));
        }
        for (reason, count) in &totals.dropped {
            let told = told.get(reason.as_str()).copied().unwrap_or(0);
            if told > *count || (told < *count && !allowed.untold) {
                wrong(format!("{name}: {count} dropped ({reason}), the stream says {told}"));
            }
        }
        if let Some((reason, count)) = told.iter().find(|(reason, _)| !totals.dropped.contains_key(**reason)) {
            wrong(format!("{name}: the stream says {count} dropped ({reason}), the count says none"));
        }
    }
}
