//! The specification's numbered requirements: what each says, and what proves it.

use crate::ConformanceError;
use crate::case::Case;
use std::collections::BTreeMap;
use std::path::Path;

/// The pages of the specification that number requirements.
pub const PAGES: [&str; 7] =
    ["README.md", "journal.md", "privacy.md", "media.md", "encodings.md", "guards.md", "signing.md"];

/// One requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// The page that it stands on.
    pub page: String,
    /// What it says, in one line.
    pub text: String,
    /// The cases that cite it, by name.
    pub cases: Vec<String>,
    /// Where it is proved, and why no case can, where no adapter can be asked.
    pub elsewhere: Option<String>,
}

/// All requirements, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Number to requirement, in the order of their numbers.
    pub all: BTreeMap<String, Requirement>,
    /// Numbers that cases cite and the specification does not have, with the case.
    pub unknown: Vec<(String, String)>,
}

impl Requirements {
    /// Reads pages, each with its name: a requirement is an item of a list that begins with its number in bold.
    pub fn of_pages<'a>(pages: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all = BTreeMap::new();
        for (page, text) in pages {
            let mut open: Option<(String, String)> = None;
            for line in text.lines().chain([""]) {
                let begins = begin(line);
                let goes_on = line.starts_with("  ") && !line.trim().is_empty() && begins.is_none();
                if let (Some((_, text)), true) = (&mut open, goes_on) {
                    text.push(' ');
                    text.push_str(line.trim());
                    continue;
                }
                if let Some((number, text)) = open.take() {
                    all.insert(number, Requirement { page: page.to_owned(), text, ..Requirement::default() });
                }
                open = begins.map(|(number, text)| (number.to_owned(), text.trim().to_owned()));
            }
        }
        Requirements { all, unknown: Vec::new() }
    }

    /// Notes which cases cite which.
    pub fn cite(&mut self, cases: &[Case]) {
        for case in cases {
            for number in &case.requirements {
                match self.all.get_mut(number) {
                    Some(requirement) => requirement.cases.push(case.name.clone()),
                    None => self.unknown.push((number.clone(), case.name.clone())),
                }
            }
        }
    }

    /// Reads what no adapter can be asked: lines of `TW-JNL-002 core/recorder/tests/journal_directory.rs  why no case can`; `#` begins
    /// a comment.
    ///
    /// # Errors
    /// Where a line names no requirement, no file below the root, or no reason.
    pub fn read_elsewhere(&mut self, path: &Path, root: &Path) -> Result<(), ConformanceError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConformanceError::File { path: path.to_owned(), source })?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let wrong = |reason: String| Err(ConformanceError::Content { path: path.to_owned(), reason });
            let (number, place) = line.split_once(' ').unwrap_or((line, ""));
            let (file, why) = place.trim().split_once(' ').unwrap_or((place, ""));
            let Some(requirement) = self.all.get_mut(number) else {
                return wrong(format!("{number} is no requirement of the specification"));
            };
            if file.is_empty() || !root.join(file).is_file() {
                return wrong(format!("{number}: `{file}` is no file; name the test that proves it"));
            }
            if why.trim().is_empty() {
                return wrong(format!("{number}: say behind the file why no case can"));
            }
            if let Some(case) = requirement.cases.first() {
                return wrong(format!("{number} has a case, {case}: take it off this list"));
            }
            requirement.elsewhere = Some(format!("{file}: {}", why.trim()));
        }
        Ok(())
    }

    /// Requirements that nothing proves.
    pub fn uncovered(&self) -> Vec<&str> {
        let is_bare = |(_, one): &(&String, &Requirement)| one.cases.is_empty() && one.elsewhere.is_none();
        self.all.iter().filter(is_bare).map(|(number, _)| number.as_str()).collect()
    }

    /// How many are proved by cases.
    pub fn by_cases(&self) -> usize {
        self.all.values().filter(|one| !one.cases.is_empty()).count()
    }

    /// How many are proved by other tests.
    pub fn by_others(&self) -> usize {
        self.all.values().filter(|one| one.elsewhere.is_some()).count()
    }

    /// What a requirement says.
    pub fn text(&self, number: &str) -> Option<&str> {
        self.all.get(number).map(|one| one.text.as_str())
    }
}

/// `- **TW-VAL-001** text`.
fn begin(line: &str) -> Option<(&str, &str)> {
    let (number, text) = line.trim_start().strip_prefix("- **")?.split_once("**")?;
    let mut parts = number.strip_prefix("TW-")?.split('-');
    let (area, digits) = (parts.next()?, parts.next()?);
    let is_number = parts.next().is_none()
        && !area.is_empty()
        && area.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits.len() == 3
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((number, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "# Page\n- **TW-AA-001** One\n  and more.\n- **TW-AA-002** Two.\n\n  not of it\n- **bold** no number\n";

    fn case(name: &str, requirements: &[&str]) -> Case {
        let requirements = requirements.iter().map(|number| (*number).to_owned()).collect();
        Case { name: name.to_owned(), about: String::new(), requirements, asks: Vec::new() }
    }

    #[test]
    fn requirements_are_read_with_their_text() {
        let mut found = Requirements::of_pages([("page.md", PAGE)]);
        found.cite(&[case("a/b", &["TW-AA-001", "TW-ZZ-001"])]);
        let said: Vec<(&str, &str)> =
            found.all.iter().map(|(number, one)| (number.as_str(), one.text.as_str())).collect();
        assert_eq!(said, [("TW-AA-001", "One and more."), ("TW-AA-002", "Two.")]);
        assert_eq!(found.uncovered(), ["TW-AA-002"]);
        assert_eq!(found.unknown, [("TW-ZZ-001".to_owned(), "a/b".to_owned())]);
    }

    #[test]
    fn what_is_proved_elsewhere_names_a_file_and_a_reason() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let list = folder.path().join("elsewhere.txt");
        let said = |line: &str| {
            let mut found = Requirements::of_pages([("page.md", PAGE)]);
            found.cite(&[case("a/b", &["TW-AA-001"])]);
            let read = std::fs::write(&list, line).map(|()| found.read_elsewhere(&list, folder.path()));
            match read {
                Ok(Ok(())) => found.uncovered().join(", "),
                Ok(Err(error)) => error.to_string().rsplit(".txt: ").next().unwrap_or_default().to_owned(),
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(said("# nothing\n"), "TW-AA-002");
        assert_eq!(said("TW-AA-002 elsewhere.txt  needs a power cut\n"), "");
        assert_eq!(said("TW-AA-002 elsewhere.txt\n"), "TW-AA-002: say behind the file why no case can");
        assert_eq!(said("TW-AA-002 no.rs why\n"), "TW-AA-002: `no.rs` is no file; name the test that proves it");
        assert_eq!(said("TW-AA-009 elsewhere.txt why\n"), "TW-AA-009 is no requirement of the specification");
        assert_eq!(said("TW-AA-001 elsewhere.txt why\n"), "TW-AA-001 has a case, a/b: take it off this list");
    }
}
