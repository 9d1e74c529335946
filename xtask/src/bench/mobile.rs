//! What recording a step costs on the JVM, beside OpenTelemetry, and in Swift; and how large the library is.

use super::{Options, Row, rows_of};
use crate::process;
use crate::tools::{self, CC, JDK, MAVEN};
use crate::workspace::Workspace;
use crate::{maven, mobile, swift};
use anyhow::{Result, bail};

/// The library as users get it.
const PROFILE: &str = "mobile";

/// Builds both SDKs, and measures them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<Vec<Row>> {
    if let Some(advice) = tools::missing(&[CC, JDK, MAVEN]) {
        bail!("{advice}");
    }
    let rounds = ["--rounds", if options.quick { "1" } else { "5" }];
    let mut rows = rows_of(
        process::command(&maven::program(workspace, "bench/target/lib", "dev.tracewire.bench.RecordKt", PROFILE)?)
            .args(rounds),
    )?;
    let swift = swift::program(workspace, "sdks/swift/bench", "tracewire-bench", PROFILE)?;
    rows.extend(rows_of(process::command(&swift).args(rounds))?);
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
