//! Counts times prices. What is part of something and has a price of its own is taken out of the whole before that is priced.

use std::cmp::Reverse;

use super::list::Rate;
use super::units::{Direction, Shape, per};
use crate::call::{Unit, Usage};
use crate::cost::{Line, NoCost};
use crate::decimal::Decimal;

/// Digits behind the point to which a quotient is rounded that has no end.
const PLACES: usize = 12;

/// Wholes and parts of them that exclude each other: together they are no more than the whole.
const PARTS: [(Unit, &[Unit]); 10] = [
    (Unit::Input, &[Unit::CacheRead, Unit::CacheWrite]),
    (Unit::Input, &[Unit::InputAudio, Unit::InputImage, Unit::InputVideo]),
    (Unit::Output, &[Unit::Reasoning, Unit::Citation]),
    (Unit::Output, &[Unit::OutputAudio, Unit::OutputImage, Unit::OutputVideo]),
    (Unit::CacheWrite, &[Unit::CacheWrite5m, Unit::CacheWrite1h]),
    (Unit::CacheRead, &[Unit::CacheReadAudio, Unit::CacheReadImage]),
    (Unit::InputAudio, &[Unit::CacheReadAudio]),
    (Unit::InputImage, &[Unit::CacheReadImage]),
    (Unit::AudioSeconds, &[Unit::InputAudioSeconds]),
    (Unit::DocumentPages, &[Unit::AnnotatedDocumentPages]),
];

/// What was counted and priced.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub lines: Vec<Line>,
    pub unpriced: Vec<(Unit, u64)>,
    pub total: Decimal,
    pub input: Decimal,
    pub output: Decimal,
}

/// Prices what was used.
pub(super) fn count(usage: &Usage, rates: &[(Unit, &Rate)]) -> Result<Counted, NoCost> {
    let usage = complete(usage);
    contradictions(&usage)?;
    let priced: Vec<Unit> = rates.iter().map(|(unit, _)| *unit).filter(|unit| *unit != Unit::Requests).collect();
    let mut counted = Counted { unpriced: unpriced(&usage, &priced)?, ..Counted::default() };
    if let Some(first) = priced.first()
        && !priced.iter().any(|unit| usage.get(*unit).is_some())
    {
        return Err(match counted.unpriced.first() {
            Some((unit, _)) => NoCost::NoPrice { what: words(*unit) },
            None => NoCost::NoCount { what: words(*first) },
        });
    }
    if rates.is_empty() {
        let what = counted.unpriced.first().map_or_else(|| "anything".to_owned(), |(unit, _)| words(*unit));
        return Err(NoCost::NoPrice { what });
    }
    let alone = alone(&usage, &priced)?;
    let input_tokens = usage.input.unwrap_or(0);
    // In the order in which units are declared, whatever the list's.
    for unit in Unit::ALL {
        let Some((_, rate)) = rates.iter().find(|(known, _)| known == unit) else { continue };
        let many = match unit {
            Unit::Requests => usage.requests.unwrap_or(1),
            _ => alone.iter().find(|(known, _)| known == unit).map_or(0, |(_, many)| *many),
        };
        if many > 0 {
            counted.add(line(*unit, many, rate, input_tokens));
        }
    }
    Ok(counted)
}

impl Counted {
    fn add(&mut self, line: Line) {
        self.total = self.total.plus(&line.amount);
        match Shape::of(line.unit).direction {
            Some(Direction::In) => self.input = self.input.plus(&line.amount),
            Some(Direction::Out) => self.output = self.output.plus(&line.amount),
            None => {}
        }
        self.lines.push(line);
    }
}

fn line(unit: Unit, count: u64, rate: &Rate, input_tokens: u64) -> Line {
    let (price, from_tokens) = rate.at(input_tokens);
    let per = per(unit);
    let whole = price.times(count);
    let amount = match per {
        1_000_000 => whole.divided_by_ten_to(6),
        1_000 => whole.divided_by_ten_to(3),
        other => whole.divided(other, PLACES).unwrap_or_default(),
    };
    Line { unit, count, price: price.clone(), per, amount, from_tokens }
}

