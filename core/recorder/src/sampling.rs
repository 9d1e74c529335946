//! Head sampling: which traces are recorded at all, decided by the trace's id, so that every process decides alike.

use crate::span::SpanContext;
use std::sync::atomic::{AtomicU64, Ordering};
use tracewire_wire::id::TraceId;
use tracewire_wire::value::{Map, Value};

/// The random part of a trace id, in bits (W3C Trace Context level 2, §3.2.2.3).
const RANDOM_BITS: u32 = 56;

/// Rates of head sampling: the share of traces that is recorded, and other shares for traces whose root is of some kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// The share of traces, 0 to 1.
    pub rate: f64,
    /// Shares of traces by the kind of their root; of a kind that stands twice, the first.
    pub kinds: Vec<(String, f64)>,
}

/// Every trace.
impl Default for Sampling {
    fn default() -> Self {
        Sampling::from(1.0)
    }
}

impl From<f64> for Sampling {
    fn from(rate: f64) -> Self {
        Sampling { rate, kinds: Vec::new() }
    }
}

impl Sampling {
    /// Of a setting: a number from 0 to 1, or a table with `rate` (1 where it is not said) and `kinds`. `None` for anything else.
    pub fn of_value(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return share(value).map(Sampling::from) };
        let mut sampling = Sampling::default();
        for (name, value) in map.iter() {
            match name.as_str() {
                "rate" => sampling.rate = share(value)?,
                "kinds" => {
                    let kinds = value.as_map()?.iter();
                    let kinds =
                        kinds.map(|(kind, rate)| Some((kind.to_owned(), share(rate)?)).filter(|_| !kind.is_empty()));
                    sampling.kinds = kinds.collect::<Option<_>>()?;
                }
                _ => return None,
            }
        }
        Some(sampling)
    }

    /// Of a text such as `0.1` or `0.1,http=0.01`. `None` for anything else.
    pub fn of_text(text: &str) -> Option<Self> {
        let mut sampling = Sampling::default();
        for (at, part) in text.split(',').enumerate() {
            let number = |text: &str| share(&Value::from_f64(text.trim().parse().ok()?));
            match part.split_once('=') {
                Some((kind, rate)) if !kind.trim().is_empty() => {
                    sampling.kinds.push((kind.trim().to_owned(), number(rate)?));
                }
                None if at == 0 => sampling.rate = number(part)?,
                _ => return None,
            }
        }
        Some(sampling)
    }

    /// The table of it, as a journal's header says it; `kinds` only where there are any.
    pub fn to_map(&self) -> Map {
        let mut map = Map::from_iter([("rate".to_owned(), Value::from_f64(self.rate))]);
        if !self.kinds.is_empty() {
            let mut kinds = Map::new();
            for (kind, rate) in self.kinds.iter().rev() {
                kinds.insert(kind.clone(), Value::from_f64(*rate));
            }
            map.insert("kinds".to_owned(), Value::Map(kinds));
        }
        map
    }
}

pub(crate) fn share(value: &Value) -> Option<f64> {
    value.as_f64().filter(|share| (0.0..=1.0).contains(share))
}

/// Decides for roots; what a root's context says holds for all below it, in other processes too.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    unsampled: AtomicU64,
}

impl Sampler {
    /// A sampler that keeps these shares of all traces; `None` for one that keeps every trace.
    pub(crate) fn new(sampling: Sampling) -> Option<Self> {
        let keeps_all = |rate: f64| rate.is_nan() || rate >= 1.0;
        if keeps_all(sampling.rate) && sampling.kinds.iter().all(|(_, rate)| keeps_all(*rate)) {
            return None;
        }
        Some(Sampler { sampling, unsampled: AtomicU64::new(0) })
    }

    /// W3C flags of what begins: those of its parent, else the sampler's decision for a root of this kind.
    pub(crate) fn flags(&self, parent: Option<SpanContext>, trace_id: TraceId, kind: Option<&str>) -> u8 {
        match parent {
            Some(parent) => parent.flags,
            None => u8::from(random_part(trace_id) >= threshold(self.rate(kind))),
        }
    }

    fn rate(&self, kind: Option<&str>) -> f64 {
        let own = self.sampling.kinds.iter().find(|(name, _)| Some(name.as_str()) == kind);
        own.map_or(self.sampling.rate, |(_, rate)| *rate)
    }

