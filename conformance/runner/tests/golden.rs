//! What a release emitted becomes cases, and never changes.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::Path;
use tracewire_conformance::files::Files;
use tracewire_conformance::golden;
use tracewire_wire::id::Hash;

fn release(folder: &Path) {
    let version = folder.join("0.1.0");
    fs::create_dir_all(version.join("journals")).unwrap();
    let mut digests = String::from("# comment\n");
    for (name, text) in [
        ("recording.json", "[{\"a\":1},{\"b\":2}]"),
        ("recording.jsonl", "{\"a\":1}\n{\"b\":2}\n"),
        ("recording.binpb", "proto"),
        ("recording.toon", "toon"),
        ("recording.csv", "csv"),
        ("journals/x-y.twj", "journal"),
        ("journals/x-y.jsonl", "{\"c\":3}\n"),
    ] {
        fs::write(version.join(name), text).unwrap();
        digests.push_str(&format!("file {name} {}\n", Hash::of(text.as_bytes())));
    }
    digests.push_str("recording values/a 1 sound complete\nrecording values/b 1 broken partial digest seq_gap\n");
    fs::write(version.join("digests.txt"), digests).unwrap();
}

fn cases(folder: &Path) -> Result<Vec<String>, String> {
    let cases = golden::cases(&Files::of_folder(folder).unwrap()).map_err(|error| error.to_string())?;
    Ok(cases
        .iter()
        .flat_map(|case| case.asks.iter().map(|ask| format!("{} {} {:?}", case.name, ask.what, ask.expected)))
        .collect())
}

#[test]
fn a_release_becomes_cases() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path());
    let said = cases(folder.path()).unwrap();
    assert_eq!(said.len(), 8);
    assert!(said[0].starts_with("golden/0.1.0-json  Bytes"), "{said:?}");
    assert!(said[5].starts_with("golden/0.1.0-journal-x-y  Envelopes"), "{said:?}");
    assert_eq!(
        said[6],
        "golden/0.1.0-verify values/a Report { sound: true, complete: true, proved: None, findings: [] }"
    );
    let broken = r#"golden/0.1.0-verify values/b Report { sound: false, complete: false, proved: None, findings: ["digest", "seq_gap"] }"#;
    assert_eq!(said[7], broken);
}

#[test]
fn a_change_of_what_was_released_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path());
    fs::write(folder.path().join("0.1.0/recording.toon"), "toom").unwrap();
    assert!(cases(folder.path()).unwrap_err().contains("recording.toon: is not what was released"));
    release(folder.path());
    fs::write(folder.path().join("0.1.0/journals/more.twj"), "").unwrap();
    assert!(cases(folder.path()).unwrap_err().contains("more.twj: is no file of the release"));
}
