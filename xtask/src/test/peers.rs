//! The steps that compare us with independent implementations, and the short run of fuzzing.

use super::{Choice, Options, reports, schemathesis, senders};
use crate::peers::Peers;
use crate::process;
use crate::schema_cases;
use crate::steps::{Counts, Steps};
use crate::tools::{self, CC, CXX, PYTHON, PYTHON_VENV};
use crate::toon_peer;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::process::Command;

/// Where the protobuf stands, and where its last released form.
const PROTO: &str = "spec/proto";

/// Where the emitter in Go stands.
const GO: &str = "examples/third-party/go";

/// Runs the wanted steps.
pub fn run(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    let wanted: Vec<(Choice, &str)> = [
        (Choice::Buf, "buf"),
        (Choice::Schema, "schema, three validators"),
        (Choice::ToonPeer, "toon, reference"),
        (Choice::Sarif, "sarif, its schema"),
        (Choice::Parquet, "parquet, two readers"),
        (Choice::Go, "go, an emitter from the text alone"),
        (Choice::Senders, "senders, OpenTelemetry's SDKs"),
        (Choice::Schemathesis, "schemathesis"),
    ]
    .into_iter()
    .filter(|(step, _)| options.wants(*step))
    .collect();
    if let Some(advice) = tools::missing(&[PYTHON, PYTHON_VENV, CC]) {
        wanted.iter().for_each(|(_, name)| steps.missing(name, &advice));
    } else if !wanted.is_empty() {
        let mut peers = None;
        let is_ready = steps.run("peers", || {
            peers = Some(Peers::ensure(workspace)?);
            Ok(Counts::default())
        });
        match peers.filter(|_| is_ready) {
            Some(peers) => {
                for (step, name) in wanted {
                    if step == Choice::Parquet && !workspace.path(reports::PARQUET).exists() {
                        steps.skipped(name, "no script compares it");
                        continue;
                    }
                    steps.run(name, || one(workspace, step, &peers));
                }
            }
            None => wanted.iter().for_each(|(_, name)| steps.skipped(name, "no peers")),
        }
    }
}

/// The short run of fuzzing.
pub fn fuzz(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    if options.wants(Choice::Fuzz) {
        match tools::missing(&[CC, CXX]) {
            Some(advice) => steps.missing("fuzz", &advice),
            None => _ = steps.run("fuzz", || crate::fuzz::short(workspace)),
        }
    }
}

fn one(workspace: &Workspace, step: Choice, peers: &Peers) -> Result<Counts> {
    match step {
        Choice::Buf => buf(workspace, peers).map(|()| Counts::default()),
        Choice::Schema => schema_cases::agree(workspace, peers),
        Choice::Sarif => reports::sarif(workspace, peers),
        Choice::Parquet => reports::parquet(workspace),
        Choice::Senders => senders::opentelemetry(workspace),
        Choice::Schemathesis => schemathesis::explore(workspace),
        Choice::Go => emitter(workspace, peers).map(|()| Counts::default()),
        _ => toon_peer::compare(workspace, peers, &toon_peer::Options { count: 100_000, seed: 1 })
            .map(|()| Counts::default()),
    }
}

/// The emitter that was written from the specification's text: its form, what its compiler suspects, its tests.
fn emitter(workspace: &Workspace, peers: &Peers) -> Result<()> {
    let folder = workspace.path(GO);
    let misformed = process::capture(peers.go_program("gofmt")?.args(["-l", "."]).current_dir(&folder))?;
    if !misformed.trim().is_empty() {
        bail!("gofmt would write these in another way:\n{misformed}");
    }
    for action in ["vet", "test"] {
        process::run(go(workspace, peers, action)?.arg("./...").current_dir(&folder))?;
    }
    Ok(())
}

/// An action of Go, with its caches below the target directory.
pub fn go(workspace: &Workspace, peers: &Peers, action: &str) -> Result<Command> {
    let mut command = peers.go_program("go")?;
    // Nothing is fetched: what is written in Go here needs the standard library alone.
    command.envs([("GOTOOLCHAIN", "local"), ("GOPROXY", "off"), ("GOFLAGS", "-mod=readonly")]);
    command.env("GOCACHE", workspace.scratch("go/cache")?).env("GOPATH", workspace.scratch("go/path")?).arg(action);
    Ok(command)
}

/// Style, and that whoever reads the released form reads this one.
fn buf(workspace: &Workspace, peers: &Peers) -> Result<()> {
    let proto = workspace.path(PROTO);
    let run = |arguments: &[&str]| {
        let mut command = peers.npm_program("@bufbuild/buf/bin/buf");
        // Its cache, which these commands do not fill, would stand in the home folder.
        command.env("BUF_CACHE_DIR", workspace.scratch("buf")?).current_dir(&proto);
        process::run(command.args(arguments))
    };
    run(&["lint"])?;
    run(&["format", "--diff", "--exit-code"])?;
    run(&["breaking", "--against", "released/tracewire.v1.binpb"])
}
