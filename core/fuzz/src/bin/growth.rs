//! Prints what texts of twice and four times the length take, and fails where it grows faster than they do.

use std::process::ExitCode;
use tracewire_fuzz::{growth, steps};

// Its library has what the compiler's instrumentation calls.
use libfuzzer_sys as _;

tracewire_fuzz::count_steps!();

fn main() -> ExitCode {
    if !steps::is_counting() {
        println!("steps are not counted in this build: use `cargo xtask fuzz growth`");
    }
    println!("{:<40}  {:>7}  {:>12}  {:>6}  {:>12}  {:>6}", "what grows", "bytes", "memory", "times", "steps", "times");
    let mut broken = 0;
    for family in growth::ALL {
        let outcome = family.run();
        let times = |long: f64, short: f64| if short > 0.0 { long / short } else { 1.0 };
        println!(
            "{:<40}  {:>7}  {:>12}  {:>6.1}  {:>12}  {:>6.1}{}",
            family.name,
            outcome.bytes,
            outcome.long.memory,
            times(outcome.long.memory as f64, outcome.short.memory as f64),
            outcome.long.steps,
            times(outcome.long.steps as f64, outcome.short.steps as f64),
            if outcome.holds() { "" } else { "  TOO FAST" },
        );
        broken += u32::from(!outcome.holds());
    }
    println!("{} families, {broken} grow faster than their length", growth::ALL.len());
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
