//! What a verifier says of chains that are whole, partial, forked and tampered with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use tracewire_wire::content;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::erase;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify::{Report, Verifier};

/// Three envelopes of two events each; the last one closes.
fn chain() -> Vec<Envelope> {
    let mut prev = None;
    (0..3)
        .map(|number| {
            let first_seq = number * 2 + 1;
            let events = (first_seq..first_seq + 2).map(|seq| {
                let mut event = Event::new(EventType::Log, Timestamp(seq as i64));
                event.seq = seq;
                Entry::Event(Box::new(event))
            });
            let mut envelope = Envelope {
                spec: "1.0".to_owned(),
                seal: 1,
                producer: "p-1".to_owned(),
                resource: Map::new(),
                first_seq,
                prev,
                parent: None,
                predecessor: None,
                close: (number == 2).then(|| "exited".to_owned()),
                events: events.collect(),
                content: Default::default(),
                digest: Hash([0; 32]),
                other: Map::new(),
            };
            envelope.digest = envelope.compute_digest();
            prev = Some(envelope.digest);
            envelope
        })
        .collect()
}

fn report(envelopes: &[Envelope]) -> Report {
    let mut verifier = Verifier::new();
    for envelope in envelopes {
        verifier.push(envelope);
    }
    verifier.finish()
}

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_whole_chain_is_proved_in_any_order_and_twice() {
    let mut envelopes = chain();
    envelopes.reverse();
    envelopes.extend(chain());
    let report = report(&envelopes);
    let producer = &report.producers["p-1"];
    assert!(report.is_sound() && producer.is_continuous);
    assert_eq!((producer.envelopes, producer.events, producer.close.as_deref()), (3, 6, Some("exited")));
    assert_eq!(producer.head, Some(chain()[2].digest));
}

#[test]
fn what_is_missing_is_named_and_breaks_nothing() {
    let envelopes = chain();
    let report = report(&[envelopes[0].clone(), envelopes[2].clone()]);
    assert!(report.is_sound());
    assert_eq!(report.producers["p-1"].missing_events, [(3, 4)]);
    assert!(!report.producers["p-1"].is_continuous);
    let open = verify_open(&envelopes[..2]);
    assert_eq!(open, None);
}

fn verify_open(envelopes: &[Envelope]) -> Option<String> {
    report(envelopes).producers["p-1"].close.clone()
}

#[test]
fn tampering_is_found_where_it_is() {
    let envelopes = chain();

    let mut changed = envelopes.clone();
    if let Entry::Event(event) = &mut changed[1].events[0] {
        event.time = Timestamp(99);
    }
    assert_eq!(codes(&report(&changed)), ["digest"]);
    assert_eq!(report(&changed).findings[0].first_seq, 3);

    let mut resealed = changed.clone();
    resealed[1].digest = resealed[1].compute_digest();
    assert_eq!(codes(&report(&resealed)), ["chain"]);
    assert_eq!(report(&resealed).findings[0].first_seq, 5);

    let mut swapped = envelopes.clone();
    swapped[0].events.swap(0, 1);
    assert_eq!(codes(&report(&swapped)), ["digest", "sequence", "sequence"]);

    let mut forked = envelopes.clone();
    forked.push(resealed[1].clone());
    assert_eq!(codes(&report(&forked)), ["fork"]);

    let mut continued = envelopes.clone();
    continued[1].close = Some("exited".to_owned());
    continued[1].digest = continued[1].compute_digest();
    continued[2].prev = Some(continued[1].digest);
    continued[2].digest = continued[2].compute_digest();
    assert_eq!(codes(&report(&continued)), ["closed"]);
}

#[test]
fn a_content_under_another_hash_is_found() {
    let mut envelopes = chain();
    let content = Content::new(Value::from("forged"));
    envelopes[0].content.insert(Hash([7; 32]), content);
    assert_eq!(codes(&report(&envelopes)), ["content"]);
}

fn body(text: &str) -> Map {
    match json::read(text.as_bytes(), &ReadOptions::default()) {
        Ok(Value::Map(map)) => map,
        other => panic!("{other:?}"),
    }
}

