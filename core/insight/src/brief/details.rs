//! What is told of a step.

use std::collections::BTreeMap;

use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::candidates::Candidate;
use super::facts::{CAUSE, SILENT, error, millis};
use super::shrink::{cut_name, cut_text, shrink};
use super::survey::Survey;
use crate::node::{Form, Node, What, nanos_between};

/// Log lines and point events that are told with a step.
const NEARBY: usize = 6;
/// Failures that are compared with what failed because of them.
const ECHOES: usize = 16;
/// Members of a detail that are ours; a body's own get a line behind their name.
const OURS: [&str; 8] = ["step", "why", "error", "stacktrace", "last_known", "nearby", "attributes", "events"];

/// Bytes of everything that can be told of a step, as canonical JSON.
pub(super) fn bytes(node: &Node<'_>) -> u64 {
    let value = |value: &Value| json::write(value).len() as u64;
    let text = |text: Option<&str>| text.map_or(0, |text| text.len() as u64);
    let fields = node.fields.iter().filter(|(name, _)| !SILENT.contains(*name)).map(|(_, field)| value(field));
    let attributes = node.attributes.values().map(|attribute| value(attribute));
    let exceptions = node.exceptions.iter().map(|one| text(one.message) + text(one.stacktrace));
    let moments = node.moments.iter().map(|moment| moment.data.map_or(0, value) + moment.attributes.map_or(0, value));
    fields.sum::<u64>() + attributes.sum::<u64>() + exceptions.sum::<u64>() + moments.sum::<u64>()
}

/// What is told of a step: values of at most `most` each by `cost`.
pub(super) fn detail(
    survey: &Survey<'_, '_>,
    what: &Candidate,
    told: &Told,
    most: usize,
    cost: &dyn Fn(&Value) -> usize,
) -> Option<Map> {
    let node = survey.node(what.node)?;
    let mut map = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    // About four bytes are a token.
    let line = |text: &str| Some(Value::Text(cut_text(text, most.saturating_mul(4).max(60))));
    set("step", node.span_id.map(|id| survey.names.of(id).into()));
    set("name", node.name().map(|name| cut_name(name, 80).into()));
    set("why", what.why.as_deref().map(Value::from));
    // What failed because of a part of it says the same again.
    let said = error(node);
    let mut origins = survey.origins.iter().take(ECHOES).filter_map(|origin| survey.node(*origin));
    let is_echo = !node.failure_origin && said.is_some() && origins.any(|origin| error(origin) == said);
    let is_at_head = survey.origins.first() == Some(&what.node);
    set("error", said.filter(|said| !(is_echo || is_at_head && said.len() <= CAUSE)).and_then(|said| line(&said)));
    let stack = node.exceptions.iter().rev().find_map(|exception| exception.stacktrace).filter(|_| !is_echo);
    set("stacktrace", stack.and_then(|stack| line(&tail(stack, most.saturating_mul(4).max(80)))));
    set("last_known", last_known(node).map(Value::from));
    for name in ["input", "output"] {
        let Some(value) = node.field(name) else { continue };
        match told.get(value) {
            Some(place) => set(&format!("{name}_same_as"), Some(place.into())),
            None => set(name, shrink(value, most, cost)),
        }
    }
    set("nearby", nearby(survey, what.node).and_then(|lines| shrink(&lines, most, cost)));
    let others =
        node.fields.iter().filter(|(name, _)| !SILENT.contains(*name) && !matches!(**name, "input" | "output"));
    for (name, value) in others {
        let mut name = cut_name(name, 60);
        if OURS.contains(&name.as_str()) || name.ends_with("_same_as") {
            name.push('_');
        }
        set(&name, shrink(value, most / 2, cost));
    }
    let attributes: Map = node.attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
    if !attributes.is_empty() {
        set("attributes", shrink(&Value::Map(attributes), most / 2, cost));
    }
    set("events", moments(node, most).and_then(|moments| shrink(&moments, most / 2, cost)));
    let has_content = map.iter().any(|(name, _)| !matches!(name.as_str(), "step" | "name" | "why"));
    has_content.then_some(map)
}

/// Long values that stand on the page already, whole, and where: `b3a.output`.
#[derive(Default)]
pub(super) struct Told(BTreeMap<Vec<u8>, String>);

