//! Whose emitter or reader is proved, and by which cases.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  tracewire conformance run -- ./my-adapter                    every case of what it claims
  tracewire conformance run --level emitter -- node adapter.mjs
  tracewire conformance run --filter 'values/*' -- ./my-adapter
  tracewire conformance run --report out --badge badge.svg -- ./my-adapter
  tracewire conformance show json/rfc8785-key-order            what is asked, what must come back

An adapter is a small program around your implementation: it reads requests as JSON Lines, and
answers each with a line. conformance/README.md says how to write one in an hour.";

const RUN_EXAMPLES: &str = "\
Examples:
  tracewire conformance run -- ./my-adapter
  tracewire conformance run --level emitter --report out -- node adapter.mjs
  tracewire conformance run --keep-env NODE_PATH --here -- npm run --silent adapter

Each adapter process starts in an empty folder, with next to nothing of the environment, in a
time zone far from UTC; files of the current folder that the command names are found all the
same. It is killed, with all that it has started, when an answer does not come in time, and the
next case gets a new one.

Exit codes: 0 every case that it claims gives the expected bytes, and the level that was asked
for is earned; 1 something is missing; 2 not understood; 3 no case fits; 4 the adapter or a file
cannot be used.";

/// What to do with the conformance kit.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Conformance {
    /// Run the cases against an implementation, by its adapter
    Run(Prove),
    /// List the cases: what each is about
    List(ListCases),
    /// Show a case: what is asked, what must come back, and which requirements it proves
    Show(ShowCase),
}

/// Which implementation, and how far.
#[derive(Args, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub struct Prove {
    /// The level to be earned: an emitter records, a reader reads and verifies
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub level: AskedLevel,
    /// Only cases whose names fit, such as 'values/*'; nothing is said of levels then
    #[arg(long, value_name = "GLOB")]
    pub filter: Option<String>,
    /// Write conformance.json, junit.xml, report.md and badges into this folder
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write the badge here
    #[arg(long, value_name = "FILE.svg")]
    pub badge: Option<PathBuf>,
    /// Known failures: lines of `case | failure | reason`. They still run, and another outcome fails
    #[arg(long, value_name = "FILE")]
    pub known: Option<PathBuf>,
    /// Take the cases from this folder instead of those inside tracewire
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Adapter processes at once [default: as many as there are processors]
    #[arg(long, value_name = "COUNT")]
    pub jobs: Option<usize>,
    /// How long an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub timeout: u64,
    /// A variable of the environment that the adapter needs; may be given several times
    #[arg(long, value_name = "NAME")]
    pub keep_env: Vec<String>,
    /// Start the adapter in the current folder instead of an empty one
    #[arg(long)]
    pub here: bool,
    /// The adapter and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Which cases.
#[derive(Args, Debug)]
pub struct ListCases {
    /// Only cases whose names fit, such as 'values/*'
    #[arg(value_name = "GLOB")]
    pub filter: Option<String>,
    /// Take the cases from this folder instead of those inside tracewire
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Which case.
#[derive(Args, Debug)]
pub struct ShowCase {
    /// Its name: area and words
    #[arg(value_name = "CASE")]
    pub name: String,
    /// Take the cases from this folder instead of those inside tracewire
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// A level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AskedLevel {
    /// What it records is right
    Emitter,
    /// It reads and verifies what others wrote
    Reader,
    /// Both, as far as it claims them
    #[default]
    Both,
}
