//! Where time and ids come from: the system, or a test (see [`crate::testing`]).

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;

/// Wall time and monotonic time read at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Wall clock.
    pub wall: Timestamp,
    /// Nanoseconds of a clock that never goes back; only differences mean something.
    pub monotonic_nanos: u64,
}

/// Gives time and ids.
pub trait Sources: Send + Sync {
    /// The moment now.
    fn now(&self) -> Moment;
    /// A fresh trace id.
    fn trace_id(&self) -> TraceId;
    /// A fresh span id.
    fn span_id(&self) -> SpanId;
    /// Names the source in a journal's header where it is not the system.
    fn name(&self) -> Option<&str> {
        None
    }
    /// The process part of producer names, where a test fixes it: 16 hex digits.
    fn process(&self) -> Option<String> {
        None
    }
}

/// The system's clocks and random ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Sources for System {
    fn now(&self) -> Moment {
        static START: OnceLock<Instant> = OnceLock::new();
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let monotonic = START.get_or_init(Instant::now).elapsed();
        Moment {
            wall: Timestamp(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX)),
            monotonic_nanos: u64::try_from(monotonic.as_nanos()).unwrap_or(u64::MAX),
        }
    }

    fn trace_id(&self) -> TraceId {
        let mut bytes = [0; 16];
        loop {
            bytes[..8].copy_from_slice(&random().to_be_bytes());
            bytes[8..].copy_from_slice(&random().to_be_bytes());
            if let Some(id) = TraceId::from_bytes(bytes) {
                return id;
            }
        }
    }

    fn span_id(&self) -> SpanId {
        loop {
            if let Some(id) = SpanId::from_bytes(random().to_be_bytes()) {
                return id;
            }
        }
    }
}

/// A module in a browser has its host's randomness (see [`crate::host::Clock`]) and never comes here.
#[cfg(target_family = "wasm")]
pub(crate) fn random() -> u64 {
    1
}

/// A random word; a fork child starts anew from the system's entropy, or it would repeat its parent's ids.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn random() -> u64 {
    use std::cell::RefCell;
    thread_local! {
        static STATE: RefCell<Option<(u64, fastrand::Rng)>> = const { RefCell::new(None) };
    }
    let generation = crate::fork::generation();
    STATE.with_borrow_mut(|state| match state {
        Some((seeded, rng)) if *seeded == generation => rng.u64(..),
        _ => {
            let mut rng = fastrand::Rng::with_seed(seed());
            let word = rng.u64(..);
            *state = Some((generation, rng));
            word
        }
    })
}

#[cfg(not(target_family = "wasm"))]
fn seed() -> u64 {
    let mut bytes = [0; 8];
    if !fill(&mut bytes) {
        // Without entropy, ids still differ between processes and moments.
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        return nanos ^ (u64::from(std::process::id()) << 32);
    }
    u64::from_ne_bytes(bytes)
}

#[cfg(not(target_family = "wasm"))]
fn fill(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}
