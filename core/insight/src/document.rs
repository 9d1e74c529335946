//! A tree as a document for programs: what `tracewire trace --json` writes and the server answers.

use tracewire_wire::time::Timestamp;
use tracewire_wire::validate::{Finding, Rule, Severity};
use tracewire_wire::value::{Map, Value};

use crate::cost::CostSource;
use crate::decimal::Decimal;
use crate::loops;
use crate::node::{Feedback, Form, Node, Oddity, State};
use crate::process::{Process, life_word};
use crate::tree::Tree;
use crate::usage::{Money, Tokens};

/// A map of these members.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A text or null.
pub fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}

/// A count.
pub fn count(number: u64) -> Value {
    Value::from_u64(number)
}

/// A time.
pub fn time(time: Timestamp) -> Value {
    time.to_string().into()
}

/// Counts of tokens.
pub fn tokens(usage: &Tokens) -> Value {
    object([
        ("cache_read_input_tokens", count(usage.cache_read)),
        ("cache_write_input_tokens", count(usage.cache_write)),
        ("input_tokens", count(usage.input)),
        ("output_tokens", count(usage.output)),
        ("reasoning_output_tokens", count(usage.reasoning)),
    ])
}

/// Amounts by currency, exact.
pub fn money(money: &Money) -> Value {
    let one = |(currency, amount): (&String, &Decimal)| (currency.clone(), amount.to_string().into());
    Value::Map(money.0.iter().map(one).collect())
}

/// A process.
pub fn process(process: &Process) -> Value {
    object([
        ("host", or_null(process.host.as_deref())),
        ("pid", or_null(process.pid.map(count))),
        ("producers", Value::List(process.producers.iter().map(|name| name.as_str().into()).collect())),
        ("service", or_null(process.service.as_deref())),
        ("state", life_word(process.life).into()),
    ])
}

/// A tree as a flat list of nodes, parents first; `full` adds what went in and out.
pub fn tree(tree: &Tree<'_>, processes: &[&Process], full: bool) -> Value {
    let counts = &tree.counts;
    let nodes = tree.walk().filter_map(|step| Some(node(tree, tree.nodes.get(step.index)?, step.depth, full)));
    let losses = tree.losses.iter().map(|loss| {
        object([("count", count(loss.count)), ("producer", loss.producer.into()), ("reason", or_null(loss.reason))])
    });
    let mut document = object([
        ("cost", or_null(tree.cost.as_ref().map(money))),
        ("cost_computed", tree.is_cost_computed.into()),
        (
            "counts",
            object([
                ("abandoned", count(counts.abandoned)),
                ("events", count(counts.events)),
                ("failed", count(counts.failed)),
                ("in_flight", count(counts.in_flight)),
                ("logs", count(counts.logs)),
                ("missing_parents", count(counts.missing_parents)),
                ("spans", count(counts.spans)),
                ("unknown", count(counts.unknown)),
            ]),
        ),
        ("duration_nanos", count(tree.extent_nanos())),
        ("end", time(tree.end)),
        ("losses", Value::List(losses.collect())),
        ("nodes", Value::List(nodes.collect())),
        ("processes", Value::List(processes.iter().map(|one| process(one)).collect())),
        ("start", time(tree.start)),
        ("trace_id", tree.trace_id.to_string().into()),
        ("unpriced", count(tree.unpriced)),
        ("usage", or_null(tree.usage.as_ref().map(tokens))),
    ]);
    if let (Value::Map(document), false) = (&mut document, tree.feedback.is_empty()) {
        document.insert("feedback".to_owned(), judgements(&tree.feedback));
    }
    let loops = loops::find(tree, loops::LEAST_TIMES);
    if let (Value::Map(document), false) = (&mut document, loops.is_empty()) {
        document.insert("loops".to_owned(), Value::List(loops.iter().map(|one| one.to_value(tree)).collect()));
    }
    document
}

/// Judgements that hold, in order.
fn judgements(all: &[Feedback<'_>]) -> Value {
    let judgement = |one: &Feedback<'_>| {
        let members = [
            ("comment", one.comment.map(Value::from)),
            ("feedback_id", one.feedback_id.map(Value::from)),
            ("name", one.name.map(Value::from)),
            ("source", one.source.map(Value::from)),
            ("value", one.value.cloned()),
        ];
        Value::Map(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
    };
    Value::List(all.iter().map(judgement).collect())
}

/// What the validator found, as `tracewire validate --json` writes it.
pub fn finding(file: &str, finding: &Finding, severity: Severity) -> Value {
    let rule = finding.rule;
    object([
        ("can_fix", rule.can_fix.into()),
        ("code", rule.code.into()),
        ("column", or_null(finding.column.map(count))),
        ("file", file.into()),
        ("fix", or_null(finding.fix.as_deref())),
        ("level", rule.level.as_str().into()),
        ("line", or_null(finding.line.map(count))),
        ("message", finding.message.as_str().into()),
        ("name", rule.name.into()),
        ("page", rule_page(rule).into()),
        ("pointer", finding.pointer.as_str().into()),
        ("requirement", or_null(Some(rule.requirement).filter(|text| !text.is_empty()))),
        ("severity", severity.as_str().into()),
    ])
}

/// Where a rule's page is read on the web.
pub fn rule_page(rule: &Rule) -> String {
    format!("{}/blob/main/spec/findings/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.code)
}

/// How far a node came, as a word.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Ended => "ended",
        State::InFlight => "in_flight",
        State::Abandoned => "abandoned",
        State::Unknown => "unknown",
    }
}

