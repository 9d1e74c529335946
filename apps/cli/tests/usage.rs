//! Help, completions, and what a command needs.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::io::Write as _;
use std::process::Stdio;

use common::{populated, run};

#[test]
fn completions_are_made_for_every_shell() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(folder.path(), &["completions", shell]);
        assert_eq!(ran.code, Some(0));
        for command in [
            "verify",
            "query",
            "sessions",
            "cost",
            "watch",
            "run",
            "export",
            "import",
            "redact",
            "tokens",
            "config",
            "validate",
            "conformance",
        ] {
            assert!(ran.out.contains(command), "{shell}: {command}");
        }
    }
    let mut bash = std::process::Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(run(folder.path(), &["completions", "bash"]).out.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success(), "the script is a script");
}

#[test]
fn every_command_has_help_and_the_large_ones_examples() {
    let large = [
        "query",
        "sessions",
        "cost",
        "watch",
        "run",
        "export",
        "import",
        "redact",
        "tokens",
        "trace",
        "conformance",
        "validate",
    ];
    let small = ["list", "tail", "verify", "config"];
    let folder = tempfile::tempdir().unwrap();
    for command in large.iter().chain(&small) {
        let ran = run(folder.path(), &[command, "--help"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command}");
        let has_examples = ran.out.contains("Examples:\n  tracewire ") || ran.out.contains("Keys: arrows");
        assert!(has_examples || small.contains(command), "{}", ran.out);
    }
}

#[test]
fn help_names_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["--help"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("Exit codes: 0 as asked"), "{}", ran.out);
    assert_eq!(run(folder.path(), &["--version"]).out, format!("tracewire {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn watch_without_a_terminal_says_what_to_use() {
    let folder = populated();
    for arguments in [&["watch"][..], &["watch", "--json"]] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains("no_terminal") && ran.err.contains("`tracewire tail` follows"), "{}", ran.err);
    }
}
