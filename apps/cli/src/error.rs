//! What can go wrong for a person at a terminal: one line what, one line how to mend it, a code, an exit code.

use std::io;
use std::path::PathBuf;

use tracewire_conformance::ConformanceError;
use tracewire_insight::prices::PriceError;
use tracewire_recorder::RecorderError;
use tracewire_server::ServerError;
use tracewire_server::outward::OutwardError;
use tracewire_store::StoreError;
use tracewire_wire::WireError;

/// There is no such program, as shells say it.
pub const EXIT_NO_PROGRAM: u8 = 127;
/// The program cannot be started.
pub const EXIT_NO_START: u8 = 126;
/// Everything was as asked.
pub const EXIT_OK: u8 = 0;
/// The command ran and found a problem.
pub const EXIT_PROBLEM: u8 = 1;
/// The command was not understood.
pub const EXIT_USAGE: u8 = 2;
/// There is nothing to show.
pub const EXIT_NO_DATA: u8 = 3;
/// A file or the store could not be read or written.
pub const EXIT_IO: u8 = 4;

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
            Self::PgDump { .. } => "pg_dump",
            Self::Store(error) => error.code(),
            Self::Recorder(error) => error.code(),
            Self::Io(_) => "io",
        }
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoDirectory(_)
            | Self::Empty(_)
            | Self::NoSessions
            | Self::NotSealed(_)
            | Self::NoCase(_)
            | Self::NoModel(_)
            | Self::NotFound { .. }
            | Self::NoStep { count: 0, .. } => EXIT_NO_DATA,
            Self::NoStep { .. }
            | Self::Several { .. }
            | Self::TooFewTokens { .. }
            | Self::NoBaseline(_)
            | Self::NoFix(_)
            | Self::NoRule(_)
            | Self::NoTerminal(_)
            | Self::WouldReplace(_)
            | Self::Ambiguous { .. }
            | Self::NoId(_)
            | Self::Format { .. }
            | Self::LogFilter(_)
            | Self::Setting(_)
            | Self::PgDump { .. }
            | Self::Server(ServerError::ProjectName(_) | ServerError::NoKeys { .. } | ServerError::RetainSize)
            | Self::Outward(OutwardError::Address { .. } | OutwardError::Header(_))
            | Self::Conformance(ConformanceError::Pattern { .. })
            | Self::Store(StoreError::Query { .. }) => EXIT_USAGE,
            Self::Server(ServerError::NoSuchKey(_)) => EXIT_NO_DATA,
            Self::Outward(OutwardError::Refused { .. }) => EXIT_PROBLEM,
            Self::Start { source, .. } if source.kind() == io::ErrorKind::NotFound => EXIT_NO_PROGRAM,
            Self::Start { .. } => EXIT_NO_START,
            Self::File { .. }
            | Self::Unreadable { .. }
            | Self::Prices { .. }
            | Self::Input { .. }
            | Self::Changed { .. }
            | Self::Temporary { .. }
            | Self::Conformance(_)
            | Self::Server(_)
            | Self::Outward(_)
            | Self::Store(_)
            | Self::Recorder(_)
            | Self::Io(_) => EXIT_IO,
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> String {
        match self {
            Self::NoDirectory(_) | Self::Empty(_) => {
                "record something first, or name another directory with --dir".to_owned()
            }
            Self::NoSessions => {
                "name one when a run begins (in Python: `with tracewire.session(session_id=\"chat-42\"):`), or see `tracewire list`".to_owned()
            }
            Self::NotSealed(_) => {
                "they are sealed when their process flushes or ends; `tracewire tail --json` has them now".to_owned()
            }
            Self::NoFix(_) => "convert it to JSON Lines, mend that, and convert it back".to_owned(),
            Self::NoRule(_) => "see them all with `tracewire validate --rules`".to_owned(),
            Self::Unreadable { .. } => "mend the file, or say with --from how it is written".to_owned(),
            Self::NoBaseline(_) => "jsonl and csv are for lists; json fits every value".to_owned(),
            Self::NoTerminal(_) => "`tracewire tail` follows into files and pipes, `tracewire tail --json` for programs".to_owned(),
            Self::WouldReplace(_) => "give --force to replace them, or name another directory with --dir".to_owned(),
            Self::Input { error, .. } => mend_input(error.code()).to_owned(),
            Self::Format { .. } => "name the format: --from or --to with json, jsonl, toon, csv or proto".to_owned(),
            Self::Changed { .. } => "run it again when nobody writes to the file, or read a copy".to_owned(),
            Self::Temporary { .. } => "make room there, or name another folder in TMPDIR".to_owned(),
            Self::Start { .. } => "give the program and its arguments behind `--`, as you would type them without tracewire".to_owned(),
            Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "see that the name is right and its folder is there".to_owned()
            }
            Self::File { .. } => "name another file, or see who may use this one".to_owned(),
            Self::Prices { .. } => {
                "mend the file at that place, or name another one as `prices` in tracewire.toml or TRACEWIRE_PRICES".to_owned()
            }
            Self::NoModel(_) => "see them all with `tracewire cost models -n 0`; a file of your own adds others".to_owned(),
            Self::NoCase(_) => "see them all with `tracewire conformance list`".to_owned(),
            Self::Conformance(ConformanceError::Pattern { .. }) => {
                "a pattern is such as 'values/*'; see the names with `tracewire conformance list`".to_owned()
            }
            Self::Conformance(ConformanceError::Adapter { .. }) => {
                "an adapter answers JSON Lines as conformance/protocol/README.md says; start it by hand to see what it says".to_owned()
            }
            Self::Conformance(_) => "see that the file is there and says what the message asks for".to_owned(),
            Self::NotFound { what: "query" | "export", .. } => "leave a condition out, or look further back".to_owned(),
            Self::NotFound { .. } => "see what there is with `tracewire list`".to_owned(),
            Self::Ambiguous { some, .. } => format!("type more digits: {}", some.join(", ")),
            Self::NoStep { count: 0, trace, .. } => format!("see its steps with `tracewire trace {trace} --format toon`"),
            Self::NoStep { .. } => "type more digits".to_owned(),
            Self::Several { some, .. } => format!("name one: {}", some.join(", ")),
            Self::TooFewTokens { least, .. } => format!("ask for at least that: --max-tokens {least}"),
            Self::NoId(_) => {
                "see what there is with `tracewire list`; other names go behind --session or --correlation".to_owned()
            }
            Self::Outward(error) => mend_outward(error).to_owned(),
            Self::Setting(_) => "see what is set, and where, with `tracewire config`".to_owned(),
            Self::PgDump { schema } => format!("pg_dump --format=custom --schema='{schema}' --file=FILE, and pg_restore"),
            Self::LogFilter(_) => "name a level: off, error, warn, info, debug".to_owned(),
            Self::Server(error) => mend_server(error).to_owned(),
            Self::Store(StoreError::Query { .. }) => "see `tracewire query --help`".to_owned(),
            Self::Store(StoreError::NewerVersion { .. }) => "install the newer tracewire that made it".to_owned(),
            Self::Store(StoreError::Locked) => "another process is writing; try again".to_owned(),
            Self::Store(StoreError::DiskFull) => {
                "make room on the disk; what was recorded stays in the journals".to_owned()
            }
            Self::Store(StoreError::Corrupt { .. } | StoreError::Foreign { .. }) => {
                "see `tracewire doctor`; the store can be moved away and is made anew from what the journals still hold"
                    .to_owned()
            }
            Self::Store(_) | Self::Recorder(_) | Self::Io(_) => {
                "see `tracewire doctor`, or name another directory with --dir".to_owned()
            }
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

/// How a server comes to start.
fn mend_outward(error: &OutwardError) -> &'static str {
    match error {
        OutwardError::Address { .. } => "give an address such as http://localhost:4318 or grpc://localhost:4317",
        OutwardError::Header(_) => "give it as --header 'authorization=Bearer …'",
        OutwardError::Refused { .. } => "see what the other side asks for: its address, a key as --header, its limits",
        OutwardError::Unreachable { .. } => {
            "see that it runs there; the same can be sent again, what arrived is known by its ids"
        }
        OutwardError::Client(_) => "see what the system says; certificates of authorities may be missing",
    }
}

