//! Every package has the workspace's version, for they are released together and compare their contract when they load.

use super::{Finding, SourceFile};

/// A file, and what stands before its version and behind it.
const PLACES: &[(&str, &str, &str)] = &[
    ("sdks/python/src/tracewire/_version.py", "__version__ = \"", "\""),
    ("sdks/typescript/package.json", "\"version\": \"", "\""),
    ("sdks/typescript/src/version.ts", "VERSION = \"", "\""),
    ("sdks/kotlin/pom.xml", "<artifactId>tracewire-parent</artifactId>\n  <version>", "<"),
    ("sdks/kotlin/tracewire/src/main/kotlin/dev/tracewire/Version.kt", "VERSION: String = \"", "\""),
    ("sdks/swift/Sources/Tracewire/Native/Library.swift", "tracewireVersion = \"", "\""),
];
const WORKSPACE: (&str, &str, &str) = ("Cargo.toml", "[workspace.package]\nversion = \"", "\"");

/// Checks every package that is there.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let Some((_, wanted)) = text_of(WORKSPACE.0).and_then(|text| version(text, WORKSPACE.1, WORKSPACE.2)) else {
        return vec![Finding::error(WORKSPACE.0, 1, "the workspace has no version")];
    };
    let of_place = |(path, before, behind): &(&str, &str, &str)| {
        let text = text_of(path)?;
        match version(text, before, behind) {
            Some((_, found)) if found == wanted => None,
            Some((line, found)) => {
                Some(Finding::error(path, line, format!("version {found}, where the workspace has {wanted}")))
            }
            None => Some(Finding::error(path, 1, "the version is not where xtask/src/lint/versions.rs looks for it")),
        }
    };
    PLACES.iter().filter_map(of_place).collect()
}

/// The line and the text between what stands before and behind.
fn version<'a>(text: &'a str, before: &str, behind: &str) -> Option<(usize, &'a str)> {
    let (head, rest) = text.split_once(before)?;
    let (version, _) = rest.split_once(behind)?;
    Some((head.lines().count() + before.matches('\n').count(), version))
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    #[test]
    fn another_version_is_found() {
        let workspace = file("Cargo.toml", "[workspace.package]\nversion = \"1.2.0\"\n");
        let same = file("sdks/typescript/src/version.ts", "// It.\nexport const VERSION = \"1.2.0\";\n");
        let other = file("sdks/typescript/package.json", "{\n  \"version\": \"1.1.0\"\n}\n");
        let elsewhere = file("sdks/python/src/tracewire/_version.py", "VERSION = 1\n");
        assert_eq!(
            said(check(&[workspace, same, other, elsewhere])),
            [
                "sdks/python/src/tracewire/_version.py:1: the version is not where xtask/src/lint/versions.rs looks for it",
                "sdks/typescript/package.json:2: version 1.1.0, where the workspace has 1.2.0",
            ]
        );
    }
}
