//! The recorder: one journal of this process, and what happens to it in each mode.

use crate::capture::Capture;
use crate::clock::{Moment, Sources};
use crate::error::RecorderError;
use crate::journal::{self, Directory, Dropped, JournalWriter, Memory, WriterOptions};
use crate::limits::Limits;
use crate::medium::{Files, Medium};
use crate::modes::{Delivery, Mode, Tails};
use crate::options::{FlushReport, Options, Stats};
use crate::record::{self, BodyWriter, Fixed};
use crate::sampling::Sampler;
use crate::seal::Masker;
use crate::ship::Shipper;
use crate::ship::sink::SinkOptions;
use crate::span::{Place, Remote, Span, SpanContext, StartSpan};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracewire_wire::WireError;
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;

/// Skew of the wall clock that an end reports (requirement TW-TIME-002).
const CLOCK_SKEW_NANOS: i128 = 1_000_000_000;
/// Why a record is dropped that the rules cannot be applied to.
const INVALID: &str = "invalid";
/// How long a recorder that is dropped may keep its thread.
const DROP_BOUND: Duration = Duration::from_secs(2);

/// Records what an agent does. Cheap to clone; every clone is the same recorder.
///
/// ```
/// use tracewire_recorder::{Options, Recorder, StartSpan};
/// use tracewire_wire::event::Status;
/// let folder = std::env::temp_dir().join(format!("tracewire-doc-{}", std::process::id()));
/// let recorder = Recorder::open(Options { directory: Some(folder.clone()), ..Options::default() }).unwrap();
/// let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
/// let span = recorder.start_span(start, |body| body.text("name", "search"));
/// recorder.end_span(&span, &Status::Ok, |_| {});
/// assert_eq!(recorder.flush(None).written, 2);
/// # drop(recorder); std::fs::remove_dir_all(folder).unwrap();
/// ```
pub struct Recorder<M: Medium = Files> {
    inner: Arc<Inner<M>>,
}

impl<M: Medium> Clone for Recorder<M> {
    fn clone(&self) -> Self {
        Recorder { inner: Arc::clone(&self.inner) }
    }
}

/// Options that a recorder keeps as they are.
struct Kept {
    limits: Limits,
    capture: Capture,
    quota_bytes: u64,
    mode: Mode,
}

struct Inner<M: Medium> {
    limits: Limits,
    capture: Capture,
    sources: Arc<dyn Sources>,
    medium: M,
    quota_bytes: u64,
    mode: Mode,
    sampler: Option<Sampler>,
    /// Rules that are applied before a record is written.
    masker: Masker,
    is_closed: AtomicBool,
    /// Whether the journal may have something to say; spares a caller the lock.
    has_notices: AtomicBool,
    #[cfg(feature = "guards")]
    guards: Option<crate::guards::Guards>,
}

impl Recorder<Files> {
    /// Opens a recorder. Its journal file is made when the first record comes.
    ///
    /// # Errors
    /// [`RecorderError`] for a configuration that cannot work. A disk that fails is counted, never raised.
    pub fn open(options: Options) -> Result<Self, RecorderError> {
        let directory = match &options.directory {
            Some(path) => Directory::at(path),
            None => journal::find_directory(),
        };
        let mut sinks: Vec<String> = options.store.then(|| "store".to_owned()).into_iter().collect();
        sinks.extend(options.sinks.iter().map(SinkOptions::name));
        sinks.extend(options.host_sinks);
        if sinks.is_empty() {
            sinks.push("store".to_owned()); // What nobody has must not go.
        }
        let sampler = Sampler::new(options.sampling.clone());
        let (masker, redact) = Masker::of(&options.redact).map_err(RecorderError::Rule)?;
        let journal = Arc::new(JournalWriter::new(
            WriterOptions {
                directory: directory.clone(),
                resource: options.resource,
                limits: options.limits.clone(),
                redact,
                media: options.media && cfg!(feature = "media"),
                sampling: sampler.as_ref().map(Sampler::describe),
                sinks,
                quota_bytes: options.quota_bytes,
                when_full: options.when_full,
                file_bytes: options.file_bytes,
                fsync: options.fsync,
                append: options.append,
                sources: options.sources.clone(),
            },
            loss_record,
        ));
        let tails = Tails::new(options.tail, options.tail_costs);
        let delivery = Delivery::new(options.mode, options.sinks, directory, tails);
        let (limits, capture) = (options.limits, options.capture);
        let kept = Kept { limits, capture, quota_bytes: options.quota_bytes, mode: options.mode };
        let recorder = Recorder::over(Files { journal, delivery }, kept, options.sources, sampler, masker);
        #[cfg(feature = "guards")]
        let recorder = recorder.guarded(options.guards);
        Ok(recorder)
    }

