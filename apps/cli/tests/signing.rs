//! What `verify` says of chains that were tampered with, cut, reordered, erased, swapped and replayed, signed and unsigned; and
//! the keys that it takes for that.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, command, record_agent, recorder, recorder_at, run, start};
use tempfile::TempDir;
use tracewire_recorder::Recorder;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::erase::{Removal, Selection};
use tracewire_wire::event::Status;
use tracewire_wire::sign::SigningKey;

/// Of the seed that is 32 times 7.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH
-----END PRIVATE KEY-----
";

/// A folder with a key, and with what two processes recorded: three envelopes each, the last of which closes.
struct Recorded {
    folder: TempDir,
    /// Lines of envelopes of the first one.
    mine: Vec<String>,
    /// Those of the other one.
    theirs: Vec<String>,
    /// The signed heads of both.
    heads: Vec<String>,
}

fn turn(recorder: &Recorder, name: &str) {
    let agent = start(recorder, None, "agent", name, "How do otters keep warm?");
    recorder.end_span(&agent, &Status::Ok, |body| body.text("output", "Otters have dense fur."));
    recorder.flush(None);
}

impl Recorded {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for process in ["00000000000000a1", "00000000000000b2"] {
            let recorder = recorder_at(folder.path(), process, 0);
            ["first", "second", "third"].iter().for_each(|name| turn(&recorder, name));
            recorder.close(None);
        }
        let at = |name: &str| folder.path().join(name);
        fs::write(at("signing.pub"), PRIVATE.parse::<SigningKey>().unwrap().public().to_pem()).unwrap();
        private(&at("signing.pem"), PRIVATE);
        assert_eq!(run(folder.path(), &["sign", "--key", "signing.pem"]).code, Some(0));
        let lines: Vec<String> = run(folder.path(), &["export"]).out.lines().map(str::to_owned).collect();
        let (heads, envelopes): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.contains("\"statement\""));
        let (mine, theirs) = envelopes.into_iter().partition(|line| line.contains("\"00000000000000a1-1\""));
        Self { folder, mine, theirs, heads }
    }

    /// What is said of lines, with the key and without.
    fn verdicts(&self, lines: &[String]) -> String {
        fs::write(self.folder.path().join("run.jsonl"), lines.join("\n") + "\n").unwrap();
        let said = |arguments: &[&str]| {
            let ran = run(self.folder.path(), arguments);
            format!("$ tracewire {}\n{}exit code {}\n", arguments.join(" "), untimed(&ran), ran.code.unwrap())
        };
        [said(&["verify", "run.jsonl"]), said(&["verify", "run.jsonl", "--key", "signing.pub"])].join("\n")
    }

    /// The first process and its head.
    fn signed(&self, lines: impl IntoIterator<Item = String>) -> Vec<String> {
        lines.into_iter().chain([self.heads[0].clone()]).collect()
    }
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Without the moment of signing.
fn untimed(ran: &Ran) -> String {
    let lines = ran.out.lines().map(|line| match line.split_once(" UTC") {
        Some((before, rest)) if before.contains("signed ") => {
            let (before, _) = before.rsplit_once(", ").unwrap();
            format!("{before}, THEN UTC{rest}\n")
        }
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn changed(line: &str, change: impl FnOnce(&mut Envelope)) -> String {
    let mut envelope = Envelope::read(line.as_bytes()).unwrap();
    change(&mut envelope);
    String::from_utf8(envelope.write()).unwrap()
}

/// The chain from an envelope on, made anew by who has no key.
fn resealed(lines: &[String]) -> Vec<String> {
    let mut prev = None;
    let anew = lines.iter().map(|line| {
        changed(line, |envelope| {
            envelope.prev = prev;
            envelope.digest = envelope.compute_digest();
            prev = Some(envelope.digest);
        })
    });
    anew.collect()
}

#[test]
fn whole() {
    let recorded = Recorded::new();
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(recorded.mine.clone())));
}

#[test]
fn unsigned() {
    let recorded = Recorded::new();
    insta::assert_snapshot!(recorded.verdicts(&recorded.mine));
}

#[test]
fn tampered() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    lines[1] = lines[1].replace("second", "sekond");
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn tampered_and_made_anew() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    lines[1] = lines[1].replace("second", "sekond");
    let lines = resealed(&lines);
    insta::assert_snapshot!("without_its_head", recorded.verdicts(&lines));
    insta::assert_snapshot!("with_its_head", recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn truncated() {
    let recorded = Recorded::new();
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(recorded.mine[..2].to_vec())));
}

#[test]
fn truncated_inside_a_line() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    let half = lines[2].len() / 2;
    lines[2].truncate(half);
    lines.insert(0, recorded.heads[0].clone());
    insta::assert_snapshot!(recorded.verdicts(&lines));
}

