//! For hosts that write CBOR themselves: one buffer in, ids out. Such a host calls [`record`] for everything that it records; what
//! stands in the buffer is the same for a native library and for a module in a browser.
//!
//! | bytes | what | given | left behind |
//! |---|---|---|---|
//! | 0..16 | trace id | of the place (start, points), of the step itself (update, event, end) | of the step or point |
//! | 16..24 | span id | likewise | likewise |
//! | 24..32 | the parent's span id, zeros for none | of the step itself | of the step or point |
//! | 32 | W3C trace flags | likewise | likewise |
//! | 33 | 1 where the bytes before say something; 0 where there is no place | | 1 |
//! | 34..40 | what the guards keep for the step, of a [`CALL`]; u48, 0 for nothing | of the step itself (end) | of the step |
//! | 40..48 | when the step began: nanoseconds since 1970 UTC, i64 | of the step itself | of the step |
//! | 48..56 | when the step began: nanoseconds of the monotonic clock, u64 | of the step itself | of the step |
//! | 56..64 | now: milliseconds since 1970 UTC, f64 | for [`Clock`] | |
//! | 64..72 | now: milliseconds of a monotonic clock, f64 | for [`Clock`] | |
//! | 72..76 | length of the kind (start, point event) or status (end), i32; negative for none | | |
//! | 76..80 | length of the correlation id (start, points), likewise | | |
//! | 80..84 | length of the `tracestate` beside a place in another process (start), likewise | | |
//! | 88.. | kind or status, correlation id, tracestate in UTF-8; then the body's members: CBOR texts and items in turn | | |
//!
//! [`CHECK`] is given what the start of the call would be, and leaves its reservation (u64) in bytes 0..8 and the number of its
//! verdict (u32) in 8..12, 0 for none. [`SETTLE`] is given the reservation there, and else what the end of the call is. [`CALL`] is
//! both [`CHECK`] and [`START`], of the same members: the number of its verdict stands in 56..60, and where that stops the call
//! nothing else is left. The [`END`] of such a step settles it. All are only for kinds that [`crate::guards::is_guarded`] names, with
//! the feature `guards`.
//!
//! All numbers are little-endian; bytes not named are zero.

use crate::clock::{Moment, Sources};
use crate::control::Recorder;
#[cfg(feature = "guards")]
use crate::guards::Decision;
use crate::medium::Medium;
use crate::record::BodyWriter;
use crate::span::{Place, Remote, Span, SpanContext, StartSpan};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracewire_wire::event::Status;
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;

/// Bytes of a step's or place's own state.
pub const STATE_BYTES: usize = 56;
/// Where a step's state says what the guards keep for it.
#[cfg(feature = "guards")]
const RESERVATION: usize = 34;
/// Where the texts begin.
pub const FIXED_BYTES: usize = 88;

/// Begins a step.
pub const START: u32 = 0;
/// Says what must be visible before a step ends.
pub const UPDATE: u32 = 1;
/// Something happened inside a step.
pub const SPAN_EVENT: u32 = 2;
/// Ends a step.
pub const END: u32 = 3;
/// A point with a place of its own in the tree.
pub const POINT_EVENT: u32 = 4;
/// A log line.
pub const LOG: u32 = 5;
/// A sample of a counter, gauge or histogram.
pub const METRIC: u32 = 6;
/// What somebody thinks of a trace, span or session.
pub const FEEDBACK: u32 = 7;

/// Asks the guards whether a call may begin.
#[cfg(feature = "guards")]
pub const CHECK: u32 = 8;
/// Tells the guards what a call used.
#[cfg(feature = "guards")]
pub const SETTLE: u32 = 9;

/// Begins a step that is a call, unless the guards stop it.
#[cfg(feature = "guards")]
pub const CALL: u32 = 10;

/// What [`record`] gives: the guards have a verdict, to be taken by its number with [`Recorder::take_verdict`].
pub const VERDICT: u32 = 1;
/// What [`record`] gives: sampling leaves the trace out.
pub const UNSAMPLED: u32 = 2;
/// What [`record`] gives: the recorder has something to say.
pub const NOTICES: u32 = 8;

