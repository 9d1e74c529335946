//! What the tests of the journal share.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, RwLock};
use tempfile::TempDir;
use tracewire_recorder::clock::{Moment, Sources, System};
use tracewire_recorder::journal::frame::{self, Kind};
use tracewire_recorder::journal::{
    Append, Directory, Item, JournalReader, JournalWriter, Tail, WhenFull, WriterOptions,
};
use tracewire_recorder::{Limits, Redact};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Map;

/// A small file, made by a program that shares no code with this crate: a header, a record `first`, a mark, a record
/// `second record`, a close of reason `exited`. See [`SMALL_FRAMES`].
pub const SMALL: &str = "\
8954574a0d0a1a0aefcdab89674523012201000001690c11aa66666f726d617401647370656363312e30647365616c01\
6870726f647563657272303030303030303030303030303061622d3167637265617465641b18867251edfa0000687265\
736f75726365a16c736572766963652e6e616d656473686f70666c696d697473a76564657074681840656e6f64657319\
c3506a746578745f62797465731a001000006c7265636f72645f62797465731a004000006c696e6c696e655f62797465\
731901006f656e76656c6f70655f6576656e74731901006e656e76656c6f70655f62797465731a000400006672656461\
6374a1646b65797380666f726967696ea564686f7374616864626f6f7461626d7069645f6e616d657370616365616e63\
706964076773746172746564096573696e6b73816573746f7265000000000000b66c947feec91d890500000002dffade\
6669727374000000580a5df8cb342b74010000000309e86af6000000000000009c5100f2f4f9cbe80d000000024772c6\
7365636f6e64207265636f7264000000ae6cb438fa7e1dcb0f000000049a6b58a166726561736f6e6665786974656400\
62f1077cf8ede30c";
/// Its seed.
pub const SMALL_SEED: u64 = 0x0123_4567_89ab_cdef;
/// Where its frames begin, and where it ends.
pub const SMALL_FRAMES: [u64; 6] = [16, 328, 352, 376, 408, 440];

