//! A file of the project names no path of somebody's machine and no registry but the language's own.

use super::{Finding, SourceFile};

/// Folders in which people and build machines keep their things; a path that begins there means one machine.
const HOMES: &[&str] = &["/root/", "/home/", "/Users/", "/work/", "/workspace/", "/mnt/", "/srv/"];

/// Settings that point a package manager elsewhere.
const REGISTRIES: &[&str] = &["--index-url", "--extra-index-url", "index-url =", "replace-with", "--find-links"];

/// Files in which these words are the subject.
const ABOUT_THEM: &[&str] = &["xtask/src/lint/words.rs"];

/// Checks every text file.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !ABOUT_THEM.contains(&file.path.as_str())) {
        for (index, line) in file.text.lines().enumerate() {
            for home in HOMES {
                if begins_a_path(line, home) {
                    findings.push(Finding::error(
                        &file.path,
                        index + 1,
                        format!("a path of somebody's machine: {home}…"),
                    ));
                }
            }
            for word in REGISTRIES.iter().filter(|word| line.contains(*word)) {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    format!("a package manager is pointed elsewhere: {word}"),
                ));
            }
            if file.path.ends_with("package-lock.json") && line.contains("\"resolved\":") {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    "an address of a registry: npm install --omit-lockfile-registry-resolved",
                ));
            }
            if file.path.ends_with("Cargo.lock")
                && line.starts_with("source = ")
                && !line.contains("https://github.com/rust-lang/crates.io-index")
            {
                findings.push(Finding::error(&file.path, index + 1, "a dependency that does not come from crates.io"));
            }
        }
    }
    findings
}

/// Whether an absolute path begins with this folder: the slash before it is the first one of the path.
fn begins_a_path(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "./_-}$*>)~…".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    #[test]
    fn paths_of_a_machine_are_found() {
        let files = [file("README.md", "see /home/anna/x\nand spec/work/x, https://a.b/home/c\n")];
        assert_eq!(said(check(&files)), ["README.md:1: a path of somebody's machine: /home/…"]);
    }

    #[test]
    fn an_address_in_a_lock_file_is_found() {
        let lock = "  \"version\": \"1.0.0\",\n  \"resolved\": \"https://npm.example.org/a.tgz\",\n";
        assert_eq!(
            said(check(&[file("xtask/peers/package-lock.json", lock)])),
            [
                "xtask/peers/package-lock.json:2: an address of a registry: npm install --omit-lockfile-registry-resolved"
            ]
        );
    }

    #[test]
    fn a_foreign_source_is_found() {
        let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"registry+https://crates.example.org\"\n";
        assert_eq!(
            said(check(&[file("Cargo.lock", lock)])),
            ["Cargo.lock:2: a dependency that does not come from crates.io"]
        );
    }
}
