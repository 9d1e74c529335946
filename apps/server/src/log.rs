//! What the operator reads: one line for each request and each thing that goes wrong, on standard error.

use std::io;

use tracing_subscriber::EnvFilter;

/// How the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What is written: a level (`warn`, `info`, `debug`), or a filter such as `info,tracewire_server::live=debug`.
    pub filter: String,
    /// Whether a line is a JSON object.
    pub json: bool,
    /// Whether lines are coloured.
    pub colour: bool,
}

impl Default for Log {
    fn default() -> Self {
        Log { filter: "warn".to_owned(), json: false, colour: false }
    }
}

impl Log {
    /// Begins to write. Where a log is being written already, that one stays.
    ///
    /// # Errors
    /// What is wrong with the filter, for people.
    pub fn install(&self) -> Result<(), String> {
        let filter = EnvFilter::try_new(&self.filter).map_err(|error| error.to_string())?;
        let to = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(self.colour);
        // A second log in one process is a test's.
        let _ = if self.json { to.json().flatten_event(true).try_init() } else { to.compact().try_init() };
        Ok(())
    }
}
