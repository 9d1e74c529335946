//! What can go wrong for a person at a terminal: one line what, one line how to mend it, a code, an exit code.
//!
//! | file | what it is |
//! |---|---|
//! | `codes` | every code: what it says, the exit code, what to do. The reference page is made of it |
//! | `mend` | the same for an error at hand, where what happened says more than its code |

mod codes;
mod mend;

pub use codes::{
    CODES, EXIT_IO, EXIT_NO_DATA, EXIT_NO_PROGRAM, EXIT_NO_START, EXIT_OK, EXIT_PROBLEM, EXIT_USAGE, OUTCOMES,
};

use std::io;
use std::path::PathBuf;

use tracewire_conformance::ConformanceError;
use tracewire_insight::prices::PriceError;
use tracewire_recorder::RecorderError;
use tracewire_server::ServerError;
use tracewire_server::outward::OutwardError;
use tracewire_store::StoreError;
use tracewire_wire::WireError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The directory of `--dir` is not there.
    #[error("nothing was recorded yet: {} is not there", .0.display())]
    NoDirectory(PathBuf),
    /// No trace was recorded yet.
    #[error("nothing was recorded in {} yet", .0.display())]
    Empty(PathBuf),
    /// No run names a session.
    #[error("no run that was recorded names a session")]
    NoSessions,
    /// No trace, span, session or correlation id fits.
    #[error("nothing recorded fits {what} {id}")]
    NotFound {
        /// `trace or span`, `session`, …
        what: &'static str,
        /// What was asked for, harmless.
        id: String,
    },
    /// Several traces fit.
    #[error("{count} traces begin with {id}")]
    Ambiguous {
        /// What was asked for, harmless.
        id: String,
        /// How many.
        count: usize,
        /// Some of them.
        some: Vec<String>,
    },
    /// No step of a trace, or several, have an id that begins or ends so.
    #[error("{} of trace {trace} begins or ends with {id}", if *.count == 0 { "no step's id".to_owned() } else { format!("the id of {count} steps") })]
    NoStep {
        /// What was asked for, harmless.
        id: String,
        /// The trace.
        trace: String,
        /// How many.
        count: usize,
    },
    /// A page for a model holds one trace, and several fit.
    #[error("{count} traces fit, and only one is shown like this")]
    Several {
        /// How many.
        count: usize,
        /// Some of them.
        some: Vec<String>,
    },
    /// Not even the shortest page fits.
    #[error("{asked} tokens are too few: the shortest page of this trace takes {least}")]
    TooFewTokens {
        /// What the shortest page takes.
        least: usize,
        /// What was asked for.
        asked: usize,
    },
    /// It is no id at all.
    #[error("{0} is no id: a trace id has 32 hex digits, a span id 16, and the first few are enough")]
    NoId(String),
    /// Everything that fits is of processes at work, behind the last envelope of theirs.
    #[error("{} of processes at work fit, and are not sealed yet", crate::term::units::counted(*.0, "event"))]
    NotSealed(u64),
    /// No rule of the validator has this code or name.
    #[error("{0} is no rule")]
    NoRule(String),
    /// A file that is not mended in place.
    #[error("--fix mends files of JSON and JSON Lines in place, not {0}")]
    NoFix(String),
    /// A file that was named cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What is in a file is not what its name or `--from` says.
    #[error("{}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What its reader said.
        source: WireError,
    },
    /// The form that all others should be compared with does not fit the value.
    #[error("the value cannot be written as {0}, so nothing can be compared with that")]
    NoBaseline(&'static str),
    /// What is read is not what its format allows, or what is written cannot hold it.
    #[error("{name}: {error}")]
    Input {
        /// The file, harmless.
        name: String,
        /// What is wrong, and where.
        error: WireError,
    },
    /// Nobody can tell which format a file has.
    #[error("{name}: {why}")]
    Format {
        /// The file, harmless.
        name: String,
        /// Why nobody can tell.
        why: String,
    },
    /// A file changed while it was read.
    #[error("{name}: it changed while it was read")]
    Changed {
        /// The file, harmless.
        name: String,
    },
    /// A temporary file cannot be made or written.
    #[error("a temporary file in {}: {source}", .path.display())]
    Temporary {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Standard output is no terminal, and the command draws on one.
    #[error("watch draws on a terminal, and {0}")]
    NoTerminal(&'static str),
    /// A rule of redaction that is none.
    #[error(transparent)]
    Rule(WireError),
    /// All content is to be erased, and nothing says of what.
    #[error("--all-content erases all content of what is selected, and nothing is")]
    NoSelection,
    /// Something would be erased for good, and nobody can be asked.
    #[error("nothing was erased: standard input is no terminal, so nobody can be asked")]
    NotConfirmed,
    /// What a file holds contradicts itself.
    #[error("{name}: {message}")]
    Broken {
        /// The file, harmless.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// A store would be replaced.
    #[error("{} holds traces, which a copy would replace", .0.display())]
    WouldReplace(PathBuf),
    /// A program cannot be started.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The user's own prices cannot be used.
    #[error("{}: {error}", .path.display())]
    Prices {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: PriceError,
    },
    /// No model in the price list has these words in its name.
    #[error("no model in the price list fits {0}")]
    NoModel(String),
    /// No conformance case has this name or fits this pattern.
    #[error("no conformance case fits {0}")]
    NoCase(String),
    /// The conformance kit cannot go on.
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    /// The server does not start.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Something cannot be sent, or is not taken.
    #[error(transparent)]
    Outward(#[from] OutwardError),
    /// What is logged cannot be said like this.
    #[error("--log: {0}")]
    LogFilter(String),
    /// A setting of the project's file or the environment cannot be used.
    #[error("{0}")]
    Setting(String),
    /// A key cannot be used.
    #[error("{0}")]
    Key(String),
    /// A key would be overwritten.
    #[error("{} is there already", .0.display())]
    WouldOverwrite(PathBuf),
    /// PostgreSQL has programs of its own for that.
    #[error("copies of a PostgreSQL database are made and put back by its own programs")]
    PgDump {
        /// The schema of the project.
        schema: String,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal or the directory could not be used.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// Output or input failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl CliError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDirectory(_) => "no_directory",
            Self::Empty(_) => "no_data",
            Self::NoSessions => "no_sessions",
            Self::NotSealed(_) => "not_sealed",
            Self::File { .. } => "file",
            Self::NoFix(_) => "no_fix",
            Self::NoRule(_) => "no_rule",
            Self::Unreadable { source, .. } => source.code(),
            Self::NoBaseline(_) => "no_baseline",
            Self::Input { error, .. } => error.code(),
            Self::Format { .. } => "format_unknown",
            Self::Changed { .. } => "input_changed",
            Self::Temporary { .. } => "temporary_file",
            Self::NoTerminal(_) => "no_terminal",
            Self::Rule(error) => error.code(),
            Self::NoSelection => "no_selection",
            Self::NotConfirmed => "not_confirmed",
            Self::Broken { .. } => "broken",
            Self::WouldReplace(_) => "would_replace",
            Self::Start { .. } => "start",
            Self::NotFound { .. } => "not_found",
            Self::Ambiguous { .. } => "ambiguous_id",
            Self::NoStep { .. } => "no_step",
            Self::Several { .. } => "several_traces",
            Self::TooFewTokens { .. } => "too_few_tokens",
            Self::NoId(_) => "invalid_id",
            Self::Prices { error, .. } => error.code(),
            Self::NoModel(_) => "no_model",
            Self::NoCase(_) => "no_case",
            Self::Conformance(error) => error.code(),
            Self::Server(error) => error.code(),
            Self::Outward(error) => error.code(),
            Self::LogFilter(_) => "log_filter",
            Self::Setting(_) => "setting",
            Self::Key(_) => "signing_key",
            Self::WouldOverwrite(_) => "would_overwrite",
            Self::PgDump { .. } => "pg_dump",
            Self::Store(error) => error.code(),
            Self::Recorder(error) => error.code(),
            Self::Io(_) => "io",
        }
    }

    /// The same, of this file.
    #[must_use]
    pub fn at(self, path: &std::path::Path) -> Self {
        match self {
            Self::Io(source) => Self::File { path: path.to_owned(), source },
            other => other,
        }
    }

    /// Whether the reader of the output went away, which is no error of ours.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What to do where nothing was recorded yet, in Python.
pub const FIRST_STEPS: &str = concat!(
    "    import tracewire\n",
    "    tracewire.init()\n",
    "    with tracewire.span(\"hello\"): print(\"recorded\")\n",
);
