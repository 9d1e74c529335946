//! Measures one append of 1.3 kB in a loop: how long it takes, and how much memory the process gains.
//!
//! `cargo run --release -p tracewire-recorder --example append_speed -- [folder] [records]`, with `TRACEWIRE_APPEND=write`
//! for plain writes.

#![allow(clippy::print_stdout, reason = "a program that prints its findings")]

use std::sync::Arc;
use std::time::Instant;
use tracewire_recorder::journal::{Append, Directory, JournalWriter, WhenFull, WriterOptions};
use tracewire_recorder::{Limits, Redact, clock};
use tracewire_wire::value::Map;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, Into::into);
    let records: usize = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let folder = folder.join(format!("tracewire-append-{}", std::process::id()));
    let sources: Arc<dyn clock::Sources> = Arc::new(clock::System);
    let options = WriterOptions {
        directory: Directory::at(&folder),
        resource: Map::default(),
        limits: Limits::default(),
        redact: Redact::default(),
        media: false,
        sampling: None,
        sinks: vec!["store".to_owned()],
        quota_bytes: 8 << 30,
        when_full: WhenFull::DropNewest,
        file_bytes: 32 << 20,
        fsync: false,
        append: Append::Auto,
        sources: Arc::clone(&sources),
    };
    let writer = JournalWriter::new(options, |_, _, _, _| vec![0xf6]);
    let payload: Vec<u8> = (0..1300u32).map(|index| (index * 7) as u8).collect();
    let mut nanos: Vec<u32> = vec![1; records];

    writer.append(&payload, sources.now()).map_err(|dropped| dropped.reason)?;
    let before = resident_bytes();
    let began = Instant::now();
    for slot in &mut nanos {
        let moment = sources.now();
        let start = Instant::now();
        writer.append(&payload, moment).map_err(|dropped| dropped.reason)?;
        *slot = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
    }
    let seconds = began.elapsed().as_secs_f64();
    let after = resident_bytes();
    let is_mapped = writer.is_mapped();
    writer.close("exited");

    nanos.sort_unstable();
    let at = |share: f64| nanos.get((records as f64 * share) as usize).or(nanos.last()).copied().unwrap_or(0);
    println!("way {}", if is_mapped { "mapped" } else { "written" });
    println!("records {records}, {:.0} per second", records as f64 / seconds);
    println!("p50 {} ns, p90 {} ns, p99 {} ns, p99.9 {} ns, max {} ns", at(0.5), at(0.9), at(0.99), at(0.999), at(1.0));
    println!("resident memory grew by {} kB", after.saturating_sub(before) >> 10);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Resident memory of this process in bytes; 0 where the system has no /proc.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}