/// Records what stands in the first `length` bytes of `buffer`; a start or point leaves its own state there. Gives a sum of
/// [`VERDICT`], [`UNSAMPLED`] and [`NOTICES`]. A buffer that cannot be meant is counted as dropped (`invalid`).
pub fn record<M: Medium>(recorder: &Recorder<M>, operation: u32, buffer: &mut [u8], length: usize) -> u32 {
    let Some(given) = buffer.get(..length).and_then(Given::read) else {
        recorder.count_drop("invalid");
        return NOTICES;
    };
    #[cfg(feature = "guards")]
    if operation == CHECK || operation == SETTLE {
        let (reservation, verdict) = given.guard(recorder, operation);
        let left = reservation.to_le_bytes().into_iter().chain(verdict.to_le_bytes());
        buffer.iter_mut().zip(left).for_each(|(to, from)| *to = from);
        let verdict = if verdict == 0 { 0 } else { VERDICT };
        return verdict | ended_with(recorder, None);
    }
    #[cfg(feature = "guards")]
    if operation == CALL {
        let (span, reservation, verdict) = given.call(recorder);
        let flags = span.as_ref().map(|span| span.context.flags);
        if let (Some(span), Some(state)) = (span, buffer.first_chunk_mut()) {
            write_state(state, &span);
            let reservation = if reservation < 1 << 48 { reservation } else { 0 };
            state.iter_mut().skip(RESERVATION).zip(reservation.to_le_bytes()).take(6).for_each(|(to, from)| *to = from);
        }
        buffer.iter_mut().skip(STATE_BYTES).zip(verdict.to_le_bytes()).for_each(|(to, from)| *to = from);
        return (if verdict == 0 { 0 } else { VERDICT }) | ended_with(recorder, flags);
    }
    let made = match operation {
        START => Some(given.start(recorder)),
        UPDATE | SPAN_EVENT | END => given.of_step(recorder, operation),
        _ => given.point(recorder, operation),
    };
    let flags = made.as_ref().map_or(given.state.context.flags, |span| span.context.flags);
    if let (Some(span), Some(state)) = (made, buffer.first_chunk_mut()) {
        write_state(state, &span);
    }
    ended_with(recorder, Some(flags))
}

/// [`UNSAMPLED`] for a step with these flags, and [`NOTICES`].
fn ended_with<M: Medium>(recorder: &Recorder<M>, flags: Option<u8>) -> u32 {
    let unsampled = if flags.is_some_and(|flags| recorder.is_left_out(flags)) { UNSAMPLED } else { 0 };
    unsampled | if recorder.has_notices() { NOTICES } else { 0 }
}

/// The state of a step in another process, as its `traceparent` names it; `None` where that is not valid.
pub fn parse_traceparent(header: &str) -> Option<[u8; STATE_BYTES]> {
    let context = SpanContext::from_traceparent(header)?;
    let mut state = [0; STATE_BYTES];
    write_state(&mut state, &Span::unrecorded(context, None));
    Some(state)
}

/// What a host's buffer says.
struct Given<'a> {
    is_placed: bool,
    state: State,
    kind: Option<&'a str>,
    correlation_id: Option<&'a str>,
    trace_state: Option<&'a str>,
    members: &'a [u8],
    /// Of a step that is a call.
    #[cfg(feature = "guards")]
    reservation: u64,
}

struct State {
    context: SpanContext,
    parent_id: Option<SpanId>,
    began: Moment,
}

