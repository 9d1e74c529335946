//! The project's file: found upward, read as TOML or YAML.

use super::{FILE_NAMES, yaml};
use crate::journal::belongs_to_user;
use std::path::{Path, PathBuf};
use tracewire_wire::value::Map;

/// A file larger than this is nobody's configuration.
const MOST_BYTES: u64 = 1 << 20;

/// The nearest file from `start` upward that belongs to this user: in a shared folder somebody else could have put one
/// there that sends traces to themselves.
pub(super) fn find(start: &Path) -> Option<PathBuf> {
    let names = |folder: &Path| FILE_NAMES.map(|name| folder.join(name));
    start.ancestors().flat_map(names).find(|path| path.is_file() && belongs_to_user(path))
}

/// Reads a file; gives its members and its text.
///
/// # Errors
/// The line, 0 where it is not known, and what is wrong.
pub(super) fn read(path: &Path) -> Result<(Map, String), (usize, String)> {
    let failed = |error: &dyn std::fmt::Display| (0, format!("the file cannot be read: {error}"));
    if path.metadata().map_err(|error| failed(&error))?.len() > MOST_BYTES {
        return Err((0, "the file is larger than 1 MiB; a configuration is not".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    let map = if is_toml {
        read_toml(&text)?
    } else {
        yaml::read(&text).map_err(|(line, reason)| (line, format!("the file is no YAML: {}", first_line(&reason))))?
    };
    Ok((map, text))
}

fn read_toml(text: &str) -> Result<Map, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        (before.map_or(0, line_behind), format!("the file is no TOML: {}", first_line(error.message())))
    })
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

fn line_behind(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// The line on which a member of the outermost level begins; 0 where it is not found.
pub(super) fn line_of(text: &str, name: &str) -> usize {
    let begins = |line: &str| {
        let line = line.trim_start_matches('[').trim_matches(['"', '\'']);
        let rest = line.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
        rest.is_some_and(|rest| rest.starts_with(['=', ':', ']', '.']))
    };
    text.lines().position(begins).map_or(0, |at| at + 1)
}
