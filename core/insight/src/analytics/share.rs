//! What one trace adds to the numbers.

use std::collections::{BTreeMap, HashMap};

use tracewire_wire::id::SpanId;
use tracewire_wire::time::Timestamp;

use crate::input::Located;
use crate::node::{Form, Node};
use crate::spending::Spent;
use crate::tree::Tree;
use crate::usage::Money;

use super::packed::{Damaged, Reader, put_number, put_text};
use super::series::Series;
use super::totals::Totals;

const MINUTE_NANOS: i64 = 60_000_000_000;

/// This much of one series, begun in one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it is of.
    pub series: Series,
    /// Beginning of the minute.
    pub minute: Timestamp,
    /// How much.
    pub totals: Totals,
}

/// What a trace adds, in order of series and minute. `events` are those that the tree is made of; `service` tells a
/// producer's service.
///
/// A span counts in the minute of its start, an event in the minute of its time and with the span where it belongs. Its tokens and its cost count where no span below it reports any: what an
/// agent repeats of its model calls is not counted again.
#[must_use]
pub fn shares_of(tree: &Tree<'_>, events: &[Located<'_>], service: &dyn Fn(&str) -> Option<String>) -> Vec<Share> {
    let mut found: BTreeMap<(Series, i64), Totals> = BTreeMap::new();
    let mut services: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut steps: HashMap<SpanId, usize> = HashMap::with_capacity(tree.nodes.len());
    let mut series: Vec<Series> = Vec::new();
    let spending: BTreeMap<usize, Spent<'_>> = tree.spending().into_iter().map(|spent| (spent.index, spent)).collect();
    let mut agents: Vec<Option<&str>> = vec![None; tree.nodes.len()];
    for step in tree.walk() {
        let Some(node) = tree.nodes.get(step.index) else { continue };
        let agent = agent_of(node).or_else(|| *agents.get(node.parent?)?);
        if let Some(place) = agents.get_mut(step.index) {
            *place = agent;
        }
        if node.form != Form::Span {
            continue;
        }
        let service = services.entry(node.producer).or_insert_with(|| service(node.producer));
        let own = series_of(node, agent, service.clone());
        if let Some(span_id) = node.span_id {
            steps.entry(span_id).or_insert(series.len());
            series.push(own.clone());
        }
        let totals = found.entry((own, minute(node.start))).or_default();
        count(totals, node);
        if let Some(spent) = spending.get(&step.index) {
            spend(totals, node, spent);
        }
    }
    let mut of_steps: BTreeMap<(usize, i64), u64> = BTreeMap::new();
    for Located { event, producer } in events {
        let minute = minute(event.time);
        let step = |id: Option<SpanId>| id.and_then(|id| steps.get(&id));
        if let Some(step) = step(event.span_id).or_else(|| step(event.parent_id)) {
            *of_steps.entry((*step, minute)).or_default() += 1;
        } else {
            let service = services.entry(producer).or_insert_with(|| service(producer));
            let outside = Series { service: service.clone(), ..Series::default() };
            found.entry((outside, minute)).or_default().events += 1;
        }
    }
    for ((step, minute), count) in of_steps {
        let Some(series) = series.get(step) else { continue };
        found.entry((series.clone(), minute)).or_default().events += count;
    }
    let shares = found.into_iter().filter(|(_, totals)| !totals.is_empty());
    shares.map(|((series, minute), totals)| Share { series, minute: Timestamp(minute), totals }).collect()
}

fn minute(time: Timestamp) -> i64 {
    time.0.div_euclid(MINUTE_NANOS).saturating_mul(MINUTE_NANOS)
}

fn agent_of<'a>(node: &Node<'a>) -> Option<&'a str> {
    let said = node.call.as_ref().and_then(|call| call.agent);
    said.or_else(|| if node.kind == Some("agent") { node.name() } else { None })
}

fn series_of(node: &Node<'_>, agent: Option<&str>, service: Option<String>) -> Series {
    let call = node.call.as_deref();
    let tool = call.and_then(|call| call.tool).filter(|_| node.kind == Some("tool"));
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Series {
        service,
        kind: owned(node.kind),
        name: owned(tool.or_else(|| node.name())),
        model: owned(call.and_then(|call| call.model)),
        provider: owned(call.and_then(|call| call.provider)),
        agent: owned(agent),
    }
}

fn count(totals: &mut Totals, node: &Node<'_>) {
    let mut of_node = Totals { spans: 1, errors: u64::from(node.failed), ..Totals::default() };
    if !node.is_open() {
        let nanos = node.extent_nanos();
        of_node.ended = 1;
        of_node.duration_nanos = nanos;
        of_node.self_nanos = node.self_nanos;
        of_node.durations.record(nanos);
    }
    if let Some(nanos) = node.time_to_first_chunk_nanos {
        of_node.first_chunks.record(nanos);
    }
    totals.add(&of_node);
}

/// What a step used and what that cost, as far as it is counted here.
fn spend(totals: &mut Totals, node: &Node<'_>, spent: &Spent<'_>) {
    if let Some(tokens) = &spent.tokens {
        totals.tokens.add(tokens);
    }
    if let Some(cost) = spent.cost {
        // What costs nothing is no entry, so that taking away leaves what was there before.
        let amounts = cost.0.iter().filter(|(_, amount)| !amount.is_zero());
        totals.cost.add(&Money(amounts.map(|(currency, amount)| (currency.clone(), amount.clone())).collect()));
    }
    // Where nobody asked for prices, whatever was used may have one.
    let is_unasked = node.cost_source.is_none() && spent.tokens.is_some() && node.cost_total.is_none();
    totals.unpriced += u64::from(spent.unpriced.is_some() || is_unasked);
}

/// Shares as bytes, for a store's column.
#[must_use]
pub fn pack_shares(shares: &[Share]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last: Option<&Series> = None;
    let mut series: Vec<&Series> = Vec::new();
    for share in shares {
        if last != Some(&share.series) {
            series.push(&share.series);
            last = Some(&share.series);
        }
    }
    put_number(&mut bytes, series.len() as u64);
    for series in &series {
        put_text(&mut bytes, &series.to_key());
    }
    put_number(&mut bytes, shares.len() as u64);
    let mut at = 0_usize;
    for share in shares {
        while series.get(at).is_some_and(|series| **series != share.series) {
            at += 1;
        }
        put_number(&mut bytes, at as u64);
        put_number(&mut bytes, share.minute.0.cast_unsigned());
        share.totals.put(&mut bytes);
    }
    bytes
}

/// Reads what [`pack_shares`] gave.
///
/// # Errors
/// [`Damaged`] for anything else.
pub fn unpack_shares(bytes: &[u8]) -> Result<Vec<Share>, Damaged> {
    let mut reader = Reader(bytes);
    let mut series = Vec::new();
    for _ in 0..reader.number()? {
        series.push(Series::from_key(reader.text()?)?);
    }
    let mut shares = Vec::new();
    for _ in 0..reader.number()? {
        let at = usize::try_from(reader.number()?).map_err(|_| Damaged)?;
        shares.push(Share {
            series: series.get(at).cloned().ok_or(Damaged)?,
            minute: Timestamp(reader.number()?.cast_signed()),
            totals: Totals::read(&mut reader)?,
        });
    }
    Ok(shares)
}
