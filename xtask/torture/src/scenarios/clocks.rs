//! Clocks that jump, for one process only: the machine's are left alone.

use super::disk::Held;
use crate::oracle::Allowed;
use crate::round::{Round, manner};
use crate::shim::Shim;
use anyhow::Result;
use serde_json::json;
use std::time::Duration;

/// A day, there or back.
const FARTHEST_NANOS: i64 = 86_400_000_000_000;

pub fn clock_jumps(round: &mut Round<'_>) -> Result<()> {
    let (append, init) = manner(&mut round.chance);
    let options = json!({ "init": init, "checks": true, "wait": 0.1 });
    let shim = Shim::new(round.kit, "clocks", &round.folder)?;
    let language = round.chance.usize(..3);
    // Node waits by the monotonic clock for everything that it does.
    let is_monotonic = language != 2 && round.chance.bool();
    let mut held = Held::start(round, language, &options, |command| {
        shim.before(command);
        command.env("TRACEWIRE_APPEND", append);
    })?;
    held.units(50)?;
    for _ in 0..round.size(10, 60) {
        let wall = round.chance.i64(-FARTHEST_NANOS..FARTHEST_NANOS);
        let monotonic = if is_monotonic { round.chance.i64(-FARTHEST_NANOS..FARTHEST_NANOS) } else { 0 };
        shim.set(&[wall.to_ne_bytes(), monotonic.to_ne_bytes()].concat())?;
        held.listen(Duration::from_millis(round.chance.u64(1..20)));
        round.count("jumps of a clock", 1);
    }
    let said = held.end(round)?;
    round.judge(&said, Allowed::default()).map(drop)
}
