//! Names of projects, and the folders that they stand for.

use std::path::{Path, PathBuf};

/// The project of whoever shows no key.
pub const DEFAULT_PROJECT: &str = "default";
/// Folder of the other projects.
pub(crate) const PROJECTS: &str = "projects";
/// The longest name.
const LONGEST_NAME: usize = 40;

/// Whether a project may have this name: it is part of a path, of a schema's name and of keys.
pub fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with('-')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The folder of a project.
pub fn folder_of(directory: &Path, name: &str) -> PathBuf {
    if name == DEFAULT_PROJECT { directory.to_owned() } else { directory.join(PROJECTS).join(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless() {
        for good in ["default", "a", "team-7", &"x".repeat(40)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "A", "a_b", "../x", "-a", "a/b", "é", &"x".repeat(41)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
