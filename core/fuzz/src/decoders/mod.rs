//! What must hold of each decoder, whatever the bytes are. Each has a function `check`, which panics where it does not.

pub mod body;
pub mod cbor;
pub mod csv;
pub mod detect;
pub mod envelope;
pub mod event;
pub mod journal;
pub mod json;
pub mod media;
pub mod otlp_logs;
pub mod otlp_traces;
pub mod proto;
pub mod rule;
pub mod statement;
pub mod stream;
pub mod toon;
pub mod toon_value;
pub mod validate;

/// A decoder's name, its check, and the bare decoder for measuring.
pub struct Decoder {
    /// As the target is called.
    pub name: &'static str,
    /// Panics where something does not hold.
    pub check: fn(&[u8]),
}

/// All of them.
pub const ALL: &[Decoder] = &[
    Decoder { name: "body", check: body::check },
    Decoder { name: "cbor", check: cbor::check },
    Decoder { name: "csv", check: csv::check },
    Decoder { name: "detect", check: detect::check },
    Decoder { name: "envelope", check: envelope::check },
    Decoder { name: "event", check: event::check },
    Decoder { name: "journal", check: journal::check },
    Decoder { name: "json", check: json::check },
    Decoder { name: "media", check: media::check },
    Decoder { name: "otlp_logs", check: otlp_logs::check },
    Decoder { name: "otlp_traces", check: otlp_traces::check },
    Decoder { name: "proto", check: proto::check },
    Decoder { name: "rule", check: rule::check },
    Decoder { name: "statement", check: statement::check },
    Decoder { name: "stream", check: stream::check },
    Decoder { name: "toon", check: toon::check },
    Decoder { name: "toon_value", check: toon_value::check },
    Decoder { name: "validate", check: validate::check },
];
