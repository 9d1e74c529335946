//! One concept for each file: a file that grows beyond 400 lines probably holds two.

use super::{Finding, SourceFile};

const LONGEST: usize = 400;

/// Warns of long source files.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.has_extension(&["rs", "py", "ts", "mjs"]) && !file.is_generated())
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > LONGEST).then(|| {
                Finding::warning(
                    &file.path,
                    lines,
                    format!("{lines} lines; one concept for each file, of at most {LONGEST} lines"),
                )
            })
        })
        .collect()
}
