//! Head sampling: which traces are recorded at all, decided by the trace's id, so that every process decides alike.

use crate::span::SpanContext;
use std::sync::atomic::{AtomicU64, Ordering};
use tracewire_wire::id::TraceId;
use tracewire_wire::value::{Map, Value};

/// The random part of a trace id, in bits (W3C Trace Context level 2, §3.2.2.3).
const RANDOM_BITS: u32 = 56;

/// Decides for roots; what a root's context says holds for all below it, in other processes too.
#[derive(Debug)]
pub(crate) struct Sampler {
    rate: f64,
    threshold: u64,
    unsampled: AtomicU64,
}

impl Sampler {
    /// A sampler that keeps this share of all traces; `None` for one that keeps every trace.
    pub(crate) fn new(rate: f64) -> Option<Self> {
        if rate.is_nan() || rate >= 1.0 {
            return None;
        }
        let rate = rate.max(0.0);
        // Exact: a power of two times a double.
        let threshold = ((1.0 - rate) * (1u64 << RANDOM_BITS) as f64) as u64;
        Some(Sampler { rate, threshold, unsampled: AtomicU64::new(0) })
    }

    /// W3C flags of a step that begins: those of its parent, else the sampler's decision.
    pub(crate) fn flags(&self, parent: Option<SpanContext>, trace_id: TraceId) -> u8 {
        match parent {
            Some(parent) => parent.flags,
            None => u8::from(random_part(trace_id) >= self.threshold),
        }
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
        Map::from_iter([("rate".to_owned(), Value::from_f64(self.rate))])
    }
}

fn random_part(trace_id: TraceId) -> u64 {
    let tail = trace_id.0.iter().skip(9);
    tail.fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decides(rate: f64, tail: u64) -> u8 {
        Sampler::new(rate).unwrap().flags(None, TraceId((u128::from(tail) | 1 << 127).to_be_bytes()))
    }

    #[test]
    fn the_random_part_decides() {
        let half = 1 << 55;
        assert_eq!((decides(0.5, half - 1), decides(0.5, half)), (0, 1));
        assert_eq!((decides(0.0, 0), decides(0.0, (1 << 56) - 1)), (0, 0));
        assert_eq!((decides(0.25, 3 << 54), decides(0.25, (3 << 54) - 1)), (1, 0));
        assert!(Sampler::new(1.0).is_none() && Sampler::new(f64::NAN).is_none());
    }

    #[test]
    fn a_parent_has_decided() {
        let sampler = Sampler::new(0.0).unwrap();
        let trace_id = TraceId([7; 16]);
        let parent = |flags| SpanContext { trace_id, span_id: tracewire_wire::id::SpanId([1; 8]), flags };
        assert_eq!([sampler.flags(Some(parent(1)), trace_id), sampler.flags(Some(parent(0)), trace_id)], [1, 0]);
    }
}