/// A chain whose events have bodies and contents: `input` of the first is carried, `output` of the second is inline.
fn chain_with_content() -> Vec<Envelope> {
    let mut envelopes = chain();
    let long = "otters ".repeat(60);
    let bodies = [format!(r#"{{"input":"{long}","name":"a"}}"#), r#"{"output":"short","name":"b"}"#.to_owned()];
    let mut prev = None;
    for (number, envelope) in envelopes.iter_mut().enumerate() {
        let mut contents = Vec::new();
        for (entry, text) in envelope.events.iter_mut().zip(&bodies) {
            let Entry::Event(event) = entry else { continue };
            let mut body = body(text);
            content::externalise(&mut body, 256, &mut |hash, bytes| contents.push((hash, bytes)));
            event.body = Body::Present(body);
        }
        if number == 0 {
            let read = |bytes: &[u8]| json::read(bytes, &ReadOptions::default()).unwrap();
            envelope.content = contents.iter().map(|(hash, bytes)| (*hash, Content::new(read(bytes)))).collect();
        }
        envelope.prev = prev;
        envelope.digest = envelope.compute_digest();
        prev = Some(envelope.digest);
    }
    envelopes
}

#[test]
fn a_report_says_what_was_not_seen() {
    let mut envelopes = chain_with_content();
    let hash = *envelopes[0].content.keys().next().unwrap();
    let whole = report(&envelopes);
    assert!(whole.is_complete());
    assert_eq!((whole.producers["p-1"].contents, whole.producers["p-1"].erased), (1, 0));

    assert!(erase::erase_content(&mut envelopes[0], &hash));
    assert!(erase::erase_body(&mut envelopes[1], 3));
    assert!(erase::withhold_body(&mut envelopes[1], 4));
    assert!(erase::withhold_event(&mut envelopes[2], 6));
    let less = report(&envelopes);
    assert!(less.is_sound() && less.producers["p-1"].is_continuous);
    assert_eq!((less.producers["p-1"].erased, less.producers["p-1"].withheld, less.producers["p-1"].events), (2, 2, 5));
    insta::assert_snapshot!(less.to_string(), @r"
    sound: nothing contradicts

    p-1
      seen      5 events in 3 envelopes, 0 contents
      order     whole from event 1 to event 6
      end       closed: exited
      erased    2 × part was erased: what it held was not seen
      withheld  2 × part is not in this copy
    ");

    // Another copy that has more shows more; what is broken is named under its producer.
    let mut mixed = chain_with_content();
    mixed[1].prev = None;
    mixed[1].digest = mixed[1].compute_digest();
    mixed.remove(2);
    mixed[0].content.clear();
    let broken = report(&mixed);
    assert!(!broken.is_sound() && !broken.producers["p-1"].is_continuous);
    let first = mixed[0].digest;
    insta::assert_snapshot!(broken.to_string().replace(&first.to_string(), "sha256:first"), @r"
    broken: 1 contradiction

    p-1
      seen      4 events in 2 envelopes, 0 contents
      order     not proved from event 1 to event 4
      end       open: nobody can say that the tail is whole
      missing   1 content
      broken    chain, envelope from event 3: it follows nothing, and the envelope before it is sha256:first
    ");
    let json = String::from_utf8(json::write(&report(&chain()[..1]).to_value())).unwrap();
    let head = chain()[0].digest.to_string();
    assert_eq!(
        json.replace(&head, "sha256:head"),
        r#"{"complete":false,"findings":[],"producers":{"p-1":{"close":null,"contents":0,"continuous":true,"envelopes":1,"erased":0,"events":2,"head":"sha256:head","last_seq":2,"losses":0,"missing_contents":[],"missing_events":[],"withheld":0}},"sound":true}"#
    );
}

#[test]
fn two_copies_show_what_either_shows() {
    let whole = chain_with_content();
    let hash = *whole[0].content.keys().next().unwrap();
    let mut less = whole.clone();
    erase::withhold_content(&mut less[0], &hash);
    erase::erase_body(&mut less[0], 1);
    erase::withhold_event(&mut less[0], 2);
    let both: Vec<Envelope> = less.iter().chain(&whole).cloned().collect();
    let mut together = whole.clone();
    erase::erase_body(&mut together[0], 1);
    assert_eq!(report(&both), report(&together), "what a copy has erased does not come back");
    let other_way: Vec<Envelope> = whole.iter().chain(&less).cloned().collect();
    assert_eq!(report(&other_way), report(&together));

    // Nothing is asked of a body or content that a copy has erased.
    let mut lacking = whole.clone();
    lacking[0].content.clear();
    let mut erased = lacking.clone();
    for envelope in &mut erased {
        let first_seq = envelope.first_seq;
        erase::erase_body(envelope, first_seq);
    }
    assert!(!report(&lacking).is_complete() && report(&erased).is_complete());
    for copies in [[&lacking, &erased], [&erased, &lacking]] {
        let copies: Vec<Envelope> = copies.into_iter().flatten().cloned().collect();
        assert!(report(&copies).is_complete());
    }
    erase::erase_content(&mut less[0], &hash);
    let copies: Vec<Envelope> = less.iter().chain(&whole).cloned().collect();
    assert_eq!((report(&copies).producers["p-1"].contents, report(&copies).producers["p-1"].erased), (0, 2));
    let mut merged = lacking[0].clone();
    assert!(merged.merge_content(&whole[0]) && !merged.merge_content(&whole[0]));
    assert_eq!(merged.content, whole[0].content);
    assert!(!merged.merge_content(&whole[1]), "another envelope");
    let mut gone = whole[0].clone();
    assert!(erase::erase_content(&mut gone, &hash) && merged.merge_content(&gone) && !merged.merge_content(&whole[0]));
    assert_eq!(merged.content, gone.content);
}

#[test]
fn what_was_erased_stays_erased() {
    let mut envelope = chain_with_content().remove(0);
    let hash = *envelope.content.keys().next().unwrap();
    assert!(erase::withhold_content(&mut envelope, &hash) && erase::erase_content(&mut envelope, &hash));
    assert!(!erase::withhold_content(&mut envelope, &hash) && !erase::erase_content(&mut envelope, &hash));
    assert_eq!(envelope.content[&hash], Content::Erased);
    assert!(erase::withhold_body(&mut envelope, 1) && erase::erase_body(&mut envelope, 1));
    assert!(!erase::withhold_body(&mut envelope, 1));
    assert!(erase::withhold_event(&mut envelope, 1) && !erase::withhold_event(&mut envelope, 1));
    assert!(!erase::withhold_event(&mut envelope, 3) && !erase::erase_body(&mut envelope, 1));
    assert_eq!(envelope.compute_digest(), envelope.digest);
}

/// An event is named by its number, wherever it stands.
#[test]
fn an_event_out_of_its_place_is_named_by_its_number() {
    let mut envelope = chain().remove(0);
    for (entry, seq) in envelope.events.iter_mut().zip([7, 1]) {
        if let Entry::Event(event) = entry {
            event.seq = seq;
        }
    }
    assert!(!erase::withhold_event(&mut envelope, 2));
    assert!(erase::withhold_event(&mut envelope, 7) && !erase::withhold_event(&mut envelope, 7));
    assert!(matches!(envelope.events.as_slice(), [Entry::Withheld(_), Entry::Event(_)]));
}

#[test]
fn a_short_message_inside_a_carried_content_can_go() {
    let mut envelope = chain().remove(0);
    let long = "otters ".repeat(60);
    let text = format!(r#"{{"input":{{"messages":[{{"content":"secret","role":"user"}}],"question":"{long}"}}}}"#);
    let mut addressed = body(&text);
    let mut carried = Vec::new();
    content::externalise(&mut addressed, 256, &mut |hash, bytes| carried.push((hash, bytes)));
    let read = |bytes: &[u8]| json::read(bytes, &ReadOptions::default()).unwrap();
    envelope.content = carried.iter().map(|(hash, bytes)| (*hash, Content::new(read(bytes)))).collect();
    assert_eq!(envelope.content.len(), 1, "the message is short and stays inline in the input");
    if let Entry::Event(event) = &mut envelope.events[0] {
        event.body = Body::Present(addressed);
    }
    envelope.digest = envelope.compute_digest();
    let message = content::content_hash(&read(br#"{"content":"secret","role":"user"}"#), None);
    assert!(erase::erase_content(&mut envelope, &message));
    assert!(!String::from_utf8(envelope.write()).unwrap().contains("secret"));
    let report = report(&[envelope]);
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.producers["p-1"].contents, report.producers["p-1"].erased), (1, 1));
}

/// A keyed content's value may stand elsewhere too; erasing the one must not break the hash of the other.
#[test]
fn erasing_leaves_keyed_contents_alone() {
    let mut envelope = chain_with_content().remove(0);
    let (hash, content) = envelope.content.iter().next().map(|(hash, content)| (*hash, content.clone())).unwrap();
    let Content::Value { value, .. } = content else { panic!("it was not erased") };
    let nonce = "0123456789abcdef0123456789abcdef";
    let keyed = content::content_hash(&value, Some(nonce));
    envelope.content.insert(keyed, Content::Value { value, nonce: Some(nonce.to_owned()), other: Map::new() });
    assert!(erase::erase_content(&mut envelope, &hash));
    assert!(report(&[envelope]).is_sound());
}

#[test]
fn the_order_of_envelopes_says_nothing() {
    let mut envelopes = chain();
    let mut branch = envelopes[1].clone();
    branch.resource.insert("branch".to_owned(), Value::Int(2));
    branch.digest = branch.compute_digest();
    let mut tail = envelopes[2].clone();
    tail.prev = Some(branch.digest);
    tail.digest = tail.compute_digest();
    envelopes.extend([branch, tail]);
    let forward = report(&envelopes);
    assert_eq!(codes(&forward), ["fork", "fork"], "each branch follows its own");
    envelopes.reverse();
    assert_eq!(report(&envelopes), forward);
    envelopes.swap(0, 2);
    assert_eq!(report(&envelopes), forward);
}

/// An envelope like another one, which claims the digest that it has.
fn sealed(of: &Envelope, change: impl FnOnce(&mut Envelope)) -> Envelope {
    let mut envelope = of.clone();
    change(&mut envelope);
    for (at, entry) in envelope.events.iter_mut().enumerate() {
        if let Entry::Event(event) = entry {
            event.seq = envelope.first_seq + at as u64;
        }
    }
    envelope.digest = envelope.compute_digest();
    envelope
}

#[test]
fn the_envelope_before_one_ends_where_it_begins() {
    let whole = chain();
    // A branch that holds one event more, and one behind it that begins too early.
    let longer = sealed(&whole[0], |envelope| envelope.events.extend(whole[0].events.iter().take(1).cloned()));
    let behind = |prev: Hash| sealed(&whole[1], |envelope| envelope.prev = Some(prev));
    assert_eq!(codes(&report(&[whole[0].clone(), longer.clone(), behind(longer.digest)])), ["fork", "chain"]);
    assert_eq!(codes(&report(&[longer.clone(), behind(longer.digest)])), ["sequence"]);
    // What nobody chained does not become sound by leaving out what lies between.
    let past = sealed(&whole[2], |envelope| envelope.prev = Some(whole[0].digest));
    assert_eq!(codes(&report(&[whole[0].clone(), whole[1].clone(), past])), ["chain"]);
    assert_eq!(codes(&report(&[whole[0].clone(), longer.clone(), behind(whole[0].digest)])), ["fork"]);
    assert_eq!(codes(&report(&[whole[0].clone(), longer, behind(Hash([7; 32]))])), ["fork", "chain"]);
    // Of an overlap, what the envelope says it follows is not judged.
    let early = |prev| sealed(&whole[1], |envelope| (envelope.first_seq, envelope.prev) = (2, prev));
    for prev in [None, Some(Hash([7; 32])), Some(whole[0].digest)] {
        assert_eq!(codes(&report(&[whole[0].clone(), early(prev)])), ["sequence"], "{prev:?}");
    }
    // Nor behind a gap.
    for prev in [None, Some(Hash([7; 32])), Some(whole[0].digest)] {
        let late = sealed(&whole[2], |envelope| envelope.prev = prev);
        assert_eq!(codes(&report(&[whole[0].clone(), late.clone()])), [""; 0], "{prev:?}");
        assert_eq!(codes(&report(&[late])), [""; 0], "{prev:?}");
    }
    // The first one follows none, and none follows itself.
    for prev in [Hash([7; 32]), whole[1].digest] {
        let first = sealed(&whole[0], |envelope| envelope.prev = Some(prev));
        assert!(codes(&report(&[first, whole[1].clone()])).contains(&"chain"));
    }
    assert_eq!(codes(&report(&[whole[0].clone(), behind(whole[1].digest)])), ["chain"]);
}

#[test]
fn odd_envelopes_are_found() {
    let mut overlapping = chain();
    overlapping[1].first_seq = 2;
    overlapping[1].digest = overlapping[1].compute_digest();
    assert_eq!(codes(&report(&overlapping[..2])), ["sequence", "sequence", "sequence"]);

    let mut late = chain();
    late[1].predecessor = Some("p-0".to_owned());
    late[1].digest = late[1].compute_digest();
    assert_eq!(codes(&report(&late[..2])), ["chain"]);

    let mut empty = chain().remove(0);
    empty.events.clear();
    empty.digest = empty.compute_digest();
    assert_eq!(codes(&report(&[empty.clone()])), ["sequence"]);
    empty.close = Some("exited".to_owned());
    empty.digest = empty.compute_digest();
    let closed = report(&[empty]);
    assert!(closed.is_complete());
    assert_eq!(closed.producers["p-1"].last_seq, 0);

    let mut far = chain().remove(0);
    far.first_seq = u64::MAX;
    far.digest = far.compute_digest();
    assert_eq!(report(&[far]).producers["p-1"].missing_events, [(1, u64::MAX - 1)]);
}
