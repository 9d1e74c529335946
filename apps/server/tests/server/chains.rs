//! Chains that are verified while nobody waits for it.

use rusqlite::Connection;
use serde_json::{Value, json};
use tracewire_server::Server;
use tracewire_store::{SqliteStore, Store as _};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::sign::{Keys, SigningKey};
use tracewire_wire::statement::Head;
use tracewire_wire::verify::Signature;

use crate::common::{Served, options};

impl Served {
    /// Has the server seal one more envelope, of one event.
    async fn seal(&self) {
        let body = json!({"name": "score", "value": 1, "target": {"session_id": "chat-7"}}).to_string();
        let request = self.client.post(self.url("/v1/feedback")).header("content-type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 201);
    }

    /// The only producer, which is the server itself.
    async fn own(&self) -> String {
        self.json("/v1/producers").await["items"][0]["name"].as_str().unwrap().to_owned()
    }

    /// Stops it, changes its store behind its back, and starts it again.
    async fn tampered(self, statements: &str) -> Self {
        let Served { folder, server, client } = self;
        server.stop().await;
        Connection::open(folder.path().join("store.db")).unwrap().execute_batch(statements).unwrap();
        Served { server: Server::bind(options(folder.path())).await.unwrap(), folder, client }
    }
}

/// A server with so many envelopes of its own, and their producer's name.
async fn with_envelopes(count: usize) -> (Served, String) {
    let served = Served::start().await;
    for _ in 0..count {
        served.seal().await;
    }
    let name = served.own().await;
    (served, name)
}

/// The same envelopes as they are sent.
async fn envelopes(count: usize) -> (Vec<Vec<u8>>, String) {
    let (served, name) = with_envelopes(count).await;
    let store = SqliteStore::open(&served.folder.path().join("store.db")).unwrap();
    let stored = store.envelopes(&name, None, 100).unwrap();
    assert_eq!(stored.len(), count);
    (stored.into_iter().map(|one| one.bytes).collect(), name)
}

fn verified(seq: u64) -> impl Fn(&Value) -> bool {
    move |producer| producer["verified_seq"] == seq
}

#[tokio::test]
async fn what_is_whole_is_sound_and_what_comes_later_is_verified_too() {
    let (served, name) = with_envelopes(3).await;
    let producer = served.producer(&name, verified(3)).await;
    assert_eq!((&producer["sound"], &producer["missing_events"]), (&json!(true), &json!(0)));
    assert_eq!(producer.get("contradiction"), None);
    served.seal().await;
    assert_eq!(served.producer(&name, verified(4)).await["sound"], true);
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("\ntracewire_verified_producers 1\n"), "{metrics}");
    assert!(metrics.contains("\ntracewire_unsound_producers 0\n"), "{metrics}");
}

#[tokio::test]
async fn an_envelope_that_was_changed_is_named_as_verify_names_it() {
    let (served, name) = with_envelopes(12).await;
    let digest = "UPDATE envelope SET digest = (SELECT digest FROM envelope WHERE first_seq = 5) WHERE first_seq = 10";
    let served = served.tampered(digest).await;
    let producer = served.producer(&name, |one| one["sound"] == false).await;
    let findings = served.verify().findings;
    assert_eq!(
        producer["contradiction"],
        json!({"code": findings[0].code, "first_seq": findings[0].first_seq, "message": findings[0].message})
    );
    assert_eq!((findings[0].code, findings[0].first_seq), ("digest", 10));
    let health = served.json("/v1/health").await;
    assert_eq!((&health["status"], &health["chains"]["unsound"]), (&json!("ok"), &json!(1)));
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("\ntracewire_unsound_producers 1\n"), "{metrics}");
}

