//! What bodies hold, by type of event (TW-EVT-003). These structs are the source of the JSON Schema and of the reference page:
//! a field is added here, and nowhere else by hand.

use crate::value::{Map, Value};
use serde::{Deserialize, Serialize};

/// A part of a body: every member optional, unknown ones kept.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// Members of a later version, kept as they came.
            #[serde(flatten)]
            pub other: Map,
        }
    };
}

part! {
    /// Another span that this one is related to, without being its child.
    Link {
        /// Trace id of the other span: 32 hex digits.
        trace_id: String,
        /// Span id of the other span: 16 hex digits.
        span_id: String,
        /// What the relation is.
        attributes: Map,
    }
}

part! {
    /// The library that recorded a span.
    Scope {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
    }
}

part! {
    /// A prompt of a library of prompts.
    PromptRef {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
    }
}

part! {
    /// Tokens and other units that a step used (TW-EVT-011).
    Usage {
        /// Tokens read by the model, cached and written ones included.
        input_tokens: u64,
        /// Tokens made by the model, reasoning included.
        output_tokens: u64,
        /// Of the input tokens, those read from a cache.
        cache_read_input_tokens: u64,
        /// Of the input tokens, those written to a cache.
        cache_write_input_tokens: u64,
        /// Of the output tokens, those of reasoning.
        reasoning_output_tokens: u64,
        /// Other counts by name, such as `audio_input_tokens` or `searches`.
        details: Map,
        /// The provider's own usage object, as it came.
        raw: Value,
    }
}

part! {
    /// What a step cost. An unknown cost is absent, never zero (TW-EVT-011).
    Cost {
        /// Currency, ISO 4217.
        currency: String,
        /// The whole amount, decimal text.
        total: String,
        /// The part for input, decimal text.
        input: String,
        /// The part for output, decimal text.
        output: String,
        /// Other parts by name, decimal texts.
        details: Map,
        /// Where the price comes from: `provider`, a price list's name, or `user`.
        price_source: String,
        /// Version of the price list.
        price_version: String,
    }
}

part! {
    /// Something that was raised.
    Exception {
        /// Its type, with the module where the language has one.
        r#type: String,
        /// Its message.
        message: String,
        /// Where it was raised, as the language prints it.
        stacktrace: String,
        /// Whether it left the span.
        escaped: bool,
    }
}

part! {
    /// Body of `span.start`.
    SpanStart {
        /// What the step is called.
        name: String,
        /// Attributes, named by the registry where it has a name.
        attributes: Map,
        /// What went in. A content slot.
        input: Value,
        /// Related spans.
        links: Vec<Link>,
        /// The library that records.
        scope: Scope,
        /// W3C `tracestate`, as it came.
        trace_state: String,
        /// W3C trace flags, 0 to 255.
        trace_flags: u8,
        /// The application's own id of the trace, on a root.
        correlation_id: String,
        /// The conversation that this run belongs to, on a root.
        session_id: String,
        /// Who the run is for, on a root.
        user_id: String,
        /// Free labels, on a root.
        tags: Vec<String>,
        /// Deployment environment, such as `production`, on a root.
        environment: String,
        /// Version of the application, on a root.
        release: String,
        /// Importance: `debug`, `default`, `warning`, `error`.
        level: String,
        /// The prompt that is used.
        prompt: PromptRef,
        /// The item of a data set that this run is about.
        dataset_item_id: String,
        /// The run of an experiment that this run is part of.
        experiment_run_id: String,
        /// Tools offered to the model. A content slot.
        tool_definitions: Value,
        /// Images, audio and other media: type, size, hash of the raw bytes.
        media: Vec<Value>,
    }
}

