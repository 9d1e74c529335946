//! The folder of cases: every file is in the index, and every name of the index is a file.

use super::{Case, CaseFile};
use crate::ConformanceError;
use crate::files::Files;
use std::collections::BTreeSet;
use std::path::Path;

/// Reads every case of a folder that the index names, and refuses a folder that holds others.
///
/// # Errors
/// Where a file is missing, is not in the index, or does not say what a case must say.
pub fn load(folder: &Path) -> Result<Vec<Case>, ConformanceError> {
    load_from(&Files::of_folder(folder)?)
}

/// The same, of files in memory.
///
/// # Errors
/// As above.
pub fn load_from(files: &Files) -> Result<Vec<Case>, ConformanceError> {
    let text = files.text("index.txt")?;
    let listed: Vec<&str> = text.lines().collect();
    let wrong = |reason: String| Err(ConformanceError::Content { path: files.root.join("index.txt"), reason });
    for pair in listed.windows(2) {
        if let [before, after] = pair
            && before >= after
        {
            return wrong(format!("`{after}` stands behind `{before}`: names are sorted, each once"));
        }
    }
    let found = names(files)?;
    let listed: BTreeSet<&str> = listed.into_iter().collect();
    if let Some(name) = found.iter().find(|name| !listed.contains(name.as_str())) {
        return wrong(format!("lacks `{name}`, which has a file: `bless` adds it"));
    }
    if let Some(name) = listed.iter().find(|name| !found.contains(**name)) {
        return wrong(format!(
            "names `{name}`, which has no file: was it lost? If it was taken away, take its line away too"
        ));
    }
    found.iter().map(|name| file(files, name)?.case()).collect()
}

/// Reads a file, whether the index has it or not, and whether it says already what it expects.
///
/// # Errors
/// Where it does not say what a case must say.
pub fn file(files: &Files, name: &str) -> Result<CaseFile, ConformanceError> {
    let path = format!("{name}.json");
    CaseFile::read(files.root.join(&path), name.to_owned(), files.text(&path)?.to_owned())
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
/// Where a file is no case.
pub fn names(files: &Files) -> Result<BTreeSet<String>, ConformanceError> {
    let mut found = BTreeSet::new();
    for path in files.paths().filter(|path| *path != "index.txt" && !path.ends_with(".md")) {
        match path.strip_suffix(".json").filter(|name| is_name(name)) {
            Some(name) => _ = found.insert(name.to_owned()),
            None => {
                let reason = "a case is a file area/lower-case-words-with-hyphens.json".to_owned();
                return Err(ConformanceError::Content { path: files.root.join(path), reason });
            }
        }
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    let is_word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    name.split_once('/').is_some_and(|(area, own)| !own.is_empty() && area.bytes().chain(own.bytes()).all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const CASE: &str = r#"{"about":"It reads.","requirements":["TW-JSON-001"],
        "request":{"operation":"convert","from":"json","to":"json","bytes":{"text":"1"}},"expect":{"bytes":{"text":"1"}}}"#;

    fn said(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        fs::create_dir(folder.path().join("json")).unwrap_or_else(|error| panic!("{error}"));
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap_or_else(|error| panic!("{error}"));
        }
        match load(folder.path()) {
            Ok(cases) => cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string().replace(&*folder.path().to_string_lossy(), "DIR"),
        }
    }

    #[test]
    fn the_index_and_the_files_agree() {
        let (index, a, b) = ("index.txt", ("json/a.json", CASE), ("json/b.json", CASE));
        assert_eq!(said(&[(index, "json/a\njson/b\n"), a, b]), "json/a json/b");
        assert_eq!(
            said(&[(index, "json/a\n"), a, b]),
            "DIR/index.txt: lacks `json/b`, which has a file: `bless` adds it"
        );
        assert!(
            said(&[(index, "json/a\njson/b\n"), a]).starts_with("DIR/index.txt: names `json/b`, which has no file")
        );
        assert!(said(&[(index, "json/b\njson/a\n"), a, b]).contains("`json/a` stands behind `json/b`"));
        assert!(said(&[(index, ""), ("json/A.json", CASE)]).starts_with("DIR/json/A.json: a case is a file"));
    }

    #[test]
    fn a_case_that_cannot_be_read_names_its_file_and_why() {
        let said = |from: &str, to: &str| {
            let said = said(&[("index.txt", "json/a\n"), ("json/a.json", &CASE.replace(from, to))]);
            said.strip_prefix("DIR/json/a.json: ").map(str::to_owned).unwrap_or(said)
        };
        assert_eq!(said("TW-JSON-001", "TW-JSON-001\",\"more"), "json/a");
        assert_eq!(said("[\"TW-JSON-001\"]", "[]"), "a case names the requirements that it proves");
        assert_eq!(said("It reads.", "It reads"), "`about` is one sentence, which ends with a full stop");
        assert_eq!(
            said("{\"text\":\"1\"}}}", "{\"hex\":\"1\"}}}"),
            "expect: this is no hex: an even number of hex digits"
        );
        assert_eq!(
            said("\"expect\"", "\"expects\""),
            "unknown field `expects`, expected one of `about`, `requirements`, \
             `request`, `encodings`, `expect` at line 2 column 98"
        );
        assert!(
            said(",\"expect\":{\"bytes\":{\"text\":\"1\"}}", "")
                .starts_with("`expect` is missing: `tracewire-conformance bless`")
        );
        assert_eq!(
            said("\"from\":\"json\"", "\"from\":\"js\""),
            "request: `from` is one of: json, jsonl, proto, toon, csv"
        );
    }
}
