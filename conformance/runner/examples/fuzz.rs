//! The fuzz by itself: `cargo run -p tracewire-conformance --example fuzz -- --adapter rust=… --adapter go=…`.

use clap::Parser as _;

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    fuzz: tracewire_conformance::fuzz::Args,
}

fn main() -> Result<std::process::ExitCode, tracewire_conformance::ConformanceError> {
    let summary = tracewire_conformance::fuzz::run(&Cli::parse().fuzz, &mut std::io::stdout())?;
    Ok(if summary.is_clean() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE })
}