/// A node, this deep in its tree; `full` adds what went in and out.
pub fn node(tree: &Tree<'_>, node: &Node<'_>, depth: usize, full: bool) -> Value {
    let form = match node.form {
        Form::Span => "span",
        Form::Event => "event",
        Form::Log => "log",
        Form::Other => "other",
        Form::MissingParent => "missing_parent",
    };
    let oddities = node.oddities.iter().map(|oddity| Value::from(oddity_word(*oddity)));
    let parent = node.parent.and_then(|parent| tree.nodes.get(parent)?.span_id);
    let mut map = Map::new();
    let mut set = |name: &str, value: Value| {
        if value != Value::Null {
            map.insert(name.to_owned(), value);
        }
    };
    set("depth", count(depth as u64));
    set("form", form.into());
    set("span_id", or_null(node.span_id.map(|id| id.to_string())));
    set("parent_id", or_null(parent.or(node.parent_id).map(|id| id.to_string())));
    set("kind", or_null(node.kind));
    set("name", or_null(node.name()));
    set("producer", node.producer.into());
    set("state", state_word(node.state).into());
    set("status", or_null(node.status.map(|status| status.as_str())));
    set("start", time(node.start));
    set("end", time(node.end));
    set("duration_nanos", or_null(node.duration_nanos.map(count)));
    set("self_nanos", count(node.self_nanos));
    set("critical_nanos", count(node.critical_nanos));
    set("slow", Value::Bool(node.slow));
    set("failed", Value::Bool(node.failed));
    set("failure", or_null(node.failure_message().filter(|_| node.failed)));
    set("usage", or_null(node.usage.as_ref().map(tokens)));
    set("usage_total", or_null(node.usage_total.as_ref().map(tokens)));
    set("cost", or_null(node.cost.as_ref().map(money)));
    match &node.cost_source {
        None => {}
        Some(CostSource::Reported) => set("cost_source", "reported".into()),
        Some(CostSource::Priced(priced)) => {
            set("cost_source", "priced".into());
            set("price_version", priced.version.as_str().into());
        }
        Some(CostSource::Unpriced(why)) => {
            set("cost_source", "unpriced".into());
            set("cost_reason", why.to_string().into());
        }
    }
    set("cost_total", or_null(node.cost_total.as_ref().map(money)));
    if node.chunks > 0 {
        set("chunks", count(node.chunks));
        set("time_to_first_chunk_nanos", or_null(node.time_to_first_chunk_nanos.map(count)));
    }
    if let Some(last) = &node.last_known {
        set("last_known", time(last.time));
    }
    if !node.oddities.is_empty() {
        set("oddities", Value::List(oddities.collect()));
    }
    if !node.feedback.is_empty() {
        set("feedback", judgements(&node.feedback));
    }
    let exceptions = node.exceptions.iter().map(|exception| {
        object([
            ("message", or_null(exception.message)),
            ("stacktrace", or_null(exception.stacktrace.filter(|_| full))),
            ("time", time(exception.time)),
            ("type", or_null(exception.exception_type)),
        ])
    });
    if !node.exceptions.is_empty() {
        set("exceptions", Value::List(exceptions.collect()));
    }
    if full {
        if !node.attributes.is_empty() {
            let attributes = node.attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone()));
            set("attributes", Value::Map(attributes.collect()));
        }
        let fields = node.fields.iter().filter(|(name, _)| !matches!(**name, "name" | "message"));
        let fields: Map = fields.map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
        if !fields.is_empty() {
            set("body", Value::Map(fields));
        }
    }
    Value::Map(map)
}

fn oddity_word(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::NoStart => "no_start",
        Oddity::SeveralStarts => "several_starts",
        Oddity::SeveralEnds => "several_ends",
        Oddity::LateEvents => "late_events",
        Oddity::ClockSkew => "clock_skew",
        Oddity::CycleBroken => "cycle_broken",
        Oddity::Erased => "erased",
        Oddity::Withheld => "withheld",
    }
}
