//! The writer: what it writes, what it drops, and what it says about it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tracewire_recorder::journal::{
    Append, Directory, JournalReader, JournalWriter, Liveness, WriterOptions, journal_bytes, liveness, reason,
};
use tracewire_recorder::testing::{Script, Scripted};

const WAYS: [Append; 2] = [Append::Mapped, Append::Written];

fn dropped(writer: &JournalWriter) -> BTreeMap<String, u64> {
    writer.counters().dropped
}

#[test]
fn a_life_of_a_file() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, ..options(&directory) });
        assert!(!directory.path().exists(), "nothing is made before the first record");
        assert_eq!(writer.producer(), None);
        writer.mark();
        writer.append(b"one", now()).unwrap();
        assert_eq!(writer.is_mapped(), append == Append::Mapped);
        let path = path_of(&writer);
        let mut reader = JournalReader::open(&path).unwrap();
        let first = reader.offset();
        assert_eq!(reader.next().unwrap().map(|item| Found::of(&item)), Some(Found::Record(first, b"one".to_vec())));
        assert_eq!(reader.next().unwrap(), None);
        assert_eq!(liveness(&path, reader.header()), Liveness::Alive);

        writer.append(b"two", now()).unwrap();
        writer.mark();
        writer.mark();
        let second = first + 24;
        assert_eq!(reader.next().unwrap().map(|item| Found::of(&item)), Some(Found::Record(second, b"two".to_vec())));
        assert_eq!(reader.next().unwrap().map(|item| Found::of(&item)), Some(Found::Mark(second + 24)));
        assert_eq!(reader.next().unwrap(), None, "a second mark behind a mark says nothing");

        writer.close("exited");
        assert_eq!(
            reader.next().unwrap().map(|item| Found::of(&item)),
            Some(Found::Close(second + 48, "exited".to_owned()))
        );
        assert_eq!(reader.next().unwrap(), None);
        assert_eq!(liveness(&path, reader.header()), Liveness::Closed);
        assert_eq!(fs::metadata(&path).unwrap().len(), reader.offset(), "reserved space is given back");
        assert_eq!(writer.append(b"late", now()).unwrap_err().reason, reason::CLOSED);
        let counters = writer.counters();
        assert_eq!((counters.written, counters.files), (2, 1));
        assert_eq!(counters.dropped, [("closed".to_owned(), 1)].into());
    }
}

#[test]
fn only_the_user_can_read_it() {
    let (_keep, directory) = folder();
    let writer = writer(options(&directory));
    writer.append(b"secret", now()).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.path()), 0o700);
    assert_eq!(mode(&directory.journal_folder()), 0o700);
    assert_eq!(mode(&path_of(&writer)), 0o600);
    assert_eq!(fs::read(directory.path().join(".gitignore")).unwrap(), b"*\n");
    let names: Vec<_> =
        fs::read_dir(directory.journal_folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn every_size_comes_back() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, file_bytes: 64 << 20, ..options(&directory) });
        let sizes = [1usize, 7, 8, 9, 1300, 65_536, 1_048_560, 1_048_576, 5_000_000, 3, 2_097_152];
        let payload = |index: usize| vec![index as u8 + 1; sizes[index]];
        for index in 0..sizes.len() {
            writer.append(&payload(index), now()).unwrap();
        }
        assert_eq!(writer.append(b"", now()).unwrap_err().reason, reason::SIZE);
        let found = records(&path_of(&writer));
        assert_eq!(found.len(), sizes.len());
        assert!(found.iter().enumerate().all(|(index, bytes)| *bytes == payload(index)), "{append:?}");
    }
}

