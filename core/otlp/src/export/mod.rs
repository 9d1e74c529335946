//! Events become OTLP.

mod groups;
mod imported;
mod moments;
mod options;
mod own;
mod steps;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tracewire_wire::event::Event;
use tracewire_wire::value::Map;

pub use options::{Conventions, Open, WriteOptions};

/// An event, and where it was found. Contents stand in it, not their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// Its producer: updates at one moment are merged in the order of (producer, seq).
    pub producer: &'a str,
    /// What its envelope says of the emitter.
    pub resource: &'a Map,
    /// The event.
    pub event: &'a Event,
}

/// A request, and what is not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The spans, by resource and scope, in the order in which they first appear.
    pub request: ExportTraceServiceRequest,
    /// Spans without an end that were left out: OTLP has none but finished ones.
    pub open: usize,
    /// Events that belong to no span here: log lines of other spans, metrics, feedback, losses.
    pub loose: usize,
}

/// The spans that events tell of, with the ids, times and attributes that they have there.
///
/// A span that was imported becomes what it was. A step that a program recorded gets the names of the conventions for
/// generative AI, as the exporters of the SDKs write them. Points become spans without a length; what happens inside a
/// step, log lines included, becomes events of its span.
pub fn write_traces(events: &[Recorded<'_>], options: &WriteOptions) -> Written {
    let (steps, loose) = steps::gather(events);
    let mut groups = groups::Groups::default();
    let mut open = 0;
    for step in steps {
        if step.is_open() && options.open == Open::LeaveOut {
            open += 1;
            continue;
        }
        let merged = step.merged();
        let (scope, span) = if imported::is_imported(&merged) {
            imported::span(&step, &merged)
        } else {
            own::span(&step, &merged, options.conventions)
        };
        groups.add(step.resource, scope, span);
    }
    Written { request: groups.finish(), open, loose }
}
