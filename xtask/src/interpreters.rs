//! The Pythons of this machine, besides the one that everything else is done with.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The oldest minor version of Python 3 that the package takes, and one that nobody has released yet.
const MINORS: std::ops::Range<u32> = 10..24;

/// What an interpreter says of itself.
const QUESTION: &str = "import sys, sysconfig; \
     print(sys.version_info[1], sysconfig.get_config_var('Py_GIL_DISABLED') or 0, sys.implementation.name)";

/// One Python.
#[derive(Debug)]
pub struct Interpreter {
    /// What starts it.
    pub program: PathBuf,
    /// Its minor version.
    pub minor: u32,
}

/// One interpreter of each version, in order, without the version of `python3` itself.
///
/// Looked for as `python3.X` on the search path, and among those that pyenv and uv have installed.
pub fn others() -> Vec<Interpreter> {
    let own = ask(&PathBuf::from("python3"));
    let mut found: Vec<Interpreter> = Vec::new();
    for program in candidates() {
        let Some(minor) = ask(&program) else { continue };
        if MINORS.contains(&minor) && Some(minor) != own && !found.iter().any(|known| known.minor == minor) {
            found.push(Interpreter { program, minor });
        }
    }
    found.sort_by_key(|interpreter| interpreter.minor);
    found
}

fn candidates() -> Vec<PathBuf> {
    let mut programs: Vec<PathBuf> = MINORS.map(|minor| PathBuf::from(format!("python3.{minor}"))).collect();
    let home = std::env::home_dir().unwrap_or_default();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    for folder in [pyenv.join("versions"), home.join(".local/share/uv/python")] {
        let mut versions: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        versions.sort();
        // The latest patch release first.
        programs.extend(versions.into_iter().rev().map(|version| version.join("bin/python3")));
    }
    programs
}

/// The minor version of a CPython 3 with its lock; `None` for anything else, and for what does not start.
fn ask(program: &PathBuf) -> Option<u32> {
    let output =
        Command::new(program).args(["-c", QUESTION]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let minor = words.next()?.parse().ok()?;
    // A build without the lock takes no wheel of the stable interface.
    (output.status.success() && words.next() == Some("0") && words.next() == Some("cpython")).then_some(minor)
}
