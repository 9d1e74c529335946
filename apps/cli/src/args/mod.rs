//! What can be typed.

mod select;
mod start;
mod times;
mod transfer;
mod validate;

pub use select::{Query, Sessions};
pub use start::Run;
pub use times::{Age, When};
pub use transfer::{Export, Format, Import};
pub use validate::{Depth, Encoding, ReportFormat, Validate};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::term::ColorWhen;

/// See what your agents did: live, after a crash, across processes.
#[derive(Debug, Parser)]
#[command(
    name = "tracewire",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 as asked; 1 a problem was found; 2 not understood; 3 nothing to show; 4 a file or the store cannot be used."
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What goes for every command
    #[command(flatten)]
    pub global: Global,
}

/// What goes for every command.
#[derive(Args, Debug)]
pub struct Global {
    /// Directory of the recordings [default: `TRACEWIRE_DIR`, else the nearest `.tracewire` upward from here]
    #[arg(long, global = true, value_name = "PATH")]
    pub dir: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Write JSON for programs instead of a picture for people
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a trace as a tree
    #[command(visible_alias = "show")]
    Trace(Trace),
    /// List the latest traces
    #[command(visible_alias = "traces")]
    List(List),
    /// Find steps, events and log lines by what they say
    Query(Query),
    /// List sessions: the conversations that runs belong to
    Sessions(Sessions),
    /// Follow what is being recorded, in all processes
    Tail(Tail),
    /// Watch traces grow, full-screen
    Watch(Watch),
    /// Check what the recordings prove, and what is missing
    Verify(Verify),
    /// Check what somebody's emitter wrote: what is wrong, where, how to mend it
    #[command(visible_alias = "lint")]
    Validate(Validate),
    /// Run a program, and draw what it recorded when it ends
    Run(Run),
    /// Write envelopes to a file, to keep or to hand on
    Export(Export),
    /// Take envelopes of others into the store
    Import(Import),
    /// Write the envelopes of journal files as JSON Lines, without the store
    Seal(Seal),
    /// Show what is set, and where: file, environment, default
    Config,
    /// Examine directories, producers, sizes, losses and files
    Doctor,
    /// Print completions for a shell
    Completions(Completions),
}

/// Which trace, and how much of it.
#[derive(Args, Debug)]
pub struct Trace {
    /// Trace or span id; the first digits are enough
    #[arg(conflicts_with_all = ["session", "correlation", "last"])]
    pub id: Option<String>,
    /// Every trace of a session
    #[arg(long, value_name = "ID", conflicts_with_all = ["correlation", "last"])]
    pub session: Option<String>,
    /// Every trace with a correlation id
    #[arg(long, value_name = "ID", conflicts_with = "last")]
    pub correlation: Option<String>,
    /// The latest trace (also without any id)
    #[arg(long)]
    pub last: bool,
    /// Show inputs, outputs, attributes and log lines in full
    #[arg(long)]
    pub full: bool,
    /// At most this many rows of a tree; 0 for all
    #[arg(long, value_name = "ROWS", default_value_t = 1000)]
    pub limit: usize,
}

/// Which traces.
#[derive(Args, Debug)]
pub struct List {
    /// At most this many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub limit: usize,
    /// Only traces in which something failed
    #[arg(long)]
    pub failed: bool,
    /// Only traces in which something is open
    #[arg(long)]
    pub open: bool,
    /// Only traces of a session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
}

/// Where to begin.
#[derive(Args, Debug)]
pub struct Tail {
    /// Begin with this many events of the past
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 10, conflicts_with = "from_start")]
    pub lines: usize,
    /// Begin with everything that was ever recorded
    #[arg(long)]
    pub from_start: bool,
    /// Write what is there and end
    #[arg(long)]
    pub no_follow: bool,
}

/// What to watch.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Keys: arrows or hjkl move, enter goes into a trace and into a step, esc goes back, / keeps the
traces that have a text in name, id, service or session, e keeps those that failed, f follows the
newest, ? shows all keys, q ends.")]
pub struct Watch {
    /// Only traces that have this text in name, id, service or session; as with the key /
    #[arg(value_name = "TEXT")]
    pub filter: Option<String>,
    /// At most this many traces
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 200)]
    pub limit: usize,
}

/// What to check.
#[derive(Args, Debug)]
pub struct Verify {
    /// Only this producer; the first letters are enough
    #[arg(long, value_name = "NAME")]
    pub producer: Option<String>,
}

/// For which shell.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Which journals.
#[derive(Args, Debug)]
pub struct Seal {
    /// Journal files (`.tracewire/journal/*.twj`)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
