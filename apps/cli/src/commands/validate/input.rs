//! Which files, in which encodings.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tracewire_wire::csv::Delimiter;
use tracewire_wire::validate::{Options, Validator};

use super::sink::Sink;
use super::{lines, others};
use crate::args::FileFormat;
use crate::error::CliError;
use crate::paths::short_path;
use crate::term::Screen;

/// One file, or standard input.
pub(super) struct Input {
    /// As reports name it.
    pub(super) name: String,
    pub(super) path: Option<PathBuf>,
    pub(super) format: FileFormat,
    /// What separates the cells of CSV.
    delimiter: Delimiter,
}

/// What is read, and what is not.
pub(super) struct Inputs {
    pub(super) read: Vec<Input>,
    /// Names of files among several that say another format, such as a page beside recordings.
    pub(super) passed_over: Vec<String>,
}

/// All files that are named, patterns and folders resolved, each once and in order.
pub(super) fn all(names: &[String], from: Option<FileFormat>) -> Result<Inputs, CliError> {
    let mut inputs = Inputs { read: Vec::new(), passed_over: Vec::new() };
    let mut seen = BTreeSet::new();
    for name in names {
        if name == "-" {
            let format = from.unwrap_or(FileFormat::Jsonl);
            let input = Input { name: "<stdin>".to_owned(), path: None, format, delimiter: Delimiter::Comma };
            inputs.read.push(input);
            continue;
        }
        let paths = matching(name)?;
        let is_alone = names.len() == 1 && paths.len() == 1;
        for path in paths {
            if !seen.insert(path.clone()) {
                continue;
            }
            // A name that is mistyped should be told before a long report of all the others.
            File::open(&path).map_err(|source| CliError::File { path: path.clone(), source })?;
            let by_name = FileFormat::of_name(&path);
            if from.is_none() && by_name.is_none() && !is_alone && says_another(&path) {
                inputs.passed_over.push(short_path(&path));
                continue;
            }
            let format = from.or(by_name).unwrap_or(FileFormat::Jsonl);
            let delimiter = crate::args::Delimiter::of_name(&path).unwrap_or_default().wire();
            inputs.read.push(Input { name: short_path(&path), path: Some(path), format, delimiter });
        }
    }
    Ok(inputs)
}

/// Whether a file's name says that it is something else; one without an ending, and a log, may hold JSON Lines.
fn says_another(path: &Path) -> bool {
    path.extension().is_some_and(|end| !end.eq_ignore_ascii_case("log") && !end.eq_ignore_ascii_case("txt"))
}

/// The files of a name or pattern. A file that is there by this very name is that file.
fn matching(name: &str) -> Result<Vec<PathBuf>, CliError> {
    let path = Path::new(name);
    if path.is_dir() {
        return recordings_below(path);
    }
    if path.exists() || !name.contains(['*', '?', '[']) {
        return Ok(vec![path.to_owned()]);
    }
    let refused = |reason: String| CliError::File {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, reason),
    };
    let mut found = Vec::new();
    for entry in glob::glob(name).map_err(|error| refused(error.to_string()))? {
        let entry = entry.map_err(|error| {
            let path = error.path().to_owned();
            CliError::File { path, source: error.into() }
        })?;
        if !entry.is_dir() {
            found.push(entry);
        }
    }
    if found.is_empty() {
        let reason = io::Error::new(io::ErrorKind::NotFound, "no file fits this pattern");
        return Err(CliError::File { path: path.to_owned(), source: reason });
    }
    Ok(found)
}

/// The files below a folder whose names say that they are recordings, in order; hidden ones are none of them.
fn recordings_below(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let refused = |source| CliError::File { path: folder.to_owned(), source };
    let mut entries = std::fs::read_dir(folder).map_err(refused)?.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
        let path = entry.path();
        // A link to a folder may lead back up: it is not followed.
        if entry.file_type().map_err(refused)?.is_dir() {
            found.extend(recordings_below(&path)?);
        } else if FileFormat::of_name(&path).is_some() {
            found.push(path);
        }
    }
    Ok(found)
}

/// Reads an input to its end.
pub(super) fn read(
    input: &Input,
    options: &Options,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut read =
        |reader: &mut (dyn Read + Send), validator: &mut Validator, screen: &mut Screen<'_>| match input.format {
            FileFormat::Json | FileFormat::Jsonl => lines::read(reader, options, validator, found, screen),
            FileFormat::Toon => others::toon(reader, validator, found, screen),
            FileFormat::Csv => others::csv(reader, input.delimiter, validator, found, screen),
            FileFormat::Proto => others::proto(reader, validator, found, screen),
        };
    match &input.path {
        None => read(&mut io::stdin(), validator, screen),
        Some(path) => {
            let refused = |source| CliError::File { path: path.clone(), source };
            let mut file = File::open(path).map_err(refused)?;
            read(&mut file, validator, screen).map_err(|error| error.at(path))
        }
    }
}
