//! The binary; everything is in the library.

use std::process::ExitCode;

/// Sealing and reading are many small values made and dropped: a fifth of their time is the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(tracewire_cli::run(std::env::args_os()))
}