    /// Counts a step that is not recorded.
    pub(crate) fn count(&self) {
        self.unsampled.fetch_add(1, Ordering::Relaxed);
    }

    /// Steps that were not recorded.
    pub(crate) fn unsampled(&self) -> u64 {
        self.unsampled.load(Ordering::Relaxed)
    }

    /// What a journal's header says of it.
    pub(crate) fn describe(&self) -> Map {
        self.sampling.to_map()
    }
}

/// Exact: a power of two times a double.
pub(crate) fn threshold(rate: f64) -> u64 {
    // What is no number is cast to 0, which keeps everything.
    ((1.0 - rate).clamp(0.0, 1.0) * (1u64 << RANDOM_BITS) as f64) as u64
}

/// The random part of a trace id, as a number.
pub(crate) fn random_part(trace_id: TraceId) -> u64 {
    let tail = trace_id.0.iter().skip(9);
    tail.fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decides(rate: f64, tail: u64) -> u8 {
        Sampler::new(rate.into()).unwrap().flags(None, id(tail), None)
    }

    fn id(tail: u64) -> TraceId {
        TraceId((u128::from(tail) | 1 << 127).to_be_bytes())
    }

    #[test]
    fn the_random_part_decides() {
        let half = 1 << 55;
        assert_eq!((decides(0.5, half - 1), decides(0.5, half)), (0, 1));
        assert_eq!((decides(0.0, 0), decides(0.0, (1 << 56) - 1)), (0, 0));
        assert_eq!((decides(0.25, 3 << 54), decides(0.25, (3 << 54) - 1)), (1, 0));
        assert!(Sampler::new(1.0.into()).is_none() && Sampler::new(f64::NAN.into()).is_none());
        assert!(Sampler::new(Sampling::of_text("1,http=1").unwrap()).is_none());
    }

    #[test]
    fn the_kind_of_a_root_has_its_own_rate() {
        let sampler = Sampler::new(Sampling::of_text("0.5, http = 0.25").unwrap()).unwrap();
        let decides = |kind, tail| sampler.flags(None, id(tail), kind);
        let (half, three_quarters) = (1 << 55, 3 << 54);
        assert_eq!([decides(Some("http"), half), decides(Some("http"), three_quarters)], [0, 1]);
        assert_eq!([decides(Some("agent"), half), decides(None, half)], [1, 1]);
        let only = Sampler::new(Sampling::of_text("http=0").unwrap()).unwrap();
        assert_eq!([only.flags(None, id(0), Some("agent")), only.flags(None, id(half), Some("http"))], [1, 0]);
    }

    #[test]
    fn settings_of_it_are_a_number_or_a_table() {
        let read = |text: &str| {
            let value = tracewire_wire::json::read(text.as_bytes(), &Default::default()).unwrap();
            Sampling::of_value(&value)
                .map(|sampling| String::from_utf8(tracewire_wire::json::write(&Value::Map(sampling.to_map()))).unwrap())
        };
        for (given, expected) in [
            ("0.5", Some(r#"{"rate":0.5}"#)),
            (r#"{"kinds":{"http":0,"llm":1}}"#, Some(r#"{"kinds":{"http":0,"llm":1},"rate":1}"#)),
            (r#"{"rate":0.1,"kinds":{}}"#, Some(r#"{"rate":0.1}"#)),
            (r#"{"rate":2}"#, None),
            (r#"{"kinds":{"http":"1"}}"#, None),
            (r#"{"kinds":{"":1}}"#, None),
            (r#"{"rates":1}"#, None),
            ("true", None),
        ] {
            assert_eq!(read(given).as_deref(), expected, "{given}");
        }
        for text in ["", "half", "http=", "=1", "0.1,0.2", "http=2", "http=0.1,0.5", "NaN"] {
            assert_eq!(Sampling::of_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_parent_has_decided() {
        let sampler = Sampler::new(Sampling::of_text("0,http=0.5").unwrap()).unwrap();
        let trace_id = TraceId([7; 16]);
        let parent = |flags| SpanContext { trace_id, span_id: tracewire_wire::id::SpanId([1; 8]), flags };
        let below = |flags| sampler.flags(Some(parent(flags)), trace_id, Some("http"));
        assert_eq!([below(1), below(0)], [1, 0]);
    }
}
