//! What signed heads prove of chains that were tampered with, cut, made anew, erased and put beside others.

#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::erase::{Removal, Selection};
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::sign::{Keys, PublicKey, SigningKey, verify};
use tracewire_wire::statement::Head;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify::{self, Report};

/// As OpenSSL 3.0 wrote it, and what it wrote as its other half.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEID08EXHVT7sY4ZR1HtpwKlWRanFQoQuRvgP+gHrijRYt
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAxFnrfwQUU7+2i9cyhzJB1VtxYwJYl/+mcLYqrvBXMjA=
-----END PUBLIC KEY-----
";

fn key() -> SigningKey {
    PRIVATE.parse().unwrap()
}

fn keys() -> Keys {
    Keys::from_iter([PUBLIC.parse::<PublicKey>().unwrap()])
}

/// Envelopes of two events each, from the second envelope that `changed` says with another message; the last one closes.
fn chain(producer: &str, count: u64, changed: Option<u64>) -> Vec<Envelope> {
    let mut prev = None;
    let envelopes = (0..count).map(|number| {
        let first_seq = number * 2 + 1;
        let events = (first_seq..first_seq + 2).map(|seq| {
            let mut event = Event::new(EventType::Log, Timestamp(seq as i64));
            event.seq = seq;
            let word = if changed == Some(number) { "changed" } else { "said" };
            let body = Map::from_iter([("message".to_owned(), Value::from(word))]);
            event.body = tracewire_wire::event::Body::Present(body);
            Entry::Event(Box::new(event))
        });
        let mut envelope = Envelope {
            spec: "1.0".to_owned(),
            seal: 1,
            producer: producer.to_owned(),
            resource: Map::new(),
            first_seq,
            prev,
            parent: None,
            predecessor: None,
            close: (number + 1 == count).then(|| "exited".to_owned()),
            events: events.collect(),
            content: Default::default(),
            digest: Hash([0; 32]),
            other: Map::new(),
        };
        envelope.digest = envelope.compute_digest();
        prev = Some(envelope.digest);
        envelope
    });
    envelopes.collect()
}

fn head(of: &Envelope) -> Head {
    let mut head = Head::of(of);
    key().sign(&mut head);
    head
}

fn judged(envelopes: &[Envelope], heads: &[Head]) -> Report {
    let items = envelopes.iter().map(Envelope::write).chain(heads.iter().map(Head::write));
    verify(items, &keys()).unwrap()
}