    /// A shipper for a sink of the host's own, one of [`Options::host_sinks`].
    pub fn shipper(&self, sink: &str) -> Shipper {
        let journal = &self.inner.medium.journal;
        self.inner.medium.delivery.tails.sampled(Shipper::new(journal.directory().clone(), sink, &journal.process()))
    }
}

impl Recorder<Memory> {
    /// Opens a recorder whose journals are kept in memory, for hosts without a disk. They are taken from
    /// [`Recorder::medium`]. Of the options, those of files, modes and sinks mean nothing here.
    ///
    /// # Errors
    /// Those of rules of redaction that cannot be applied.
    pub fn in_memory(
        #[cfg_attr(not(feature = "guards"), allow(unused_mut))] mut options: Options,
    ) -> Result<Self, WireError> {
        #[cfg(feature = "guards")]
        let guards = std::mem::take(&mut options.guards);
        let sampler = Sampler::new(options.sampling.clone());
        let sources = options.sources.clone();
        let (limits, capture) = (options.limits.clone(), options.capture);
        let kept = Kept { limits, capture, quota_bytes: options.quota_bytes, mode: options.mode };
        let sampling = sampler.as_ref().map(Sampler::describe);
        let (masker, redact) = Masker::of(&options.redact)?;
        let memory = Memory::new(options, redact, sampling, loss_record);
        let recorder = Recorder::over(memory, kept, sources, sampler, masker);
        #[cfg(feature = "guards")]
        let recorder = recorder.guarded(guards);
        Ok(recorder)
    }
}

impl<M: Medium> Recorder<M> {
    fn over(medium: M, kept: Kept, sources: Arc<dyn Sources>, sampler: Option<Sampler>, masker: Masker) -> Self {
        let Kept { limits, capture, quota_bytes, mode } = kept;
        let (is_closed, has_notices) = (AtomicBool::new(false), AtomicBool::new(true));
        Recorder {
            inner: Arc::new(Inner {
                limits,
                capture,
                sources,
                medium,
                quota_bytes,
                mode,
                sampler,
                masker,
                is_closed,
                has_notices,
                #[cfg(feature = "guards")]
                guards: None,
            }),
        }
    }

