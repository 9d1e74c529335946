//! The tracewire command line: `tracewire trace`, `list`, `query`, `sessions`, `stats`, `diff`, `cost`, `watch`, `tail`, `run`, `export`, `import`, `convert`, `redact`,
//! `tokens`, `validate`, `conformance`, `verify`, `sign`, `keygen`, `serve`, `config`, `doctor`, `db`, `seal`, `completions`.
//!
//! ```text
//! args ─▶ source (directory ─▶ sweep journals into the store) ─▶ commands ─▶ picture / JSON ─▶ screen
//! ```
//!
//! | module | what it is | touches |
//! |---|---|---|
//! | [`args`] | what can be typed | – |
//! | [`source`] | the directory, the store, the sweep | files |
//! | [`commands`] | one file for each command | store, screen |
//! | [`moving`] | files of every format, item by item: what `export` and `convert` share | files |
//! | [`paths`] | paths as people read them | – |
//! | [`picture`] | a trace as a tree | – |
//! | [`keys`] | keys that are trusted, and the one that signs | files |
//! | [`prices`] | the prices that hold here | files |
//! | [`term`] | harmless text, widths, colours, units | terminal |
//! | [`error`] | what went wrong, how to mend it, exit codes | – |
//!
//! Everything that people read goes to standard output through [`term::Screen`], which nothing hostile passes; progress and errors go
//! to standard error. Names, messages and values come from agents, models and strangers and are treated as such.

#![forbid(unsafe_code)]

pub mod args;
pub mod commands;
pub mod error;
pub mod json;
pub mod keys;
pub mod moving;
pub mod paths;
pub mod picture;
pub mod prices;
#[cfg(test)]
mod sample;
pub mod source;
pub mod term;

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::Parser as _;

use args::{Cli, Command};
use error::{CliError, EXIT_OK, EXIT_USAGE};
use term::{Line, Screen, palette};

/// Runs the command line with these arguments, the program's name first. Returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; and where nobody reads them, nobody is told.
            let _ = error.print();
            return if error.use_stderr() { EXIT_USAGE } else { EXIT_OK };
        }
    };
    let mut screen = Screen::stdout(cli.global.color);
    if let Some(dir) = &cli.global.dir {
        screen.hint_suffix = format!(" --dir {}", source::shell_word(&dir.to_string_lossy()));
    }
    let ended = match &cli.command {
        Command::Trace(what) => commands::trace::run(&cli.global, what, &mut screen),
        Command::List(what) => commands::list::run(&cli.global, what, &mut screen),
        Command::Export(what) => commands::export::run(&cli.global, what, &mut screen),
        Command::Tokens(what) => commands::tokens::run(&cli.global, what, &mut screen),
        Command::Import(what) => commands::import::run(&cli.global, what, &mut screen),
        Command::Convert(what) => commands::convert::run(&cli.global, what, &mut screen),
        Command::Redact(what) => commands::redact::run(&cli.global, what, &mut screen),
        Command::Seal(what) => commands::seal::run(what, &mut screen),
        Command::Query(what) => commands::query::run(&cli.global, what, &mut screen),
        Command::Cost(what) => commands::cost::run(&cli.global, what, &mut screen),
        Command::Sessions(what) => commands::sessions::run(&cli.global, what, &mut screen),
        Command::Stats(what) => commands::stats::run(&cli.global, what, &mut screen),
        Command::Diff(what) => commands::diff::run(&cli.global, what, &mut screen),
        Command::Tail(what) => commands::tail::run(&cli.global, what, &mut screen),
        Command::Watch(what) => commands::watch::run(&cli.global, what),
        Command::Prometheus(what) => commands::serve::prometheus(&cli.global, what, &mut screen),
        Command::Serve(what) => commands::serve::run(&cli.global, what, &mut screen),
        Command::Validate(what) => commands::validate::run(&cli.global, what, &mut screen),
        Command::Keygen(what) => commands::keygen::run(&cli.global, what, &mut screen),
        Command::Sign(what) => commands::sign::run(&cli.global, what, &mut screen),
        Command::Verify(what) => commands::verify::run(&cli.global, what, &mut screen),
        Command::Conformance(what) => commands::conformance::run(&cli.global, what, &mut screen),
        Command::Run(what) => commands::run::run(&cli.global, what),
        Command::Config => commands::config::run(&cli.global, &mut screen),
        Command::Doctor => commands::doctor::run(&cli.global, &mut screen),
        Command::Db(what) => commands::db::run(&cli.global, what, &mut screen),
        Command::Completions(what) => commands::completions::run(what, &mut screen),
    };
    let ended = ended.and_then(|code| {
        screen.flush()?;
        Ok(code)
    });
    match ended {
        Ok(code) => code,
        Err(error) if error.is_broken_pipe() => EXIT_OK,
        Err(error) => {
            // What was written so far comes first.
            let _ = screen.flush();
            complain(&error, &cli.global, &screen);
            error.exit_code()
        }
    }
}

/// Says on standard error what went wrong and how to mend it.
fn complain(error: &CliError, global: &args::Global, screen: &Screen<'_>) {
    let mut stderr = io::stderr().lock();
    let has_nothing = matches!(error, CliError::NoDirectory(_) | CliError::Empty(_));
    let (what, mend) = (term::escape(&error.to_string(), false), error.mend());
    // Where standard error is gone too, nobody can be told.
    if global.json {
        let mut text = json::object([
            ("code", error.code().into()),
            ("mend", mend.as_str().into()),
            ("message", what.as_str().into()),
        ]);
        text = json::object([("error", text)]);
        let _ = stderr.write_all(&json::line(&text));
        return;
    }
    let color = match global.color {
        term::ColorWhen::Always => true,
        term::ColorWhen::Never => false,
        term::ColorWhen::Auto => anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
    };
    let mut line = Line::new();
    line.push(palette::BAD, "error").plain(format!(": {what} ")).push(palette::QUIET, format!("[{}]", error.code()));
    let _ = writeln!(stderr, "{}", line.render(color));
    let _ = writeln!(stderr, "{mend}");
    if has_nothing {
        let _ = write!(stderr, "\n{}\n", error::FIRST_STEPS);
        let _ = writeln!(stderr, "then `tracewire trace --last{}` shows it", screen.hint_suffix);
    }
}
