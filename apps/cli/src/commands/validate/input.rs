//! Which files, in which encodings.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tracewire_wire::csv::Delimiter;
use tracewire_wire::validate::{Finding, Options, Validator};

use super::{lines, others};
use crate::args::Encoding;
use crate::error::CliError;
use crate::source::short_path;
use crate::term::Screen;

/// One file, or standard input.
pub(super) struct Input {
    /// As reports name it.
    pub(super) name: String,
    pub(super) path: Option<PathBuf>,
    pub(super) encoding: Encoding,
}

/// Takes what was found so far.
pub(super) type Sink<'a> = dyn FnMut(Vec<Finding>, &mut Screen<'_>) -> Result<(), CliError> + 'a;

/// All files that are named, patterns resolved, each once and in order.
pub(super) fn all(names: &[String], from: Option<Encoding>) -> Result<Vec<Input>, CliError> {
    let mut inputs: Vec<Input> = Vec::new();
    for name in names {
        if name == "-" {
            let encoding = from.unwrap_or(Encoding::Jsonl);
            inputs.push(Input { name: "<stdin>".to_owned(), path: None, encoding });
            continue;
        }
        for path in matching(name)? {
            if path.is_dir() || inputs.iter().any(|input| input.path.as_ref() == Some(&path)) {
                continue;
            }
            // A name that is mistyped should be told before a long report of all the others.
            File::open(&path).map_err(|source| CliError::File { path: path.clone(), source })?;
            let encoding = from.unwrap_or_else(|| by_name(&path));
            inputs.push(Input { name: short_path(&path), path: Some(path), encoding });
        }
    }
    Ok(inputs)
}

/// The files of a name or pattern. A file that is there by this very name is that file.
fn matching(name: &str) -> Result<Vec<PathBuf>, CliError> {
    let path = Path::new(name);
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

fn by_name(path: &Path) -> Encoding {
    let extension = path.extension().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "json" => Encoding::Json,
        "toon" => Encoding::Toon,
        "csv" => Encoding::Csv,
        "tsv" => Encoding::Tsv,
        "binpb" | "pb" => Encoding::Proto,
        _ => Encoding::Jsonl,
    }
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
        |reader: &mut (dyn Read + Send), validator: &mut Validator, screen: &mut Screen<'_>| match input.encoding {
            Encoding::Json | Encoding::Jsonl => lines::read(reader, options, validator, found, screen),
            Encoding::Toon => others::toon(reader, validator, found, screen),
            Encoding::Csv => others::csv(reader, Delimiter::Comma, validator, found, screen),
            Encoding::Tsv => others::csv(reader, Delimiter::Tab, validator, found, screen),
            Encoding::Proto => others::proto(reader, validator, found, screen),
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
