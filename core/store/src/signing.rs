//! Heads of what a store holds, signed with a key (`spec/signing.md`).

use crate::error::StoreError;
use crate::store::Store;
use std::collections::BTreeMap;
use tracewire_wire::envelope::Envelope;
use tracewire_wire::id::Hash;
use tracewire_wire::sign::{Keys, SigningKey};
use tracewire_wire::statement::Head;
use tracewire_wire::time::Timestamp;
use tracewire_wire::verify::{Signature, Verifier};

/// Envelopes read at once.
const PAGE: usize = 64;
/// Entries of the ledger read at once.
const LEDGER_PAGE: usize = 1024;

/// What was signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedHeads {
    /// New heads.
    pub signed: u64,
    /// Producers whose latest head was signed with this key before.
    pub known: u64,
    /// Producers whose chain contradicts or has a gap: nobody vouches for that.
    pub refused: Vec<String>,
}

/// Signs the head of every producer, or of one, that this key has not signed yet; its own earlier ones go, for the later vouch
/// for what they did.
///
/// Each envelope is looked at once: the first time from the beginning, later from the last signed head on (TW-SIG-009).
///
/// # Errors
/// [`StoreError`] when the engine refuses. What was signed before stays.
pub fn sign_heads(
    store: &mut dyn Store,
    producer: Option<&str>,
    key: &SigningKey,
    now: Timestamp,
) -> Result<SignedHeads, StoreError> {
    let mut done = SignedHeads::default();
    let mut before: BTreeMap<String, Vec<Head>> = BTreeMap::new();
    for head in store.heads(producer)? {
        before.entry(head.producer.clone()).or_default().push(head);
    }
    for row in store.producers()? {
        let Some(latest) = row.head.filter(|_| producer.is_none_or(|producer| producer == row.name)) else { continue };
        let known = before.remove(&row.name).unwrap_or_default();
        sign(store, &row.name, latest, known, key, now, &mut done)?;
    }
    Ok(done)
}

/// Signs the heads that were accepted behind entry `after` of the ledger; gives the last entry, too.
///
/// # Errors
/// As [`sign_heads`].
pub fn sign_new_heads(
    store: &mut dyn Store,
    after: u64,
    key: &SigningKey,
    now: Timestamp,
) -> Result<(u64, SignedHeads), StoreError> {
    let mut last = after;
    let mut latest: BTreeMap<String, Hash> = BTreeMap::new();
    loop {
        let page = store.ledger(last, LEDGER_PAGE)?;
        let Some(end) = page.last() else { break };
        last = end.number;
        latest.extend(page.into_iter().map(|entry| (entry.producer, entry.head)));
    }
    let mut done = SignedHeads::default();
    for (name, head) in latest {
        let known = store.heads(Some(&name))?;
        sign(store, &name, head, known, key, now, &mut done)?;
    }
    Ok((last, done))
}

/// Signs one producer's head; of the heads that are known, those of this key count.
fn sign(
    store: &mut dyn Store,
    producer: &str,
    latest: Hash,
    mut known: Vec<Head>,
    key: &SigningKey,
    now: Timestamp,
    done: &mut SignedHeads,
) -> Result<(), StoreError> {
    let own = Keys::from_iter([key.public()]);
    known.retain(|head| own.judge(head) == Signature::Valid);
    if known.iter().any(|head| head.digest == latest) {
        done.known += 1;
        return Ok(());
    }
    let from = known.iter().max_by_key(|head| (head.seq, head.first_seq));
    let Some(mut head) = followed(store, producer, from)?.filter(|head| head.digest == latest) else {
        done.refused.push(producer.to_owned());
        return Ok(());
    };
    head.time = now;
    key.sign(&mut head);
    done.signed += store.keep_heads(&[head], &known)?;
    Ok(())
}

/// The head that a chain has, followed from one that was signed or from the beginning; `None` where it contradicts or has a gap.
fn followed(store: &dyn Store, producer: &str, from: Option<&Head>) -> Result<Option<Head>, StoreError> {
    let mut after: Option<(u64, Hash)> = from.map(|head| (head.first_seq, head.digest));
    let mut at = from.cloned();
    loop {
        let page = store.envelopes(producer, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(at) };
        after = Some((last.first_seq, last.digest));
        for stored in page {
            let Ok(envelope) = Envelope::read(&stored.bytes) else { return Ok(None) };
            let follows = match &at {
                None => envelope.first_seq == 1 && envelope.prev.is_none(),
                Some(head) => {
                    head.close.is_none() && envelope.first_seq == head.seq + 1 && envelope.prev == Some(head.digest)
                }
            };
            if !follows || envelope.producer != producer || !Verifier::new().push(&envelope).is_empty() {
                return Ok(None);
            }
            at = Some(Head::of(&envelope));
        }
    }
}