#[tokio::test]
async fn an_envelope_that_cannot_be_given_back_is_named_too() {
    let (served, name) = with_envelopes(12).await;
    served.producer(&name, verified(12)).await;
    // The other one has nothing to do with it.
    let (sent, _) = crate::common::envelopes("00000000000000a1", "research");
    served.send(&sent).await;
    let served = served.tampered("UPDATE envelope SET events = x'ff' WHERE first_seq = 6").await;
    let producer = served.producer(&name, |one| one["sound"] == false).await;
    assert_eq!(
        (&producer["contradiction"]["code"], &producer["contradiction"]["first_seq"], &producer["verified_seq"]),
        (&json!("store_corrupt"), &json!(6), &json!(5))
    );
    assert_eq!(served.producer("00000000000000a1-1", verified(7)).await["sound"], true);
}

#[tokio::test]
async fn what_comes_late_closes_a_gap() {
    let (sent, name) = envelopes(4).await;
    let served = Served::start().await;
    served.send(&[sent[0].clone(), sent[2].clone(), sent[3].clone()]).await;
    let producer = served.producer(&name, verified(4)).await;
    assert_eq!((&producer["sound"], &producer["missing_events"]), (&json!(true), &json!(1)));
    served.send(&sent[1..2]).await;
    let producer = served.producer(&name, |one| one["missing_events"] == 0).await;
    assert_eq!((&producer["sound"], &producer["verified_seq"]), (&json!(true), &json!(4)));
}

#[tokio::test]
async fn an_envelope_that_does_not_follow_is_found_when_what_is_before_it_comes() {
    // Two histories under one name: each is sound alone.
    let ((ours, name), (theirs, other)) = (envelopes(3).await, envelopes(3).await);
    let forge = |envelope: &[u8]| {
        let mut envelope = tracewire_wire::envelope::Envelope::read(envelope).unwrap();
        envelope.producer.clone_from(&name);
        envelope.digest = envelope.compute_digest();
        envelope.write()
    };
    assert_ne!(name, other);
    let served = Served::start().await;
    served.send(&[ours[0].clone(), forge(&theirs[2])]).await;
    assert_eq!(served.producer(&name, verified(3)).await["sound"], true);
    served.send(&ours[1..2]).await;
    let producer = served.producer(&name, |one| one["sound"] == false).await;
    let findings = served.verify().findings;
    assert_eq!(
        (&producer["contradiction"]["code"], &producer["contradiction"]["first_seq"]),
        (&json!("chain"), &json!(3))
    );
    assert_eq!((findings[0].code, findings[0].first_seq), ("chain", 3));
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_seed(&[byte; 32])
}

#[tokio::test]
async fn signed_heads_are_taken_beside_envelopes_and_handed_on() {
    let (mut lines, name) = envelopes(2).await;
    let mut head = Head::of(&Envelope::read(&lines[1]).unwrap());
    key(7).sign(&mut head);
    lines.push(head.write());
    lines.push(br#"{"statement":"of a later version"}"#.to_vec());
    let served = Served::start().await;
    let taken = served.send(&lines).await;
    assert_eq!((&taken["envelopes"], &taken["events"]), (&json!(2), &json!(2)));
    served.send(&lines).await;
    let store = SqliteStore::open(&served.folder.path().join("store.db")).unwrap();
    assert_eq!(store.heads(Some(&name)).unwrap(), [head]);
    // A head that is none is named, and takes nothing else with it.
    let bad = br#"{"producer":"p","statement":"head"}"#.to_vec();
    let (status, code) = served.refusal(served.post("application/x-ndjson", crate::common::lines(&[bad]))).await;
    assert_eq!((status, code.as_str()), (422, "envelopes_rejected"));
}

#[tokio::test]
async fn a_server_with_a_key_signs_what_it_accepts() {
    let (lines, name) = envelopes(2).await;
    let served = Served::with(|options| options.signing = Some(std::sync::Arc::new(key(7)))).await;
    served.send(&lines[..1]).await;
    served.send(&lines).await;
    let path = served.folder.path().join("store.db");
    // What was accepted is signed before a server ends.
    served.server.stop().await;
    let heads = SqliteStore::open(&path).unwrap().heads(Some(&name)).unwrap();
    assert_eq!(heads.iter().map(|head| head.seq).collect::<Vec<_>>(), [2]);
    assert_eq!(Keys::from_iter([key(7).public()]).judge(&heads[0]), Signature::Valid);
    drop(served.folder);
}