/// Counts that follow from others.
fn complete(usage: &Usage) -> Usage {
    let mut usage = *usage;
    if usage.cache_write.is_none() && (usage.cache_write_5m.is_some() || usage.cache_write_1h.is_some()) {
        usage.cache_write = Some(usage.cache_write_5m.unwrap_or(0).saturating_add(usage.cache_write_1h.unwrap_or(0)));
    }
    usage.audio_seconds = usage.audio_seconds.or(usage.input_audio_seconds);
    usage
}

fn contradictions(usage: &Usage) -> Result<(), NoCost> {
    for (whole, parts) in PARTS {
        let known: Vec<(Unit, u64)> =
            parts.iter().filter_map(|part| Some((*part, usage.get(*part)?))).filter(|(_, many)| *many > 0).collect();
        let sum = known.iter().fold(0_u64, |sum, (_, many)| sum.saturating_add(*many));
        let Some(all) = usage.get(whole).filter(|all| sum > *all) else { continue };
        let parts: Vec<String> = known.iter().map(|(unit, many)| format!("{many} {}", words(*unit))).collect();
        return Err(NoCost::Contradiction { what: format!("{} of {all} {}", parts.join(" and "), words(whole)) });
    }
    Ok(())
}

/// What was counted and is part of nothing that has a price. Tokens without a price are no matter of indifference where
/// other tokens have one.
fn unpriced(usage: &Usage, priced: &[Unit]) -> Result<Vec<(Unit, u64)>, NoCost> {
    let known = |unit: &Unit| Some((*unit, usage.get(*unit).filter(|many| *many > 0)?));
    let mut left: Vec<(Unit, u64)> = Unit::ALL.iter().filter_map(known).collect();
    left.retain(|(unit, _)| *unit != Unit::Requests);
    left.retain(|(unit, _)| !priced.iter().any(|whole| Shape::of(*whole).includes(&Shape::of(*unit))));
    let all = left.clone();
    left.retain(|(unit, _)| {
        !all.iter().any(|(whole, _)| whole != unit && Shape::of(*whole).includes(&Shape::of(*unit)))
    });
    let sells_tokens = priced.iter().any(|unit| Shape::of(*unit).is_tokens());
    match left.iter().find(|(unit, _)| sells_tokens && Shape::of(*unit).is_tokens()) {
        Some((unit, _)) => Err(NoCost::NoPrice { what: words(*unit) }),
        None => Ok(left),
    }
}

/// How many of each priced unit are left when the parts of it that have prices of their own are taken out.
fn alone(usage: &Usage, priced: &[Unit]) -> Result<Vec<(Unit, u64)>, NoCost> {
    let mut order = priced.to_vec();
    order.sort_by_key(|unit| (Reverse(Shape::of(*unit).depth()), *unit));
    let mut alone: Vec<(Unit, u64)> = Vec::with_capacity(order.len());
    for unit in order {
        let shape = Shape::of(unit);
        let parts = alone.iter().filter(|(part, _)| shape.includes(&Shape::of(*part)));
        let parts = parts.fold(0_u64, |sum, (_, many)| sum.saturating_add(*many));
        let many = many(usage, unit)?;
        let Some(left) = many.checked_sub(parts) else {
            let what = format!("{parts} parts with prices of their own of {many} {}", words(unit));
            return Err(NoCost::Contradiction { what });
        };
        alone.push((unit, left));
    }
    Ok(alone)
}

/// How many of a unit; none, where nothing suggests that there are some.
fn many(usage: &Usage, unit: Unit) -> Result<u64, NoCost> {
    if let Some(many) = usage.get(unit) {
        return Ok(many);
    }
    let shape = Shape::of(unit);
    let known: Vec<Unit> = Unit::ALL.iter().copied().filter(|unit| usage.get(*unit) > Some(0)).collect();
    let is_part = |part: &Unit| *part != unit && shape.includes(&Shape::of(*part));
    // An answer without a question: what went in was not counted.
    let is_half = unit == Unit::Input && usage.output > Some(0);
    let overlap = || {
        let pairs = known.iter().flat_map(|one| known.iter().map(move |other| (one, other)));
        pairs.into_iter().any(|(one, other)| Shape::of(*one).meet(&Shape::of(*other)) == Some(shape))
    };
    if is_half || known.iter().any(is_part) || overlap() {
        return Err(NoCost::NoCount { what: words(unit) });
    }
    Ok(0)
}

/// A unit's name for people.
pub(super) fn words(unit: Unit) -> String {
    unit.name().replace('_', " ")
}