#[test]
fn truncated_with_an_earlier_head_in_its_place() {
    let recorded = Recorded::new();
    let earlier = recorded.folder.path().join("earlier.jsonl");
    fs::write(&earlier, recorded.mine[..2].join("\n")).unwrap();
    let head = run(recorded.folder.path(), &["sign", "earlier.jsonl", "--key", "signing.pem"]).out;
    let lines: Vec<String> = recorded.mine[..2].iter().cloned().chain([head.trim().to_owned()]).collect();
    insta::assert_snapshot!("cut_to_it", recorded.verdicts(&lines));
    let lines: Vec<String> = recorded.mine.iter().cloned().chain([head.trim().to_owned()]).collect();
    insta::assert_snapshot!("more_than_it_proves", recorded.verdicts(&lines));
}

#[test]
fn a_gap() {
    let recorded = Recorded::new();
    let lines = [recorded.mine[0].clone(), recorded.mine[2].clone()];
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn reordered() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    lines.swap(0, 2);
    insta::assert_snapshot!("lines", recorded.verdicts(&recorded.signed(lines)));
    let mut lines = recorded.mine.clone();
    lines[1] = changed(&lines[1], |envelope| envelope.events.swap(0, 1));
    insta::assert_snapshot!("events", recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn erased() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    lines[1] = changed(&lines[1], |envelope| {
        let selection = Selection { contents: Vec::new(), bodies: vec![3], events: Vec::new() };
        selection.remove(envelope, Removal::Erase);
    });
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn swapped() {
    let recorded = Recorded::new();
    let mut lines = recorded.mine.clone();
    lines[1] = recorded.theirs[1].replace("00000000000000b2-1", "00000000000000a1-1");
    insta::assert_snapshot!(recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn replayed() {
    let recorded = Recorded::new();
    // The head of another process, as it is, and under this one's name.
    let mut lines = recorded.mine.clone();
    lines.push(recorded.heads[1].clone());
    insta::assert_snapshot!("of_another", recorded.verdicts(&lines));
    let mut lines = recorded.mine.clone();
    lines.push(recorded.heads[1].replace("00000000000000b2-1", "00000000000000a1-1"));
    insta::assert_snapshot!("of_another_renamed", recorded.verdicts(&lines));
    // Envelopes that come twice are one.
    let lines: Vec<String> = recorded.mine.iter().chain(&recorded.mine).cloned().collect();
    insta::assert_snapshot!("envelopes", recorded.verdicts(&recorded.signed(lines)));
}

#[test]
fn another_key() {
    let recorded = Recorded::new();
    let path = |name: &str| recorded.folder.path().join(name);
    assert_eq!(run(recorded.folder.path(), &["keygen", "theirs/key.pem"]).code, Some(4), "no folder is made");
    fs::create_dir(path("theirs")).unwrap();
    fs::write(path("theirs/key.pub"), SigningKey::from_seed(&[8; 32]).public().to_pem()).unwrap();
    let lines = recorded.signed(recorded.mine.clone());
    fs::write(path("run.jsonl"), lines.join("\n")).unwrap();
    let ran = run(recorded.folder.path(), &["verify", "run.jsonl", "--key", "theirs"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(untimed(&ran));
    // One of several is enough, in whatever form.
    let hex: String =
        SigningKey::from_seed(&[7; 32]).public().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(run(recorded.folder.path(), &["verify", "run.jsonl", "--key", "theirs", "--key", &hex]).code, Some(0));
}

#[test]
fn the_store_keeps_heads_and_hands_them_on() {
    let recorded = Recorded::new();
    let here = recorded.folder.path();
    let ran = run(here, &["verify", "--key", "signing.pub"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 producers are whole up to a head"), "{}", ran.out);
    let again = run(here, &["sign", "--key", "signing.pem"]);
    assert!(again.out.contains("0 heads signed") && again.out.contains("2 signed before"), "{}", again.out);
    for format in ["json", "toon", "proto"] {
        let other = tempfile::tempdir().unwrap();
        let name = format!("all.{format}");
        assert_eq!(run(here, &["export", "-o", &name, "--format", format]).code, Some(0));
        let file = here.join(&name);
        let file = file.to_str().unwrap();
        let key = here.join("signing.pub");
        let verified = run(other.path(), &["verify", file, "--key", key.to_str().unwrap()]);
        if format == "proto" {
            // By its first bytes.
            fs::rename(file, here.join("all.binpb")).unwrap();
            continue;
        }
        assert_eq!(verified.code, Some(0), "{format}: {}{}", verified.out, verified.err);
        if format == "json" {
            let taken = run(other.path(), &["import", file]);
            assert!(taken.out.contains("2 signed heads"), "{}{}", taken.out, taken.err);
            let validated = run(other.path(), &["validate", file]);
            assert_eq!(validated.code, Some(0), "{}", validated.out);
            assert_eq!(run(other.path(), &["verify", "--key", key.to_str().unwrap()]).code, Some(0));
        }
    }
    let verified = run(here, &["verify", "all.binpb", "--key", "signing.pub"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.out, verified.err);
}

#[test]
fn who_reads_journals_signs_where_the_settings_name_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    private(&here.join("signing.pem"), PRIVATE);
    fs::write(here.join("tracewire.toml"), "signing_key = \"signing.pem\"\n").unwrap();
    fs::write(here.join("signing.pub"), PRIVATE.parse::<SigningKey>().unwrap().public().to_pem()).unwrap();
    let recorder = recorder(here, "00000000000000a1", "research");
    turn(&recorder, "first");
    assert_eq!(run(here, &["list"]).code, Some(0));
    // The end is open: proved so far.
    let open = run(here, &["verify", "--key", "signing.pub"]);
    assert!(open.out.contains("proved to event 2, end open"), "{}{}", open.out, open.err);
    record_agent(&recorder);
    recorder.close(None);
    // Who verifies signs nothing: what came since is not proved.
    let later = run(here, &["verify", "--key", "signing.pub"]);
    assert!(later.out.contains("behind the signed head, by nobody proved"), "{}{}", later.out, later.err);
    assert_eq!(run(here, &["list"]).code, Some(0));
    let closed = run(here, &["verify", "--json", "--key", "signing.pub"]);
    let said: serde_json::Value = serde_json::from_str(&closed.out).unwrap();
    assert_eq!(said["proved"], true, "{}", closed.out);
    // The later head took the place of the earlier one.
    assert_eq!(said["producers"]["00000000000000a1-1"]["signed"]["heads"], 1);
    let config = run(here, &["config"]);
    assert!(config.out.contains("(a secret)") && !config.out.contains("signing.pem"), "{}", config.out);
}

#[test]
fn keys_that_cannot_be_used_are_named_and_never_shown() {
    let recorded = Recorded::new();
    let here = recorded.folder.path();
    let seed = "0707070707070707070707070707070707070707070707070707070707070707";
    // In the environment it may be the key itself.
    let ran: Ran = command(here, &["sign", "--json"]).env("TRACEWIRE_SIGNING_KEY", seed).output().unwrap().into();
    assert_eq!((ran.code, ran.out.contains("\"known\":2")), (Some(0), true), "{}{}", ran.out, ran.err);
    let config: Ran = command(here, &["config", "--json"]).env("TRACEWIRE_SIGNING_KEY", seed).output().unwrap().into();
    assert!(!config.out.contains("0707") && config.out.contains("(a secret)"), "{}", config.out);
    fs::write(here.join("tracewire.toml"), format!("signing_key = \"{seed}\"\n")).unwrap();
    let config = run(here, &["config"]);
    assert!(
        config.out.contains("a key does not stand in a project's file") && !config.out.contains("0707"),
        "{}",
        config.out
    );
    fs::remove_file(here.join("tracewire.toml")).unwrap();

    #[cfg(unix)]
    {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(here.join("signing.pem"), open).unwrap();
        let ran = run(here, &["sign", "--key", "signing.pem"]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("others can read it (mode 0644); `chmod 600`"), "{}", ran.err);
        // Who only reads is told and goes on.
        let ran: Ran = command(here, &["list"]).env("TRACEWIRE_SIGNING_KEY", "signing.pem").output().unwrap().into();
        assert_eq!(ran.code, Some(0));
        assert!(
            ran.err.starts_with("nothing is signed: the signing key signing.pem: others can read it"),
            "{}",
            ran.err
        );
        let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(here.join("signing.pem"), closed).unwrap();
    }
    for (arguments, code, said) in [
        (&["sign"][..], 2, "no key is named"),
        (&["verify", "--key", "signing.pem"], 2, "it is a private key; its public half is expected"),
        (&["verify", "--key", "nowhere.pub"], 4, "nowhere.pub"),
        (&["keygen", "signing.pem"], 2, "signing.pem is there already"),
        (&["keygen", "fresh.pub"], 2, "a name that ends in .pub is the public key's"),
    ] {
        let ran = run(here, arguments);
        assert!(ran.code == Some(code) && ran.err.contains(said), "{arguments:?}: {:?} {}", ran.code, ran.err);
    }
    assert_eq!(fs::read_to_string(here.join("signing.pem")).unwrap(), PRIVATE);
}

#[test]
fn a_pair_that_was_made_signs_and_proves() {
    let recorded = Recorded::new();
    let here = recorded.folder.path();
    let made = run(here, &["keygen", "fresh.pem"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    #[cfg(unix)]
    {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(here.join("fresh.pem")).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::write(here.join("run.jsonl"), recorded.mine.join("\n") + "\n").unwrap();
    let head = run(here, &["sign", "run.jsonl", "--key", "fresh.pem"]).out;
    fs::write(here.join("run.jsonl"), recorded.mine.join("\n") + "\n" + &head).unwrap();
    assert_eq!(run(here, &["verify", "run.jsonl", "--key", "fresh.pub"]).code, Some(0));
    assert_eq!(run(here, &["verify", "run.jsonl", "--key", "signing.pub"]).code, Some(1));
}

#[test]
fn what_contradicts_is_not_signed() {
    let recorded = Recorded::new();
    let here = recorded.folder.path();
    let mut lines = recorded.mine.clone();
    lines[1] = lines[1].replace("second", "sekond");
    fs::write(here.join("run.jsonl"), lines.join("\n")).unwrap();
    let ran = run(here, &["sign", "run.jsonl", "--key", "signing.pem"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("00000000000000a1-1 contradicts or has a gap, and is not signed"), "{}", ran.err);
}
