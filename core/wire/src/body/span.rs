//! Bodies of the events of a span.

use super::parts::{Cost, Exception, Link, PromptRef, Scope, Usage};
use super::{Count, Member, Text};
use crate::value::{Map, Value};

part! {
    /// Body of `span.start`.
    SpanStart {
        /// What the step is called.
        name: Text,
        /// Attributes, named by the registry where it has a name.
        attributes: Member<Map>,
        /// What went in. A content slot.
        input: Value,
        /// Related spans.
        links: Member<Vec<Member<Link>>>,
        /// The library that records.
        scope: Member<Scope>,
        /// W3C `tracestate`, as it came.
        trace_state: Text,
        /// W3C trace flags, 0 to 255.
        trace_flags: Member<u8>,
        /// The application's own id of the trace, on a root.
        correlation_id: Text,
        /// The conversation that this run belongs to, on a root.
        session_id: Text,
        /// Who the run is for, on a root.
        user_id: Text,
        /// Free labels, on a root.
        tags: Member<Vec<Text>>,
        /// Deployment environment, such as `production`, on a root.
        environment: Text,
        /// Version of the application, on a root.
        release: Text,
        /// Importance: `debug`, `default`, `warning`, `error`.
        level: Text,
        /// The prompt that is used.
        prompt: Member<PromptRef>,
        /// The item of a data set that this run is about.
        dataset_item_id: Text,
        /// The run of an experiment that this run is part of.
        experiment_run_id: Text,
        /// Tools offered to the model. A content slot.
        tool_definitions: Value,
        /// Images, audio and other media: type, size, hash of the raw bytes.
        media: Member<Vec<Value>>,
    }
}

part! {
    /// Body of `span.update`: merged key by key (TW-EVT-005).
    SpanUpdate {
        /// A new name.
        name: Text,
        /// Attributes to merge.
        attributes: Member<Map>,
        /// The input, now that it is known. A content slot.
        input: Value,
        /// The output so far. A content slot.
        output: Value,
        /// Usage so far.
        usage: Member<Usage>,
        /// Cost so far.
        cost: Member<Cost>,
        /// Labels.
        tags: Member<Vec<Text>>,
        /// Importance.
        level: Text,
        /// Further related spans.
        links: Member<Vec<Member<Link>>>,
        /// Time from the start to the first chunk of a stream, in nanoseconds.
        time_to_first_chunk_nanos: Count,
    }
}

part! {
    /// Body of `span.event`.
    SpanEvent {
        /// What happened, such as `chunk`, `exception`, `retry`.
        name: Text,
        /// Attributes.
        attributes: Member<Map>,
        /// Chunks of a stream, in order.
        chunks: Member<Vec<Value>>,
        /// What was raised.
        exception: Member<Exception>,
        /// Anything else. A content slot.
        data: Value,
    }
}

part! {
    /// Body of `span.end`.
    SpanEnd {
        /// Why the status is what it is.
        status_message: Text,
        /// Attributes known at the end.
        attributes: Member<Map>,
        /// What came out. A content slot.
        output: Value,
        /// What was used.
        usage: Member<Usage>,
        /// What it cost.
        cost: Member<Cost>,
        /// Time from the start to the first chunk of a stream, in nanoseconds.
        time_to_first_chunk_nanos: Count,
        /// What was raised out of the span.
        exception: Member<Exception>,
        /// The wall clock's difference minus the duration, in nanoseconds, where it is large (TW-TIME-002).
        clock_skew_nanos: Member<i64>,
    }
}
