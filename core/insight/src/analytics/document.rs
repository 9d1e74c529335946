//! Sums as documents for programs: what `tracewire stats --json` writes and the server answers.

use tracewire_wire::value::{Map, Value};

use super::{Group, Point, Totals};
use crate::document::{count, or_null, time};

impl Totals {
    /// Its members, for a map that says what they are of.
    #[must_use]
    pub fn to_map(&self) -> Map {
        let quantile = |share: f64| or_null(self.durations.quantile(share).map(count));
        let cost = self.cost.0.iter().map(|(currency, amount)| (currency.clone(), amount.to_string().into()));
        let members = [
            ("cache_read_input_tokens", count(self.tokens.cache_read)),
            ("cache_write_input_tokens", count(self.tokens.cache_write)),
            ("cost", Value::Map(cost.collect())),
            ("duration_sum_nanos", count(self.duration_nanos)),
            ("ended", count(self.ended)),
            ("error_rate", ratio(self.errors, self.spans)),
            ("errors", count(self.errors)),
            ("events", count(self.events)),
            ("first_chunk_p50_nanos", or_null(self.first_chunks.quantile(0.5).map(count))),
            ("first_chunk_p95_nanos", or_null(self.first_chunks.quantile(0.95).map(count))),
            ("input_tokens", count(self.tokens.input)),
            ("max_nanos", or_null(self.durations.greatest().map(count))),
            ("mean_nanos", or_null(self.mean_nanos().map(count))),
            ("output_tokens", count(self.tokens.output)),
            ("p50_nanos", quantile(0.5)),
            ("p90_nanos", quantile(0.9)),
            ("p95_nanos", quantile(0.95)),
            ("p99_nanos", quantile(0.99)),
            ("reasoning_output_tokens", count(self.tokens.reasoning)),
            ("self_nanos", count(self.self_nanos)),
            ("spans", count(self.spans)),
            ("unpriced", count(self.unpriced)),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Group {
    /// Its sums, and the `key` that its members have in common.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut map = self.totals.to_map();
        map.insert("key".to_owned(), or_null(self.key.as_deref()));
        Value::Map(map)
    }
}

impl Point {
    /// Its sums, and its `start`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut map = self.totals.to_map();
        map.insert("start".to_owned(), time(self.start));
        Value::Map(map)
    }
}

/// One count as a part of another, between 0 and 1.
#[expect(clippy::cast_precision_loss, reason = "a share to be looked at")]
fn ratio(part: u64, of: u64) -> Value {
    if of == 0 { Value::Int(0) } else { Value::from_f64(part as f64 / of as f64) }
}
