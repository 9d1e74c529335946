//! The bytes of a journal file, whole and in every broken form.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};
use tracewire_recorder::RecorderError;
use tracewire_recorder::journal::frame::{self, Kind};
use tracewire_recorder::journal::{Header, JournalReader, Tail};
use tracewire_wire::value::{Map, Value};

fn small_items() -> Vec<Found> {
    vec![
        Found::Record(328, b"first".to_vec()),
        Found::Mark(352),
        Found::Record(376, b"second record".to_vec()),
        Found::Close(408, "exited".to_owned()),
    ]
}

#[test]
fn a_file_written_elsewhere_reads_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_file(&folder, &small());
    assert_eq!(read(&path), (small_items(), Tail::Closed));
    let reader = JournalReader::open(&path).unwrap();
    let header = reader.header();
    assert_eq!((header.spec.as_str(), header.seal), ("1.0", 1));
    assert_eq!(header.producer, "00000000000000ab-1");
    assert_eq!(header.created.0, 1_767_225_600_000_000_000);
    assert_eq!(header.resource, Map::from_iter([("service.name".to_owned(), Value::from("shop"))]));
    assert_eq!(header.limits, tracewire_recorder::Limits::default());
    assert_eq!((header.origin.pid, header.origin.started), (7, 9));
    assert_eq!(header.sinks, ["store"]);
    assert_eq!((&header.parent, &header.predecessor, &header.sampling), (&None, &None, &None));
}

#[test]
fn frames_are_written_as_they_were_written_elsewhere() {
    let mut builder = Builder::new();
    builder.frame(Kind::Record, b"first");
    builder.frame(Kind::Mark, &[0xf6]);
    builder.frame(Kind::Record, b"second record");
    builder.frame(Kind::Close, b"\xa1\x66reason\x66exited");
    assert_eq!(builder.bytes, small());
    assert_eq!(frame::preamble(SMALL_SEED), small()[..16]);
}

#[test]
fn every_truncation_keeps_every_whole_frame() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = small();
    for length in 0..bytes.len() {
        let path = write_file(&folder, &bytes[..length]);
        if (length as u64) < SMALL_FRAMES[1] {
            match JournalReader::open(&path) {
                Err(RecorderError::Header { offset, .. }) => {
                    assert_eq!(offset, if length < 16 { length as u64 } else { 16 })
                }
                other => panic!("{length}: {:?}", other.map(|reader| reader.offset())),
            }
            continue;
        }
        let (found, tail) = read(&path);
        let whole = SMALL_FRAMES[2..].iter().filter(|end| **end <= length as u64).count();
        assert_eq!(found, small_items()[..whole], "{length}");
        let end = SMALL_FRAMES[whole + 1];
        let expected = if length as u64 == end {
            Tail::Clean
        } else {
            let torn = bytes[end as usize..length].iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
            Tail::Torn { offset: end, bytes: torn.next_multiple_of(8) }
        };
        assert_eq!(tail, expected, "{length}");
    }
}

#[test]
fn every_flipped_bit_costs_at_most_its_own_frame() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = small();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let path = write_file(&folder, &flipped);
        let at = (bit / 8) as u64;
        if at < 8 {
            assert!(matches!(JournalReader::open(&path), Err(RecorderError::Foreign { offset, .. }) if offset == at));
            continue;
        }
        if at < SMALL_FRAMES[1] {
            // A wrong seed makes every guard wrong; both leave a header that cannot be read, with its place.
            assert!(matches!(JournalReader::open(&path), Err(RecorderError::Header { offset: 16, .. })), "bit {bit}");
            continue;
        }
        let broken = SMALL_FRAMES[2..].iter().position(|end| at < *end).unwrap();
        let (found, tail) = read(&path);
        let mut expected = small_items();
        let (start, end) = (SMALL_FRAMES[broken + 1], SMALL_FRAMES[broken + 2]);
        if broken == 3 {
            expected.truncate(3);
            assert!(matches!(tail, Tail::Torn { offset, .. } if offset == start), "bit {bit}: {tail:?}");
        } else {
            expected[broken] = Found::Damage(start, end - start);
            assert_eq!(tail, Tail::Closed);
        }
        assert_eq!(found, expected, "bit {bit}");
    }
}

