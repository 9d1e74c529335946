//! Records of hosts that write CBOR themselves: what they put into the buffer is what the recorder's own calls write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::sync::Arc;
use tracewire_recorder::host::{self, Clock, FIXED_BYTES, STATE_BYTES};
use tracewire_recorder::testing::{self, Script, Scripted};
use tracewire_recorder::{Medium, Options, Recorder, Remote, StartSpan};
use tracewire_wire::event::Status;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A host's buffer.
struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    fn new(state: Option<&[u8]>, texts: [Option<&str>; 3], members: &[u8]) -> Self {
        let mut bytes = vec![0; FIXED_BYTES];
        if let Some(state) = state {
            bytes[..STATE_BYTES].copy_from_slice(state);
        }
        for (at, text) in [72, 76, 80].into_iter().zip(texts) {
            let length = text.map_or(-1, |text| text.len() as i32);
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
            bytes.extend(text.unwrap_or_default().bytes());
        }
        bytes.extend(members);
        Buffer { bytes }
    }

    fn record<M: Medium>(mut self, recorder: &Recorder<M>, operation: u32) -> (u32, Vec<u8>) {
        let length = self.bytes.len();
        let outcome = host::record(recorder, operation, &mut self.bytes, length);
        self.bytes.truncate(STATE_BYTES);
        (outcome, self.bytes)
    }
}

fn memory() -> Recorder<tracewire_recorder::Memory> {
    let sources = Arc::new(Scripted::new(Script::default()));
    Recorder::in_memory(Options { sources, ..Options::for_service("test") }).unwrap()
}

fn envelopes(recorder: &Recorder<tracewire_recorder::Memory>) -> String {
    recorder.close(None);
    let batch = recorder.medium().next_batch(usize::MAX).unwrap();
    String::from_utf8(batch.envelopes.concat()).unwrap()
}

#[test]
fn a_buffer_says_what_a_call_says() {
    let theirs = memory();
    let texts = |kind| [Some(kind), None, None];
    let (_, root) =
        Buffer::new(None, [Some("agent"), Some("order-17"), None], b"\x64name\x61r").record(&theirs, host::START);
    let (_, child) = Buffer::new(Some(&root), texts("tool"), b"\x64name\x61c").record(&theirs, host::START);
    Buffer::new(Some(&child), [None; 3], b"\x65level\x64warn").record(&theirs, host::UPDATE);
    Buffer::new(Some(&child), [None; 3], b"\x64name\x65chunk").record(&theirs, host::SPAN_EVENT);
    Buffer::new(Some(&child), texts("error"), b"\x66output\x18\x2a").record(&theirs, host::END);
    Buffer::new(Some(&root), texts("task"), b"\x64name\x61e").record(&theirs, host::POINT_EVENT);
    Buffer::new(Some(&root), [None; 3], b"\x67message\x61l").record(&theirs, host::LOG);
    Buffer::new(None, [None, Some("order-17"), None], b"\x64name\x61m").record(&theirs, host::METRIC);
    Buffer::new(None, [None; 3], b"\x65score\x01").record(&theirs, host::FEEDBACK);
    Buffer::new(Some(&root), texts("ok"), b"").record(&theirs, host::END);

    let ours = memory();
    let start = |parent, kind, correlation_id| StartSpan { parent, kind, correlation_id };
    let root = ours.start_span(start(None, "agent", Some("order-17")), |body| body.text("name", "r"));
    let child = ours.start_span(start(Some(root.context()), "tool", None), |body| body.text("name", "c"));
    ours.update_span(&child, |body| body.text("level", "warn"));
    ours.span_event(&child, |body| body.text("name", "chunk"));
    ours.end_span(&child, &Status::Error, |body| body.int("output", 42));
    ours.point_event(Some(root.context()), Some("task"), |body| body.text("name", "e"));
    ours.log(Some(root.context()), |body| body.text("message", "l"));
    let place = tracewire_recorder::Place { step: None, correlation_id: Some("order-17") };
    ours.metric(place, |body| body.text("name", "m"));
    ours.feedback(None, |body| body.int("score", 1));
    ours.end_span(&root, &Status::Ok, |_| {});
    assert_eq!(envelopes(&theirs), envelopes(&ours));
}