#[test]
fn eight_threads_lose_and_tear_nothing() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, file_bytes: 1 << 20, ..options(&directory) });
        std::thread::scope(|scope| {
            for thread in 0..8u64 {
                let writer = &writer;
                scope.spawn(move || {
                    for number in 0..2000u64 {
                        let mut payload = format!("{thread} {number} ").into_bytes();
                        payload.resize(payload.len() + (number * 37 % 900) as usize, b'.');
                        writer.append(&payload, now()).unwrap();
                    }
                });
            }
        });
        writer.close("exited");
        let (all, is_damaged) = all_records(&directory);
        assert!(!is_damaged);
        assert_eq!(all.len(), 16_000);
        let mut next = [0u64; 8];
        for payload in all {
            let text = String::from_utf8(payload).unwrap();
            let mut words = text.split(' ');
            let thread: usize = words.next().unwrap().parse().unwrap();
            let number: u64 = words.next().unwrap().parse().unwrap();
            assert_eq!(number, next[thread], "a thread's records keep their order");
            assert_eq!(words.next().unwrap().len() as u64, number * 37 % 900);
            next[thread] += 1;
        }
        assert!(writer.counters().files > 5);
    }
}

#[test]
fn a_reader_beside_the_writer_sees_whole_records_in_order() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, file_bytes: 256 << 20, ..options(&directory) });
        writer.append(&0u64.to_le_bytes().repeat(40), now()).unwrap();
        let mut reader = JournalReader::open(path_of(&writer)).unwrap();
        let is_done = AtomicBool::new(false);
        let written = 30_000u64;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 1..written {
                    writer.append(&number.to_le_bytes().repeat(40 + number as usize % 60), now()).unwrap();
                }
                is_done.store(true, Ordering::Release);
            });
            let mut next = 0u64;
            while next < written {
                let was_done = is_done.load(Ordering::Acquire);
                match reader.next().unwrap().map(|item| Found::of(&item)) {
                    Some(Found::Record(_, payload)) => {
                        assert_eq!(payload, next.to_le_bytes().repeat(40 + next as usize % 60));
                        next += 1;
                    }
                    Some(other) => panic!("{other:?} after {next}"),
                    None => assert!(!was_done, "{next} of {written}"),
                }
            }
        });
    }
}

#[test]
fn rotation_names_the_predecessor() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, file_bytes: 10_000, ..options(&directory) });
        for number in 0..40u32 {
            writer.append(&vec![number as u8 + 1; 1000], now()).unwrap();
        }
        writer.close("exited");
        let paths = directory.journals().unwrap();
        assert_eq!(paths.len() as u64, writer.counters().files);
        let process = writer.process();
        for (index, path) in paths.iter().enumerate() {
            let header = JournalReader::open(path).unwrap().header().clone();
            assert_eq!(header.producer, format!("{process}-{}", index + 1));
            assert_eq!(header.predecessor, (index > 0).then(|| format!("{process}-{index}")));
            assert_eq!(closes(path), [if index + 1 < paths.len() { "rotated" } else { "exited" }]);
            assert!(fs::metadata(path).unwrap().len() <= 10_040);
        }
        let all: Vec<u8> = all_records(&directory).0.iter().map(|payload| payload[0]).collect();
        assert_eq!(all, (1..=40).collect::<Vec<u8>>());
        // A record larger than a file still gets one.
        let (_keep, directory) = folder();
        let writer = JournalWriter::new(WriterOptions { append, file_bytes: 10_000, ..options(&directory) }, loss);
        writer.append(&[7; 50_000], now()).unwrap();
        writer.append(&[8; 50_000], now()).unwrap();
        assert_eq!(directory.journals().unwrap().len(), 2);
    }
}

#[test]
fn the_quota_drops_and_the_next_file_says_so() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, file_bytes: 100_000, quota_bytes: 300_000, ..options(&directory) });
        let payload = [5; 10_000];
        let mut accepted = 0;
        for number in 0..200 {
            accepted += u64::from(writer.append(&payload, at_millis(number)).is_ok());
        }
        assert!(journal_bytes(&directory) <= 300_000, "{}", journal_bytes(&directory));
        assert!((15..30).contains(&accepted), "{accepted}");
        assert_eq!(dropped(&writer), [("quota".to_owned(), 200 - accepted)].into());
        assert_eq!(writer.counters().written, accepted);
        // Somebody ships the first file; when the pause is over, recording goes on and says what is missing.
        let first = directory.journals().unwrap().remove(0);
        assert_eq!(closes(&first), ["rotated"]);
        fs::remove_file(first).unwrap();
        writer.append(b"after", at_millis(5_000)).unwrap();
        let all = records(&path_of(&writer));
        let told = format!("loss quota {}", 200 - accepted).into_bytes();
        assert_eq!(all[all.len() - 2..], [told, b"after".to_vec()]);
        assert_eq!(writer.take_notices().len(), 1, "said once");
        assert_eq!(writer.take_notices().len(), 0);
    }
}

