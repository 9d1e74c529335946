//! The specification's numbered requirements, and the cases that cite them.

use crate::ConformanceError;
use crate::case::Case;
use std::collections::BTreeMap;
use std::path::Path;

/// Requirements by number, each with the cases that cite it, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Number to names of cases.
    pub cases: BTreeMap<String, Vec<String>>,
    /// Numbers that cases cite and the specification does not have, with the case.
    pub unknown: Vec<(String, String)>,
    /// Numbers that no case of the protocol can prove, with what proves them instead.
    pub elsewhere: BTreeMap<String, String>,
}

impl Requirements {
    /// Reads the numbers from the pages of the specification: each stands in bold where its requirement begins.
    ///
    /// `elsewhere` is a file of lines `TW-JNL-002 core/recorder/tests/journal_directory.rs`: what no adapter can be asked.
    ///
    /// # Errors
    /// Where a page or the file cannot be read, or names what does not exist.
    pub fn gather(spec: &Path, pages: &[&str], elsewhere: &Path, cases: &[Case]) -> Result<Self, ConformanceError> {
        let mut all = Requirements::default();
        for page in pages {
            for number in read(&spec.join(page))?.split("**").filter(|part| is_number(part)) {
                all.cases.insert(number.to_owned(), Vec::new());
            }
        }
        for case in cases {
            for number in &case.requirements {
                match all.cases.get_mut(number) {
                    Some(names) => names.push(case.name.clone()),
                    None => all.unknown.push((number.clone(), case.name.clone())),
                }
            }
        }
        for line in read(elsewhere)?.lines().filter(|line| line.starts_with("TW-")) {
            let (number, place) = line.split_once(' ').unwrap_or((line, ""));
            let wrong = |reason: &str| ConformanceError::Content {
                path: elsewhere.to_owned(),
                reason: format!("{number}: {reason}"),
            };
            let file = place.split_whitespace().next().unwrap_or_default();
            if !all.cases.contains_key(number) {
                return Err(wrong("is no requirement of the specification"));
            }
            if !spec.join("..").join(file).is_file() {
                return Err(wrong("names a file that is not there"));
            }
            all.elsewhere.insert(number.to_owned(), place.trim().to_owned());
        }
        Ok(all)
    }

    /// Requirements that nothing proves.
    pub fn uncovered(&self) -> Vec<&str> {
        let is_bare =
            |(number, names): &(&String, &Vec<String>)| names.is_empty() && !self.elsewhere.contains_key(*number);
        self.cases.iter().filter(is_bare).map(|(number, _)| number.as_str()).collect()
    }
}

fn is_number(part: &str) -> bool {
    let mut parts = part.split('-');
    let (tw, area, number) = (parts.next(), parts.next(), parts.next());
    tw == Some("TW")
        && area.is_some_and(|area| area.len() >= 2 && area.bytes().all(|byte| byte.is_ascii_uppercase()))
        && number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.next().is_none()
}

fn read(path: &Path) -> Result<String, ConformanceError> {
    std::fs::read_to_string(path).map_err(|source| ConformanceError::File { path: path.to_owned(), source })
}