impl Told {
    /// A shorter value is said again.
    const LEAST: usize = 100;

    fn get(&self, value: &Value) -> Option<&str> {
        if self.0.is_empty() || matches!(value, Value::Text(text) if text.len() < Self::LEAST) {
            return None;
        }
        self.0.get(&json::write(value)).map(String::as_str)
    }

    /// Remembers what a detail shows whole.
    pub(super) fn remember(&mut self, survey: &Survey<'_, '_>, index: usize, detail: &Map) {
        let Some((node, id)) = survey.node(index).and_then(|node| Some((node, node.span_id?))) else { return };
        for name in ["input", "output"] {
            let Some(value) = node.field(name).filter(|value| detail.get(name) == Some(value)) else { continue };
            let written = json::write(value);
            if written.len() >= Self::LEAST {
                self.0.entry(written).or_insert_with(|| format!("{}.{name}", survey.names.of(id)));
            }
        }
    }
}

/// The last lines of a stack trace, where it was raised.
fn tail(stack: &str, most: usize) -> String {
    if stack.len() <= most {
        return stack.to_owned();
    }
    let from = (stack.len() - most..=stack.len()).find(|at| stack.is_char_boundary(*at)).unwrap_or(stack.len());
    let kept = stack.get(from..).unwrap_or_default();
    let kept = kept.split_once('\n').map_or(kept, |(_, whole_lines)| whole_lines);
    format!("…\n{kept}")
}

/// Log lines in a step, the last ones; where a failure began, warnings from around it too.
fn nearby(survey: &Survey<'_, '_>, index: usize) -> Option<Value> {
    let node = survey.node(index)?;
    let mut points = node.children.clone();
    // Where a failure began, what was said around it before.
    let around = survey.warnings.iter().filter(|(_, origin)| **origin == index).map(|(warning, _)| *warning);
    points.extend(around.filter(|warning| !node.children.contains(warning)));
    let points = points.iter().filter_map(|point| survey.node(*point).filter(|point| point.form == Form::Log));
    let mut lines: Vec<&Node<'_>> = points.collect();
    lines.sort_by_key(|line| (line.start, line.producer, line.seq));
    let from = lines.len().saturating_sub(NEARBY);
    let said = lines.get(from..)?.iter().map(|line| {
        let level = line.field("level").and_then(Value::as_text).unwrap_or("log");
        Value::Text(format!("{level}: {}", line.name().unwrap_or_default()))
    });
    let said: Vec<Value> = said.collect();
    (!said.is_empty()).then_some(Value::List(said))
}

fn moments(node: &Node<'_>, most: usize) -> Option<Value> {
    let from = if most == usize::MAX { 0 } else { node.moments.len().saturating_sub(NEARBY) };
    let moments = node.moments.get(from..)?.iter().map(|moment| {
        let mut map = Map::new();
        map.insert("name".to_owned(), moment.name.map_or(Value::Null, Value::from));
        map.insert("at_ms".to_owned(), millis(nanos_between(node.start, moment.time)));
        for (name, value) in [("data", moment.data), ("attributes", moment.attributes)] {
            if let Some(value) = value {
                map.insert(name.to_owned(), value.clone());
            }
        }
        Value::Map(map)
    });
    let moments: Vec<Value> = moments.collect();
    (!moments.is_empty()).then_some(Value::List(moments))
}

fn last_known(node: &Node<'_>) -> Option<String> {
    let last = node.last_known?;
    let named = |word: &str, name: Option<&str>| match name {
        Some(name) => format!("{word} {}", cut_name(name, 80)),
        None => word.to_owned(),
    };
    let what = match last.what {
        What::Started => "it began".to_owned(),
        What::Updated => "it was updated".to_owned(),
        What::Chunks => format!("chunk {} of its stream", node.chunks),
        What::Exception => "an exception".to_owned(),
        What::Event(name) => named("event", name),
        What::Log(message) => named("log line", message),
        What::ChildStarted(name) => named("began", name),
        What::ChildEnded(name) => named("ended", name),
    };
    Some(format!("{what}, {} ms after its start", nanos_between(node.start, last.time) / 1_000_000))
}
