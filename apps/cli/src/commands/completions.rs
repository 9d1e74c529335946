//! `tracewire completions SHELL`.

use clap::CommandFactory as _;

use crate::args::{Cli, Completions};
use crate::error::{CliError, EXIT_OK};
use crate::term::Screen;

/// Prints the script for a shell.
///
/// # Errors
/// What the output says.
pub fn run(what: &Completions, screen: &mut Screen<'_>) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(what.shell, &mut Cli::command(), "tracewire", &mut script);
    screen.bytes(&script)?;
    Ok(EXIT_OK)
}
