//! What is counted of spans.

use crate::decimal::Decimal;
use crate::usage::{Money, Tokens};

use super::packed::{Damaged, Reader, put_number, put_text};
use super::sketch::Sketch;

/// First byte of packed totals. Whoever packs otherwise takes another one, and stores make theirs anew.
const FORM: u64 = 1;

/// Sums over spans. Tokens and costs are counted where the lowest reporters are, so nothing counts twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events of any type.
    pub events: u64,
    /// Spans that began.
    pub spans: u64,
    /// Spans that ended.
    pub ended: u64,
    /// Spans that ended with `error` or `timeout`.
    pub errors: u64,
    /// Durations of spans that ended, added up.
    pub duration_nanos: u64,
    /// What of it was spent in the spans themselves and in no child.
    pub self_nanos: u64,
    /// Durations of spans that ended.
    pub durations: Sketch,
    /// Times to the first chunk of a stream.
    pub first_chunks: Sketch,
    /// Tokens.
    pub tokens: Tokens,
    /// Costs by currency.
    pub cost: Money,
    /// Spans that used tokens and have no known price.
    pub unpriced: u64,
}

impl Totals {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The mean duration in nanoseconds.
    #[must_use]
    pub fn mean_nanos(&self) -> Option<u64> {
        self.duration_nanos.checked_div(self.ended)
    }

    /// Adds `other`. Sums of time go round at 2^64, so that they can be taken away again.
    pub fn add(&mut self, other: &Self) {
        self.events = self.events.wrapping_add(other.events);
        self.spans = self.spans.wrapping_add(other.spans);
        self.ended = self.ended.wrapping_add(other.ended);
        self.errors = self.errors.wrapping_add(other.errors);
        self.duration_nanos = self.duration_nanos.wrapping_add(other.duration_nanos);
        self.self_nanos = self.self_nanos.wrapping_add(other.self_nanos);
        self.durations.add(&other.durations);
        self.first_chunks.add(&other.first_chunks);
        self.tokens = combine(&self.tokens, &other.tokens, u64::wrapping_add);
        self.cost.add(&other.cost);
        self.unpriced = self.unpriced.wrapping_add(other.unpriced);
    }

    /// Takes away what was added.
    pub fn subtract(&mut self, other: &Self) {
        self.events = self.events.wrapping_sub(other.events);
        self.spans = self.spans.wrapping_sub(other.spans);
        self.ended = self.ended.wrapping_sub(other.ended);
        self.errors = self.errors.wrapping_sub(other.errors);
        self.duration_nanos = self.duration_nanos.wrapping_sub(other.duration_nanos);
        self.self_nanos = self.self_nanos.wrapping_sub(other.self_nanos);
        self.durations.subtract(&other.durations);
        self.first_chunks.subtract(&other.first_chunks);
        self.tokens = combine(&self.tokens, &other.tokens, u64::wrapping_sub);
        self.cost.subtract(&other.cost);
        self.unpriced = self.unpriced.wrapping_sub(other.unpriced);
    }

    /// As bytes, for a store's column.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        self.put(&mut bytes);
        bytes
    }

    /// Reads what [`Totals::pack`] gave.
    ///
    /// # Errors
    /// [`Damaged`] for anything else.
    pub fn unpack(bytes: &[u8]) -> Result<Self, Damaged> {
        Self::read(&mut Reader(bytes))
    }

    pub(super) fn put(&self, into: &mut Vec<u8>) {
        put_number(into, FORM);
        let Tokens { input, output, cache_read, cache_write, reasoning } = self.tokens;
        for number in [
            self.events,
            self.spans,
            self.ended,
            self.errors,
            self.duration_nanos,
            self.self_nanos,
            self.unpriced,
            input,
            output,
            cache_read,
            cache_write,
            reasoning,
        ] {
            put_number(into, number);
        }
        self.durations.put(into);
        self.first_chunks.put(into);
        put_number(into, self.cost.0.len() as u64);
        for (currency, amount) in &self.cost.0 {
            put_text(into, currency);
            put_text(into, &amount.to_string());
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        if from.number()? != FORM {
            return Err(Damaged);
        }
        let mut totals = Self {
            events: from.number()?,
            spans: from.number()?,
            ended: from.number()?,
            errors: from.number()?,
            duration_nanos: from.number()?,
            self_nanos: from.number()?,
            unpriced: from.number()?,
            tokens: Tokens {
                input: from.number()?,
                output: from.number()?,
                cache_read: from.number()?,
                cache_write: from.number()?,
                reasoning: from.number()?,
            },
            durations: Sketch::read(from)?,
            first_chunks: Sketch::read(from)?,
            cost: Money::default(),
        };
        for _ in 0..from.number()? {
            let currency = from.text()?.to_owned();
            let amount = Decimal::parse(from.text()?).ok_or(Damaged)?;
            totals.cost.0.insert(currency, amount);
        }
        Ok(totals)
    }
}

fn combine(one: &Tokens, other: &Tokens, how: fn(u64, u64) -> u64) -> Tokens {
    Tokens {
        input: how(one.input, other.input),
        output: how(one.output, other.output),
        cache_read: how(one.cache_read, other.cache_read),
        cache_write: how(one.cache_write, other.cache_write),
        reasoning: how(one.reasoning, other.reasoning),
    }
}
