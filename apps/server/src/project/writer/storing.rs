//! What was brought goes into transactions: envelopes as they came, and what is sealed here.

use tokio::sync::oneshot;
use tracewire_recorder::seal::Sealed;
use tracewire_store::{Applied, Incoming, Received, StoreError};
use tracewire_wire::event::Event;

use super::thread::Thread;
use super::{Emission, Refused};
use crate::project::emitter::{Emitted, Emitter};

/// Envelopes of a request, and who waits for what becomes of them.
type Waiting = (Vec<Received>, oneshot::Sender<Result<(), Refused>>);

impl Thread {
    /// Everything in one transaction; where that fails for what is in it, each alone.
    pub(super) fn take(&mut self, group: Vec<Waiting>) {
        let together = self.guarded(|thread| thread.apply(&mut group.iter().flat_map(|(envelopes, _)| envelopes)));
        match together {
            Ok(applied) => {
                tracing::debug!(
                    requests = group.len(),
                    envelopes = applied.envelopes,
                    known = applied.known,
                    events = applied.events,
                    "stored"
                );
                for fork in &applied.forks {
                    tracing::warn!(producer = fork.producer, first_seq = fork.first_seq, "a chain has two successors");
                }
                // Whoever is answered and then follows what happens goes on behind what was answered.
                self.tell();
                group.into_iter().for_each(|(_, answer)| _ = answer.send(Ok(())));
            }
            Err(error) if group.len() == 1 || Refused::from(&error).is_for_now => {
                tracing::error!(code = error.code(), %error, requests = group.len(), "the store took nothing");
                let refused = Refused::from(&error);
                group.into_iter().for_each(|(_, answer)| _ = answer.send(Err(refused.clone())));
            }
            Err(_) => group.into_iter().for_each(|one| self.take(vec![one])),
        }
    }

    fn apply(&mut self, envelopes: &mut dyn Iterator<Item = &Received>) -> Result<Applied, StoreError> {
        let envelopes: Vec<&Received> = envelopes.collect();
        let applied =
            self.store.write(&mut |ingest| envelopes.iter().try_for_each(|one| ingest.envelope(&one.incoming())))?;
        self.store.make_durable()?;
        Ok(applied)
    }

    /// Seals everything and puts it into one transaction. Where that fails nothing goes on behind what was sealed, and those who sent
    /// it come again.
    pub(super) fn emit(&mut self, group: Vec<Emission>) {
        self.alone = self.alone.saturating_sub(1);
        let (brought, answers): (Vec<_>, Vec<_>) = group.into_iter().map(|one| (one.brought, one.answer)).unzip();
        let emitted = self.guarded(|thread| {
            let mut sealed = Vec::new();
            let take = |brought| thread.emitter.take(&*thread.store, brought, &mut sealed);
            let emitted = brought.into_iter().map(take).collect::<Result<Vec<Emitted>, _>>()?;
            thread.emitter.end(&mut sealed);
            let applied = thread.put(&sealed)?;
            thread.hand_over(sealed, &applied);
            Ok(emitted)
        });
        match emitted {
            Ok(emitted) => {
                // Who was answered finds it, also as news.
                self.tell();
                answers.into_iter().zip(emitted).for_each(|(answer, emitted)| _ = answer.send(Ok(emitted)));
            }
            Err(error) => {
                tracing::error!(code = error.code(), %error, requests = answers.len(), "the store took nothing");
                self.emitter = Emitter::default();
                let mut refused = Refused::from(&error);
                if answers.len() > 1 {
                    self.alone = answers.len();
                    refused.is_for_now = true;
                }
                answers.into_iter().for_each(|answer| _ = answer.send(Err(refused.clone())));
            }
        }
    }

    /// Lets who counts events have them without reading them again, where it is sure which ids they got.
    fn hand_over(&self, sealed: Vec<Sealed>, applied: &Applied) {
        let events: Vec<Event> = sealed.into_iter().flat_map(|one| one.events).map(|sealed| sealed.event).collect();
        let (before, count) = (*self.news.borrow(), events.len() as u64);
        // Another program may have written between, and what is of a deleted trace is not there.
        if applied.events == count && self.store.last_event().is_ok_and(|last| last == before + count) {
            self.fresh.put(before + 1, events);
        }
    }

    fn put(&mut self, sealed: &[Sealed]) -> Result<Applied, StoreError> {
        self.unclosed.begin(sealed);
        let applied =
            self.store.write(&mut |ingest| sealed.iter().try_for_each(|one| ingest.envelope(&Incoming::from(one))))?;
        tracing::debug!(envelopes = applied.envelopes, events = applied.events, "sealed and stored");
        self.store.make_durable()?;
        self.unclosed.end(sealed);
        Ok(applied)
    }

    /// Closes what a server that was killed left open.
    pub(super) fn recover(&mut self) {
        let closed = self.guarded(|thread| {
            let sealed = thread.unclosed.closes(&*thread.store)?;
            if sealed.is_empty() { Ok(()) } else { thread.put(&sealed).map(|_| ()) }
        });
        match closed {
            Ok(()) => self.unclosed.write(),
            Err(error) => tracing::warn!(code = error.code(), %error, "producers of an earlier server stay open"),
        }
        self.tell();
    }

    /// Closes what was sealed here.
    pub(super) fn close(&mut self) {
        let mut sealed = Vec::new();
        self.emitter.close(&mut sealed);
        if !sealed.is_empty()
            && let Err(error) = self.guarded(|thread| thread.put(&sealed))
        {
            tracing::warn!(code = error.code(), %error, "producers of this server stay open");
        }
        self.unclosed.write();
    }
}
