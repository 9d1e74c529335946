//! The kit's own commands: `tracewire-conformance bless …`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    tracewire_conformance::command::main()
}
