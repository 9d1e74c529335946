//! The fields of each body and part, in the order of their numbers from 1: what both directions go by. The tests compare it
//! with the `.proto` files and the JSON Schema.

use super::wire::{OTHER, event};
use crate::event::EventType;

/// What a field holds, and so which form of a member it carries.
#[derive(Debug)]
pub(super) enum Kind {
    /// `optional string`: a text.
    Text,
    /// `optional uint64`: an integer of 0 to 2^64 − 1.
    Count,
    /// `optional uint32`: an integer of 0 to 2^32 − 1.
    Flags,
    /// `optional sint64`: an integer of 64 bits.
    Integer,
    /// `optional double`: a number.
    Number,
    /// `optional bool`.
    Boolean,
    /// `Value`: anything.
    Any,
    /// `map<string, Value>`: a map that is not empty.
    Map,
    /// A message: any map.
    Part(&'static Message),
    /// `repeated string`: a list of texts that is not empty.
    Texts,
    /// `repeated uint64`: a list of counts that is not empty.
    Counts,
    /// `repeated double`: a list of numbers that is not empty.
    Numbers,
    /// `repeated Value`: a list that is not empty.
    Anys,
    /// A repeated message: a list of maps that is not empty.
    Parts(&'static Message),
}

/// A message of members by name.
#[derive(Debug)]
pub(super) struct Message {
    /// Its name in the `.proto` files.
    pub name: &'static str,
    /// Its fields; the first has number 1. All other members are in `other`.
    pub fields: &'static [(&'static str, Kind)],
}

impl Message {
    /// Whether this version knows the field.
    pub fn is_known(&self, number: u32) -> bool {
        number == OTHER || self.fields.len() as u64 >= u64::from(number)
    }
}

/// Every type of event with its body, in the order of the fields of `Event`.
pub(super) const BODIES: [(EventType, &Message); 9] = [
    (EventType::SpanStart, &SPAN_START),
    (EventType::SpanUpdate, &SPAN_UPDATE),
    (EventType::SpanEvent, &SPAN_EVENT),
    (EventType::SpanEnd, &SPAN_END),
    (EventType::Event, &POINT_EVENT),
    (EventType::Log, &LOG),
    (EventType::Metric, &METRIC),
    (EventType::Feedback, &FEEDBACK),
    (EventType::Loss, &LOSS),
];

/// The body of a type: the field's number, and its message; `None` for a type of a later version.
pub(super) fn body_of(event_type: &EventType) -> Option<(u32, &'static Message)> {
    (event::FIRST_BODY..)
        .zip(&BODIES)
        .find(|(_, (known, _))| known == event_type)
        .map(|(number, (_, body))| (number, *body))
}

use Kind::{Any, Anys, Boolean, Count, Counts, Flags, Integer, Map, Number, Numbers, Part, Parts, Text, Texts};

static LINK: Message = Message { name: "Link", fields: &[("trace_id", Text), ("span_id", Text), ("attributes", Map)] };

static SCOPE: Message = Message { name: "Scope", fields: &[("name", Text), ("version", Text)] };

static PROMPT_REF: Message = Message { name: "PromptRef", fields: &[("name", Text), ("version", Text)] };

static USAGE: Message = Message {
    name: "Usage",
    fields: &[
        ("input_tokens", Count),
        ("output_tokens", Count),
        ("cache_read_input_tokens", Count),
        ("cache_write_input_tokens", Count),
        ("reasoning_output_tokens", Count),
        ("details", Map),
        ("raw", Any),
    ],
};

static COST: Message = Message {
    name: "Cost",
    fields: &[
        ("currency", Text),
        ("total", Text),
        ("input", Text),
        ("output", Text),
        ("details", Map),
        ("price_source", Text),
        ("price_version", Text),
    ],
};

static EXCEPTION: Message = Message {
    name: "Exception",
    fields: &[("type", Text), ("message", Text), ("stacktrace", Text), ("escaped", Boolean)],
};

static FEEDBACK_TARGET: Message =
    Message { name: "FeedbackTarget", fields: &[("trace_id", Text), ("span_id", Text), ("session_id", Text)] };

static HISTOGRAM: Message = Message {
    name: "Histogram",
    fields: &[
        ("count", Count),
        ("sum", Number),
        ("min", Number),
        ("max", Number),
        ("bounds", Numbers),
        ("counts", Counts),
    ],
};

static SPAN_START: Message = Message {
    name: "SpanStart",
    fields: &[
        ("name", Text),
        ("attributes", Map),
        ("input", Any),
        ("links", Parts(&LINK)),
        ("scope", Part(&SCOPE)),
        ("trace_state", Text),
        ("trace_flags", Flags),
        ("correlation_id", Text),
        ("session_id", Text),
        ("user_id", Text),
        ("tags", Texts),
        ("environment", Text),
        ("release", Text),
        ("level", Text),
        ("prompt", Part(&PROMPT_REF)),
        ("dataset_item_id", Text),
        ("experiment_run_id", Text),
        ("tool_definitions", Any),
        ("media", Anys),
    ],
};

static SPAN_UPDATE: Message = Message {
    name: "SpanUpdate",
    fields: &[
        ("name", Text),
        ("attributes", Map),
        ("input", Any),
        ("output", Any),
        ("usage", Part(&USAGE)),
        ("cost", Part(&COST)),
        ("tags", Texts),
        ("level", Text),
        ("links", Parts(&LINK)),
        ("time_to_first_chunk_nanos", Count),
    ],
};

static SPAN_EVENT: Message = Message {
    name: "SpanEvent",
    fields: &[("name", Text), ("attributes", Map), ("chunks", Anys), ("exception", Part(&EXCEPTION)), ("data", Any)],
};

static SPAN_END: Message = Message {
    name: "SpanEnd",
    fields: &[
        ("status_message", Text),
        ("attributes", Map),
        ("output", Any),
        ("usage", Part(&USAGE)),
        ("cost", Part(&COST)),
        ("time_to_first_chunk_nanos", Count),
        ("exception", Part(&EXCEPTION)),
        ("clock_skew_nanos", Integer),
    ],
};

static POINT_EVENT: Message = Message {
    name: "PointEvent",
    fields: &[("name", Text), ("attributes", Map), ("data", Any), ("correlation_id", Text), ("session_id", Text)],
};

static LOG: Message = Message {
    name: "Log",
    fields: &[("message", Text), ("level", Text), ("logger", Text), ("attributes", Map), ("correlation_id", Text)],
};

static METRIC: Message = Message {
    name: "Metric",
    fields: &[
        ("name", Text),
        ("instrument", Text),
        ("value", Number),
        ("unit", Text),
        ("temporality", Text),
        ("histogram", Part(&HISTOGRAM)),
        ("attributes", Map),
        ("correlation_id", Text),
    ],
};

static FEEDBACK: Message = Message {
    name: "Feedback",
    fields: &[
        ("feedback_id", Text),
        ("name", Text),
        ("value", Any),
        ("source", Text),
        ("target", Part(&FEEDBACK_TARGET)),
        ("supersedes", Text),
        ("comment", Text),
        ("correlation_id", Text),
    ],
};

static LOSS: Message =
    Message { name: "Loss", fields: &[("reason", Text), ("count", Count), ("bytes", Count), ("offset", Count)] };
