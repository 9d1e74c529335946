//! The stream's files: one is made when it is needed, grows within the quota, gives way to the next, or vanishes.

use super::{FORKED, Next, Process, Shared, State};
use crate::clock::{self, Moment};
use crate::fork;
use crate::journal::active::{ActiveFile, CreateError, Manner};
use crate::journal::directory::producer_name;
use crate::journal::evict::evict;
use crate::journal::header::{Header, Origin};
use crate::journal::losses::{Owed, reason};
use crate::journal::options::{WhenFull, WriterOptions};
use crate::journal::quota::journal_bytes;
use crate::seal::version_for;
use std::sync::atomic::Ordering;
use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::value::Map;

/// The part of the quota that is made free at once where old files give way.
const ROOM: u64 = 16;

impl State {
    pub(super) fn ensure_file(&mut self, shared: &Shared, own: &Process, moment: Moment) -> Result<(), &'static str> {
        if self.active.is_some() {
            return Ok(());
        }
        fork::check_process();
        let used = journal_bytes(&shared.options.directory);
        self.headroom = shared.options.quota_bytes.saturating_sub(used);
        if self.headroom < shared.options.quota_bytes / ROOM {
            self.make_room(shared, own, 0);
        }
        let manner = Manner { headroom: self.headroom, ..shared.manner };
        let first = own.number.load(Ordering::Relaxed) + 1;
        for number in first..first.saturating_add(1000) {
            let header = self.header(shared, own, number, moment);
            match ActiveFile::create(&shared.options.directory, &header, clock::random(), manner) {
                Ok(active) => {
                    own.number.store(number, Ordering::Relaxed);
                    self.headroom = self.headroom.saturating_sub(active.allocated());
                    self.looked_at = moment.monotonic_nanos;
                    self.active = Some(active);
                    self.files += 1;
                    return Ok(());
                }
                // Only where a test fixes the process part of names.
                Err(CreateError::Taken) => {}
                Err(CreateError::Failed(reason, error)) => {
                    if reason != reason::QUOTA && !self.losses.has(reason) {
                        let folder = shared.options.directory.journal_folder();
                        self.notices.push(format!("tracewire cannot record to {}: {error}", folder.display()));
                    }
                    return Err(self.fail(reason, moment));
                }
            }
        }
        Err(self.fail(reason::UNWRITABLE, moment))
    }

    fn header(&self, shared: &Shared, own: &Process, number: u64, moment: Moment) -> Header {
        let options = &shared.options;
        Header {
            spec: SPEC_VERSION.to_owned(),
            seal: version_for(&options.redact, options.media),
            producer: producer_name(&own.name, number),
            created: moment.wall,
            resource: options.resource.clone(),
            limits: options.limits.clone(),
            redact: options.redact.clone(),
            media: options.media,
            sampling: options.sampling.clone(),
            origin: Origin::current(),
            parent: own.parent.clone(),
            predecessor: self.predecessor.clone(),
            sinks: options.sinks.clone(),
            sources: options.sources.name().map(str::to_owned),
            other: Map::default(),
        }
    }

    pub(super) fn rotate(&mut self) {
        if let Some(active) = self.active.take() {
            self.predecessor = Some(active.producer.clone());
            active.close("rotated", &mut self.scratch);
        }
    }

    pub(super) fn notice_vanished(&mut self) {
        if self.active.as_ref().is_some_and(|active| !active.is_intact()) {
            self.give_up_file();
        }
    }

    /// The file vanished or was cut: what was in it is lost, and another one begins.
    pub(super) fn give_up_file(&mut self) {
        let Some(active) = self.active.take() else { return };
        let contents = active.contents();
        self.written = self.written.saturating_sub(contents.records);
        self.loss_records = self.loss_records.saturating_sub(contents.losses.len() as u64);
        self.predecessor = Some(active.producer.clone());
        // What it told of is told by nobody now: the stream owes it again.
        contents.losses.iter().for_each(|loss| self.losses.owe_again(*loss));
        let (records, bytes) = (contents.records, contents.record_bytes);
        self.count(reason::VANISHED, records, bytes);
    }

    /// Lets the oldest files give way, if they may, until there is room for `wanted` bytes and a little more.
    #[cold]
    fn make_room(&mut self, shared: &Shared, own: &Process, wanted: u64) {
        let WriterOptions { directory, quota_bytes, when_full: WhenFull::DropOldest, .. } = &shared.options else {
            return;
        };
        let wanted = wanted.saturating_sub(self.headroom).max(quota_bytes / ROOM);
        for evicted in evict(directory, wanted) {
            let is_own = evicted.producer.starts_with(&own.name);
            if is_own {
                self.written = self.written.saturating_sub(evicted.records);
                self.loss_records = self.loss_records.saturating_sub(evicted.losses.len() as u64);
            }
            for (reason, count, bytes) in evicted.losses {
                let told = Owed { reason: self.losses.named(&reason), count, bytes };
                if is_own {
                    self.losses.owe_again(told);
                } else {
                    self.count(told.reason, count, bytes);
                }
            }
            self.count(reason::EVICTED, evicted.records, evicted.record_bytes);
        }
        self.headroom = quota_bytes.saturating_sub(journal_bytes(directory));
    }

    /// Reserves more space, within the quota.
    #[cold]
    pub(super) fn grow(
        &mut self,
        shared: &Shared,
        own: &Process,
        end: u64,
        moment: Moment,
    ) -> Result<Next, &'static str> {
        let generation = fork::generation();
        fork::check_process();
        if fork::generation() != generation {
            return Err(FORKED);
        }
        self.notice_vanished();
        let Some(active) = &self.active else { return Ok(Next::Again) };
        let mut target = active.target(end, shared.options.file_bytes);
        let growth = |target: u64, active: &ActiveFile| target.saturating_sub(active.allocated());
        let (wished, wanted) = (growth(target, active), growth(end, active));
        if wished > self.headroom / 2 {
            // Others write to the directory too: near its quota it is counted again.
            let used = journal_bytes(&shared.options.directory);
            self.headroom = shared.options.quota_bytes.saturating_sub(used);
        }
        if wanted > self.headroom {
            self.make_room(shared, own, wanted);
        }
        let Some(active) = &mut self.active else { return Ok(Next::Again) };
        if growth(target, active) > self.headroom {
            target = end;
        }
        if wanted > self.headroom {
            return Err(self.fail(reason::QUOTA, moment));
        }
        let before = active.allocated();
        let result = active.grow(end, target);
        self.headroom = self.headroom.saturating_sub(active.allocated().saturating_sub(before));
        match result {
            Ok(()) => Ok(Next::Done),
            Err(reason) => Err(self.fail(reason, moment)),
        }
    }
}
