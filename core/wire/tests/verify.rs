//! What a verifier says of chains that are whole, partial, forked and tampered with.

use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::id::Hash;
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
