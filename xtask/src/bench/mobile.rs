//! What recording a step costs on the JVM, beside OpenTelemetry, and in Swift; and how large the library is.

use super::{Options, Row, rows_of};
use crate::tools::{self, CC, JDK, MAVEN};
use crate::workspace::Workspace;
use crate::{maven, mobile, swift};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The library as users get it.
const PROFILE: &str = "mobile";

/// Builds both SDKs, and measures them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    if let Some(advice) = tools::missing(&[CC, JDK, MAVEN]) {
        bail!("{advice}");
    }
    let rounds = ["--rounds", if options.quick { "1" } else { "5" }];
    let mut rows = rows_of(
        started(&maven::program(workspace, "bench/target/lib", "dev.tracewire.bench.RecordKt", PROFILE)?).args(rounds),
    )?;
    let swift = swift::program(workspace, "sdks/swift/bench", "tracewire-bench", PROFILE)?;
    rows.extend(rows_of(started(&swift).args(rounds))?);
    for (target, bytes) in mobile::measured(workspace)? {
        rows.push(Row {
            bench: "library".to_owned(),
            subject: "tracewire-uniffi".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            metric: target,
            unit: "bytes".to_owned(),
            value: bytes as f64,
        });
    }
    Ok(rows)
}

/// The command of these words.
fn started(words: &[PathBuf]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or(Path::new(""), PathBuf::as_path));
    command.args(words);
    command
}