#[test]
fn holes_are_damage_and_zeros_at_the_end_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::new();
    let lost = builder.frame(Kind::Record, &[1; 9000]);
    let kept = builder.frame(Kind::Record, b"kept");
    builder.bytes[lost as usize..kept as usize].fill(0);
    builder.bytes.resize(builder.bytes.len() + (1 << 20) + 5, 0);
    let path = builder.write(&folder);
    let expected = vec![Found::Damage(lost, kept - lost), Found::Record(kept, b"kept".to_vec())];
    assert_eq!(read(&path), (expected, Tail::Clean));
}

#[test]
fn a_payload_that_copies_the_file_forges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let forged = small();
    let mut builder = Builder::new();
    // At every alignment, and so that the copy of a frame would stand where the next frame is expected.
    for shift in 0..24 {
        let mut payload = vec![b'x'; shift];
        payload.extend_from_slice(&forged);
        builder.frame(Kind::Record, &payload);
    }
    let whole = builder.write(&folder);
    assert_eq!(read(&whole).0.len(), 24);
    // The same when each of the outer frames is damaged, so that readers search through their payloads.
    let starts: Vec<u64> =
        read(&whole).0.iter().map(|item| if let Found::Record(at, _) = item { *at } else { 0 }).collect();
    for start in &starts {
        builder.bytes[*start as usize] ^= 0x40;
    }
    let last = builder.frame(Kind::Record, b"last");
    let expected = vec![Found::Damage(starts[0], last - starts[0]), Found::Record(last, b"last".to_vec())];
    assert_eq!(read(&builder.write(&folder)), (expected, Tail::Clean));
}

#[test]
fn unknown_kinds_are_reported_and_passed() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::new();
    // A second header is of no known meaning either.
    let odd = builder.frame(Kind::Header, b"later");
    let next = builder.frame(Kind::Record, b"next");
    let expected = vec![Found::Unknown(odd, 1), Found::Record(next, b"next".to_vec())];
    assert_eq!(read(&builder.write(&folder)), (expected, Tail::Clean));
}

#[test]
fn what_is_no_journal_is_named_with_file_and_offset() {
    let folder = tempfile::tempdir().unwrap();
    let open = |bytes: &[u8]| JournalReader::open(write_file(&folder, bytes)).map(|_| ()).unwrap_err();
    let foreign = open(b"\x89PNG\r\n\x1a\n and more");
    assert_eq!((foreign.code(), foreign.offset()), ("journal_foreign", Some(1)));
    assert!(foreign.to_string().contains("00000000000000ab-1.twj"));
    let empty = open(b"");
    assert_eq!((empty.code(), empty.offset()), ("journal_header", Some(0)));
    let record_first = {
        let mut bytes = small()[..16].to_vec();
        let mut frame = Vec::new();
        assert!(frame::encode(&mut frame, 16, Kind::Record, b"x", SMALL_SEED));
        bytes.extend_from_slice(&frame);
        open(&bytes)
    };
    assert_eq!((record_first.code(), record_first.offset()), ("journal_header", Some(16)));
    let newer = {
        let mut bytes = small()[..16].to_vec();
        let mut frame = Vec::new();
        assert!(frame::encode(&mut frame, 16, Kind::Header, b"\xa1\x66format\x02", SMALL_SEED));
        bytes.extend_from_slice(&frame);
        open(&bytes)
    };
    assert_eq!((newer.code(), newer.offset()), ("journal_newer", Some(16)));
    let folder_instead = JournalReader::open(folder.path()).map(|_| ()).unwrap_err();
    assert_eq!(folder_instead.code(), "journal_foreign");
    let missing = JournalReader::open(folder.path().join("none")).map(|_| ()).unwrap_err();
    assert_eq!(missing.code(), "io");
}

#[test]
fn a_header_is_the_same_bytes_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let header = JournalReader::open(write_file(&folder, &small())).unwrap().header().clone();
    let read = Header::from_cbor(&header.to_cbor()).unwrap();
    assert_eq!(read, header);
    assert_eq!(read.to_cbor(), header.to_cbor());
}

#[test]
fn seeking_goes_on_where_reading_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_file(&folder, &small());
    let mut reader = JournalReader::open(&path).unwrap();
    reader.next().unwrap();
    let checkpoint = reader.offset();
    let mut later = JournalReader::open(&path).unwrap();
    later.seek(checkpoint);
    assert_eq!(later.next().unwrap().map(|item| Found::of(&item)), Some(Found::Mark(352)));
    later.seek(0);
    assert_eq!(later.next().unwrap().map(|item| item.offset()), Some(328));
}

