//! `--fix`: a file is mended in place, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::validate::Fixer;

use super::input::Input;
use super::lines::{Part, Parts};
use crate::args::FileFormat;
use crate::error::CliError;
use crate::term::{escape, units};

/// What was done to a file.
#[derive(Default)]
struct Done {
    /// Places that say something else now.
    places: u64,
    /// Whether any byte is another one.
    is_changed: bool,
}

/// Mends a file, and says on standard error what was done. Lines that cannot be read stay as they are.
pub(super) fn mend(input: &Input, redigest: bool) -> Result<(), CliError> {
    let (Some(path), FileFormat::Json | FileFormat::Jsonl) = (&input.path, input.format) else {
        return Err(CliError::NoFix(escape(&input.name, false)));
    };
    let refused = |source| CliError::File { path: path.clone(), source };
    let done = rewrite(path, redigest).map_err(refused)?;
    let name = escape(&input.name, false);
    let text = match (done.places, done.is_changed) {
        (0, false) => format!("{name}: nothing to mend"),
        (0, true) => format!("{name}: written in canonical form"),
        (places, _) => format!("{name}: {} mended", units::counted(places, "place")),
    };
    // Where standard error is gone, nobody can be told.
    let _ = writeln!(io::stderr(), "{text}");
    Ok(())
}

fn rewrite(path: &Path, redigest: bool) -> io::Result<Done> {
    let mut file = File::open(path)?;
    let permissions = file.metadata()?.permissions();
    let mut beside = Beside::new(path)?;
    let mut fixer = if redigest { Fixer::redigesting() } else { Fixer::new() };
    let mut done = Done::default();
    let mut parts = Parts::new(&mut file);
    while let Some(part) = parts.next()? {
        let Part { bytes, is_document, .. } = part;
        if is_document {
            line(&bytes, &mut fixer, &mut done, &mut beside.file)?;
        } else {
            for bytes in bytes.split_inclusive(|byte| *byte == b'\n') {
                line(bytes, &mut fixer, &mut done, &mut beside.file)?;
            }
        }
    }
    if done.is_changed {
        beside.file.flush()?;
        let file = beside.file.get_ref();
        file.set_permissions(permissions)?;
        file.sync_all()?;
        fs::rename(&beside.path, path)?;
    }
    Ok(done)
}

/// One document: mended and in canonical form, or as it was where it cannot be read.
fn line(bytes: &[u8], fixer: &mut Fixer, done: &mut Done, out: &mut impl Write) -> io::Result<()> {
    let Ok(mut value) = json::read(bytes, &ReadOptions::default()) else {
        return out.write_all(bytes);
    };
    done.places += fixer.fix(&mut value).len() as u64;
    let mut written = json::write(&value);
    if bytes.ends_with(b"\n") {
        written.push(b'\n');
    }
    done.is_changed |= written != bytes;
    out.write_all(&written)
}

/// A file beside another one, which takes its name when it is whole; without that it goes away.
struct Beside {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Beside {
    fn new(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let path = path.with_file_name(format!(".{}.{}.partial", name.to_string_lossy(), std::process::id()));
        let file = BufWriter::new(File::create(&path)?);
        Ok(Beside { path, file })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Where it has taken the name, nothing is there to be removed.
        let _ = fs::remove_file(&self.path);
    }
}
