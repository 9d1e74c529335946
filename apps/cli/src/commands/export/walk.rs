//! Through the store, producer by producer: envelopes whole, or with what was not asked for withheld; or their events.

use std::collections::BTreeSet;

use tracewire_store::excerpt::Excerpt;
use tracewire_store::{Store, StoredEnvelope};
use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::event::Event;
use tracewire_wire::id::Hash;

use super::out::Out;
use super::wanted::Wanted;
use crate::error::CliError;
use crate::moving::target::Target;
use crate::term::Bar;

/// Envelopes read at once: one can be as large as the largest record.
const PAGE: usize = 4;

/// What went out.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) envelopes: u64,
    pub(super) events: u64,
    pub(super) withheld: u64,
    pub(super) unsealed: u64,
    pub(super) heads: u64,
}

/// Goes through everything that was asked for.
pub(super) fn walk(
    store: &dyn Store,
    wanted: &Wanted,
    out: &mut Out,
    target: &mut Target,
    bar: &mut Bar,
) -> Result<Totals, CliError> {
    let mut walk = Walk {
        store,
        wanted,
        out,
        target,
        bar,
        service: None,
        totals: Totals::default(),
        excerpt: Excerpt::new(store),
    };
    match &wanted.events {
        Some(events) => {
            walk.bar.set_total(Some(events.values().map(|numbers| numbers.len() as u64).sum()));
            for (producer, numbers) in events {
                walk.part(producer, numbers)?;
                walk.heads(producer)?;
            }
        }
        None => {
            let producers = store.producers()?;
            walk.bar.set_total(Some(producers.iter().map(|row| row.last_seq).sum()));
            for row in producers {
                let before = walk.totals.envelopes;
                walk.all(&row.name)?;
                if walk.totals.envelopes > before {
                    walk.heads(&row.name)?;
                }
                // Of a time, nobody counts what is not sealed: it may be of another one.
                walk.totals.unsealed += if wanted.is_everything() { row.pending } else { 0 };
            }
        }
    }
    Ok(walk.totals)
}

struct Walk<'w> {
    store: &'w dyn Store,
    wanted: &'w Wanted,
    out: &'w mut Out,
    target: &'w mut Target,
    bar: &'w mut Bar,
    /// `service.name` of the producer at hand.
    service: Option<String>,
    totals: Totals,
    excerpt: Excerpt<'w>,
}

impl Walk<'_> {
    fn producer(&mut self, name: &str) -> Result<(), CliError> {
        self.excerpt.next_producer();
        self.service = self.store.service(name)?;
        Ok(())
    }

    /// Envelopes in which these events are.
    fn part(&mut self, producer: &str, numbers: &BTreeSet<u64>) -> Result<(), CliError> {
        self.producer(producer)?;
        let mut written: BTreeSet<Hash> = BTreeSet::new();
        let mut done = 0;
        for seq in numbers {
            if *seq <= done {
                continue;
            }
            let found = self.store.envelopes_with(producer, *seq)?;
            self.totals.unsealed += u64::from(found.is_empty());
            for stored in found {
                if !written.insert(stored.digest) {
                    continue;
                }
                let envelope = read(&stored)?;
                // Where the chain forks, each branch is asked for by itself.
                if !stored.is_fork {
                    done = envelope.first_seq.saturating_add(envelope.events.len() as u64).saturating_sub(1);
                }
                self.filtered(envelope, &|event| numbers.contains(&event.seq))?;
            }
        }
        Ok(())
    }

    /// All envelopes of a producer, as far as they are of the time.
    fn all(&mut self, producer: &str) -> Result<(), CliError> {
        self.producer(producer)?;
        let mut after = None;
        loop {
            let page = self.store.envelopes(producer, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some((last.first_seq, last.digest));
            for stored in page {
                let envelope = read(&stored)?;
                if !self.wanted.is_everything() || self.out.is_rows() {
                    let wanted = self.wanted;
                    self.filtered(envelope, &|event| wanted.is_in_time(event))?;
                    continue;
                }
                self.totals.events += envelope.events.len() as u64;
                self.totals.envelopes += 1;
                self.bar.advance(envelope.events.len() as u64);
                self.out.envelope(&stored.bytes, self.target)?;
            }
        }
    }

    /// What was signed of a producer, behind its envelopes.
    fn heads(&mut self, producer: &str) -> Result<(), CliError> {
        if self.out.is_rows() {
            return Ok(());
        }
        for head in self.store.heads(Some(producer))? {
            self.totals.heads += 1;
            self.out.envelope(&head.write(), self.target)?;
        }
        Ok(())
    }

    /// Writes an envelope with all other events withheld, and with the content that those which stay need; or the events
    /// that stay.
    fn filtered(&mut self, envelope: Envelope, stays: &dyn Fn(&Event) -> bool) -> Result<(), CliError> {
        if self.out.is_rows() { self.rows(envelope, stays) } else { self.withholding(envelope, stays) }
    }

    fn rows(&mut self, envelope: Envelope, stays: &dyn Fn(&Event) -> bool) -> Result<(), CliError> {
        let before = self.totals.events;
        for entry in envelope.events {
            let Entry::Event(mut event) = entry else { continue };
            if stays(&event) {
                self.store.resolve(&mut event)?;
                self.out.event(&envelope.producer, self.service.as_deref(), &event, self.target)?;
                self.totals.events += 1;
                self.bar.advance(1);
            }
        }
        self.totals.envelopes += u64::from(self.totals.events > before);
        Ok(())
    }

    fn withholding(&mut self, envelope: Envelope, stays: &dyn Fn(&Event) -> bool) -> Result<(), CliError> {
        let Some(copied) = self.excerpt.copy(envelope, stays)? else { return Ok(()) };
        self.totals.events += copied.shown;
        self.totals.withheld += copied.withheld;
        self.totals.envelopes += 1;
        self.bar.advance(copied.shown);
        self.out.envelope(&copied.envelope.write(), self.target)
    }
}

fn read(stored: &StoredEnvelope) -> Result<Envelope, CliError> {
    Envelope::read(&stored.bytes).map_err(|error| CliError::Store(error.into()))
}