#[test]
fn large_records_cross_the_reader_s_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::new();
    let sizes = [1usize, 262_128, 262_136, 262_144, 300_000, 3 << 20, 7];
    for (index, size) in sizes.iter().enumerate() {
        builder.frame(Kind::Record, &vec![index as u8 + 1; *size]);
    }
    let path = builder.write(&folder);
    let lengths: Vec<usize> = records(&path).iter().map(Vec::len).collect();
    assert_eq!(lengths, sizes);
    // A large one that is damaged at its end is passed over.
    let at = builder.bytes.len() - 24 - 20;
    builder.bytes[at] ^= 1;
    let lengths: Vec<usize> = records(&builder.write(&folder)).iter().map(Vec::len).collect();
    assert_eq!(lengths, [1, 262_128, 262_136, 262_144, 300_000, 7]);
}

#[test]
fn a_forged_file_takes_time_in_proportion_to_its_size() {
    let folder = tempfile::tempdir().unwrap();
    // Every word claims, with a good guard, to begin a frame that reaches to the end of the file.
    let size = 2u64 << 20;
    let mut builder = Builder::new();
    while (builder.bytes.len() as u64) < size - 64 {
        let offset = builder.bytes.len() as u64;
        builder.bytes.extend_from_slice(&head(offset, (size - offset - 16) as u32));
    }
    let last = builder.frame(Kind::Record, b"honest");
    let began = Instant::now();
    let (found, _) = read(&builder.write(&folder));
    assert_eq!(found.last(), Some(&Found::Record(last, b"honest".to_vec())));
    // Checking every claim to its end would hash 260 GB.
    assert!(began.elapsed() < Duration::from_secs(60));
}

/// The first 8 bytes of a record's frame, guard and all: a forger can read the seed.
fn head(offset: u64, payload: u32) -> [u8; 8] {
    let mut bytes = [0; 13];
    bytes[..8].copy_from_slice(&offset.to_le_bytes());
    bytes[8..12].copy_from_slice(&payload.to_le_bytes());
    bytes[12] = 2;
    let guard = xxhash_rust::xxh3::xxh3_64_with_seed(&bytes, SMALL_SEED) & 0xff_ffff;
    (u64::from(payload) | 2 << 32 | guard << 40).to_le_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands between and inside frames: whole frames are found in order, each byte belongs to one item.
    #[test]
    fn whole_frames_are_found_among_anything(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..60), any::<u8>(), any::<u16>()), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut builder = Builder::new();
        let mut expected = Vec::new();
        for (bytes, what, at) in &parts {
            match what % 4 {
                // Rubbish of whole words.
                0 => {
                    let length = bytes.len() / 8 * 8;
                    builder.bytes.extend_from_slice(&bytes[..length]);
                }
                1 if !bytes.is_empty() => {
                    // A frame with one flipped bit.
                    let offset = builder.frame(Kind::Record, bytes) as usize;
                    let bit = *at as usize % ((builder.bytes.len() - offset) * 8);
                    builder.bytes[offset + bit / 8] ^= 1 << (bit % 8);
                }
                _ if !bytes.is_empty() => {
                    let offset = builder.frame(Kind::Record, bytes);
                    expected.push(Found::Record(offset, bytes.clone()));
                }
                _ => {}
            }
        }
        let (found, tail) = read(&builder.write(&folder));
        let found: Vec<Found> = found.into_iter().filter(|item| !matches!(item, Found::Damage(..))).collect();
        prop_assert_eq!(found, expected);
        prop_assert_ne!(tail, Tail::Closed);
    }

    /// Any bytes behind the header are read without panic, and to the end.
    #[test]
    fn anything_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let folder = tempfile::tempdir().unwrap();
        let mut builder = Builder::new();
        builder.bytes.extend_from_slice(&bytes);
        let (found, _) = read(&builder.write(&folder));
        prop_assert!(found.is_empty());
    }

    /// Any bytes at all are read or refused.
    #[test]
    fn anything_can_be_opened(bytes in prop::collection::vec(any::<u8>(), 0..400), keeps_magic in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut whole = if keeps_magic { frame::MAGIC.to_vec() } else { Vec::new() };
        whole.extend_from_slice(&bytes);
        prop_assert!(JournalReader::open(write_file(&folder, &whole)).is_err());
    }

    /// Headers of any bytes in a good frame are read or refused.
    #[test]
    fn any_header_can_be_decoded(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Header::from_cbor(&bytes);
    }
}
