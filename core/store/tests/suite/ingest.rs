//! Promises about what goes in.

use super::maker::{Carried, Dice, Made, Maker, end, event, start, value, workload};
use super::snapshot;
use std::collections::BTreeMap;
use tracewire_store::{Batch, Cursor, ProducerState, ProducerUpdate, Store, StoredContent};
use tracewire_wire::content::content_hash;
use tracewire_wire::envelope::{Content, Envelope};
use tracewire_wire::erase::{Removal, erase_body, remove_content, withhold_body, withhold_event};
use tracewire_wire::event::{EventType, Status};
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::statement::Head;
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify::Verifier;

fn all<'a>(envelopes: impl IntoIterator<Item = &'a Made>) -> Batch<'a> {
    Batch { envelopes: envelopes.into_iter().map(Made::incoming).collect(), ..Batch::default() }
}

fn exported(store: &dyn Store) -> BTreeMap<Hash, Vec<u8>> {
    let producers = store.producers().unwrap();
    let envelopes = producers.iter().flat_map(|producer| store.envelopes(&producer.name, None, 1000).unwrap());
    envelopes.map(|envelope| (envelope.digest, envelope.bytes)).collect()
}

pub fn envelopes_come_back_byte_for_byte<S: Store>(make: &mut impl FnMut() -> S) {
    let made = workload(1);
    let mut store = make();
    assert_eq!(store.apply(&all(&made)).unwrap().envelopes, made.len() as u64);
    let sealed: BTreeMap<Hash, Vec<u8>> = made.iter().map(|made| (made.digest, made.bytes.clone())).collect();
    assert_eq!(exported(&store), sealed);
    // Page by page it is the same.
    let name = &made[0].producer;
    let (mut after, mut paged) = (None, Vec::new());
    while let Some(envelope) = store.envelopes(name, after, 1).unwrap().pop() {
        after = Some((envelope.first_seq, envelope.digest));
        paged.push(envelope);
    }
    assert_eq!(paged, store.envelopes(name, None, 1000).unwrap());
}

pub fn applying_twice_changes_nothing<S: Store>(make: &mut impl FnMut() -> S) {
    let made = workload(2);
    let mut store = make();
    store.apply(&all(&made)).unwrap();
    let (before, ledger, last) = (snapshot(&mut store), store.ledger(0, 1000).unwrap(), store.last_event().unwrap());
    let again = store.apply(&all(&made)).unwrap();
    assert_eq!((again.envelopes, again.known, again.events), (0, made.len() as u64, 0));
    for made in &made {
        store.apply(&made.batch()).unwrap();
    }
    assert_eq!(snapshot(&mut store), before);
    assert_eq!((store.ledger(0, 1000).unwrap(), store.last_event().unwrap()), (ledger, last));
}

pub fn order_does_not_matter<S: Store>(make: &mut impl FnMut() -> S) {
    for seed in 1..12 {
        let mut made = workload(seed);
        let mut store = make();
        store.apply(&all(&made)).unwrap();
        let expected = snapshot(&mut store);
        let mut dice = Dice(seed + 77);
        dice.shuffle(&mut made);
        let mut store = make();
        for part in made.chunks(1 + dice.below(4) as usize) {
            store.apply(&all(part)).unwrap();
        }
        assert_eq!(snapshot(&mut store), expected, "seed {seed}");
    }
}

pub fn pending_events_become_sealed_ones<S: Store>(make: &mut impl FnMut() -> S) {
    for seed in 20..30 {
        let made = workload(seed);
        let mut store = make();
        store.apply(&all(&made)).unwrap();
        let expected = snapshot(&mut store);
        let mut dice = Dice(seed);
        let mut store = make();
        for made in &made {
            store.apply(&made.pending_first(dice.below(made.events.len() as u64 + 1) as usize)).unwrap();
            store.apply(&made.pending()).unwrap();
            let seen = store.last_event().unwrap();
            assert_eq!(
                store.producers().unwrap().iter().map(|producer| producer.pending).sum::<u64>(),
                made.events.len() as u64
            );
            store.apply(&made.batch()).unwrap();
            // They are the same events to somebody who follows.
            assert_eq!(store.last_event().unwrap(), seen);
        }
        assert_eq!(snapshot(&mut store), expected, "seed {seed}");
    }
}