fn mend_server(error: &ServerError) -> &'static str {
    match error {
        ServerError::NoKeys { .. } => "make one with `tracewire serve keys create`, or leave --host out",
        ServerError::AlreadyServed { .. } => "ask that one, end it, or name another directory with --dir",
        ServerError::Listen { .. } => {
            "end what listens there, or name another port with --port; --port 0 takes any that is free"
        }
        ServerError::Outward(error) => mend_outward(error),
        ServerError::RetainSize => {
            "keep traces by age: --retain-age or `retain_age` for `serve`, --age for `db retain`"
        }
        ServerError::ProjectName(_) => "name it such as `team-7`",
        ServerError::NoSuchKey(_) => "see them with `tracewire serve keys list`",
        ServerError::KeyFile { .. } => "mend the file, or move it away and make new keys",
        ServerError::File { .. } | ServerError::Store(_) | ServerError::System(_) => {
            "see `tracewire doctor`, or name another directory with --dir"
        }
    }
}

/// How a file that is read is mended, by the code of what is wrong.
fn mend_input(code: &str) -> &'static str {
    match code {
        "json_trailing" => "give --from jsonl where the file holds one value a line",
        "json_end" | "toon_count" | "csv_end" => {
            "see whether the file was cut short; `--from` names another format, and --lenient mends counts of TOON"
        }
        "toon_blank_line" | "toon_duplicate_key" | "toon_indentation" => "give --lenient, which mends this",
        "item_too_large" => "write it as a list or as JSON Lines: these are read piece by piece",
        "csv_shape" => "what is no list of maps goes through json, jsonl, toon and proto",
        _ => "mend the file at that place, or name its format with --from if it is another one",
    }
}

/// What to do where nothing was recorded yet, in Python.
pub const FIRST_STEPS: &str = concat!(
    "    import tracewire\n",
    "    tracewire.init()\n",
    "    with tracewire.span(\"hello\"): print(\"recorded\")\n",
);
