//! The binary; everything is in the library.

use std::process::ExitCode;

/// Sealing and reading are many small values made and dropped, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(tracewire_cli::run(std::env::args_os()))
}