part! {
    /// Body of `span.update`: merged key by key (TW-EVT-005).
    SpanUpdate {
        /// A new name.
        name: String,
        /// Attributes to merge.
        attributes: Map,
        /// The input, now that it is known. A content slot.
        input: Value,
        /// The output so far. A content slot.
        output: Value,
        /// Usage so far.
        usage: Usage,
        /// Cost so far.
        cost: Cost,
        /// Labels.
        tags: Vec<String>,
        /// Importance.
        level: String,
        /// Further related spans.
        links: Vec<Link>,
        /// Time from the start to the first chunk of a stream, in nanoseconds.
        time_to_first_chunk_nanos: u64,
    }
}

part! {
    /// Body of `span.event`.
    SpanEvent {
        /// What happened, such as `chunk`, `exception`, `retry`.
        name: String,
        /// Attributes.
        attributes: Map,
        /// Chunks of a stream, in order.
        chunks: Vec<Value>,
        /// What was raised.
        exception: Exception,
        /// Anything else. A content slot.
        data: Value,
    }
}

part! {
    /// Body of `span.end`.
    SpanEnd {
        /// Why the status is what it is.
        status_message: String,
        /// Attributes known at the end.
        attributes: Map,
        /// What came out. A content slot.
        output: Value,
        /// What was used.
        usage: Usage,
        /// What it cost.
        cost: Cost,
        /// Time from the start to the first chunk of a stream, in nanoseconds.
        time_to_first_chunk_nanos: u64,
        /// What was raised out of the span.
        exception: Exception,
        /// The wall clock's difference minus the duration, in nanoseconds, where it is large (TW-TIME-002).
        clock_skew_nanos: i64,
    }
}

part! {
    /// Body of `event`.
    PointEvent {
        /// What happened; a protocol event's name from the registry.
        name: String,
        /// Attributes.
        attributes: Map,
        /// What was carried. A content slot.
        data: Value,
        /// The application's own id of the trace.
        correlation_id: String,
        /// The conversation that it belongs to.
        session_id: String,
    }
}

part! {
    /// Body of `log`.
    Log {
        /// The line.
        message: String,
        /// Severity: `trace`, `debug`, `info`, `warning`, `error`, `fatal`.
        level: String,
        /// Who logs.
        logger: String,
        /// Attributes.
        attributes: Map,
    }
}

part! {
    /// Samples of a histogram.
    Histogram {
        /// How many values.
        count: u64,
        /// Their sum.
        sum: f64,
        /// The least of them.
        min: f64,
        /// The greatest of them.
        max: f64,
        /// Upper bounds of the buckets but the last.
        bounds: Vec<f64>,
        /// How many values fell into each bucket; one more than there are bounds.
        counts: Vec<u64>,
    }
}

part! {
    /// Body of `metric`.
    Metric {
        /// What is measured.
        name: String,
        /// `counter`, `gauge` or `histogram`.
        instrument: String,
        /// The value of a counter or gauge.
        value: f64,
        /// Unit, UCUM, such as `ms` or `{token}`.
        unit: String,
        /// `delta` or `cumulative`.
        temporality: String,
        /// The samples of a histogram.
        histogram: Histogram,
        /// Attributes.
        attributes: Map,
    }
}

part! {
    /// What feedback is about.
    FeedbackTarget {
        /// A trace: 32 hex digits.
        trace_id: String,
        /// A span of it: 16 hex digits.
        span_id: String,
        /// A session.
        session_id: String,
    }
}

part! {
    /// Body of `feedback`.
    Feedback {
        /// Its own id.
        feedback_id: String,
        /// What is judged, such as `helpful`.
        name: String,
        /// The judgement: a number, a boolean or a label.
        value: Value,
        /// Who judges: `user`, `human`, `model`, `code`.
        source: String,
        /// What it is about.
        target: FeedbackTarget,
        /// The feedback that this one replaces.
        supersedes: String,
        /// In words.
        comment: String,
    }
}

part! {
    /// Body of `loss` (TW-EVT-010).
    Loss {
        /// Why, from the registry of loss reasons.
        reason: String,
        /// How many records.
        count: u64,
        /// How many bytes.
        bytes: u64,
        /// Where in the producer's file, in bytes from its start.
        offset: u64,
    }
}
