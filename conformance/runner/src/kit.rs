//! The kit as a whole: cases, what they prove, and where they are taken from.

use crate::ConformanceError;
use crate::case::{self, Case};
use crate::files::Files;
use crate::golden;
use crate::requirements::{PAGES, Requirements};
use std::path::Path;

/// The version of the specification that the cases are of.
pub const SPEC: &str = tracewire_wire::envelope::SPEC_VERSION;

/// Cases with the requirements that they cite.
#[derive(Clone, Debug, Default)]
pub struct Kit {
    /// Those of the folder in the order of their names, then what releases emitted.
    pub cases: Vec<Case>,
    /// What the specification asks for.
    pub requirements: Requirements,
}

impl Kit {
    /// Takes everything from a checkout of the project.
    ///
    /// # Errors
    /// Where a file cannot be read or does not say what it must.
    pub fn of_checkout(root: &Path) -> Result<Self, ConformanceError> {
        let golden = root.join("conformance/golden");
        let golden = if golden.is_dir() { Files::of_folder(&golden)? } else { Files::default() };
        let cases = Files::of_folder(&root.join("conformance/cases"))?;
        let mut kit = Kit::of(&cases, &golden, &Files::of_folder(&root.join("spec"))?)?;
        let elsewhere = root.join("conformance/elsewhere.txt");
        if elsewhere.exists() {
            kit.requirements.read_elsewhere(&elsewhere, root)?;
        }
        Ok(kit)
    }

    /// Takes everything from the files that the build packed into this program, or the cases from another folder.
    ///
    /// # Errors
    /// Where a file of that folder cannot be read or does not say what it must.
    #[cfg(feature = "embedded")]
    pub fn embedded(cases: Option<&Path>) -> Result<Self, ConformanceError> {
        let files = Files::embedded();
        match cases {
            None => Kit::of(&files.below("cases"), &files.below("golden"), &files.below("spec")),
            Some(folder) => Kit::of(&Files::of_folder(folder)?, &Files::default(), &files.below("spec")),
        }
    }

    fn of(cases: &Files, golden: &Files, spec: &Files) -> Result<Self, ConformanceError> {
        let mut cases = case::load_from(cases)?;
        cases.extend(golden::cases(golden)?);
        let mut pages = Vec::new();
        for page in PAGES {
            pages.push((page, spec.text(page)?));
        }
        let mut requirements = Requirements::of_pages(pages);
        requirements.cite(&cases);
        Ok(Kit { cases, requirements })
    }
}