#[test]
fn a_place_in_another_process_keeps_its_tracestate() {
    let theirs = memory();
    let place = host::parse_traceparent(PARENT).unwrap();
    assert_eq!(host::parse_traceparent("00-0af7"), None);
    let (outcome, state) =
        Buffer::new(Some(&place), [Some("tool"), None, Some("vendor=1")], b"").record(&theirs, host::START);
    assert_eq!((outcome & host::UNSAMPLED, &state[24..33]), (0, [&place[16..24], &[1]].concat().as_slice()));
    let ours = memory();
    let remote = Remote::from_headers(PARENT, Some("vendor=1")).unwrap();
    ours.start_remote_span(remote, StartSpan { parent: None, kind: "tool", correlation_id: None }, |_| {});
    assert_eq!(envelopes(&theirs), envelopes(&ours));
}

#[test]
fn what_sampling_leaves_out_is_said() {
    let sources = Arc::new(Scripted::new(Script::default()));
    let recorder =
        Recorder::in_memory(Options { sources, sampling: 0.0.into(), ..Options::for_service("test") }).unwrap();
    let (outcome, state) = Buffer::new(None, [Some("tool"), None, None], b"").record(&recorder, host::START);
    assert_eq!((outcome & host::UNSAMPLED, state[32]), (host::UNSAMPLED, 0));
    let (outcome, _) = Buffer::new(Some(&state), [Some("ok"), None, None], b"").record(&recorder, host::END);
    assert_eq!(outcome & host::UNSAMPLED, host::UNSAMPLED);
    assert_eq!(recorder.flush(None).unsampled, 2);
}

#[test]
fn a_buffer_that_cannot_be_meant_is_counted() {
    let recorder = memory();
    let mut far = Buffer::new(None, [Some("tool"), None, None], b"").bytes;
    far[72..76].copy_from_slice(&i32::MAX.to_le_bytes());
    let mut no_text = Buffer::new(None, [Some("tool"), None, None], b"").bytes;
    no_text[FIXED_BYTES] = 0xff;
    for (operation, mut bytes) in
        [(host::START, far), (host::START, no_text), (host::START, vec![0; 10]), (99, vec![0; 100])]
    {
        let length = bytes.len();
        assert_ne!(host::record(&recorder, operation, &mut bytes, length) & host::NOTICES, 0);
        assert_ne!(host::record(&recorder, operation, &mut bytes, usize::MAX) & host::NOTICES, 0);
    }
    assert_eq!(recorder.flush(None).dropped.get("invalid"), Some(&8));
}

#[test]
fn a_host_brings_time_and_randomness() {
    let clock = Arc::new(Clock::new(7));
    let recorder = Recorder::in_memory(Options { sources: clock.clone(), ..Options::for_service("test") }).unwrap();
    let mut buffer = Buffer::new(None, [Some("tool"), None, None], b"").bytes;
    buffer[56..64].copy_from_slice(&1_767_225_600_123.456_f64.to_le_bytes());
    buffer[64..72].copy_from_slice(&1000.5_f64.to_le_bytes());
    clock.read(&buffer);
    let length = buffer.len();
    host::record(&recorder, host::START, &mut buffer, length);
    assert_eq!(i64::from_le_bytes(buffer[40..48].try_into().unwrap()) / 1000, 1_767_225_600_123_456);
    assert_eq!(u64::from_le_bytes(buffer[48..56].try_into().unwrap()), 1_000_500_000);
    let (first, second) = (Clock::new(1), Clock::new(2));
    use tracewire_recorder::clock::Sources as _;
    assert_ne!((first.trace_id(), first.process()), (second.trace_id(), second.process()));
}

#[test]
fn a_journal_in_memory_is_one_that_files_have() {
    let recorder = memory();
    Buffer::new(None, [Some("tool"), None, None], b"").record(&recorder, host::START);
    let chunk = recorder.medium().take_chunk().unwrap();
    assert_eq!(testing::seal_bytes(&chunk.bytes).unwrap().pending, 1);
}
