//! In Kotlin, memory outside of the collected heap is made only where it is kept reachable until the native half has read it.
//!
//! What uniffi generates for borrowed bytes takes a direct buffer's address and lets go of the buffer, so the collector may free
//! it under the call. `lending` keeps it; a buffer from elsewhere would not be kept.

use super::{Finding, SourceFile};

/// Files that make such memory, each with a `reachabilityFence` behind the call.
const KEEPERS: &[&str] = &["internal/native/Lent.kt", "internal/recording/Pen.kt"];

/// What uniffi generates: it names such memory, and makes none.
const GENERATED: &str = "sdks/kotlin/native/";

/// Checks the Kotlin SDK's own files; tests may make what they like.
pub fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_own =
        |path: &str| path.starts_with("sdks/kotlin/") && path.contains("/src/main/") && !path.starts_with(GENERATED);
    for file in files.iter().filter(|file| is_own(&file.path)) {
        let makes = |line: &str| line.contains("allocateDirect(");
        let is_keeper = KEEPERS.iter().any(|keeper| file.path.ends_with(keeper));
        if is_keeper && !file.text.contains("Reference.reachabilityFence(") {
            findings.push(Finding::error(
                &file.path,
                1,
                "lent memory is not kept: Reference.reachabilityFence behind the call",
            ));
        }
        for (index, _) in file.text.lines().enumerate().filter(|(_, line)| makes(line) && !is_keeper) {
            findings.push(Finding::error(
                &file.path,
                index + 1,
                "memory for the native half is lent by `lending` (Lent.kt)",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::{file, said};
    use super::*;

    const MAIN: &str = "sdks/kotlin/tracewire/src/main/kotlin/dev/tracewire/";

    #[test]
    fn memory_that_nobody_keeps_is_found() {
        let made = "val memory = ByteBuffer.allocateDirect(8)\n";
        let path = format!("{MAIN}Formats.kt");
        let wrong = format!("{path}:1: memory for the native half is lent by `lending` (Lent.kt)");
        assert_eq!(said(check(&[file(&path, made)])), [wrong]);
        assert!(check(&[file("sdks/kotlin/tracewire/src/test/kotlin/A.kt", made)]).is_empty());
    }

    #[test]
    fn a_keeper_keeps() {
        let path = format!("{MAIN}internal/native/Lent.kt");
        let kept = "ByteBuffer.allocateDirect(8)\nReference.reachabilityFence(memory)\n";
        assert!(check(&[file(&path, kept)]).is_empty());
        let lost = format!("{path}:1: lent memory is not kept: Reference.reachabilityFence behind the call");
        assert_eq!(said(check(&[file(&path, "ByteBuffer.allocateDirect(8)\n")])), [lost]);
    }
}