#[test]
fn a_removed_directory_is_made_again_and_the_loss_is_counted() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, ..options(&directory) });
        for number in 0..3 {
            writer.append(b"gone", at_millis(number)).unwrap();
        }
        let before = writer.producer();
        fs::remove_dir_all(directory.path()).unwrap();
        // Within a millisecond of the last look a record still goes to the file that has no name.
        writer.append(b"gone too", at_millis(2)).unwrap();
        writer.append(b"after", at_millis(3)).unwrap();
        assert_eq!(records(&path_of(&writer)), [b"loss vanished 4".to_vec(), b"after".to_vec()]);
        let counters = writer.counters();
        assert_eq!((counters.written, counters.loss_records), (1, 1));
        assert_eq!(counters.dropped, [("vanished".to_owned(), 4)].into());
        let header = JournalReader::open(path_of(&writer)).unwrap().header().clone();
        assert_eq!(header.predecessor, before);
    }
}

#[test]
fn what_a_removed_file_told_of_losses_is_told_again() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, ..options(&directory) });
        for millis in [0, 10, 20] {
            writer.append(b"gone", at_millis(millis)).unwrap();
            fs::remove_dir_all(directory.path()).unwrap();
        }
        writer.append(b"after", at_millis(30)).unwrap();
        assert_eq!(records(&path_of(&writer)), [b"loss vanished 3".to_vec(), b"after".to_vec()]);
        assert_eq!((writer.counters().written, writer.counters().loss_records), (1, 1), "of what is still there");
        assert_eq!(writer.counters().dropped, [("vanished".to_owned(), 3)].into());
    }
}

#[test]
fn a_directory_removed_before_the_close_is_told_all_the_same() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, ..options(&directory) });
        writer.append(b"gone", now()).unwrap();
        fs::remove_dir_all(directory.path()).unwrap();
        writer.close("exited");
        assert_eq!(records(&path_of(&writer)), [b"loss vanished 1".to_vec()]);
        assert_eq!(closes(&path_of(&writer)), ["exited"]);
    }
}

#[test]
fn a_truncated_file_is_given_up() {
    for append in WAYS {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { append, ..options(&directory) });
        writer.append(b"cut off", at_millis(0)).unwrap();
        let first = path_of(&writer);
        fs::OpenOptions::new().write(true).truncate(true).open(&first).unwrap();
        writer.append(b"after", at_millis(1)).unwrap();
        assert_ne!(path_of(&writer), first);
        assert_eq!(records(&path_of(&writer)), [b"loss vanished 1".to_vec(), b"after".to_vec()]);
        assert_eq!(fs::metadata(&first).unwrap().len(), 0, "what is left of it is left alone");
    }
}

#[test]
fn a_directory_that_cannot_be_made_costs_records_and_little_time() {
    let keep = tempfile::tempdir().unwrap();
    fs::write(keep.path().join("file"), b"").unwrap();
    let directory = Directory::at(keep.path().join("file/below"));
    let writer = writer(options(&directory));
    for number in 0..1000 {
        assert_eq!(writer.append(b"x", at_millis(number)).unwrap_err().reason, reason::UNWRITABLE);
    }
    assert_eq!(dropped(&writer), [("unwritable".to_owned(), 1000)].into());
    let notices = writer.take_notices();
    assert!(notices.len() == 2 && notices[0].contains("file/below"), "{notices:?}");
    // The obstacle goes away: at most a tenth of a second later recording works.
    fs::remove_file(keep.path().join("file")).unwrap();
    assert!(writer.append(b"too soon", at_millis(999)).is_err(), "the disk is left alone for a while");
    writer.append(b"x", at_millis(1000)).unwrap();
    assert_eq!(records(&path_of(&writer)), [b"loss unwritable 1001".to_vec(), b"x".to_vec()]);
    assert!(writer.append(b"clock goes back", at_millis(0)).is_ok());
}

