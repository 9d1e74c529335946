//! Unsafe code stands only where it is listed here with a reason, and each use says why it is sound.

use super::{Finding, SourceFile};

/// Files and folders that may allow unsafe code, and what they need it for.
const ALLOWED: &[(&str, &str)] = &[
    ("core/recorder/src/fork.rs", "fork handlers, and memory that the kernel clears in a child"),
    ("core/recorder/src/journal/segment/", "system calls on files, and a mapped file"),
    ("core/recorder/src/journal/segment.rs", "system calls on files, and a mapped file"),
    ("bindings/python/src/walk/collection.rs", "reading a list while its host cannot change it"),
    ("bindings/napi/src/desks.rs", "a buffer of the host's that is written to while the host does not"),
    ("bindings/uniffi/src/lib.rs", "the scaffolding that uniffi generates"),
    ("bindings/uniffi/src/hot.rs", "a buffer of the host's, given by its address"),
    ("bindings/uniffi/src/release.rs", "two symbols of C by which a library says which it is"),
    ("core/fuzz/src/allocator.rs", "an allocator that counts, in front of the system's"),
    ("core/fuzz/src/steps.rs", "a function that the compiler's instrumentation calls by its name"),
    ("core/recorder/tests/", "forking, killing and crashing processes of the tests' own"),
    ("bindings/uniffi/tests/", "calling the scaffolding as a host does"),
];

/// How far above an unsafe block its argument may stand.
const NEAR: usize = 4;

/// Checks every Rust file.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_extension(&["rs"]) && !file.path.starts_with("xtask/src/lint/")) {
        let is_allowed =
            ALLOWED.iter().any(|(path, _)| file.path == *path || (path.ends_with('/') && file.path.starts_with(path)));
        let lines: Vec<&str> = file.text.lines().collect();
        if file.path.ends_with("/src/lib.rs") && !lines.iter().any(|line| is_ban(line)) && !is_allowed {
            findings.push(Finding::error(&file.path, 1, "a crate begins with #![forbid(unsafe_code)], or #![deny(unsafe_code)] if a file of it is listed in xtask/src/lint/unsafety.rs"));
        }
        for (index, line) in lines.iter().enumerate() {
            if !is_use(line) {
                continue;
            }
            if !is_allowed {
                findings.push(Finding::error(
                    &file.path,
                    index + 1,
                    "unsafe code outside of the places listed in xtask/src/lint/unsafety.rs",
                ));
            } else if line.contains("unsafe {")
                && !lines[index.saturating_sub(NEAR)..=index].iter().any(|line| line.contains("SAFETY"))
            {
                findings.push(Finding::error(&file.path, index + 1, "an unsafe block without a `// SAFETY:` comment"));
            }
        }
    }
    findings
}

fn is_ban(line: &str) -> bool {
    ["#![forbid(unsafe_code", "#![deny(unsafe_code"].iter().any(|ban| line.trim_start().starts_with(ban))
}

/// Whether code (not a comment, not a text) is unsafe on this line.
fn is_use(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    ["unsafe {", "unsafe fn ", "unsafe impl ", "unsafe extern ", "#[unsafe("].iter().any(|word| match code.find(word) {
        Some(at) => code[..at].matches('"').count().is_multiple_of(2),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    #[test]
    fn unsafe_code_elsewhere_is_found() {
        let files = [file("core/wire/src/lib.rs", "#![forbid(unsafe_code)]\nlet x = unsafe { y() };\n")];
        assert_eq!(
            said(check(&files)),
            ["core/wire/src/lib.rs:2: unsafe code outside of the places listed in xtask/src/lint/unsafety.rs"]
        );
    }

    #[test]
    fn an_argument_is_asked_for() {
        let with = file("core/recorder/src/fork.rs", "// SAFETY: it is.\nunsafe { y() };\n");
        let without = file("core/recorder/src/fork.rs", "unsafe { y() };\n");
        assert!(check(&[with]).is_empty());
        assert_eq!(
            said(check(&[without])),
            ["core/recorder/src/fork.rs:1: an unsafe block without a `// SAFETY:` comment"]
        );
    }

    #[test]
    fn words_in_texts_and_comments_are_not_code() {
        assert!(check(&[file("xtask/src/a.rs", "let a = \"unsafe { }\"; // unsafe { }\n")]).is_empty());
    }
}