pub fn small() -> Vec<u8> {
    let digits: Vec<u8> = SMALL.bytes().map(|digit| (digit as char).to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// An item without a borrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    Record(u64, Vec<u8>),
    Mark(u64),
    Close(u64, String),
    Unknown(u64, u8),
    Damage(u64, u64),
}

impl Found {
    pub fn of(item: &Item<'_>) -> Self {
        match item {
            Item::Record { offset, payload, .. } => Found::Record(*offset, payload.to_vec()),
            Item::Mark { offset, .. } => Found::Mark(*offset),
            Item::Close { offset, reason, .. } => Found::Close(*offset, reason.clone()),
            Item::Unknown { offset, kind, .. } => Found::Unknown(*offset, *kind),
            Item::Damage { offset, bytes } => Found::Damage(*offset, *bytes),
        }
    }
}

/// Everything in a file, and what stands behind it. Checks that items touch each other.
pub fn read(path: &Path) -> (Vec<Found>, Tail) {
    let mut reader = JournalReader::open(path).unwrap();
    let mut found = Vec::new();
    let mut end = reader.offset();
    while let Some(item) = reader.next().unwrap() {
        assert_eq!(item.offset(), end, "items leave no gap");
        end = item.end_offset();
        found.push(Found::of(&item));
    }
    (found, reader.tail())
}

pub fn records(path: &Path) -> Vec<Vec<u8>> {
    let payload = |found| if let Found::Record(_, payload) = found { Some(payload) } else { None };
    read(path).0.into_iter().filter_map(payload).collect()
}

/// The records of all files of a directory, and whether anything in them is damaged or torn.
pub fn all_records(directory: &Directory) -> (Vec<Vec<u8>>, bool) {
    let mut all = Vec::new();
    let mut is_damaged = false;
    for path in directory.journals().unwrap() {
        let (found, tail) = read(&path);
        is_damaged |= matches!(tail, Tail::Torn { .. }) || found.iter().any(|item| matches!(item, Found::Damage(..)));
        all.extend(
            found.into_iter().filter_map(|item| if let Found::Record(_, bytes) = item { Some(bytes) } else { None }),
        );
    }
    (all, is_damaged)
}

pub fn closes(path: &Path) -> Vec<String> {
    read(path)
        .0
        .into_iter()
        .filter_map(|item| if let Found::Close(_, reason) = item { Some(reason) } else { None })
        .collect()
}

/// A folder, and a directory of journals in it.
pub fn folder() -> (TempDir, Directory) {
    let folder = tempfile::tempdir().unwrap();
    let directory = Directory::at(folder.path().join("here"));
    (folder, directory)
}

pub fn options(directory: &Directory) -> WriterOptions {
    WriterOptions {
        directory: directory.clone(),
        resource: Map::default(),
        limits: Limits::default(),
        redact: Redact::default(),
        media: false,
        sampling: None,
        sinks: vec!["store".to_owned()],
        quota_bytes: 1 << 30,
        when_full: WhenFull::DropNewest,
        file_bytes: 32 << 20,
        fsync: false,
        append: Append::Auto,
        sources: Arc::new(System),
    }
}

/// The text of a `loss` record in these tests.
pub fn loss(_: Moment, reason: &str, count: u64, _bytes: u64) -> Vec<u8> {
    format!("loss {reason} {count}").into_bytes()
}

pub fn writer(options: WriterOptions) -> JournalWriter {
    JournalWriter::new(options, loss)
}

pub fn now() -> Moment {
    System.now()
}

/// A moment of a clock that the test holds.
pub fn at_millis(millis: u64) -> Moment {
    Moment { wall: Timestamp(1_767_225_600_000_000_000), monotonic_nanos: millis * 1_000_000 }
}

/// The path of a writer's current file.
pub fn path_of(writer: &JournalWriter) -> PathBuf {
    writer.directory().journal_path(&writer.producer().unwrap())
}

/// Frames behind the header of [`SMALL`], in a file of their own.
pub struct Builder {
    pub bytes: Vec<u8>,
}

impl Builder {
    pub fn new() -> Self {
        Builder { bytes: small()[..SMALL_FRAMES[1] as usize].to_vec() }
    }

    pub fn frame(&mut self, kind: Kind, payload: &[u8]) -> u64 {
        let offset = self.bytes.len() as u64;
        let mut frame = Vec::new();
        assert!(frame::encode(&mut frame, offset, kind, payload, SMALL_SEED));
        self.bytes.extend_from_slice(&frame);
        offset
    }

    pub fn write(&self, folder: &TempDir) -> PathBuf {
        write_file(folder, &self.bytes)
    }
}

pub fn write_file(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("00000000000000ab-1.twj");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Names the part that a child process plays; its other arguments stand in variables of their own.
const ROLE: &str = "JOURNAL_TEST_ROLE";

pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// A process that is being started holds all open files of this one for a moment, locks of journals included. Tests that
/// count on a lock being free take this for reading while they have the file open.
pub static STARTING: RwLock<()> = RwLock::new(());

/// Starts this test program again, to run the test `entry` in the given role with its standard output to a pipe.
pub fn child(entry: &str, role: &str, variables: &[(&str, &str)]) -> Child {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let _alone = STARTING.write();
    Command::new(std::env::current_exe().unwrap())
        .args([entry, "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lines that a child prints, without what the test harness prints around them.
pub fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let output = child.stdout.take().unwrap();
    BufReader::new(output).lines().map_while(Result::ok).filter_map(|line| line.strip_prefix("> ").map(str::to_owned))
}

/// What a child prints for its parent. Goes past the harness, which would keep it.
pub fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    // The harness leaves its own line open.
    out.write_all(format!("\n> {line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Names the folder of a child's journals.
pub const FOLDER: &str = "JOURNAL_TEST_FOLDER";
/// Both ways of writing, as the environment names them.
pub const WAYS: [&str; 2] = ["map", "write"];

/// Starts a role of a test file whose test `entry` plays it.
pub fn start(role: &str, directory: &Directory, way: &str) -> Child {
    child("entry", role, &[(FOLDER, directory.path().to_str().unwrap()), ("TRACEWIRE_APPEND", way)])
}

/// Runs a role to its end; gives what it said.
pub fn run(role: &str, directory: &Directory, way: &str) -> Vec<String> {
    let mut child = start(role, directory, way);
    let said = lines(&mut child).collect();
    assert_success(child.wait().unwrap());
    said
}

pub fn assert_success(status: ExitStatus) {
    assert!(status.success(), "{status}");
}
