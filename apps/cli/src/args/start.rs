//! What is run.

use std::ffi::OsString;

use clap::Args;

/// A program, and what it is told.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  tracewire run -- python agent.py \"How do otters keep warm?\"
  tracewire run --session chat-42 --service research -- python agent.py
  tracewire run --dir /tmp/try -- pytest             recordings apart from those of the project

The program gets TRACEWIRE_DIR, and where they are given TRACEWIRE_SERVICE and TRACEWIRE_SESSION_ID.
Input, output, signals and the exit code are its own: 128 and the signal's number where a signal
ended it, 127 where there is no such program. What it recorded is drawn on standard error at the
end, also after it was killed.")]
pub struct Run {
    /// The name of the service, where the program names none
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// The session to which its runs belong
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Draw nothing at the end
    #[arg(long, short)]
    pub quiet: bool,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
