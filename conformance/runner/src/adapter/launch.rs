//! How an adapter is started: in an empty folder, with next to nothing in its environment, in a process group of its own.

use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What programs need to start at all. Everything else of the environment could change what an implementation does.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "JAVA_HOME",
    "VIRTUAL_ENV",
    "SystemRoot",
    "SYSTEMROOT",
    "windir",
    "COMSPEC",
    "PATHEXT",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramFiles",
];

/// A zone far from UTC, by hours and minutes: whoever writes local time is seen at once.
const ZONE: &str = "Asia/Kathmandu";

/// How an adapter is started and how long it may take.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Whether it starts in the current folder, and not in an empty one of its own.
    pub is_here: bool,
    /// Variables of the environment that it gets besides the necessary ones.
    pub kept: Vec<String>,
    /// How long it may take to say what it is.
    pub start_within: Duration,
    /// How long an answer may take.
    pub answer_within: Duration,
    /// Where requests and answers are written down.
    pub transcript: Option<Transcript>,
}

impl Launch {
    /// A command as one types it: half a minute to start, ten seconds for an answer.
    pub fn new(command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Launch {
            command: command.into_iter().map(Into::into).collect(),
            is_here: false,
            kept: Vec::new(),
            start_within: Duration::from_secs(30),
            answer_within: Duration::from_secs(10),
            transcript: None,
        }
    }

    /// The command, to be started in this folder. Files of the current folder that it names are named in full.
    pub(super) fn command(&self, folder: &Path) -> Option<Command> {
        let (program, arguments) = self.command.split_first()?;
        let mut command = if self.is_here {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        } else {
            // A program without a slash is looked for on the search path.
            let is_path = program.contains(['/', '\\']);
            let mut command = Command::new(if is_path { in_full(program) } else { program.into() });
            command.args(arguments.iter().map(|argument| in_full(argument))).current_dir(folder);
            command
        };
        command.env_clear();
        for name in KEPT.iter().copied().chain(self.kept.iter().map(String::as_str)) {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for name in ["TMPDIR", "TMP", "TEMP"] {
            command.env(name, folder);
        }
        command.env("TZ", ZONE).env("LC_ALL", "C.UTF-8");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Some(command)
    }
}

fn in_full(argument: &str) -> OsString {
    let path = PathBuf::from(argument);
    // A symbolic link stays one: a virtual environment's `python` is known by its own path.
    match std::path::absolute(&path) {
        Ok(full) if !argument.is_empty() && path.is_relative() && path.exists() => full.into(),
        _ => argument.into(),
    }
}

/// Requests and answers, one a line: `{"document":…}`, as validators of JSON Schema read them.
#[derive(Clone)]
pub struct Transcript(Arc<Mutex<dyn std::io::Write + Send>>);

impl Transcript {
    /// Writes them here.
    pub fn new(out: impl std::io::Write + Send + 'static) -> Self {
        Transcript(Arc::new(Mutex::new(out)))
    }

    pub(super) fn note(&self, request: &Value, answer: &Value) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be written down is missed by whoever reads it, and changes no result.
        let _ = writeln!(out, "{{\"document\":{request}}}\n{{\"document\":{answer}}}");
    }
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Transcript")
    }
}
