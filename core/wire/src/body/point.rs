//! Bodies of events that are no part of a span.

use super::parts::{FeedbackTarget, Histogram};
use super::{Count, Member, Text};
use crate::value::{Map, Value};

part! {
    /// Body of `event`.
    PointEvent {
        /// What happened; a protocol event's name from the registry.
        name: Text,
        /// Attributes.
        attributes: Member<Map>,
        /// What was carried. A content slot.
        data: Value,
        /// The application's own id of the trace.
        correlation_id: Text,
        /// The conversation that it belongs to.
        session_id: Text,
    }
}

part! {
    /// Body of `log`.
    Log {
        /// The line.
        message: Text,
        /// Severity: `trace`, `debug`, `info`, `warning`, `error`, `fatal`.
        level: Text,
        /// Who logs.
        logger: Text,
        /// Attributes.
        attributes: Member<Map>,
        /// The application's own id of the trace that it belongs to.
        correlation_id: Text,
    }
}

part! {
    /// Body of `metric`.
    Metric {
        /// What is measured.
        name: Text,
        /// `counter`, `gauge` or `histogram`.
        instrument: Text,
        /// The value of a counter or gauge.
        value: Member<f64>,
        /// Unit, UCUM, such as `ms` or `{token}`.
        unit: Text,
        /// `delta` or `cumulative`.
        temporality: Text,
        /// The samples of a histogram.
        histogram: Member<Histogram>,
        /// Attributes.
        attributes: Member<Map>,
        /// The application's own id of the trace that it belongs to.
        correlation_id: Text,
    }
}

part! {
    /// Body of `feedback`.
    Feedback {
        /// Its own id.
        feedback_id: Text,
        /// What is judged, such as `helpful`.
        name: Text,
        /// The judgement: a number, a boolean or a label.
        value: Value,
        /// Who judges: `user`, `human`, `model`, `code`.
        source: Text,
        /// What it is about.
        target: Member<FeedbackTarget>,
        /// The feedback that this one replaces.
        supersedes: Text,
        /// In words.
        comment: Text,
        /// The application's own id of the trace that it belongs to.
        correlation_id: Text,
    }
}

part! {
    /// Body of `loss` (TW-EVT-010).
    Loss {
        /// Why, from the registry of loss reasons.
        reason: Text,
        /// How many records.
        count: Count,
        /// How many bytes.
        bytes: Count,
        /// Where in the producer's file, in bytes from its start.
        offset: Count,
    }
}