    /// Before anybody else has it.
    #[cfg(feature = "guards")]
    fn guarded(mut self, options: crate::guards::Options) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.guards = crate::guards::Guards::new(options);
        }
        self
    }

    #[cfg(feature = "guards")]
    pub(crate) fn guards(&self) -> Option<&crate::guards::Guards> {
        self.inner.guards.as_ref()
    }

    #[cfg(feature = "guards")]
    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// What it appends to.
    pub fn medium(&self) -> &M {
        &self.inner.medium
    }

    /// Begins a step; `body` writes its name, attributes, input and whatever else a start carries. The correlation id is written already.
    pub fn start_span(&self, start: StartSpan<'_>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) -> Span {
        self.begin(start, None, body)
    }

    /// Begins a step below one of another process, whatever parent `start` names, and carries its `tracestate` (TW-EVT-004).
    pub fn start_remote_span(
        &self,
        parent: Remote<'_>,
        start: StartSpan<'_>,
        body: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> Span {
        let start = StartSpan { parent: Some(parent.context()), ..start };
        self.begin(start, parent.trace_state(), body)
    }

    fn begin(
        &self,
        start: StartSpan<'_>,
        trace_state: Option<&str>,
        body: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> Span {
        let place = Place { step: start.parent, correlation_id: start.correlation_id };
        let parent_id = start.parent.map(|parent| parent.span_id);
        let context = self.context(place, Some(start.kind));
        if self.leaves_out(context.flags) {
            #[cfg(feature = "guards")]
            if let Some(guards) = &self.inner.guards {
                // Sampling does not switch guards off.
                let begin = |members: &[u8]| guards.began(context.trace_id, members);
                record::members(&self.inner.limits, self.inner.capture, body, begin);
            }
            return Span::unrecorded(context, parent_id);
        }
        let span = Span::new(context, parent_id, self.inner.sources.now());
        let fixed = Fixed { kind: Some(start.kind), parent_id, ..Self::fixed("span.start", span.began, context) };
        self.write(&fixed, |writer| {
            writer.own_text("correlation_id", start.correlation_id);
            #[cfg(feature = "guards")]
            let before = writer.written().len();
            body(writer);
            #[cfg(feature = "guards")]
            if let Some(guards) = &self.inner.guards {
                guards.began(context.trace_id, writer.written().get(before..).unwrap_or_default());
            }
            writer.own_text("trace_state", trace_state);
        });
        span
    }

    /// The ids of what begins here. They are taken whether it is recorded or not, the trace's before its own.
    pub(crate) fn context(&self, place: Place<'_>, kind: Option<&str>) -> SpanContext {
        let sources = &self.inner.sources;
        let trace_id = place.trace_id().unwrap_or_else(|| sources.trace_id());
        SpanContext { trace_id, span_id: sources.span_id(), flags: self.flags(place.step, trace_id, kind) }
    }

    /// Says what must be visible before a step ends.
    pub fn update_span(&self, span: &Span, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        if self.leaves_out(span.context.flags) {
            return;
        }
        self.write(&Self::fixed("span.update", self.inner.sources.now(), span.context), body);
    }

    /// Records something that happened inside a step.
    pub fn span_event(&self, span: &Span, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        if self.leaves_out(span.context.flags) {
            return;
        }
        self.write(&Self::fixed("span.event", self.inner.sources.now(), span.context), body);
    }

    /// Ends a step; false when it had ended already, which changes nothing.
    pub fn end_span(&self, span: &Span, status: &Status, body: impl FnOnce(&mut BodyWriter<'_, '_>)) -> bool {
        if !span.claim_end() {
            return false;
        }
        if self.leaves_out(span.context.flags) {
            return true;
        }
        let now = self.inner.sources.now();
        let duration = now.monotonic_nanos.saturating_sub(span.began.monotonic_nanos);
        let skew = i128::from(now.wall.0) - i128::from(span.began.wall.0) - i128::from(duration);
        let fixed = Fixed {
            status: Some(status),
            duration_nanos: Some(duration),
            ..Self::fixed("span.end", now, span.context)
        };
        self.write(&fixed, |writer| {
            body(writer);
            if skew.abs() > CLOCK_SKEW_NANOS {
                writer.own_int("clock_skew_nanos", skew);
            }
        });
        if span.parent_id.is_none() {
            self.inner.medium.run_ended();
        }
        true
    }

    /// W3C flags of what belongs below a parent, or begins a trace with this kind.
    pub(crate) fn flags(&self, parent: Option<SpanContext>, trace_id: TraceId, kind: Option<&str>) -> u8 {
        match &self.inner.sampler {
            Some(sampler) => sampler.flags(parent, trace_id, kind),
            None => parent.map_or(1, |parent| parent.flags),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.inner.sources.now()
    }

    pub(crate) fn fixed<'a>(event_type: &'a str, moment: Moment, context: SpanContext) -> Fixed<'a> {
        Fixed { trace_id: Some(context.trace_id), span_id: Some(context.span_id), ..Fixed::new(event_type, moment) }
    }

    /// Whether steps with these flags are left out by sampling.
    pub(crate) fn is_left_out(&self, flags: u8) -> bool {
        self.inner.sampler.is_some() && flags & 1 == 0
    }

    /// Whether the trace is one that sampling leaves out. Without sampling nothing is, whatever other systems decided.
    pub(crate) fn leaves_out(&self, flags: u8) -> bool {
        match &self.inner.sampler {
            Some(sampler) if flags & 1 == 0 => {
                sampler.count();
                true
            }
            _ => false,
        }
    }

    pub(crate) fn write(&self, fixed: &Fixed<'_>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        let medium = &self.inner.medium;
        if self.inner.is_closed.load(Ordering::Relaxed) {
            medium.count_drop("closed");
            return;
        }
        let result =
            record::write(&self.inner.limits, self.inner.capture, fixed, body, |bytes| self.put(bytes, fixed.moment));
        self.appended(result);
    }

    /// Appends a record that a host wrote itself, CBOR of the journal's profile; false when it was dropped, which is
    /// counted.
    pub fn append_record(&self, record: &[u8]) -> bool {
        if self.inner.is_closed.load(Ordering::Relaxed) {
            self.inner.medium.count_drop("closed");
            return false;
        }
        self.appended(self.put(record, self.inner.sources.now()))
    }

    fn put(&self, record: &[u8], moment: Moment) -> Result<(), Dropped> {
        let medium = &self.inner.medium;
        match self.inner.masker.apply(record) {
            Some(masked) => medium.append(&masked, moment),
            None => {
                medium.count_drop(INVALID);
                Err(Dropped { reason: INVALID })
            }
        }
    }

    /// A drop is counted already; the caller has nothing to decide.
    fn appended(&self, result: Result<(), Dropped>) -> bool {
        if result.is_err() {
            self.inner.has_notices.store(true, Ordering::Relaxed);
        }
        self.inner.medium.appended();
        result.is_ok()
    }

    /// Counts a record that a binding had to give up, so that the loss is visible.
    pub fn count_drop(&self, reason: &'static str) {
        self.inner.medium.count_drop(reason);
    }

    /// Ends the current envelope, delivers what the mode delivers (for at most `bound`), and reports.
    pub fn flush(&self, bound: Option<Duration>) -> FlushReport {
        self.inner.medium.mark();
        self.inner.medium.drain(bound);
        self.report()
    }

    fn report(&self) -> FlushReport {
        let counters = self.inner.medium.counters();
        let (sealed, sent) = self.inner.medium.delivered();
        let pending = match sent {
            Some(sent) => counters.written.saturating_sub(sent),
            None => 0,
        };
        FlushReport {
            written: counters.written,
            sealed,
            sent: sent.unwrap_or(0),
            pending,
            dropped: counters.dropped,
            unsampled: self.unsampled(),
            withheld: self.inner.medium.withheld(),
        }
    }

    /// Ends the current envelope, so that a shipper can have what was recorded so far.
    pub fn mark(&self) {
        self.inner.medium.mark();
    }

    /// Records in the journal so far.
    pub fn written(&self) -> u64 {
        self.inner.medium.counters().written
    }

    /// Numbers of this recorder.
    pub fn stats(&self) -> Stats {
        let counters = self.inner.medium.counters();
        Stats {
            producer: self.inner.medium.producer(),
            directory: self.inner.medium.directory().to_owned(),
            written: counters.written,
            dropped: counters.dropped,
            bytes: self.inner.medium.journal_bytes(),
            quota_bytes: self.inner.quota_bytes,
            unsampled: self.unsampled(),
            withheld: self.inner.medium.withheld(),
            mode: self.inner.mode,
        }
    }

    fn unsampled(&self) -> u64 {
        self.inner.sampler.as_ref().map_or(0, Sampler::unsampled)
    }

    /// Whether [`Recorder::take_notices`] may have something to give. Cheap enough to ask after each record.
    pub fn has_notices(&self) -> bool {
        self.inner.has_notices.load(Ordering::Relaxed)
    }

    /// Sentences for the host to log, each given once: a directory that could not be used, the first loss of a kind.
    pub fn take_notices(&self) -> Vec<String> {
        self.inner.has_notices.store(false, Ordering::Relaxed);
        self.inner.medium.take_notices()
    }

    /// Closes the journal, delivers the rest, and reports. Records that come later are counted as dropped.
    pub fn close(&self, bound: Option<Duration>) -> FlushReport {
        if !self.inner.is_closed.swap(true, Ordering::AcqRel) {
            self.inner.medium.close(bound);
        }
        self.report()
    }
}

impl<M: Medium> Drop for Inner<M> {
    fn drop(&mut self) {
        if !self.is_closed.load(Ordering::Acquire) {
            self.medium.close(Some(DROP_BOUND));
        }
    }
}

/// The record that says what was lost before the next one could be written.
fn loss_record(moment: Moment, reason: &str, count: u64, bytes: u64) -> Vec<u8> {
    record::write(
        &Limits::default(),
        Capture::default(),
        &Fixed::new("loss", moment),
        |body| {
            body.text("reason", reason);
            body.uint("count", count);
            if bytes > 0 {
                body.uint("bytes", bytes);
            }
        },
        <[u8]>::to_vec,
    )
}
