//! The folder of cases: every file is in the index, and every name of the index is a file.

use super::{Case, CaseFile};
use crate::ConformanceError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Reads every case that the index names, and refuses a folder that holds others.
///
/// # Errors
/// Where a file is missing, is not in the index, or does not say what a case must say.
pub fn load(folder: &Path) -> Result<Vec<Case>, ConformanceError> {
    let index = folder.join("index.txt");
    let text = read(&index)?;
    let listed: Vec<&str> = text.lines().collect();
    let wrong = |reason: String| Err(ConformanceError::Content { path: index.clone(), reason });
    for pair in listed.windows(2) {
        if let [before, after] = pair
            && before >= after
        {
            return wrong(format!("`{after}` stands behind `{before}`: names are sorted, each once"));
        }
    }
    let found = names(folder)?;
    if let Some(name) = found.iter().find(|name| !listed.contains(&name.as_str())) {
        return wrong(format!("lacks `{name}`, which has a file: `bless` adds it"));
    }
    if let Some(name) = listed.iter().find(|name| !found.contains(**name)) {
        return wrong(format!(
            "names `{name}`, which has no file: was it lost? If it was taken away, take its line away too"
        ));
    }
    found.iter().map(|name| file(folder, name)?.case()).collect()
}

/// Reads a file, whether the index has it or not, and whether it says already what it expects.
///
/// # Errors
/// Where it does not say what a case must say.
pub fn file(folder: &Path, name: &str) -> Result<CaseFile, ConformanceError> {
    let path = folder.join(format!("{name}.json"));
    let text = read(&path)?;
    CaseFile::read(path, name.to_owned(), text)
}

/// The cases whose names fit a pattern, such as `values/*`.
///
/// # Errors
/// Where the pattern is none.
pub fn select<T>(cases: Vec<T>, pattern: Option<&str>, name: impl Fn(&T) -> &str) -> Result<Vec<T>, ConformanceError> {
    let Some(pattern) = pattern else { return Ok(cases) };
    let glob = glob::Pattern::new(pattern)
        .map_err(|error| ConformanceError::Pattern { pattern: pattern.to_owned(), reason: error.msg.to_owned() })?;
    Ok(cases.into_iter().filter(|case| glob.matches(name(case))).collect())
}

/// The names of all files: area and name, without the ending.
///
/// # Errors
/// Where the folder cannot be read, or holds what is no case.
pub fn names(folder: &Path) -> Result<BTreeSet<String>, ConformanceError> {
    let mut found = BTreeSet::new();
    for area in entries(folder)?.iter().filter(|path| path.is_dir()) {
        for file in entries(area)? {
            let relative = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            match relative.strip_suffix(".json").filter(|name| is_name(name)) {
                Some(name) => _ = found.insert(name.to_owned()),
                None if relative.ends_with(".md") => {}
                None => {
                    let reason = "a case is a file area/lower-case-words-with-hyphens.json".to_owned();
                    return Err(ConformanceError::Content { path: file, reason });
                }
            }
        }
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'/')
}

fn read(path: &Path) -> Result<String, ConformanceError> {
    std::fs::read_to_string(path).map_err(|source| ConformanceError::File { path: path.to_owned(), source })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ConformanceError> {
    let refused = |source| ConformanceError::File { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        // Hidden files are those of editors and tools.
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}