impl<'a> Given<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let state = State {
            context: SpanContext {
                trace_id: TraceId(*part(bytes, 0)?),
                span_id: SpanId(*part(bytes, 16)?),
                flags: *bytes.get(32)?,
            },
            parent_id: SpanId::from_bytes(*part(bytes, 24)?),
            began: Moment {
                wall: Timestamp(i64::from_le_bytes(*part(bytes, 40)?)),
                monotonic_nanos: u64::from_le_bytes(*part(bytes, 48)?),
            },
        };
        let mut rest = bytes.get(FIXED_BYTES..)?;
        let mut text = |at: usize| -> Option<Option<&'a str>> {
            let Ok(length) = usize::try_from(i32::from_le_bytes(*part(bytes, at)?)) else { return Some(None) };
            let (text, behind) = rest.split_at_checked(length)?;
            rest = behind;
            std::str::from_utf8(text).ok().map(Some)
        };
        let (kind, correlation_id, trace_state) = (text(72)?, text(76)?, text(80)?);
        Some(Given {
            is_placed: *bytes.get(33)? != 0,
            state,
            kind,
            correlation_id,
            trace_state,
            members: rest,
            #[cfg(feature = "guards")]
            reservation: u64::from_le_bytes(*part(bytes, RESERVATION - 2)?) >> 16,
        })
    }

    fn place(&self) -> Place<'a> {
        Place { step: self.is_placed.then_some(self.state.context), correlation_id: self.correlation_id }
    }

    fn write(&self, body: &mut BodyWriter<'_, '_>) {
        body.raw_members(self.members);
    }

    fn start<M: Medium>(&self, recorder: &Recorder<M>) -> Span {
        let Place { step: parent, correlation_id } = self.place();
        let start = StartSpan { parent, kind: self.kind.unwrap_or("step"), correlation_id };
        let remote = parent.and_then(|parent| Remote::of(parent, self.trace_state));
        match remote {
            Some(remote) => recorder.start_remote_span(remote, start, |body| self.write(body)),
            None => recorder.start_span(start, |body| self.write(body)),
        }
    }

    #[cfg(feature = "guards")]
    fn guard<M: Medium>(&self, recorder: &Recorder<M>, operation: u32) -> (u64, u32) {
        if operation == CHECK {
            let (_, reservation, verdict) = self.ask(recorder);
            return (reservation, verdict);
        }
        let reservation = self.state.context.trace_id.0.first_chunk().copied().map(u64::from_le_bytes);
        let status = Status::parse(self.kind.unwrap_or("unset"));
        recorder.settle_members(reservation.unwrap_or_default(), &status, self.members);
        (0, 0)
    }

    /// Whether the guards stop this call, what they keep for it, and the number of their verdict.
    #[cfg(feature = "guards")]
    fn ask<M: Medium>(&self, recorder: &Recorder<M>) -> (bool, u64, u32) {
        let verdict = recorder.check_members(self.place(), self.kind.unwrap_or("step"), self.members);
        let verdict = verdict.unwrap_or_default();
        let (is_stopped, reservation) = (verdict.decision == Decision::Stop, verdict.reservation);
        (is_stopped, reservation, recorder.keep_verdict(verdict))
    }

    #[cfg(feature = "guards")]
    fn call<M: Medium>(&self, recorder: &Recorder<M>) -> (Option<Span>, u64, u32) {
        let (is_stopped, reservation, verdict) = self.ask(recorder);
        ((!is_stopped).then(|| self.start(recorder)), reservation, verdict)
    }

    fn of_step<M: Medium>(&self, recorder: &Recorder<M>, operation: u32) -> Option<Span> {
        let State { context, parent_id, began } = self.state;
        let span = Span::new(context, parent_id, began);
        match operation {
            UPDATE => recorder.update_span(&span, |body| self.write(body)),
            SPAN_EVENT => recorder.span_event(&span, |body| self.write(body)),
            _ => {
                let status = Status::parse(self.kind.unwrap_or("unset"));
                recorder.end_span(&span, &status, |body| self.write(body));
                #[cfg(feature = "guards")]
                recorder.settle_members(self.reservation, &status, self.members);
            }
        }
        None
    }

    fn point<M: Medium>(&self, recorder: &Recorder<M>, operation: u32) -> Option<Span> {
        let place = self.place();
        match operation {
            POINT_EVENT => {
                let context = recorder.point_event(place, self.kind, |body| self.write(body));
                return Some(Span::unrecorded(context, place.step.map(|step| step.span_id)));
            }
            LOG => recorder.log(place, |body| self.write(body)),
            METRIC => recorder.metric(place, |body| self.write(body)),
            FEEDBACK => recorder.feedback(place, |body| self.write(body)),
            _ => recorder.count_drop("invalid"),
        }
        None
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

fn write_state(state: &mut [u8; STATE_BYTES], span: &Span) {
    let Span { context, parent_id, began, .. } = span;
    let parts: [&[u8]; 7] = [
        context.trace_id.as_bytes(),
        context.span_id.as_bytes(),
        &parent_id.map_or([0; 8], |id| id.0),
        &[context.flags, 1],
        &[0; 6],
        &began.wall.0.to_le_bytes(),
        &began.monotonic_nanos.to_le_bytes(),
    ];
    for (to, from) in state.iter_mut().zip(parts.into_iter().flatten()) {
        *to = *from;
    }
}

/// Time that the host writes into its buffer, and ids that follow from what it gave as randomness: for hosts in which a
/// library can ask nobody for either.
#[derive(Debug)]
pub struct Clock {
    state: Mutex<(Moment, fastrand::Rng)>,
    process: String,
}

impl Clock {
    /// A clock that stands at 0 until it is told the time.
    pub fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let process = format!("{:016x}", random.u64(..));
        Clock { state: Mutex::new((Moment { wall: Timestamp(0), monotonic_nanos: 0 }, random)), process }
    }

    /// Takes the time that stands in a buffer.
    pub fn read(&self, buffer: &[u8]) {
        let millis = |at| part(buffer, at).map(|bytes| f64::from_le_bytes(*bytes)).unwrap_or(0.0);
        // Whole milliseconds apart from their fractions: a double of nanoseconds since 1970 would be wrong by hundreds of them.
        let wall = millis(56);
        let nanos = wall.trunc() as i64 * 1_000_000 + (wall.fract() * 1e6) as i64;
        self.lock().0 = Moment { wall: Timestamp(nanos), monotonic_nanos: (millis(64) * 1e6) as u64 };
    }

    fn lock(&self) -> MutexGuard<'_, (Moment, fastrand::Rng)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sources for Clock {
    fn now(&self) -> Moment {
        self.lock().0
    }

    fn trace_id(&self) -> TraceId {
        let random = &mut self.lock().1;
        loop {
            if let Some(id) = TraceId::from_bytes(random.u128(..).to_be_bytes()) {
                return id;
            }
        }
    }

    fn span_id(&self) -> SpanId {
        let random = &mut self.lock().1;
        loop {
            if let Some(id) = SpanId::from_bytes(random.u64(..).to_be_bytes()) {
                return id;
            }
        }
    }

    fn process(&self) -> Option<String> {
        Some(self.process.clone())
    }
}