/// Whether it is proved, what was found, and which events are vouched for.
type Said = (bool, Vec<(&'static str, u64)>, Vec<(u64, u64)>);

fn said(envelopes: &[Envelope], heads: &[Head]) -> Said {
    let report = judged(envelopes, heads);
    let found = report.findings.iter().map(|finding| (finding.code, finding.first_seq)).collect();
    let proved = report.producers.get("p-1").and_then(|producer| producer.signed.clone());
    (report.is_proved(), found, proved.map(|signed| signed.proved).unwrap_or_default())
}

#[test]
fn keys_are_read_as_people_keep_them() {
    assert_eq!(key().to_pem(), PRIVATE);
    assert_eq!(key().public().to_pem(), PUBLIC);
    assert_eq!(key().public().id(), "ed25519:2822a87d3f7dc645".to_owned());
    let seed = "3d3c1171d54fbb18e194751eda702a55916a7150a10b91be03fe807ae28d162d";
    assert_eq!(format!(" {seed}\n").parse::<SigningKey>().unwrap().to_pem(), PRIVATE);
    let base64 = "PTwRcdVPuxjhlHUe2nAqVZFqcVChC5G+A/6AeuKNFi0=";
    assert_eq!(base64.parse::<SigningKey>().unwrap().to_pem(), PRIVATE);
    assert!(!format!("{:?}", key()).contains("3d3c"));
    for (text, why) in [
        (PUBLIC, "it is a public key, which signs nothing"),
        ("", "it is no private key of Ed25519 in PEM (PKCS#8), hex or base64"),
        (&seed[1..], "it is no private key of Ed25519 in PEM (PKCS#8), hex or base64"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----",
            "it is a key in the form of OpenSSH, which is not read here; `tracewire keygen` makes one",
        ),
        ("-----BEGIN PRIVATE KEY-----\nAAAA", "its PEM has no end"),
    ] {
        let error = text.parse::<SigningKey>().unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("key", why));
    }
    let error = PRIVATE.parse::<PublicKey>().unwrap_err();
    assert_eq!(error.to_string(), "it is a private key; its public half is expected");
    // The neutral point, under which anything is signed.
    let weak = format!("01{}", "00".repeat(31));
    assert_eq!(weak.parse::<PublicKey>().unwrap_err().code(), "key");
}

#[test]
fn a_signature_is_that_of_rfc_8032_over_the_text_of_the_specification() {
    let head = head(&chain("p-1", 1, None)[0]);
    let text = String::from_utf8(head.signed_bytes()).unwrap();
    assert_eq!(
        text,
        "tracewire head 1\n{\"close\":\"exited\",\"digest\":\"sha256:DIGEST\",\"first_seq\":1,\"key\":\"ed25519:2822a87d3f7dc645\",\"producer\":\"p-1\",\"seq\":2,\"statement\":\"head\",\"time\":\"1970-01-01T00:00:00.000000000Z\"}"
            .replace("sha256:DIGEST", &head.digest.to_string())
    );
    assert!(key().public().has_signed(&head));
    for change in [
        |head: &mut Head| head.seq += 1,
        |head: &mut Head| head.close = None,
        |head: &mut Head| head.producer.push('x'),
        |head: &mut Head| head.time = Timestamp(1),
        |head: &mut Head| head.signature[63] ^= 1,
        |head: &mut Head| head.other = Map::from_iter([("x".to_owned(), Value::Null)]),
    ] {
        let mut changed = head.clone();
        change(&mut changed);
        assert!(!key().public().has_signed(&changed), "{changed:?}");
    }
}

#[test]
fn a_whole_chain_is_proved_to_its_signed_head() {
    let chain = chain("p-1", 3, None);
    let signed = [head(&chain[2])];
    assert_eq!(said(&chain, &signed), (true, vec![], vec![(1, 6)]));
    // A head that is older than what is here proves what it can; both together no less.
    assert_eq!(said(&chain, &[head(&chain[0])]), (true, vec![], vec![(1, 2)]));
    assert_eq!(said(&chain, &[head(&chain[0]), head(&chain[2]), head(&chain[2])]), (true, vec![], vec![(1, 6)]));
    assert_eq!(judged(&chain, &[head(&chain[2]), head(&chain[2])]).producers["p-1"].signed.as_ref().unwrap().heads, 1);
    // Without a head nothing is proved, whatever holds.
    assert_eq!(said(&chain, &[]), (false, vec![], vec![]));
}

#[test]
fn without_keys_heads_are_what_somebody_claims() {
    let chain = chain("p-1", 3, None);
    let items = |head: &Head| chain.iter().map(Envelope::write).chain([head.write()]).collect::<Vec<_>>();
    let report = verify::verify(items(&head(&chain[2]))).unwrap();
    assert!(report.is_sound() && report.is_complete() && !report.is_proved() && report.trusted.is_none());
    assert!(report.producers["p-1"].signed.as_ref().unwrap().is_whole);
    let mut forged = head(&chain[2]);
    forged.signature = [0; 64];
    assert!(verify::verify(items(&forged)).unwrap().is_sound());
    // Statements of later versions are passed over.
    let other = br#"{"statement":"witness"}"#.to_vec();
    assert!(verify::verify([other]).unwrap().producers.is_empty());
}

#[test]
fn a_cut_tail_is_visible() {
    let chain = chain("p-1", 3, None);
    let report = judged(&chain[..2], &[head(&chain[2])]);
    let producer = &report.producers["p-1"];
    assert!(report.is_sound() && !report.is_proved());
    assert_eq!(producer.missing_events, [(5, 6)]);
    assert_eq!(producer.signed.as_ref().unwrap().close.as_deref(), Some("exited"));
    assert_eq!(producer.signed.as_ref().unwrap().proved, []);
    // What an earlier head vouches for is still proved.
    assert_eq!(said(&chain[..2], &[head(&chain[1]), head(&chain[2])]), (false, vec![], vec![(1, 4)]));
    // All of it cut.
    let report = judged(&[], &[head(&chain[2])]);
    assert!(!report.is_proved());
    assert_eq!(report.producers["p-1"].missing_events, [(1, 6)]);
    // The end was open when it was signed: proved so far, and nobody says that it went on.
    assert_eq!(said(&chain[..2], &[head(&chain[1])]), (true, vec![], vec![(1, 4)]));
}

#[test]
fn an_empty_close_that_was_cut_off_is_missed() {
    let mut chain = chain("p-1", 2, None);
    let mut close = chain.pop().unwrap();
    close.events.clear();
    close.digest = close.compute_digest();
    chain.push(close);
    assert_eq!(said(&chain, &[head(&chain[1])]), (true, vec![], vec![(1, 2)]));
    assert_eq!(said(&chain[..1], &[head(&chain[1])]), (false, vec![], vec![]));
}

#[test]
fn tampering_is_named_and_what_stands_behind_it_is_proved() {
    let whole = chain("p-1", 4, None);
    let signed = [head(&whole[3])];
    let mut changed = whole.clone();
    if let Entry::Event(event) = &mut changed[1].events[0] {
        event.time = Timestamp(99);
    }
    assert_eq!(said(&changed, &signed), (false, vec![("digest", 3)], vec![(5, 8)]));
    assert_eq!(said(&changed, &[head(&whole[0]), head(&whole[3])]), (false, vec![("digest", 3)], vec![(1, 2), (5, 8)]));
    let mut last = whole.clone();
    last[3].resource = Map::from_iter([("x".to_owned(), Value::Null)]);
    assert_eq!(said(&last, &signed), (false, vec![("digest", 7)], vec![]));
    let gap = [whole[0].clone(), whole[2].clone(), whole[3].clone()];
    assert_eq!(said(&gap, &signed), (false, vec![], vec![(5, 8)]));
}

#[test]
fn a_chain_made_anew_is_not_the_signed_one() {
    let signed = [head(&chain("p-1", 3, None)[2])];
    // Without a key nobody sees it.
    assert_eq!(said(&chain("p-1", 3, Some(0)), &[]), (false, vec![], vec![]));
    assert_eq!(said(&chain("p-1", 3, Some(0)), &signed), (false, vec![("head", 5)], vec![]));
    // Other boundaries.
    let mut merged = chain("p-1", 3, None);
    let tail = merged.pop().unwrap();
    let before = merged.pop().unwrap();
    let mut joined = before.clone();
    joined.events.extend(tail.events);
    joined.close = tail.close;
    joined.digest = joined.compute_digest();
    merged.push(joined);
    assert_eq!(said(&merged, &signed), (false, vec![("head", 5)], vec![]));
    // A head that says another end than its envelope does.
    let mut open = signed[0].clone();
    open.close = None;
    key().sign(&mut open);
    assert_eq!(said(&chain("p-1", 3, None), &[open]), (false, vec![("head", 5)], vec![]));
}

#[test]
fn what_is_erased_and_withheld_stays_proved() {
    let mut chain = chain("p-1", 3, None);
    let signed = [head(&chain[2])];
    let bodies = Selection { contents: Vec::new(), bodies: vec![3], events: Vec::new() };
    bodies.remove(&mut chain[1], Removal::Erase);
    let events = Selection { contents: Vec::new(), bodies: Vec::new(), events: vec![6] };
    events.remove(&mut chain[2], Removal::Withhold);
    assert_eq!(said(&chain, &signed), (true, vec![], vec![(1, 6)]));
    let producer = &judged(&chain, &signed).producers["p-1"];
    assert_eq!((producer.erased, producer.withheld), (1, 1));
}

#[test]
fn other_keys_and_other_producers_vouch_for_nothing() {
    let mine = chain("p-1", 3, None);
    let theirs = chain("p-2", 3, None);
    let stranger = SigningKey::from_seed(&[7; 32]);
    let mut by_stranger = head(&mine[2]);
    stranger.sign(&mut by_stranger);
    let report = judged(&mine, &[by_stranger.clone()]);
    assert!(report.is_sound() && !report.is_proved());
    assert_eq!(report.producers["p-1"].other_keys, [stranger.public().id()]);
    assert_eq!(report.producers["p-1"].signed, None);
    // Neither do they take anything away, nor bring producers in.
    let mut of_another = by_stranger.clone();
    of_another.producer = "p-3".to_owned();
    assert_eq!(said(&mine, &[head(&mine[2]), by_stranger, of_another]), (true, vec![], vec![(1, 6)]));
    // Under the name of a key that was given.
    let mut forged = head(&mine[2]);
    stranger.sign(&mut forged);
    forged.key = key().public().id();
    assert_eq!(said(&mine, &[forged]), (false, vec![("signature", 5)], vec![]));
    // A head of another producer, as it was, and with the name changed.
    let replayed = head(&theirs[2]);
    let report = judged(&mine, &[head(&mine[2]), replayed.clone()]);
    assert_eq!(report.producers["p-2"].missing_events, [(1, 6)]);
    assert!(report.is_sound() && !report.is_proved());
    let mut renamed = replayed;
    renamed.producer = "p-1".to_owned();
    assert_eq!(said(&mine, &[renamed]), (false, vec![("signature", 5)], vec![]));
    // An envelope of another chain in the place of one of this.
    let mut swapped = mine.clone();
    swapped[1] = theirs[1].clone();
    assert!(!judged(&swapped, &[head(&mine[2])]).is_proved());
    swapped[1].producer = "p-1".to_owned();
    assert_eq!(said(&swapped, &[head(&mine[2])]).1, [("chain", 3), ("digest", 3), ("chain", 5)]);
}

#[test]
fn the_report_says_it_for_people_and_as_json() {
    let chain = chain("p-1", 2, None);
    let report = judged(&chain[..1], &[head(&chain[1])]);
    assert!(
        report.to_string().contains("  signed    to event 4 by ed25519:2822a87d3f7dc645, and not all of it is here")
    );
    let json = String::from_utf8(tracewire_wire::json::write(&report.to_value())).unwrap();
    assert!(json.contains(r#""keys":["ed25519:2822a87d3f7dc645"]"#) && json.contains(r#""proved":false"#), "{json}");
    assert!(
        json.contains(
            r#""signed":{"close":"exited","heads":1,"keys":["ed25519:2822a87d3f7dc645"],"proved":[],"seq":4,"time":"1970-01-01T00:00:00.000000000Z","whole":false}"#
        ),
        "{json}"
    );
}
