//! What is no step: events with a place of their own, log lines, samples, feedback.

use crate::control::Recorder;
use crate::medium::Medium;
use crate::record::{BodyWriter, Fixed};
use crate::span::{Place, SpanContext};

impl<M: Medium> Recorder<M> {
    /// Records a point event with a place of its own in the tree; gives its context. A correlation id of `place` is written already,
    /// here and by the other points.
    pub fn point_event<'a>(
        &self,
        place: impl Into<Place<'a>>,
        kind: Option<&str>,
        body: impl FnOnce(&mut BodyWriter<'_, '_>),
    ) -> SpanContext {
        let place = place.into();
        let context = self.context(place, kind);
        if self.leaves_out(context.flags) {
            return context;
        }
        let parent_id = place.step.map(|parent| parent.span_id);
        let fixed = Fixed { kind, parent_id, ..Self::fixed("event", self.now(), context) };
        self.write_at(place, &fixed, body);
        context
    }

    /// Records a log line, with the step that it belongs to.
    pub fn log<'a>(&self, place: impl Into<Place<'a>>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        self.unplaced("log", place.into(), body);
    }

    /// Records a sample of a counter, gauge or histogram.
    pub fn metric<'a>(&self, place: impl Into<Place<'a>>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        self.unplaced("metric", place.into(), body);
    }

    /// Records what somebody thinks of a trace, span or session.
    pub fn feedback<'a>(&self, place: impl Into<Place<'a>>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        self.unplaced("feedback", place.into(), body);
    }

    fn unplaced(&self, event_type: &str, place: Place<'_>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        let trace_id = place.trace_id();
        if trace_id.is_some_and(|trace_id| self.leaves_out(self.flags(place.step, trace_id, None))) {
            return;
        }
        let span_id = place.step.map(|step| step.span_id);
        let fixed = Fixed { trace_id, span_id, ..Fixed::new(event_type, self.now()) };
        self.write_at(place, &fixed, body);
    }

    /// Writes a point with the correlation id that was given for it.
    fn write_at(&self, place: Place<'_>, fixed: &Fixed<'_>, body: impl FnOnce(&mut BodyWriter<'_, '_>)) {
        self.write(fixed, |writer| {
            writer.own_text("correlation_id", place.correlation_id);
            body(writer);
        });
    }
}