pub fn an_older_view_takes_nothing_away<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("00000000000000aa-1");
    let first = maker.seal(vec![start(1, 1, 1, 0, "agent", "{}"), start(2, 1, 2, 1, "tool", "{}")]);
    let second = maker.seal(vec![end(3, 1, 2, Status::Ok, "{}"), end(4, 1, 1, Status::Ok, "{}")]);
    let mut store = make();
    store.apply(&first.batch()).unwrap();
    store.apply(&second.pending()).unwrap();
    let newest = snapshot(&mut store);
    store.apply(&first.pending_first(1)).unwrap();
    store.apply(&second.pending_first(1)).unwrap();
    store.apply(&first.batch()).unwrap();
    assert_eq!(snapshot(&mut store), newest);
}

pub fn pending_events_that_turned_out_otherwise_are_taken_back<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("00000000000000aa-1");
    let seen = maker.branch().seal(vec![
        start(1, 1, 1, 0, "agent", r#"{"name":"seen","session_id":"seen"}"#),
        end(2, 1, 1, Status::Error, "{}"),
        start(3, 2, 7, 0, "agent", r#"{"name":"never was"}"#),
        event(EventType::Loss, 3, 0, 0, r#"{"reason":"seen"}"#),
    ]);
    let truth = maker.close(
        vec![start(1, 1, 1, 0, "agent", r#"{"name":"true"}"#), start(2, 1, 3, 1, "tool", r#"{"name":"other"}"#)],
        "recovered",
    );
    let mut store = make();
    store.apply(&truth.batch()).unwrap();
    let expected = snapshot(&mut store);
    let mut store = make();
    store.apply(&seen.pending()).unwrap();
    assert_ne!(snapshot(&mut store), expected);
    store.apply(&truth.batch()).unwrap();
    assert_eq!(snapshot(&mut store), expected);
    // Nothing follows a close.
    store.apply(&seen.pending()).unwrap();
    assert_eq!(snapshot(&mut store), expected);
}

pub fn a_fork_is_kept_and_reported<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("00000000000000aa-1");
    let root = maker.seal(vec![start(1, 1, 1, 0, "agent", "{}")]);
    let mut branch = maker.branch();
    let shared = start(2, 1, 2, 1, "tool", r#"{"name":"shared"}"#);
    let one = maker.seal(vec![shared.clone(), end(3, 1, 2, Status::Ok, "{}")]);
    let other = branch.seal(vec![shared, end(3, 1, 2, Status::Error, "{}"), end(4, 1, 1, Status::Ok, "{}")]);
    let apply = |store: &mut S, order: [&Made; 3]| {
        let applied: Vec<_> = order.iter().map(|made| store.apply(&made.batch()).unwrap()).collect();
        applied
            .into_iter()
            .flat_map(|applied| applied.forks)
            .map(|fork| (fork.first_seq, fork.digest))
            .collect::<Vec<_>>()
    };
    let mut store = make();
    assert_eq!(apply(&mut store, [&root, &one, &other]), [(2, other.digest)]);
    assert_eq!(store.forks().unwrap().len(), 1);
    let mut reverse = make();
    assert_eq!(apply(&mut reverse, [&other, &root, &one]), [(2, one.digest)]);
    for store in [&store, &reverse] {
        let kept = exported(store);
        assert!([&root, &one, &other].iter().all(|made| kept[&made.digest] == made.bytes));
        // What both say is there once, what they say differently is there twice.
        let names = store.events(super::maker::trace_id(1)).unwrap();
        assert_eq!(names.iter().map(|event| event.event.seq).collect::<Vec<_>>(), [1, 2, 3, 3, 4]);
        assert_eq!(store.spans(super::maker::trace_id(1)).unwrap().len(), 2);
    }
    assert!(apply(&mut store, [&root, &one, &other]).is_empty());
}

pub fn content_is_stored_once_and_merged<S: Store>(make: &mut impl FnMut() -> S) {
    let text = "x".repeat(100);
    let body = format!(r#"{{"input":"{text}"}}"#);
    let mut maker = Maker::new("00000000000000aa-1");
    let full = maker.seal(vec![start(1, 1, 1, 0, "tool", &body), start(2, 1, 2, 1, "tool", "{}")]);
    let hash = content_hash(&value(&format!("\"{text}\"")), None);
    let envelope = Envelope::read(&full.bytes).unwrap();
    let mut withheld = envelope.clone();
    assert!(remove_content(&mut withheld, &hash, Removal::Withhold));
    let mut erased = envelope.clone();
    assert!(remove_content(&mut erased, &hash, Removal::Erase));
    let [withheld, erased] = [withheld, erased].map(|envelope| Made::from_envelope(&envelope));
    let stored = |store: &S| (store.content(&hash).unwrap(), exported(store).remove(&full.digest).unwrap());
    let is = |body: &Carried| match body {
        Carried::Value(json, members) => StoredContent::Value { json: json.clone(), members: members.clone() },
        Carried::Erased => StoredContent::Erased,
        Carried::Withheld => StoredContent::Withheld,
    };
    // A withheld value is filled in by one, and both give way to an erasure, in any order.
    for order in [[&withheld, &full, &erased], [&full, &withheld, &erased], [&withheld, &erased, &full]] {
        let mut store = make();
        let mut best = order[0];
        for made in order {
            store.apply(&made.batch()).unwrap();
            let rank = |made: &Made| match made.content[0].1 {
                Carried::Withheld => 0,
                Carried::Value(..) => 1,
                Carried::Erased => 2,
            };
            if rank(made) > rank(best) {
                best = made;
            }
            assert_eq!(stored(&store), (Some(is(&best.content[0].1)), best.bytes.clone()));
        }
    }
    // A nonce belongs to the content, and a withheld event holds its place.
    let keyed = value(r#""short""#);
    let nonce = "0123456789abcdef0123456789abcdef".to_owned();
    let keyed_hash = content_hash(&keyed, Some(&nonce));
    let mut other = envelope;
    assert!(withhold_event(&mut other, 2));
    let later = Map::from_iter([("later".to_owned(), Value::Int(1))]);
    let carried = Content::Value { value: keyed.clone(), nonce: Some(nonce.clone()), other: later };
    other.content.insert(keyed_hash, carried);
    let other = Made::from_envelope(&other);
    let mut store = make();
    store.apply(&other.batch()).unwrap();
    assert_eq!(exported(&store)[&other.digest], other.bytes);
    let found = store.content(&keyed_hash).unwrap();
    let members = Map::from_iter([("later".to_owned(), Value::Int(1)), ("nonce".to_owned(), Value::from(nonce))]);
    assert_eq!(found, Some(StoredContent::Value { json: json::write(&keyed), members }));
    assert_eq!(store.spans(super::maker::trace_id(1)).unwrap().len(), 1);
    assert_eq!(store.content(&Hash::of(b"nothing")).unwrap(), None);
}

pub fn exported_envelopes_verify<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    store.apply(&all(&workload(40))).unwrap();
    let mut verifier = Verifier::new();
    for bytes in exported(&store).values() {
        verifier.push(&Envelope::read(bytes).unwrap());
    }
    let report = verifier.finish();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.producers.len(), 3);
    assert!(report.producers.values().all(|producer| producer.is_continuous && producer.missing_contents.is_empty()));
    let carried: usize =
        store.producers().unwrap().iter().map(|producer| store.carried(&producer.name).unwrap().len()).sum();
    assert_eq!(carried, workload(40).iter().map(|made| made.content.len()).sum::<usize>());
}

pub fn the_ledger_is_chained<S: Store>(make: &mut impl FnMut() -> S) {
    let made = workload(41);
    let mut store = make();
    for made in &made {
        store.apply(&made.batch()).unwrap();
    }
    let ledger = store.ledger(0, 1000).unwrap();
    assert_eq!(
        ledger.iter().map(|entry| entry.head).collect::<Vec<_>>(),
        made.iter().map(|made| made.digest).collect::<Vec<_>>()
    );
    let mut prev = None;
    for (number, entry) in (1..).zip(&ledger) {
        assert_eq!((entry.number, entry.prev, entry.hash), (number, prev, entry.compute_hash()));
        prev = Some(entry.hash);
    }
    assert_eq!(store.ledger(5, 2).unwrap(), ledger[5..7]);
}

pub fn heads_are_kept_as_they_came<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let digest = Hash::of(b"1");
    // 64 bytes, of which the last digit tells them apart.
    let head = |producer: &str, seq: u64, last: char| {
        let signature = "A".repeat(85);
        let text = format!(
            r#"{{"digest":"{digest}","first_seq":1,"key":"ed25519:0011223344556677","later":1,"producer":"{producer}","seq":{seq},"signature":"{signature}{last}==","statement":"head","time":"2026-01-01T00:00:00.000000000Z"}}"#,
        );
        Head::read(text.as_bytes()).unwrap()
    };
    let (old, new, forged) = (head("p-1", 1, 'A'), head("p-1", 2, 'A'), head("p-1", 2, 'Q'));
    assert_eq!(store.keep_heads(&[old.clone(), old.clone(), head("q-1", 1, 'A')], &[]).unwrap(), 2);
    assert_eq!(store.heads(Some("p-1")).unwrap(), std::slice::from_ref(&old));
    // Of the same place and key, but with another signature: who has the key tells which one is true.
    assert_eq!(store.keep_heads(&[new.clone(), forged.clone()], &[old]).unwrap(), 2);
    let mut kept = store.heads(Some("p-1")).unwrap();
    kept.sort_by_key(|head| head.signature);
    assert_eq!(kept, [new, forged]);
    assert_eq!(store.heads(None).unwrap().len(), 3);
    assert_eq!(store.heads(Some("r-1")).unwrap(), []);
}

pub fn a_cursor_never_goes_back<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let name = "00000000000000aa-1";
    assert_eq!(store.cursor(name).unwrap(), None);
    let cursor = |offset, next_seq| Cursor { offset, next_seq, prev: Some(Hash::of(b"p")), last_time: None };
    for (given, kept) in
        [(cursor(80, 5), cursor(80, 5)), (cursor(40, 3), cursor(80, 5)), (cursor(120, 9), cursor(120, 9))]
    {
        let update = ProducerUpdate { name: name.to_owned(), cursor: Some(given), ..ProducerUpdate::default() };
        store.apply(&Batch { producers: vec![update], ..Batch::default() }).unwrap();
        assert_eq!(store.cursor(name).unwrap(), Some(kept));
    }
    let update =
        ProducerUpdate { name: name.to_owned(), state: Some(ProducerState::Alive), ..ProducerUpdate::default() };
    store.apply(&Batch { producers: vec![update], ..Batch::default() }).unwrap();
    assert_eq!(store.producers_in(ProducerState::Alive).unwrap(), [name]);
}

pub fn a_fuller_copy_fills_in_what_was_withheld<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = maker.seal(vec![
        start(1, 1, 1, 0, "agent", r#"{"name":"run","session_id":"chat","input":"go"}"#),
        start(2, 1, 2, 1, "tool", r#"{"name":"search"}"#),
        end(3, 1, 2, Status::Error, r#"{"status_message":"429"}"#),
        end(4, 1, 1, Status::Ok, r#"{"output":"done"}"#),
    ]);
    let mut whole = make();
    whole.apply(&made.batch()).unwrap();
    let copy = |withhold: &dyn Fn(&mut Envelope)| {
        let mut envelope = Envelope::read(&made.bytes).unwrap();
        withhold(&mut envelope);
        Made::from_envelope(&envelope)
    };
    let events = copy(&|envelope| _ = (withhold_event(envelope, 2), withhold_event(envelope, 4)));
    let bodies = copy(&|envelope| _ = (withhold_body(envelope, 1), withhold_body(envelope, 3)));
    let erased = copy(&|envelope| _ = erase_body(envelope, 1));
    for order in [[&events, &made], [&bodies, &made], [&events, &bodies], [&bodies, &events], [&made, &events]] {
        let mut store = make();
        let applied: Vec<_> = order.iter().map(|copy| store.apply(&copy.batch()).unwrap()).collect();
        assert_eq!((applied[0].envelopes, applied[1].envelopes, applied[1].known), (1, 0, 1));
        assert_eq!(snapshot(&mut store), snapshot(&mut whole));
        assert_eq!(store.trace(super::maker::trace_id(1)).unwrap().unwrap().session_id.as_deref(), Some("chat"));
    }
    // What was erased stays erased.
    let mut store = make();
    store.apply(&erased.batch()).unwrap();
    let before = snapshot(&mut store);
    store.apply(&made.batch()).unwrap();
    assert_eq!(snapshot(&mut store), before);
}