#[test]
fn a_failing_disk_is_asked_at_most_ten_times_a_second() {
    let keep = tempfile::tempdir().unwrap();
    fs::write(keep.path().join("file"), b"").unwrap();
    let asked = Arc::new(AtomicU64::new(0));
    let sources = Arc::new(CountingNames { asked: Arc::clone(&asked) });
    let directory = Directory::at(keep.path().join("file/below"));
    let writer = writer(WriterOptions { sources, ..options(&directory) });
    for number in 0..10_000 {
        let _ = writer.append(b"x", at_millis(number));
    }
    // Each try makes a header, which asks for the name of the clock.
    assert_eq!(asked.load(Ordering::Relaxed), 100);
}

struct CountingNames {
    asked: Arc<AtomicU64>,
}

impl tracewire_recorder::clock::Sources for CountingNames {
    fn now(&self) -> tracewire_recorder::clock::Moment {
        now()
    }
    fn trace_id(&self) -> tracewire_wire::id::TraceId {
        tracewire_recorder::clock::System.trace_id()
    }
    fn span_id(&self) -> tracewire_wire::id::SpanId {
        tracewire_recorder::clock::System.span_id()
    }
    fn name(&self) -> Option<&str> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[test]
fn drops_of_others_stand_in_the_stream_too() {
    let (_keep, directory) = folder();
    let writer = writer(options(&directory));
    writer.append(b"one", now()).unwrap();
    writer.count_drop("mask_failed");
    writer.count_drop("mask_failed");
    writer.mark();
    assert_eq!(records(&path_of(&writer)), [b"one".to_vec(), b"loss mask_failed 2".to_vec()]);
    writer.count_drop("other");
    writer.close("exited");
    assert_eq!(records(&path_of(&writer)).last().unwrap(), b"loss other 1");
    assert_eq!(writer.counters().written, 1);
}

#[test]
fn a_fixed_process_name_never_writes_over_a_file() {
    let (_keep, directory) = folder();
    let scripted = || WriterOptions { sources: Arc::new(Scripted::new(Script::default())), ..options(&directory) };
    let first = writer(scripted());
    first.append(b"first", at_millis(0)).unwrap();
    let second = writer(scripted());
    second.append(b"second", at_millis(0)).unwrap();
    assert_eq!(first.producer().as_deref(), Some("0000000000000001-1"));
    assert_eq!(second.producer().as_deref(), Some("0000000000000001-2"));
    assert_eq!(records(&path_of(&first)), [b"first"]);
    let header = JournalReader::open(path_of(&second)).unwrap().header().clone();
    assert_eq!(header.sources.as_deref(), Some("scripted"));
    assert_eq!(header.predecessor, None);
}

#[test]
fn a_record_made_while_one_is_written_is_counted_and_does_not_wait_for_itself() {
    static WRITER: OnceLock<JournalWriter> = OnceLock::new();
    let (_keep, directory) = folder();
    // The loss record is made inside the writer's lock: where a signal handler would record.
    let writer = WRITER.get_or_init(|| {
        JournalWriter::new(options(&directory), |moment, reason, count, bytes| {
            if reason == "probe" {
                let inner = WRITER.get().unwrap();
                assert_eq!(inner.append(b"from inside", moment).unwrap_err().reason, reason::REENTRANT);
                inner.mark();
            }
            loss(moment, reason, count, bytes)
        })
    });
    writer.count_drop("probe");
    writer.append(b"x", now()).unwrap();
    writer.append(b"y", now()).unwrap();
    let all = records(&path_of(writer));
    assert_eq!(all, [b"loss probe 1".to_vec(), b"x".to_vec(), b"loss reentrant 1".to_vec(), b"y".to_vec()]);
}

#[test]
fn fsync_writes_each_record_through() {
    let (_keep, directory) = folder();
    let writer = writer(WriterOptions { fsync: true, append: Append::Mapped, ..options(&directory) });
    writer.append(b"safe", now()).unwrap();
    assert!(!writer.is_mapped());
    assert_eq!(records(&path_of(&writer)), [b"safe"]);
}
